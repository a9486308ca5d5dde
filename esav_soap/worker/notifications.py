"""The loop of notifications: several at once, so that a slow receiver holds up nobody else's."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable
from typing import Protocol

from esav_soap.usecases.notifications import IssueNotification
from esav_soap.worker.arret import Arret
from esav_soap.worker.boucle import PAUSE_S
from esav_soap.worker.periodique import Periodique

#: Seconds between two looks at what the scenarios of integration have done meanwhile.
ACTUALISATION_S = 10.0


class _Notifications(Protocol):
    def suivante(self, *, sans_echec: bool = False) -> IssueNotification | None: ...


class BoucleNotifications:
    """Gives subscriptions their turns: at once, or in the threads of ``fils`` until ``arret``.

    Half of several threads, rounded down, serve only those whose receiver answered the last time: however many are silent
    until their delay is over, the others go on.
    ``actualiser``: brings integration up to date, where nothing happens unless somebody looks.
    """

    def __init__(
        self, notifications: _Notifications, actualiser: Callable[[], object], arret: Arret, fils: int = 1
    ) -> None:
        self._notifications = notifications
        self._actualiser = actualiser
        self._arret = arret
        self._prochaine = 0.0
        gardes = fils // 2
        autres = [self._envoyer] * (fils - 1 - gardes) + [self._envoyer_sans_echec] * gardes
        taches = [self._actualiser_et_envoyer, *autres]
        self.fils = [Periodique(f"notifications-{rang}", tache, arret) for rang, tache in enumerate(taches)]
        self._verrou = threading.Lock()
        self.bilan: Counter[IssueNotification] = Counter()

    def une_fois(self) -> Counter[IssueNotification]:
        """Send what is due now. Raises what the store raises."""
        self._actualiser()
        while not self._arret.demande() and self._tour():
            pass
        return self.bilan

    def _tour(self, *, sans_echec: bool = False) -> bool:
        issue = self._notifications.suivante(sans_echec=sans_echec)
        if issue is None:
            return False
        with self._verrou:
            self.bilan[issue] += 1
        return True

    def _envoyer(self) -> float:
        return 0.0 if self._tour() else PAUSE_S

    def _envoyer_sans_echec(self) -> float:
        return 0.0 if self._tour(sans_echec=True) else PAUSE_S

    def _actualiser_et_envoyer(self) -> float:
        """Of one thread alone."""
        debut = time.monotonic()
        if debut >= self._prochaine:
            self._actualiser()
            # Never more than a tenth of the time.
            self._prochaine = debut + max(ACTUALISATION_S, 10 * (time.monotonic() - debut))
        return self._envoyer()
