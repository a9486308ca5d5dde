"""The loop of notifications: a slow receiver holds up nobody, and nothing that fails ends it."""

from __future__ import annotations

import threading
import time

import pytest

from esav_soap.usecases.notifications import IssueNotification
from esav_soap.worker import Arret, BoucleNotifications, attendre_tous, notifications, periodique
from tests.unit.worker.test_boucle import arret_ouvert

RECUE, REPORTEE = IssueNotification.RECUE, IssueNotification.REPORTEE


def demarrer(boucle: BoucleNotifications) -> None:
    for fil in boucle.fils:
        fil.demarrer()


class Suite:
    """Issues, or exceptions to raise, one after the other; then ``fini``, and the stop is asked for."""

    def __init__(self, arret: Arret, *suite: IssueNotification | Exception | None) -> None:
        self.arret = arret
        self.suite = list(suite)
        self.actualisations = 0
        self.verrou = threading.Lock()

    def suivante(self, *, sans_echec: bool = False) -> IssueNotification | None:
        with self.verrou:
            if not self.suite:
                self.arret.demander()
                return None
            prochain = self.suite.pop(0)
        if isinstance(prochain, Exception):
            raise prochain
        return prochain

    def actualiser(self) -> None:
        self.actualisations += 1


@pytest.mark.exigence("R3.5")
def test_une_fois__ok() -> None:
    with arret_ouvert() as arret:
        suite = Suite(arret, RECUE, REPORTEE, None, RECUE)
        bilan = BoucleNotifications(suite, suite.actualiser, arret).une_fois()
        assert (bilan, len(suite.suite), suite.actualisations) == ({RECUE: 1, REPORTEE: 1}, 1, 1)


@pytest.mark.exigence("R3.5")
def test_rien_de_ce_qui_echoue_n_y_met_fin__ok(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(notifications, "PAUSE_S", 0.001)
    monkeypatch.setattr(periodique, "PAUSE_S", 0.001)
    with arret_ouvert() as arret:
        suite = Suite(arret, RECUE, None, OSError("base"), REPORTEE, OSError("base"), RECUE)
        boucle = BoucleNotifications(suite, suite.actualiser, arret)
        demarrer(boucle)
        attendre_tous(boucle.fils)
        assert arret.demande()
    assert boucle.bilan == {RECUE: 2, REPORTEE: 1}
    assert suite.actualisations == 1
    assert "essai suivant" in caplog.text


@pytest.mark.exigence("R3.5")
def test_un_recepteur_lent_ne_retient_pas_les_autres__ok(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(notifications, "PAUSE_S", 0.001)
    lent, fini = threading.Event(), threading.Event()
    with arret_ouvert() as arret:

        class Lente(Suite):
            def suivante(self, *, sans_echec: bool = False) -> IssueNotification | None:
                issue = super().suivante()
                if issue is REPORTEE:
                    lent.set()
                    assert fini.wait(20)
                return issue

        suite = Lente(arret, REPORTEE, *[RECUE] * 20)
        boucle = BoucleNotifications(suite, suite.actualiser, arret, 2)
        demarrer(boucle)
        assert lent.wait(20)
        limite = time.monotonic() + 20
        while not arret.demande() and time.monotonic() < limite:
            arret.attendre(0.01)
        assert boucle.bilan == {RECUE: 20}
        fini.set()
        attendre_tous(boucle.fils)
    assert boucle.bilan == {RECUE: 20, REPORTEE: 1}


@pytest.mark.exigence("R3.5")
@pytest.mark.parametrize(("fils", "gardes"), [(1, 0), (2, 1), (3, 1), (4, 2)])
def test_la_moitie_des_fils_est_gardee_a_ceux_qui_repondent__ok(
    monkeypatch: pytest.MonkeyPatch, fils: int, gardes: int
) -> None:
    """However many receivers are silent at once, there are threads that wait for none of them."""
    monkeypatch.setattr(notifications, "PAUSE_S", 0.001)
    tous, fini = threading.Barrier(fils + 1, timeout=20), threading.Event()
    demandes: list[bool] = []
    with arret_ouvert() as arret:

        class Muets(Suite):
            def suivante(self, *, sans_echec: bool = False) -> IssueNotification | None:
                demandes.append(sans_echec)
                tous.wait()
                assert fini.wait(20)
                return None

        suite = Muets(arret)
        boucle = BoucleNotifications(suite, suite.actualiser, arret, fils)
        demarrer(boucle)
        tous.wait()
        assert (len(demandes), sum(demandes)) == (fils, gardes)
        arret.demander()
        fini.set()
        attendre_tous(boucle.fils)


@pytest.mark.exigence("R3.5")
def test_l_arret_n_attend_pas_un_echange_sans_fin__ok(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(periodique, "DELAI_FIN_S", 0.05)
    commence, fini = threading.Event(), threading.Event()
    with arret_ouvert() as arret:

        class SansFin(Suite):
            def suivante(self, *, sans_echec: bool = False) -> IssueNotification | None:
                commence.set()
                assert fini.wait(20)
                return super().suivante()

        suite = SansFin(arret)
        boucle = BoucleNotifications(suite, suite.actualiser, arret)
        demarrer(boucle)
        assert commence.wait(20)
        arret.demander()
        debut = time.monotonic()
        attendre_tous(boucle.fils)
        assert time.monotonic() - debut < 10
        fini.set()
        attendre_tous(boucle.fils)


@pytest.mark.exigence("R3.5", "R6.3")
def test_l_integration_est_mise_a_jour_de_temps_en_temps__ok(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(notifications, "PAUSE_S", 0.001)
    monkeypatch.setattr(notifications, "ACTUALISATION_S", 0.0)
    with arret_ouvert() as arret:
        suite = Suite(arret, *[None] * 50)
        boucle = BoucleNotifications(suite, suite.actualiser, arret, 2)
        demarrer(boucle)
        attendre_tous(boucle.fils)
    assert suite.actualisations >= 2
