"""Slow clients, and more of them than a worker can have: places, limits, whose connection is closed."""

from __future__ import annotations

import os
import resource
import socket
import threading
import time
from collections.abc import Iterator
from functools import partial

import pytest

from esav_soap.bootstrap import prises
from esav_soap.bootstrap.affluence import connexions_possibles, victime
from esav_soap.bootstrap.prises import ClientMuet, Prise
from esav_soap.jeton import PLACES, Places
from tests.fils import DELAI_S, Fil


@pytest.fixture
def paire() -> Iterator[tuple[Prise, socket.socket]]:
    notre, autre = socket.socketpair()
    prise = Prise(notre.family, notre.type, notre.proto, notre.detach())
    with prise, autre:
        yield prise, autre


@pytest.mark.exigence("R6.1", "R7.3")
def test_pas_plus_de_fils_que_de_places() -> None:
    places, dedans, maximum, verrou = Places(), 0, 0, threading.Lock()
    places.regler(2)

    def passer() -> None:
        nonlocal dedans, maximum
        for _ in range(200):
            with places.tenue(), places.rendue():
                os.sched_yield()
            with places.tenue():
                with verrou:
                    dedans += 1
                    maximum = max(maximum, dedans)
                os.sched_yield()
                with verrou:
                    dedans -= 1

    fils = [Fil(passer) for _ in range(6)]
    for fil in fils:
        fil.resultat()
    assert maximum == 2


@pytest.mark.exigence("R6.1", "R7.3")
def test_qui_attend_son_client_laisse_sa_place(
    paire: tuple[Prise, socket.socket], monkeypatch: pytest.MonkeyPatch
) -> None:
    prise, autre = paire
    monkeypatch.setattr(PLACES, "_libres", None)
    PLACES.regler(1)

    def servir() -> bytes:
        with PLACES.tenue():
            return prise.recv(10)

    def servir_un_autre() -> str:
        with PLACES.tenue():
            return "servi"

    lent = Fil(servir)
    limite = time.monotonic() + DELAI_S
    while not prise.attente.attend:
        assert time.monotonic() < limite
        time.sleep(0.001)
    assert Fil(servir_un_autre).resultat() == "servi"
    autre.sendall(b"enfin")
    assert lent.resultat() == b"enfin"


@pytest.mark.exigence("R6.1", "R7.3")
def test_un_client_muet_est_abandonne__error(
    paire: tuple[Prise, socket.socket], monkeypatch: pytest.MonkeyPatch
) -> None:
    prise, _ = paire
    monkeypatch.setattr(prises.DELAIS, "silence", 0.05)
    with pytest.raises(ClientMuet):
        prise.recv(10)
    with pytest.raises(ClientMuet):
        prise.sendall(b"x" * 4_000_000)


@pytest.mark.exigence("R6.1", "R7.3")
def test_une_requete_goutte_a_goutte_a_une_fin__error(paire: tuple[Prise, socket.socket]) -> None:
    prise, autre = paire
    prise.attente.echeance = time.monotonic() + 0.3
    fini = threading.Event()

    def goutte_a_goutte() -> None:
        while not fini.wait(0.02):
            autre.sendall(b"x")

    def tout_lire() -> None:
        for _ in range(1000):
            prise.recv(1)

    fil = Fil(goutte_a_goutte)
    try:
        with pytest.raises(ClientMuet):
            tout_lire()
    finally:
        fini.set()
        fil.resultat()


@pytest.mark.exigence("R6.1")
def test_la_victime_est_la_premiere_de_l_adresse_la_plus_nombreuse() -> None:
    assert victime([("a", 1), ("b", 2), ("b", 3)]) == 2
    assert victime([("b", 2), ("a", 1), ("a", 3), ("a", 4)]) == 1
    assert victime([]) is None


@pytest.mark.exigence("R6.1")
@pytest.mark.parametrize(
    ("limites", "attendu"),
    [
        ((256, 1024), 412),
        ((1024, 1024), 412),
        ((1024, 4096), 1000),
        ((1024, resource.RLIM_INFINITY), 1000),
        ((64, 64), 32),
    ],
)
def test_pas_plus_de_connexions_que_de_descripteurs(
    monkeypatch: pytest.MonkeyPatch, limites: tuple[int, int], attendu: int
) -> None:
    pose: list[tuple[int, int]] = []
    monkeypatch.setattr(resource, "getrlimit", lambda _: limites)
    monkeypatch.setattr(resource, "setrlimit", lambda _, nouvelles: pose.append(nouvelles))
    assert connexions_possibles(1000) == attendu
    assert all(doux <= limites[1] or limites[1] == resource.RLIM_INFINITY for doux, _ in pose)


@pytest.mark.exigence("R9")
def test_pas_plus_de_connexions_que_voulu(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(resource, "getrlimit", lambda _: (1024, resource.RLIM_INFINITY))
    monkeypatch.setattr(resource, "setrlimit", lambda *_: None)
    assert connexions_possibles(300) == 300
    assert connexions_possibles(5000) == 5000


@pytest.mark.exigence("R7.3", "R9")
@pytest.mark.parametrize(("envoyes", "rassembles"), [([b"x"] * 4, b"ab"), ([b"x"] * 3 + [b"y" * 500], b"a")])
def test_les_gouttes_se_rassemblent(
    paire: tuple[Prise, socket.socket], monkeypatch: pytest.MonkeyPatch, envoyes: list[bytes], rassembles: bytes
) -> None:
    """After some drops in a row, what follows is read together; one real read in between, and it is not."""
    prise, autre = paire
    monkeypatch.setattr(prises, "ATTENTE_S", 0.01)
    monkeypatch.setattr(prises, "PAUSE_S", 1.0)
    lus = []

    def envoyer(octets: bytes) -> None:
        time.sleep(0.05)
        autre.sendall(octets)

    for envoye in envoyes:
        fil = Fil(partial(envoyer, envoye))
        lus.append(prise.recv(1000))
        fil.resultat()
    assert lus == envoyes

    def suite() -> None:
        envoyer(b"a")
        time.sleep(0.2)
        autre.sendall(b"b")

    fil = Fil(suite)
    assert prise.recv(1000) == rassembles
    fil.resultat()
    prise.attente.ouvrir()
    assert prise.attente.gouttes == 0


@pytest.mark.exigence("R7.3", "R9")
def test_qui_s_en_va_n_est_pas_attendu(paire: tuple[Prise, socket.socket], monkeypatch: pytest.MonkeyPatch) -> None:
    """While its drops gather, its leaving is seen at once."""
    prise, autre = paire
    monkeypatch.setattr(prises, "ATTENTE_S", 0.0)
    monkeypatch.setattr(prises, "PAUSE_S", 3600.0)
    prise.attente.gouttes = prises.GOUTTES
    lecture = Fil(lambda: prise.recv(1000))
    autre.sendall(b"a")
    autre.close()
    assert lecture.resultat() == b"a"
