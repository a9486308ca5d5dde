"""The limits of a node are its settings: small ones end what the defaults would wait for."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from urllib.parse import urlsplit

import pytest

from tests.e2e.serveur import ServeurReel, serveur_neuf
from tests.e2e.soap import appeler, requete

REGLAGES = {
    "ESAV_DELAI_SILENCE": "2",
    "ESAV_DELAI_REQUETE": "3",
    "ESAV_DELAI_INACTIVITE": "2",
    "ESAV_TAILLE_MAX": "3000",
}
#: Less than each of the defaults, more than a busy machine needs beyond the settings above.
BIENTOT_S = 20
TETE = b"POST /production/ws/1/suivi HTTP/1.1\r\nHost: esav\r\nContent-Type: text/xml\r\nContent-Length: 2000\r\n\r\n"
GET = b"GET /sante HTTP/1.1\r\nHost: esav\r\n\r\n"


@pytest.fixture(scope="module")
def serveur(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServeurReel]:
    dossier = tmp_path_factory.mktemp("limites")
    with serveur_neuf(f"sqlite:///{dossier}/esav.db", dossier, env=REGLAGES) as lance:
        yield lance


def prise(serveur: ServeurReel) -> socket.socket:
    lieu = urlsplit(serveur.url)
    return socket.create_connection((lieu.hostname or "", lieu.port or 0), timeout=BIENTOT_S)


def fermee(client: socket.socket) -> bool:
    """Once the server has closed, with or without a word. Raises TimeoutError when it does not."""
    with suppress(ConnectionResetError):
        while client.recv(65536):
            pass
    return True


@pytest.mark.exigence("R9")
def test_un_silence_a_la_duree_du_reglage__error(serveur: ServeurReel) -> None:
    """Before the body, in it, and between two requests."""
    with ExitStack() as pile:
        depart = time.monotonic()
        clients = [pile.enter_context(prise(serveur)) for _ in range(3)]
        for client, debut in zip(clients, (TETE, TETE + b"<", GET), strict=True):
            client.sendall(debut)
        for client in clients:
            assert fermee(client)
        assert time.monotonic() - depart > 1


@pytest.mark.exigence("R9")
def test_une_requete_goutte_a_goutte_a_la_duree_du_reglage__error(serveur: ServeurReel) -> None:
    """Never silent for as long as is admitted, and ended all the same."""
    with prise(serveur) as client:
        client.sendall(TETE)
        client.settimeout(0.5)
        limite = time.monotonic() + BIENTOT_S
        while time.monotonic() < limite:
            try:
                client.sendall(b"<")
                if not client.recv(65536):
                    return
            except TimeoutError:
                continue
            except OSError:
                return
    pytest.fail("still open")


@pytest.mark.exigence("R9")
def test_la_taille_est_celle_du_reglage__error(serveur: ServeurReel) -> None:
    reponse = appeler(serveur.url, "production/ws/1/suivi", requete("consulterEtat", referenceOperateur="x" * 3000))
    assert reponse.refus == "MESSAGE_TROP_GRAND"
    assert "3000 octets" in (reponse.texte("message") or "")
