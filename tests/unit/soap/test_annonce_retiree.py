"""An announcement that was withdrawn: listed as such, served nowhere, and in nobody's way."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from lxml import etree

from esav_soap.names import NS_WSDL, NS_XSD
from esav_soap.publication import EtatVersion
from tests.e2e.soap import WS, Reponse, depot, enveloppe, requete
from tests.faux import INSTANT, URL, FauxNoeud, base_garnie, noeud, pack

RETIREE_LE = INSTANT - timedelta(days=20)


@pytest.fixture(scope="module")
def plein() -> FauxNoeud:
    """2026.1 goes on without an end; 2026.2, announced for ten days ago, was withdrawn twenty days ago."""
    base = base_garnie()
    une, deux = base.publiees["2026.1"][0], base.publiees["2026.2"][0]
    base.enregistrer_version(replace(une, retrait=None, remplacante=None), pack("2026.1"))
    base.enregistrer_version(replace(deux, annulation=RETIREE_LE), pack("2026.2"))
    return noeud(base)


def lister(de: FauxNoeud, plateforme: str, soap: str = "1.1") -> Reponse:
    type_ = {"1.1": "text/xml", "1.2": "application/soap+xml"}[soap]
    octets = enveloppe(requete("listerVersions"), soap)
    return de.appeler(f"/{plateforme}/ws/1/catalogue", octets, type_contenu=type_)


@pytest.mark.exigence("R2.1", "R2.3")
@pytest.mark.parametrize("soap", ["1.1", "1.2"])
@pytest.mark.parametrize("plateforme", ["production", "integration"])
def test_elle_est_listee_sans_wsdl__ok(plein: FauxNoeud, plateforme: str, soap: str) -> None:
    reponse = lister(plein, plateforme, soap)
    assert reponse.statut == 200
    dites = {
        v.findtext(f"{WS}version"): (v.findtext(f"{WS}etat"), v.findtext(f"{WS}wsdl"))
        for v in reponse.corps.iter(f"{WS}version")
        if len(v)
    }
    wsdl = f"{URL}/{plateforme}/ws/1/depot/2026.1?wsdl"
    assert dites == {"2026.1": ("EN_VIGUEUR", wsdl), "2026.2": ("ANNULEE", None)}


@pytest.mark.exigence("R2.6")
@pytest.mark.parametrize("plateforme", ["production", "integration"])
def test_un_depot_est_refuse_avec_les_versions_vives__error(plein: FauxNoeud, plateforme: str) -> None:
    octets = enveloppe(depot("2026.2", "ACCES_FTTH", "R"), "1.1")
    reponse = plein.appeler(f"/{plateforme}/ws/1/depot/2026.2", octets)
    assert reponse.refus == "VERSION_RETIREE"
    assert [v.findtext(f"{WS}version") for v in reponse.corps.iter(f"{WS}version") if len(v)] == ["2026.1"]
    assert [v.findtext(f"{WS}wsdl") for v in reponse.corps.iter(f"{WS}version") if len(v)] == [
        f"{URL}/{plateforme}/ws/1/depot/2026.1?wsdl"
    ]


@pytest.mark.exigence("R2.1", "R2.5")
def test_avant_son_retrait_elle_etait_annoncee__ok(plein: FauxNoeud) -> None:
    """Up to the recorded instant, also for a node that has seen the withdrawal already."""
    plein.horloge[0] = RETIREE_LE - timedelta(microseconds=1)
    plein.registre.rafraichir(plein.horloge[0])
    try:
        octets = enveloppe(depot("2026.2", "ACCES_FTTH", "AVANT", operation="validerSignalisation"), "1.1")
        essai = plein.appeler("/integration/ws/1/depot/2026.2", octets)
        production = plein.appeler("/production/ws/1/depot/2026.2", octets)
    finally:
        plein.horloge[0] = INSTANT
    assert (essai.statut, essai.refus) == (200, None)
    assert production.refus == "VERSION_PAS_ENCORE_OUVERTE"


@pytest.mark.exigence("R2.6")
@pytest.mark.parametrize("plateforme", ["production", "integration"])
def test_le_plus_recent_wsdl_n_est_pas_le_sien__ok(plein: FauxNoeud, plateforme: str) -> None:
    reponse = plein.appeler(f"/{plateforme}/ws/1/depot", methode="GET", question="wsdl")
    assert reponse.entetes["Location"] == f"{URL}/{plateforme}/ws/1/depot/2026.1?wsdl"


@pytest.mark.exigence("R2.3", "R9")
def test_le_contrat_nomme_tous_les_etats__ok(plein: FauxNoeud) -> None:
    """``etat`` stays an open string: only its documentation lists the states."""
    contrat = plein.appeler("/production/ws/1/catalogue", methode="GET", question="wsdl").octets
    types = etree.fromstring(contrat).find(f"{{{NS_WSDL}}}types")
    assert types is not None
    (version,) = types.iterfind(f".//{{{NS_XSD}}}complexType[@name='Version']")
    (element,) = version.iterfind(f".//{{{NS_XSD}}}element[@name='etat']")
    assert element.get("type") == "xs:string"
    assert all(etat.name in "".join(str(t) for t in element.itertext()) for etat in EtatVersion)
