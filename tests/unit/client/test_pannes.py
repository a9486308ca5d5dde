"""Failures of the connection, told in French."""

from __future__ import annotations

import errno
import http.client
import socket
import ssl
import threading

import pytest
import requests
import urllib3.exceptions

from esav_soap.client import ClientEsav, ServiceInjoignable
from esav_soap.client.pannes import cause

pytestmark = pytest.mark.exigence("R9")


def certificat(code: int) -> ssl.SSLCertVerificationError:
    refus = ssl.SSLCertVerificationError(1, "[SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed")
    refus.verify_code = code
    return refus


@pytest.mark.parametrize(
    ("interne", "dit"),
    [
        (ConnectionRefusedError(errno.ECONNREFUSED, "Connection refused"), "connexion refusée"),
        (ConnectionResetError(errno.ECONNRESET, "Connection reset by peer"), "connexion coupée"),
        (OSError(errno.EHOSTUNREACH, "No route to host"), "machine hors d'atteinte"),
        (OSError(errno.EPROTO, "Protocol error"), "erreur EPROTO du système"),
        (TimeoutError("timed out"), "délai dépassé"),
        (socket.gaierror(-2, "Name or service not known"), "nom inconnu"),
        (http.client.RemoteDisconnected("Remote end closed connection"), "connexion fermée sans réponse"),
        (certificat(10), "certificat refusé, il a expiré"),
        (certificat(20), "certificat refusé, son autorité n'est pas connue"),
        (certificat(62), "certificat refusé, il est celui d'une autre machine"),
        (certificat(99), "certificat refusé, erreur OpenSSL 99"),
        (ssl.SSLError(1, "[SSL: WRONG_VERSION_NUMBER] wrong version"), "le service ne parle pas TLS à cette adresse"),
        (
            ssl.SSLError(1, "[SSL: TLSV13_ALERT_CERTIFICATE_REQUIRED] tlsv13 alert certificate required"),
            "le service demande un certificat client",
        ),
        (ssl.SSLError(1, "something new"), "erreur TLS inconnue"),
    ],
    ids=lambda v: v if isinstance(v, str) else "",
)
def test_cause__under_the_layers_of_the_libraries(interne: Exception, dit: str) -> None:
    couche = urllib3.exceptions.ProtocolError("Connection aborted.", interne)
    couche.__cause__ = interne
    assert cause(requests.ConnectionError(couche)) == dit


@pytest.mark.parametrize(("adresse", "dit"), [("http://127.0.0.1:1", "connexion refusée")])
def test_real_socket__french(adresse: str, dit: str) -> None:
    with ClientEsav(adresse, essais=1) as esav, pytest.raises(ServiceInjoignable) as echec:
        esav.versions()
    assert str(echec.value) == f"Aucun service n'est joignable à {adresse} : {dit}."


def test_http_to_a_port_that_closes__hint() -> None:
    """A TLS port closes a connection in clear without a word."""
    with socket.create_server(("127.0.0.1", 0)) as ecoute:

        def fermer() -> None:
            prise, _ = ecoute.accept()
            with prise:
                prise.recv(65536)

        fil = threading.Thread(target=fermer)
        fil.start()
        adresse = f"http://127.0.0.1:{ecoute.getsockname()[1]}"
        with ClientEsav(adresse, essais=1) as esav, pytest.raises(ServiceInjoignable) as echec:
            esav.versions()
        fil.join()
    assert "https://" in str(echec.value)
