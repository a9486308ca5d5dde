"""The loop of notifications: several at once, so that a slow receiver holds up nobody else's."""

from __future__ import annotations

import logging
import threading
import time
from collections import Counter
from collections.abc import Callable
from typing import Protocol

from esav_soap.usecases.notifications import IssueNotification
from esav_soap.worker.arret import Arret
from esav_soap.worker.boucle import PAUSE_S, RECUL_MAX_S

_journal = logging.getLogger(__name__)

#: Seconds between two looks at what the scenarios of integration have done meanwhile.
ACTUALISATION_S = 10.0
#: Seconds for the exchanges in hand when the worker ends; the lease gives the others to another.
DELAI_FIN_S = 18.0


class _Notifications(Protocol):
    def suivante(self, *, sans_echec: bool = False) -> IssueNotification | None: ...


class BoucleNotifications:
    """Gives subscriptions their turns until ``arret``; nothing that fails ends it.

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
        self._fils = [
            threading.Thread(
                target=self._tourner,
                args=(rang == 0, rang >= (fils + 1) // 2),
                name=f"notifications-{rang}",
                daemon=True,
            )
            for rang in range(fils)
        ]
        self._verrou = threading.Lock()
        self.bilan: Counter[IssueNotification] = Counter()

    def une_fois(self) -> Counter[IssueNotification]:
        """Send what is due now. Raises what the store raises."""
        self._actualiser()
        while not self._arret.demande() and self._tour():
            pass
        return self.bilan

    def demarrer(self) -> None:
        """Send what falls due from now on, in threads."""
        for fil in self._fils:
            fil.start()

    def attendre(self) -> None:
        """Once the stop is asked for: wait for the exchanges in hand."""
        limite = time.monotonic() + DELAI_FIN_S
        for fil in self._fils:
            fil.join(max(0.0, limite - time.monotonic()))

    def _tour(self, *, sans_echec: bool = False) -> bool:
        issue = self._notifications.suivante(sans_echec=sans_echec)
        if issue is None:
            return False
        with self._verrou:
            self.bilan[issue] += 1
        return True

    def _tourner(self, actualise: bool, sans_echec: bool) -> None:
        recul = PAUSE_S
        prochaine = 0.0
        while not self._arret.demande():
            try:
                if actualise and time.monotonic() >= prochaine:
                    debut = time.monotonic()
                    self._actualiser()
                    # Never more than a tenth of the time.
                    prochaine = debut + max(ACTUALISATION_S, 10 * (time.monotonic() - debut))
                attente = 0.0 if self._tour(sans_echec=sans_echec) else PAUSE_S
                recul = PAUSE_S
            except Exception:
                _journal.exception("notifications : essai suivant dans %.0f s", recul)
                attente, recul = recul, min(RECUL_MAX_S, 2 * recul)
            if attente:
                self._patienter(attente)

    def _patienter(self, secondes: float) -> None:
        """In short pauses: the end of the server that started us shows only when one looks."""
        fin = time.monotonic() + secondes
        while not self._arret.demande() and (reste := fin - time.monotonic()) > 0:
            self._arret.attendre(min(PAUSE_S, reste))
