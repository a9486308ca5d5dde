"""Something that is done from time to time beside the rest, in a thread of its own."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterable

from esav_soap.worker.arret import Arret
from esav_soap.worker.boucle import PAUSE_S, RECUL_MAX_S

_journal = logging.getLogger(__name__)

#: Seconds for what is in hand when the worker ends, less than the server gives it (``bootstrap.auxiliaire``).
DELAI_FIN_S = 18.0


class Periodique:
    """Calls ``tache`` until ``arret``; it does a little, and gives the seconds until it wants to be called again.

    Nothing that fails ends it. ``nom``: of the thread, and in the log.
    """

    def __init__(self, nom: str, tache: Callable[[], float], arret: Arret) -> None:
        self._nom = nom
        self._tache = tache
        self._arret = arret
        self._fil = threading.Thread(target=self._tourner, name=nom, daemon=True)

    def demarrer(self) -> None:
        """From now on."""
        self._fil.start()

    def attendre(self, secondes: float) -> None:
        """Wait at most so long for what is in hand, once the stop is asked for."""
        self._fil.join(secondes)

    def _tourner(self) -> None:
        recul = PAUSE_S
        while not self._arret.demande():
            try:
                attente = self._tache()
                recul = PAUSE_S
            except Exception:
                _journal.exception("%s : essai suivant dans %.0f s", self._nom, recul)
                attente, recul = recul, min(RECUL_MAX_S, 2 * recul)
            self._arret.attendre(attente)


def attendre_tous(periodiques: Iterable[Periodique]) -> None:
    """Once the stop is asked for: wait for what they have in hand, for all of them together :data:`DELAI_FIN_S` at most."""
    limite = time.monotonic() + DELAI_FIN_S
    for un in periodiques:
        un.attendre(max(0.0, limite - time.monotonic()))
