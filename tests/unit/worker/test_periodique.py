"""What the worker does from time to time: again and again, whatever fails, until it is asked to stop."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator

import pytest

from esav_soap.worker import Arret, Periodique, attendre_tous, periodique


@pytest.fixture
def arret() -> Iterator[Arret]:
    un = Arret()
    try:
        yield un
    finally:
        un.fermer()


@pytest.mark.exigence("R3.5")
def test_de_temps_en_temps_malgre_les_pannes__ok(
    arret: Arret, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(periodique, "PAUSE_S", 0.001)
    monkeypatch.setattr(periodique, "RECUL_MAX_S", 0.002)
    suite: list[float | Exception] = [0.0, OSError("base"), ValueError("x"), 0.001]
    tours = 0

    def tache() -> float:
        nonlocal tours
        tours += 1
        if not suite:
            arret.demander()
            return 60.0
        prochain = suite.pop(0)
        if isinstance(prochain, Exception):
            raise prochain
        return prochain

    un = Periodique("archivage", tache, arret)
    un.demarrer()
    un.attendre(20)
    assert (tours, suite) == (5, [])
    assert [r.getMessage() for r in caplog.records] == ["archivage : essai suivant dans 0 s"] * 2


@pytest.mark.exigence("R3.5")
def test_l_arret_n_attend_pas_la_fois_suivante__ok(arret: Arret) -> None:
    def tache() -> float:
        arret.demander()
        return 3600.0

    un = Periodique("archivage", tache, arret)
    un.demarrer()
    un.attendre(20)
    assert not un._fil.is_alive()


@pytest.mark.exigence("R3.5")
def test_l_arret_attend_tout_le_monde_ensemble_et_non_chacun_son_tour__ok(
    arret: Arret, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The server gives its worker so many seconds: however many threads have something in hand, they are enough."""
    monkeypatch.setattr(periodique, "DELAI_FIN_S", 0.4)
    fini = threading.Event()

    def tache() -> float:
        assert fini.wait(20)
        return 0.0

    tous = [Periodique(f"fil-{rang}", tache, arret) for rang in range(8)]
    for un in tous:
        un.demarrer()
    arret.demander()
    debut = time.monotonic()
    attendre_tous(tous)
    assert 0.4 <= time.monotonic() - debut < 1.6
    fini.set()
    attendre_tous(tous)
