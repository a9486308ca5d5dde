"""The receiver's contract is published where the services are; it is not served there."""

from __future__ import annotations

import pytest
from lxml import etree

from esav_soap.contract.services import RECEPTEURS
from esav_soap.names import NS_SOAP_11, NS_WS, NS_WSDL_SOAP_11
from esav_soap.push.message import ecrire
from esav_soap.usecases.ports.notifications import Notification
from tests.faux import URL, FauxNoeud, noeud
from tests.unit.push.test_message import SUIVIS


@pytest.fixture(scope="module")
def service() -> FauxNoeud:
    return noeud()


@pytest.mark.exigence("R3.5", "R1.4")
@pytest.mark.parametrize("question", ["wsdl", "WSDL", "wsdl=soap12"])
def test_son_wsdl_se_prend_comme_les_autres__ok(service: FauxNoeud, question: str) -> None:
    for nom, operations in RECEPTEURS.items():
        chemin = f"/integration/ws/1/{nom}"
        reponse = service.appeler(chemin, methode="GET", question=question)
        assert reponse.statut == 200
        wsdl = etree.fromstring(reponse.octets)
        # e-SAV calls in SOAP 1.1.
        (adresse,) = wsdl.iter(f"{{{NS_WSDL_SOAP_11}}}address")
        assert adresse.get("location") == f"{URL}{chemin}"
        actions = [o.get("soapAction") for o in wsdl.iter(f"{{{NS_WSDL_SOAP_11}}}operation")]
        assert actions == [f"{NS_WS}:{operation}" for operation in operations]
    assert b"/integration/ws/1/notification?wsdl" in service.appeler("/", methode="GET").octets


@pytest.mark.exigence("R3.5", "R2.6")
def test_une_notification_envoyee_ici_est_refusee__error(service: FauxNoeud) -> None:
    message = ecrire(Notification("production", "OPA", SUIVIS, 12))
    reponse = service.appeler("/production/ws/1/notification", message)
    assert reponse.statut == 500
    fault = etree.fromstring(reponse.octets).find(f"{{{NS_SOAP_11}}}Body/{{{NS_SOAP_11}}}Fault")
    assert fault is not None
    assert fault.findtext(f"detail/{{{NS_WS}}}ErreurEsav/{{{NS_WS}}}code") == "MESSAGE_MAL_FORME"
    assert "à offrir par l'opérateur" in (fault.findtext("faultstring") or "")
    assert service.appeler("/production/ws/1/notification", methode="GET").statut == 405
