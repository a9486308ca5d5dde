"""A client's socket: whoever waits for the client has put the token down, and has it again afterwards."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from esav_soap.bootstrap.prises import Prise
from esav_soap.jeton import JETON
from tests.fils import DELAI_S, Fil, libre

BIENTOT_S = 4
#: More than the buffers of a pair of sockets take.
LONG = b"x" * 4_000_000

Paire = tuple[Prise, socket.socket]


@pytest.fixture
def paire() -> Iterator[Paire]:
    notre, autre = socket.socketpair()
    prise = Prise(notre.family, notre.type, notre.proto, notre.detach())
    with prise, autre:
        autre.settimeout(DELAI_S)
        yield prise, autre


def avec_jeton(travail: Callable[[], Any]) -> Fil:
    """A thread that works with the token, has it when this returns, and must still have it at the end."""
    pris = threading.Event()

    def faire() -> Any:
        with JETON.tenu():
            pris.set()
            try:
                return travail()
            finally:
                assert not libre(JETON)

    fil = Fil(faire)
    assert pris.wait(DELAI_S)
    return fil


def vider(prise: socket.socket, taille: int) -> int:
    lu = 0
    while lu < taille and (octets := prise.recv(1 << 20)):
        lu += len(octets)
    return lu


def remplir(prise: socket.socket) -> int:
    """Until nothing more goes in."""
    mis = 0
    while True:
        try:
            mis += socket.socket.send(prise, LONG, socket.MSG_DONTWAIT)
        except BlockingIOError:
            return mis


@pytest.mark.exigence("R7.3")
@pytest.mark.parametrize("delai", [None, DELAI_S])
def test_recv_attend_sans_le_jeton(paire: Paire, delai: float | None) -> None:
    prise, autre = paire
    prise.settimeout(delai)
    fil = avec_jeton(lambda: prise.recv(10))
    assert libre(JETON, BIENTOT_S)
    assert not fil.fini
    autre.sendall(b"bonjour")
    assert fil.resultat() == b"bonjour"
    autre.close()
    assert avec_jeton(lambda: prise.recv(10)).resultat() == b""


@pytest.mark.exigence("R7.3")
def test_recv_jusqu_au_bout_de_son_delai(paire: Paire) -> None:
    prise, _ = paire
    prise.settimeout(0.01)
    with pytest.raises(TimeoutError):
        avec_jeton(lambda: prise.recv(10)).resultat()
    prise.setblocking(False)
    with pytest.raises(BlockingIOError):
        avec_jeton(lambda: prise.recv(10)).resultat()
    assert libre(JETON)


@pytest.mark.exigence("R7.3")
@pytest.mark.parametrize("delai", [None, DELAI_S])
@pytest.mark.parametrize("plein", [False, True])
def test_sendall_attend_sans_le_jeton(paire: Paire, delai: float | None, plein: bool) -> None:
    prise, autre = paire
    deja = remplir(prise) if plein else 0
    prise.settimeout(delai)
    fil = avec_jeton(lambda: prise.sendall(LONG))
    assert libre(JETON, BIENTOT_S)
    assert not fil.fini
    assert vider(autre, deja + len(LONG)) == deja + len(LONG)
    fil.resultat()


@pytest.mark.exigence("R7.3")
def test_send_attend_sans_le_jeton(paire: Paire) -> None:
    """``100 Continue``, to a client that reads nothing."""
    prise, autre = paire
    deja = remplir(prise)
    fil = avec_jeton(lambda: prise.send(b"HTTP/1.1 100 Continue\r\n\r\n"))
    assert libre(JETON, BIENTOT_S)
    assert not fil.fini
    vider(autre, deja)
    assert fil.resultat() == 25


@pytest.mark.exigence("R7.3")
@pytest.mark.parametrize("geste", ["recv", "sendall", "send"])
def test_un_client_parti__le_jeton_revient(paire: Paire, geste: str) -> None:
    prise, autre = paire
    if geste == "recv":
        fil = avec_jeton(lambda: prise.recv(1))
        assert libre(JETON, BIENTOT_S)
        autre.close()
        assert fil.resultat() == b""
    else:
        remplir(prise)
        fil = avec_jeton(lambda: getattr(prise, geste)(LONG))
        assert libre(JETON, BIENTOT_S)
        autre.close()
        with pytest.raises(OSError, match=r"Broken pipe|reset"):
            fil.resultat()
    assert libre(JETON)
