"""Follow-up: who finds what, and the form as it was deposited."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime
from random import Random

import pytest
from lxml import etree

from esav_soap.contract.exemples import exemple
from esav_soap.errors import CodeErreur, ErreurEsav
from esav_soap.model import Choisi, Date, DateHeure, OuiNon, Texte, Type, structure_offre
from esav_soap.signalisation import Contact, Etat, NouvelleSignalisation, Prestation, Signalisation
from esav_soap.signalisation.numero import tirer
from esav_soap.usecases.depot import Appelant
from esav_soap.usecases.suivi import ChampRempli, champs_remplis, formulaire_rempli, trouver
from tests.e2e.soap import catalogue
from tests.faux import FausseBase

OPA, OPB = Appelant("production", "OPA"), Appelant("production", "OPB")
NUMERO = tirer(bytes(range(7)))
DEPOT = datetime(2026, 3, 1, 8, 0, tzinfo=UTC)


def base(formulaire: bytes = b"<f/>", offre: str = "ACCES_FTTH", version: str = "2026.1") -> FausseBase:
    pleine = FausseBase()
    pleine.ajouter(Prestation("production", "OPA", "P-1", offre))
    contact = Contact("Claire Martin", "0612345678")
    args = (NUMERO, "production", "OPA", "REF-1", b"\0" * 32, "P-1", offre, version, contact, formulaire, DEPOT)
    pleine.deposer(NouvelleSignalisation(*args))
    return pleine


def lue(offre: str, version: str = "2026.1", graine: int = 3) -> tuple[etree._Element, Signalisation]:
    cat = catalogue(version)
    element = exemple(structure_offre(cat, cat.offre(offre)), cat, Random(graine), complet=True)
    return element, trouver(OPA, NUMERO, None, base(etree.tostring(element), offre, version))


@pytest.mark.exigence("R3.5")
@pytest.mark.parametrize("numero", [NUMERO, NUMERO.lower(), f" {NUMERO[:4]}-{NUMERO[4:]} "])
def test_par_numero_tel_qu_on_l_ecrit__ok(numero: str) -> None:
    assert trouver(OPA, numero, None, base()).reference == "REF-1"


@pytest.mark.exigence("R3.5")
def test_par_reference__ok() -> None:
    assert trouver(OPA, None, "REF-1", base()).numero == NUMERO


@pytest.mark.exigence("R3.7")
@pytest.mark.parametrize(
    ("appelant", "numero", "reference"),
    [
        (OPB, NUMERO, None),
        (OPB, None, "REF-1"),
        (Appelant("integration", "OPA"), NUMERO, None),
        (OPA, tirer(b"\x09" * 7), None),
        (OPA, "pas un numéro", None),
        (OPA, None, "REF-2"),
        (OPA, None, None),
    ],
)
def test_l_inconnu_et_l_autre_ont_la_meme_reponse__error(
    appelant: Appelant, numero: str | None, reference: str | None
) -> None:
    with pytest.raises(ErreurEsav) as pris:
        trouver(appelant, numero, reference, base())
    assert (pris.value.code, pris.value.message) == (
        CodeErreur.SIGNALISATION_INCONNUE,
        CodeErreur.SIGNALISATION_INCONNUE.value,
    )
    assert pris.value.erreurs == ()


@pytest.mark.exigence("R3.5")
def test_un_numero_faux_ne_va_pas_jusqu_au_magasin__error() -> None:
    pleine = base()
    pleine.appels.clear()
    with pytest.raises(ErreurEsav):
        trouver(OPA, NUMERO[:-1] + ("0" if NUMERO[-1] != "0" else "1"), None, pleine)
    assert pleine.appels == []


@pytest.mark.exigence("R3.5")
@pytest.mark.parametrize("version", ["2026.1", "2026.2"])
def test_formulaire_rendu_champ_par_champ__ok(version: str) -> None:
    cat = catalogue(version)
    for offre in cat.offres:
        element, signalisation = lue(offre.code, version)
        champs = champs_remplis(signalisation, cat)
        attendus = [n.text or "" for n in element.iter() if not len(n)]
        assert [c.valeur for c in champs] == attendus, offre.code
        assert all(c.libelle for c in champs)
        libelles = dict(structure_offre(cat, offre).feuilles())
        for champ in champs:
            sans_rang = "/".join(part.partition("[")[0] for part in champ.chemin.split("/"))
            assert libelles[sans_rang].libelle == champ.libelle
        codes = {v.code: v.libelle for n in cat.nomenclatures.values() for v in n.valeurs}
        traduits = [c for c in champs if c.libelle_valeur is not None]
        assert traduits
        assert all(c.valeur in codes for c in traduits)


@pytest.mark.exigence("R3.5")
def test_groupes_repetes_avec_leur_rang__ok() -> None:
    _, signalisation = lue("ACCES_FTTH")
    premier = champs_remplis(signalisation, catalogue("2026.1"))
    rangs = {c.chemin.split("/")[0] for c in premier if "/" in c.chemin}
    assert "contactSite[1]" in rangs


@pytest.mark.exigence("R3.5")
@pytest.mark.parametrize(
    ("genre", "valeur", "libelle", "dite"),
    [
        (OuiNon(), "false", None, "non"),
        (OuiNon(), " 1 ", None, "oui"),
        (Date(), "2026-11-05", None, "05/11/2026"),
        (DateHeure(), "2026-07-01T10:00:00Z", None, "01/07/2026 à 12:00"),
        (Texte(), "2026-11-05", None, "2026-11-05"),
        (Choisi("N"), "PTO", "À la prise", "À la prise (PTO)"),
    ],
)
def test_une_valeur_comme_on_l_ecrit__ok(genre: Type, valeur: str, libelle: str | None, dite: str) -> None:
    assert ChampRempli("c", "C", valeur, genre, libelle).lisible == dite


@pytest.mark.exigence("R3.5")
def test_chaque_champ_livre_se_lit__ok() -> None:
    cat = catalogue("2026.2")
    for offre in cat.offres:
        _, signalisation = lue(offre.code, "2026.2")
        lisibles = {c.chemin: c.lisible for c in champs_remplis(signalisation, cat)}
        assert not {"true", "false"} & set(lisibles.values())
        assert not [dite for dite in lisibles.values() if re.match(r"\d{4}-\d\d-\d\d", dite)]


@pytest.mark.exigence("R3.5")
def test_defaut_declare_en_clair__ok() -> None:
    cat = catalogue("2026.1")
    _, signalisation = lue("ACCES_FTTH")
    chemin = cat.formulaires[cat.offre("ACCES_FTTH").formulaire].defaut_declare
    assert chemin
    (champ,) = [c for c in champs_remplis(signalisation, cat) if c.chemin == chemin]
    lu = formulaire_rempli(signalisation, cat)
    assert (lu.libelle_offre, lu.champs) == (cat.offre("ACCES_FTTH").libelle, champs_remplis(signalisation, cat))
    assert lu.defaut == champ.libelle_valeur != champ.valeur
    formulaires = {code: replace(f, defaut_declare=None) for code, f in cat.formulaires.items()}
    assert formulaire_rempli(signalisation, replace(cat, formulaires=formulaires)).defaut is None


@pytest.mark.exigence("R3.4")
def test_les_etats_du_contrat__ok() -> None:
    assert [e.value for e in Etat] == [
        *("en dépôt", "en qualification", "en cours", "gelé", "clos", "validé"),
        *("clos tableau de bord", "en rejet"),
    ]
