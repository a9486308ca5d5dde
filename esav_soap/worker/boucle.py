"""The loop of the worker: reminders from time to time, notices as they fall due."""

from __future__ import annotations

import logging
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from esav_soap.usecases.expedition import Issue
from esav_soap.worker.arret import Arret

_journal = logging.getLogger(__name__)

#: Seconds between two looks at the queue, between two searches for reminders, and at most after a failure of the server.
PAUSE_S = 1.0
RAPPELS_S = 60.0
RECUL_MAX_S = 60.0


class _Expedition(Protocol):
    def suivant(self) -> Issue | None: ...


class _Rappels(Protocol):
    def ajouter_dus(self, instant: datetime) -> int: ...


@dataclass
class Bilan:
    """What was done. ``rappels``: reminders that were queued."""

    rappels: int = 0
    issues: Counter[Issue] = field(default_factory=Counter)


class Boucle:
    """Runs until ``arret``; nothing that fails ends it, for it would only be started again."""

    def __init__(
        self, expedition: _Expedition, rappels: _Rappels, horloge: Callable[[], datetime], arret: Arret
    ) -> None:
        self._expedition = expedition
        self._rappels = rappels
        self._horloge = horloge
        self._arret = arret
        self.bilan = Bilan()

    def une_fois(self) -> Bilan:
        """Do what is due now. Ends also when the mail server takes nothing: the others stay as they are.

        Raises what the store raises.
        """
        self.bilan.rappels += self._rappels.ajouter_dus(self._horloge())
        while not self._arret.demande():
            issue = self._expedition.suivant()
            if issue is None:
                break
            self.bilan.issues[issue] += 1
            if issue is Issue.SERVEUR:
                break
        return self.bilan

    def tourner(self) -> Bilan:
        """Do what falls due until the stop; the notice in hand is finished first."""
        recul = PAUSE_S
        prochains_rappels = 0.0
        while not self._arret.demande():
            attente = 0.0
            try:
                if time.monotonic() >= prochains_rappels:
                    debut = time.monotonic()
                    prochains_rappels = debut + RAPPELS_S
                    self.bilan.rappels += self._rappels.ajouter_dus(self._horloge())
                    # Counting the deposits of a month may take long: never more than a hundredth of the time.
                    prochains_rappels = debut + max(RAPPELS_S, 100 * (time.monotonic() - debut))
                issue = self._expedition.suivant()
                if issue is not None:
                    self.bilan.issues[issue] += 1
                panne = issue is Issue.SERVEUR
                attente = PAUSE_S if issue is None else 0.0
            except Exception:
                _journal.exception("worker : essai suivant dans %.0f s", recul)
                panne = True
            if panne:
                attente, recul = recul, min(RECUL_MAX_S, 2 * recul)
            else:
                recul = PAUSE_S
            self._arret.attendre(attente)
        return self.bilan
