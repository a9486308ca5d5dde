"""Recording a version: its pack, its dates, and nothing of a refused one."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from esav_soap.errors import PackInvalide, PublicationRefusee
from esav_soap.publication import EtatVersion
from esav_soap.reader.sources import depuis_dossiers
from esav_soap.usecases.catalogue import Dates, empaqueter, engendrer, installer, sources_de
from esav_soap.usecases.registre import ouvrir_pack
from tests.faux import INSTANT, RACINE, URL, FausseBase, pack, publiee

JOUR = timedelta(days=1)


@pytest.mark.exigence("R1.4")
def test_installer_enregistre_pack_et_dates__ok() -> None:
    base = FausseBase()
    sources = depuis_dossiers(RACINE, "2026.1")
    dates = Dates(INSTANT - JOUR, INSTANT + JOUR, "2026.2")
    rendue = installer(sources, URL, dates, base, INSTANT)
    gardee, octets = base.publiees["2026.1"]
    assert gardee == rendue
    assert (gardee.ouverture, gardee.retrait, gardee.remplacante) == (INSTANT - JOUR, INSTANT + JOUR, "2026.2")
    assert gardee.annonce == INSTANT - JOUR, "never announced after it opened"
    assert octets == pack("2026.1")


@pytest.mark.exigence("R2.5")
def test_installer_une_version_a_venir__ok() -> None:
    base = FausseBase()
    rendue = installer(depuis_dossiers(RACINE, "2026.2"), URL, Dates(INSTANT + JOUR), base, INSTANT)
    assert (rendue.annonce, rendue.etat(INSTANT)) == (INSTANT, EtatVersion.ANNONCEE)
    assert rendue.utilisable("integration", INSTANT)
    assert not rendue.utilisable("production", INSTANT)


@pytest.mark.exigence("R2.1")
@pytest.mark.parametrize("retrait", [INSTANT, INSTANT - JOUR])
def test_un_retrait_qui_precede_l_ouverture__error(retrait: object) -> None:
    base = FausseBase()
    with pytest.raises(PublicationRefusee, match="retrait"):
        installer(depuis_dossiers(RACINE, "2026.1"), URL, Dates(INSTANT, retrait), base, INSTANT)  # type: ignore[arg-type]
    assert base.publiees == {}


@pytest.mark.exigence("R2.1")
def test_une_version_enregistree_ne_change_pas_de_contenu__error() -> None:
    base = FausseBase()
    sources = depuis_dossiers(RACINE, "2026.1")
    dates = Dates(INSTANT - JOUR, INSTANT + JOUR, "2026.2")
    premiere = installer(sources, URL, dates, base, INSTANT)
    assert installer(sources, URL, Dates(), base, INSTANT + JOUR / 2) == premiere, "dates that are not given stay"
    autre = sources | {"catalogue.xml": sources["catalogue.xml"].replace(b"Catalogue des", b"Autre titre", 1)}
    assert autre != sources
    with pytest.raises(PublicationRefusee, match="--remplacer"):
        installer(autre, URL, Dates(), base, INSTANT)
    assert base.publiees["2026.1"] == (premiere, pack("2026.1"))
    assert (
        installer(autre, URL, Dates(retrait=INSTANT + 3 * JOUR), base, INSTANT, remplacer=True).retrait
        != premiere.retrait
    )
    assert base.publiees["2026.1"][1] != pack("2026.1")


@pytest.mark.exigence("R2.1")
def test_remplacante_mal_ecrite__error() -> None:
    base = FausseBase()
    with pytest.raises(PublicationRefusee, match="« xx »"):
        installer(depuis_dossiers(RACINE, "2026.1"), URL, Dates(remplacante="xx"), base, INSTANT)
    assert base.publiees == {}


@pytest.mark.exigence("R2.1")
def test_le_dossier_et_le_numero_doivent_s_accorder__error() -> None:
    base = FausseBase()
    sources = depuis_dossiers(RACINE, "2026.2")
    for tenter in (
        lambda: installer(sources, URL, Dates(), base, INSTANT, attendue="2026.3"),
        lambda: engendrer(sources, URL, "2026.3"),
        lambda: empaqueter(sources, URL, "2026.3"),
    ):
        with pytest.raises(PackInvalide) as pris:
            tenter()
        assert [p.code for p in pris.value.problemes] == ["VERSION_DIFFERENTE"]
    assert base.publiees == {}


@pytest.mark.exigence("R2.1")
def test_rien_ne_reste_d_un_pack_refuse__error() -> None:
    base = FausseBase()
    sources = depuis_dossiers(RACINE, "2026.1")
    casse = {nom: octets.replace(b"<", b"<<", 1) for nom, octets in sources.items() if "nomenclatures" in nom}
    with pytest.raises(PackInvalide) as pris:
        installer(sources | casse, URL, Dates(INSTANT), base, INSTANT)
    assert {p.fichier for p in pris.value.problemes} >= set(casse), "every bad file is named"
    assert base.publiees == {}


@pytest.mark.exigence("R1.4")
def test_un_pack_se_refait_de_ses_propres_sources__ok() -> None:
    fichiers = ouvrir_pack(pack("2026.2"))
    sources = sources_de(fichiers)
    assert sources == depuis_dossiers(RACINE, "2026.2")
    assert empaqueter(sources, URL)[1] == pack("2026.2")
    catalogue, generes = engendrer(sources, URL)
    assert catalogue.version == "2026.2"
    assert {n: fichiers[n] for n in generes} == generes


@pytest.mark.exigence("R2.3")
def test_installer_ne_fait_pas_vivre_trois_versions__error() -> None:
    base = FausseBase()
    sources = depuis_dossiers(RACINE, "2026.2")
    for version in ("2025.1", "2025.2"):
        base.enregistrer_version(publiee(version, INSTANT - 100 * JOUR), pack("2026.1"))
    with pytest.raises(
        PublicationRefusee, match=r"2025\.1, 2025\.2, 2026\.2 le seraient le 01/07/2026 à 12:00"
    ) as pris:
        installer(sources, URL, Dates(), base, INSTANT)
    assert "une fin à 2025.1" in str(pris.value)
    assert "2026.2" not in base.publiees
    fin = INSTANT + 9 * JOUR
    base.enregistrer_version(publiee("2025.1", INSTANT - 100 * JOUR, fin), pack("2026.1"))
    with pytest.raises(PublicationRefusee):
        installer(sources, URL, Dates(fin - JOUR), base, INSTANT)
    installer(sources, URL, Dates(fin), base, INSTANT)
    with pytest.raises(PublicationRefusee, match=r"ouvrir 2026\.2 plus tard"):
        installer(sources, URL, Dates(fin - JOUR), base, INSTANT)


@pytest.mark.exigence("R2.3")
def test_installer_peut_mettre_fin_a_un_surnombre__ok() -> None:
    base = FausseBase()
    for version in ("2025.1", "2025.2", "2026.1"):
        base.enregistrer_version(publiee(version, INSTANT - 100 * JOUR), pack("2026.1"))
    sources = depuis_dossiers(RACINE, "2026.1")
    assert installer(sources, URL, Dates(retrait=INSTANT + JOUR), base, INSTANT).retrait == INSTANT + JOUR


@pytest.mark.exigence("R1.4", "R2.1")
@pytest.mark.parametrize("remplacer", [False, True])
def test_installer_ne_ranime_pas_une_annonce_retiree__error(remplacer: bool) -> None:
    base = FausseBase()
    annulee = replace(publiee("2026.1", INSTANT + JOUR), annulation=INSTANT)
    base.enregistrer_version(annulee, pack("2026.1"))
    with pytest.raises(PublicationRefusee, match="nouveau numéro"):
        installer(depuis_dossiers(RACINE, "2026.1"), URL, Dates(), base, INSTANT + JOUR, remplacer=remplacer)
    assert base.versions() == (annulee,)
