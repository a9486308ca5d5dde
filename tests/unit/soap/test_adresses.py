"""Addresses: what each is, by GET and by POST; nothing outside of the promised ones answers."""

from __future__ import annotations

from datetime import timedelta

import pytest
from lxml import etree

from esav_soap.contract.services import SERVICES
from esav_soap.names import NS_WSDL_SOAP_11, NS_WSDL_SOAP_12, chemin_service
from esav_soap.soap.wsgi import Chemin, decouper
from tests.faux import INSTANT, URL, FausseBase, FauxNoeud, noeud, pack


@pytest.fixture(scope="module")
def service() -> FauxNoeud:
    return noeud()


@pytest.mark.exigence("R2.6")
@pytest.mark.parametrize(
    ("chemin", "attendu"),
    [
        ("/production/ws/1/suivi", Chemin("production", "suivi", None)),
        ("/integration/ws/1/depot/2026.1", Chemin("integration", "depot", "2026.1")),
        ("/production/ws/1/depot", Chemin("production", "depot", None)),
        ("/production/ws/1/depot/..", Chemin("production", "depot", "..")),
        ("/production/ws/1/suivi/2026.1", None),
        ("/production/ws/2/suivi", None),
        ("/essai/ws/1/suivi", None),
        ("/production/ws/1", None),
        ("/production/ws/1/depot/2026.1/x", None),
        ("/Production/ws/1/suivi", None),
        ("", None),
    ],
)
def test_decouper__ok(chemin: str, attendu: Chemin | None) -> None:
    assert decouper(chemin) == attendu


@pytest.mark.exigence("R1.1", "R2.5")
@pytest.mark.parametrize("plateforme", ["production", "integration"])
def test_wsdl_de_chaque_service__ok(service: FauxNoeud, plateforme: str) -> None:
    for nom in SERVICES:
        chemin = chemin_service(plateforme, nom, "2026.2" if nom == "depot" else None)
        for question, espace in (("wsdl", NS_WSDL_SOAP_11), ("WSDL=soap12", NS_WSDL_SOAP_12)):
            reponse = service.appeler(chemin, methode="GET", question=question)
            assert reponse.statut == 200
            (adresse,) = etree.fromstring(reponse.octets).iter(f"{{{espace}}}address")
            assert adresse.get("location") == f"{URL}{chemin}"


@pytest.mark.exigence("R2.6")
def test_wsdl_d_une_version_qui_ne_sert_pas__error(service: FauxNoeud) -> None:
    reponse = service.appeler("/production/ws/1/depot/1999.1", methode="GET", question="wsdl")
    assert reponse.statut == 404
    assert b"VERSION_INCONNUE" in reponse.octets
    assert f'{URL}/production/ws/1/depot/2026.2?wsdl"'.encode() in reponse.octets


@pytest.mark.exigence("R2.4", "R2.6")
def test_le_catalogue_se_consulte_meme_quand_rien_n_est_ouvert__ok() -> None:
    """Who asks which versions will come must be able to take the WSDL of the service that says so."""
    base = FausseBase()
    futur = noeud().base.publiees["2026.2"][0]
    base.enregistrer_version(futur, pack("2026.2"))
    avant = noeud(base)
    avant.horloge[0] = INSTANT - timedelta(days=20)
    for nom in ("suivi", "catalogue"):
        assert avant.appeler(f"/production/ws/1/{nom}", methode="GET", question="wsdl").statut == 200
    assert avant.appeler("/production/ws/1/depot", methode="GET", question="wsdl").statut == 404
    vide = noeud(FausseBase())
    assert vide.appeler("/production/ws/1/catalogue", methode="GET", question="wsdl").statut == 200


@pytest.mark.exigence("R1.4")
def test_fichiers_du_pack__ok(service: FauxNoeud) -> None:
    def prendre(chemin: str) -> tuple[int, str]:
        reponse = service.appeler(chemin, methode="GET")
        return reponse.statut, reponse.entetes["Content-Type"]

    assert service.appeler("/catalogue/2026.1/pack.zip", methode="GET").octets == pack("2026.1")
    assert prendre("/catalogue/2026.1/pack.zip") == (200, "application/zip")
    assert prendre("/catalogue/2026.1/maquettes/ACCES_FTTH.html") == (200, "text/html; charset=utf-8")
    assert prendre("/catalogue/2026.1/xsd/ACCES_FTTH.xsd") == (200, "text/xml; charset=utf-8")
    assert prendre("/sante") == (200, "text/plain; charset=utf-8")
    for chemin in ("/catalogue/2026.1", "/catalogue/2026.1/", "/catalogue/1999.1/pack.zip", "/catalogue/2026.1/../x"):
        assert prendre(chemin)[0] == 404
    tete = service.appeler("/catalogue/2026.1/pack.zip", methode="HEAD")
    assert (tete.octets, int(tete.entetes["Content-Length"])) == (b"", len(pack("2026.1")))


@pytest.mark.exigence("R9")
def test_methodes_et_accueil__ok(service: FauxNoeud) -> None:
    for methode in ("PUT", "DELETE", "OPTIONS", "TRACE"):
        reponse = service.appeler("/", methode=methode)
        assert (reponse.statut, reponse.entetes["Allow"]) == (405, "GET, HEAD, POST")
    accueil = service.appeler("/", methode="GET").octets.decode()
    for plateforme in ("production", "integration"):
        for chemin in ("depot/2026.1", "depot/2026.2", "suivi", "catalogue"):
            assert f"{URL}/{plateforme}/ws/1/{chemin}?wsdl" in accueil
    assert "Aucune version du catalogue" in noeud(FausseBase()).appeler("/", methode="GET").octets.decode()
