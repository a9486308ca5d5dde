"""The changelog as files and lines: published shape, whole content, nothing from elsewhere, always the same bytes."""

from __future__ import annotations

import re
import subprocess
import sys
from dataclasses import replace
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from lxml import etree, html

from esav_soap.names import NS_PACK
from esav_soap.publication.ecarts import (
    Ecart,
    Gravite,
    comparer,
    compter,
    en_html,
    en_texte,
    en_xml,
    resume,
    schema,
)
from esav_soap.reader import lire_catalogue
from esav_soap.reader.sources import depuis_dossiers
from tests.unit.publication.cas_ecarts import CAS
from tests.unit.publication.catalogue_compare import BASE, Fabrique

RACINE = Path(__file__).parents[3]
P = f"{{{NS_PACK}}}"


@cache
def livres() -> tuple[Ecart, ...]:
    return comparer(*(lire_catalogue(depuis_dossiers(RACINE, version)) for version in ("2026.1", "2026.2")))


def lue(octets: bytes) -> Any:
    """The page's root; the stubs do not know lxml.html's elements."""
    return html.fromstring(octets.decode())


def publie() -> etree.XMLSchema:
    return etree.XMLSchema(etree.fromstring(schema()))


@pytest.mark.exigence("R1.4", "R2.1")
def test_le_fichier_xml_suit_son_schema_et_dit_tout__ok() -> None:
    racine = etree.fromstring(en_xml("2026.1", "2026.2", livres()))
    publie().assertValid(racine)
    assert (racine.get("ancienne"), racine.get("nouvelle")) == ("2026.1", "2026.2")
    assert [e.get("nom") for e in racine.iter(f"{P}ecart")] == [e.nom for e in _offre_d_abord(livres())]
    par_nom = {e.nom: e for e in livres()}
    for element in racine.iter(f"{P}ecart"):
        ecart = par_nom[element.get("nom") or ""]
        assert element.findtext(f"{P}message") == ecart.message
        assert (element.findtext(f"{P}ancien") or "", element.findtext(f"{P}nouveau") or "") == (
            ecart.ancien,
            ecart.nouveau,
        )
        assert (element.get("code"), element.get("gravite")) == (ecart.code, ecart.gravite.value)
    for lieu in (racine, *racine.iter(f"{P}offre"), *racine.iter(f"{P}champ")):
        dedans = [e.get("gravite") for e in lieu.iter(f"{P}ecart")]
        assert {f"{g.value}s": str(dedans.count(g.value)) for g in Gravite} == {
            f"{g.value}s": lieu.get(f"{g.value}s") for g in Gravite
        }


def _offre_d_abord(ecarts: tuple[Ecart, ...]) -> list[Ecart]:
    """Stable: the Offre's own differences before those of its fields."""
    ordre = list(dict.fromkeys(e.offre for e in ecarts))
    champs = list(dict.fromkeys((e.offre, e.champ) for e in ecarts))
    return sorted(ecarts, key=lambda e: (ordre.index(e.offre), e.champ != "", champs.index((e.offre, e.champ))))


@pytest.mark.exigence("R1.4")
@pytest.mark.parametrize("apres", [cas[1] for cas in CAS], ids=[cas[0] for cas in CAS])
def test_tout_ecart_s_ecrit__ok(apres: Fabrique) -> None:
    ecarts = comparer(BASE.catalogue("2026.1"), apres.catalogue("2026.2"))
    publie().assertValid(etree.fromstring(en_xml("2026.1", "2026.2", ecarts)))
    page = lue(en_html("2026.1", "2026.2", ecarts)).text_content()
    for ecart in ecarts:
        assert ecart.dit in page


@pytest.mark.exigence("R1.4")
def test_les_memes_octets_dans_un_autre_processus__ok() -> None:
    """Reproducible whatever the order of hashes is."""
    programme = (
        "from tests.unit.publication.test_rendu_ecarts import *\nimport hashlib\n"
        "print(hashlib.sha256(en_xml('2026.1', '2026.2', livres()) + en_html('2026.1', '2026.2', livres())).hexdigest())"
    )
    traces = {
        subprocess.run(
            [sys.executable, "-c", programme],
            cwd=RACINE,
            env={"PYTHONHASHSEED": graine, "PYTHONPATH": str(RACINE)},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for graine in ("1", "2")
    }
    assert len(traces) == 1


@pytest.mark.exigence("R1.4", "R8")
def test_la_page_se_suffit_et_se_lit__ok() -> None:
    octets = en_html("2026.1", "2026.2", livres())
    page = lue(octets)
    assert page.get("lang") == "fr"
    assert not page.findall(".//script")
    assert not page.xpath("//@style | //@onclick | //@src")
    assert {lien for lien in page.xpath("//@href") if not lien.startswith("#")} == {"data:,"}
    cibles = page.xpath("//@id")
    assert len(cibles) == len(set(cibles))
    assert {lien[1:] for lien in page.xpath("//@href") if lien.startswith("#")} <= set(cibles)
    assert {nom for noms in page.xpath("//@aria-labelledby") for nom in noms.split()} <= set(cibles)
    niveaux = [int(str(t.tag)[1]) for t in page.iter("h1", "h2", "h3")]
    assert niveaux[0] == 1
    assert all(suivant <= niveau + 1 for niveau, suivant in pairwise(niveaux))
    assert len(page.findall(".//li[@class]")) == len(livres())
    for ecart in livres():
        if ecart.gravite is Gravite.RUPTURE:
            assert ecart.nom in page.text_content(), "what a publisher accepts it by"


@pytest.mark.exigence("R1.4")
def test_la_page_n_interprete_pas_le_catalogue__ok() -> None:
    (ecart, *_) = livres()
    mechant = replace(ecart, libelle="<script>x</script>", message="« <script>x</script> » : <b>a</b> & b.")
    octets = en_html("2026.1", "2026.2", [mechant]).decode()
    assert "<script" not in octets
    assert "<B>" not in octets.upper()
    assert "&lt;script&gt;x&lt;/script&gt;" in octets


@pytest.mark.exigence("R1.4")
def test_la_page_a_les_couleurs_des_maquettes__ok() -> None:
    def couleurs(chemin: str) -> list[dict[str, str]]:
        """The custom properties, by day and by night."""
        blocs = re.findall(r":root \{([^}]*)\}", (RACINE / chemin).read_text(encoding="utf-8"))[:2]
        return [dict(re.findall(r"(--[a-z-]+): ([^;]+);", bloc)) for bloc in blocs]

    ici = couleurs("esav_soap/publication/ecarts/changelog.css")
    la = couleurs("esav_soap/contract/maquettes/gabarits/couleurs.css")
    assert all(len(bloc) > 10 for bloc in ici)
    for mienne, leur in zip(ici, la, strict=True):
        assert mienne.items() <= leur.items()


@pytest.mark.exigence("R1.4")
def test_sans_ecart__ok() -> None:
    racine = etree.fromstring(en_xml("2026.1", "2026.2", ()))
    publie().assertValid(racine)
    assert len(racine) == 0
    assert "acceptent les mêmes messages" in en_html("2026.1", "2026.2", ()).decode()
    assert list(en_texte(())) == ["Aucun écart"]


@pytest.mark.exigence("R2.1")
def test_les_lignes_du_terminal__ok() -> None:
    nombres = compter(livres())
    assert all(nombres.values())
    assert resume(livres()) == (
        f"{len(livres())} écarts : {nombres[Gravite.RUPTURE]} ruptures, {nombres[Gravite.RESTRICTIF]} restrictifs, "
        f"{nombres[Gravite.COMPATIBLE]} compatibles"
    )
    lignes = list(en_texte(livres(), frozenset({Gravite.RUPTURE})))
    assert lignes[-1] == resume(livres()), "the count is of all"
    assert lignes[:3] == [
        "ACCES_FTTH (Accès FTTH passif)",
        "  rupture     ACCES_FTTH/responsabilitePresumee:CHAMP_AJOUTE_OBLIGATOIRE",
        "              « Responsabilité présumée » : nouveau champ obligatoire (code de la nomenclature RESPONSABILITE).",
    ]
    assert sum(ligne.startswith("  rupture") for ligne in lignes) == nombres[Gravite.RUPTURE]


@pytest.mark.exigence("R1.5", "R2.1")
def test_les_ruptures_des_versions_livrees__ok() -> None:
    """What the notes of 2026.2 announce; a publisher accepts these by name."""
    assert [e.nom for e in livres() if e.gravite is Gravite.RUPTURE] == [
        "ACCES_FTTH/responsabilitePresumee:CHAMP_AJOUTE_OBLIGATOIRE",
        "LIAISON_NRO_PM/clientsTouches:CHAMP_DEVENU_OBLIGATOIRE",
        "HEBERGEMENT_PM/technicienSurPlace:CHAMP_ABSENT_OFFRE",
        "FIBRE_NOIRE/nombreFibresTouchees:CHAMP_DEVENU_OBLIGATOIRE",
        "FIBRE_NOIRE/tronconPresume:CHAMP_RETIRE",
        "GENIE_CIVIL/proprietaire:TYPE_CHANGE",
    ]
    assouplies = [e.nom for e in livres() if e.code == "REGLE_ASSOUPLIE"]
    assert assouplies == [f"HEBERGEMENT_{lieu}/tensionMesuree:REGLE_ASSOUPLIE:TENSION-48V" for lieu in ("NRO", "PM")]
