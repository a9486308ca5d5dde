"""The load: it counts acknowledgements of new deposits, and takes nothing else for one."""

from __future__ import annotations

import socketserver
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import count

import pytest

from bench.charge import MARQUE, ReponseIllisible, Tir, accuse, entiere, requete, tirer

pytestmark = pytest.mark.exigence("R3.1")

MESSAGE = b"<m>" + MARQUE + b"</m>"
ACCUSE = b"<a><x:numeroSignalisation>7</x:numeroSignalisation><x:dejaDeposee>false</x:dejaDeposee></a>"
DEJA = ACCUSE.replace(b"false", b"true")
FAUTE = b"<s:Fault><faultcode>s:Client</faultcode></s:Fault>"


def http(corps: bytes, statut: bytes = b"200 OK") -> bytes:
    return b"HTTP/1.1 %s\r\nContent-Length: %d\r\n\r\n%s" % (statut, len(corps), corps)


class _Serveur(socketserver.ThreadingTCPServer):
    daemon_threads = True

    def __init__(self, repondre: Callable[[bytes], bytes]) -> None:
        super().__init__(("127.0.0.1", 0), _Echange)
        self.repondre = repondre
        self.recues: list[bytes] = []


class _Echange(socketserver.StreamRequestHandler):
    server: _Serveur

    def handle(self) -> None:
        while True:
            longueur = 0
            while (ligne := self.rfile.readline()) not in (b"\r\n", b""):
                nom, _, valeur = ligne.partition(b":")
                longueur = int(valeur) if nom.lower() == b"content-length" else longueur
            corps = self.rfile.read(longueur)
            if not corps:
                return
            self.server.recues.append(corps)
            reponse = self.server.repondre(corps)
            self.wfile.write(reponse[:20])  # in two pieces, as a network may deliver it
            self.wfile.flush()
            self.wfile.write(reponse[20:])
            if not reponse:
                return


@contextmanager
def serveur(repondre: Callable[[bytes], bytes]) -> Iterator[_Serveur]:
    with _Serveur(repondre) as lance:
        fil = threading.Thread(target=lance.serve_forever, kwargs={"poll_interval": 0.01})
        fil.start()
        try:
            yield lance
        finally:
            lance.shutdown()
            fil.join()


def bombarder(lance: _Serveur, nombre: int = 20) -> Tir:
    port = int(lance.server_address[1])
    return tirer("127.0.0.1", port, "/depot", MESSAGE, "t1", connexions=3, secondes=30, nombre=nombre)


def test_accuses_comptes_et_references_distinctes__ok() -> None:
    with serveur(lambda _: http(ACCUSE)) as lance:
        tir = bombarder(lance)
    assert (tir.acceptes, tir.refuses, len(tir.durees)) == (20, 0, 20)
    assert len(set(lance.recues)) == 20
    assert {len(recue) for recue in lance.recues} == {len(MESSAGE)}
    assert tir.secondes > 0


@pytest.mark.parametrize(
    "reponse",
    [
        http(FAUTE, b"500 Internal Server Error"),
        http(FAUTE),
        http(ACCUSE + FAUTE),
        http(DEJA),
        http(b""),
        http(ACCUSE, b"503 Service Unavailable"),
    ],
    ids=["faute", "faute en 200", "accusé et faute", "déjà déposée", "vide", "503"],
)
def test_autre_chose_qu_un_accuse_est_un_refus__error(reponse: bytes) -> None:
    rangs = count()
    with serveur(lambda _: reponse if next(rangs) == 4 else http(ACCUSE)) as lance:
        tir = bombarder(lance)
    assert (tir.acceptes, tir.refuses) == (19, 1)
    assert tir.refus == reponse.decode()


def test_connexion_fermee_au_milieu__error() -> None:
    with serveur(lambda _: b"") as lance, pytest.raises((ReponseIllisible, ConnectionError)):
        bombarder(lance)


def test_message_sans_marque__error() -> None:
    with pytest.raises(ValueError, match="marque"):
        requete("127.0.0.1", 1, "/", b"<m/>", "OPA")


def test_reponse_en_morceaux_attendue_jusqu_au_bout__ok() -> None:
    par_longueur = http(ACCUSE)
    decoupee = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n%x\r\n%s\r\n0\r\n\r\n" % (len(ACCUSE), ACCUSE)
    for reponse in (par_longueur, decoupee):
        assert [entiere(reponse[:coupe]) for coupe in range(len(reponse))] == [False] * len(reponse)
        assert entiere(reponse)
        assert accuse(reponse)


def test_reponse_sans_longueur__error() -> None:
    with pytest.raises(ReponseIllisible, match="longueur"):
        entiere(b"HTTP/1.1 200 OK\r\n\r\nabc")
