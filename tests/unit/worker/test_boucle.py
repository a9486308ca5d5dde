"""The loop of the worker: it ends when asked, not before, and nothing that fails ends it."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

import pytest

from esav_soap.usecases.expedition import Issue
from esav_soap.worker import Arret, Boucle, boucle

INSTANT = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)


class Suite:
    """Issues, or exceptions to raise, one after the other; then the stop is asked for."""

    def __init__(self, arret: Arret, *suite: Issue | Exception | None) -> None:
        self.arret = arret
        self.suite = list(suite)
        self.rappels = 0

    def suivant(self) -> Issue | None:
        if not self.suite:
            self.arret.demander()
            return None
        prochain = self.suite.pop(0)
        if isinstance(prochain, Exception):
            raise prochain
        return prochain

    def ajouter_dus(self, instant: datetime) -> int:
        assert instant == INSTANT
        self.rappels += 1
        return 2


@contextmanager
def arret_ouvert(parent: int | None = None) -> Iterator[Arret]:
    arret = Arret(parent)
    try:
        yield arret
    finally:
        arret.fermer()


@pytest.mark.exigence("R2.2")
def test_tout_passe_puis_l_arret__ok(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(boucle, "PAUSE_S", 0.001)
    with arret_ouvert() as arret:
        suite = Suite(arret, Issue.ENVOYE, None, Issue.REPORTE, OSError("base"), Issue.SERVEUR, Issue.ENVOYE)
        bilan = Boucle(suite, suite, lambda: INSTANT, arret).tourner()
    assert bilan.issues == {Issue.ENVOYE: 2, Issue.REPORTE: 1, Issue.SERVEUR: 1}
    assert (bilan.rappels, suite.rappels) == (2, 1)


@pytest.mark.exigence("R2.2")
def test_les_rappels_reviennent__ok(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(boucle, "PAUSE_S", 0.001)
    monkeypatch.setattr(boucle, "RAPPELS_S", 0.0)
    with arret_ouvert() as arret:
        suite = Suite(arret, *[None] * 500)
        Boucle(suite, suite, lambda: INSTANT, arret).tourner()
        assert suite.rappels >= 2


@pytest.mark.exigence("R2.2")
def test_une_fois__ok() -> None:
    with arret_ouvert() as arret:
        suite = Suite(arret, Issue.ENVOYE, Issue.REPORTE, None, Issue.ENVOYE)
        bilan = Boucle(suite, suite, lambda: INSTANT, arret).une_fois()
        assert (bilan.rappels, bilan.issues, len(suite.suite)) == (2, {Issue.ENVOYE: 1, Issue.REPORTE: 1}, 1)
        suite = Suite(arret, Issue.SERVEUR, Issue.ENVOYE)
        bilan = Boucle(suite, suite, lambda: INSTANT, arret).une_fois()
        assert bilan.issues == {Issue.SERVEUR: 1}


@pytest.mark.exigence("R2.2")
def test_un_signal_finit_l_avis_en_cours_et_pas_le_suivant__ok() -> None:
    with arret_ouvert() as arret, arret.sur_signal():

        class Signalee(Suite):
            def suivant(self) -> Issue | None:
                os.kill(os.getpid(), signal.SIGTERM)
                return super().suivant()

        suite = Signalee(arret, Issue.ENVOYE, Issue.ENVOYE)
        bilan = Boucle(suite, suite, lambda: INSTANT, arret).tourner()
    assert bilan.issues == {Issue.ENVOYE: 1}
    assert len(suite.suite) == 1
    assert signal.getsignal(signal.SIGTERM) is signal.SIG_DFL


@pytest.mark.exigence("R2.2")
def test_l_arret_reveille_qui_attend__ok() -> None:
    with arret_ouvert() as arret:
        fil = threading.Timer(0.05, arret.demander)
        fil.start()
        arret.attendre(30)
        assert arret.demande()
        arret.attendre(30)  # at once from now on
        fil.join()


@pytest.mark.exigence("R2.2")
def test_la_fin_du_serveur_est_une_demande__ok() -> None:
    with arret_ouvert(os.getppid()) as arret:
        assert not arret.demande()
    with arret_ouvert(os.getpid()) as arret:  # our parent is another process
        assert arret.demande()
