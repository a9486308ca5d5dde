"""The worker beside a server: a process of its own, so that no request waits for it.

The server's master starts it, starts it again when it dies, and ends it; the worker ends by itself when the master is gone,
even killed. Several servers may each have theirs: the leases of the queue keep them apart.
"""

from __future__ import annotations

import logging
import os
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import fields
from typing import Any

from gunicorn.arbiter import Arbiter

from esav_soap.bootstrap.reglages import Reglages

_journal = logging.getLogger(__name__)

#: Seconds before a worker that died is started again: doubled each time that it dies young.
RECUL_S, RECUL_MAX_S, JEUNE_S = 1.0, 60.0, 60.0
#: Seconds for the mail in hand when the server ends.
DELAI_FIN_S = 20.0


class Auxiliaire:
    """A process that is kept alive. To be used by one thread."""

    def __init__(self, commande: Sequence[str], environnement: dict[str, str]) -> None:
        self._commande = commande
        self._environnement = environnement
        self._processus: subprocess.Popen[bytes] | None = None
        self._depart = 0.0
        self._au_plus_tot = 0.0
        self._recul = RECUL_S
        self._fini = False

    def entretenir(self) -> None:
        """Start it when it does not run; called every second or so, returns at once."""
        maintenant = time.monotonic()
        # gunicorn takes the exit status of every child, so that of a worker cannot be told.
        if self._fini or (self._processus is not None and self._processus.poll() is None):
            return
        if self._processus is not None:
            self._recul = RECUL_S if maintenant - self._depart > JEUNE_S else min(RECUL_MAX_S, 2 * self._recul)
            self._au_plus_tot = maintenant + self._recul
            self._processus = None
            _journal.warning("worker : terminé, relancé dans %.0f s", self._recul)
        if maintenant >= self._au_plus_tot:
            self._depart = maintenant
            self._processus = subprocess.Popen(  # noqa: S603 - our own command
                self._commande, stdin=subprocess.DEVNULL, env=self._environnement
            )

    def demander_fin(self) -> None:
        """Ask it to finish the mail in hand; it is not started again."""
        self._fini = True
        if self._processus is not None and self._processus.poll() is None:
            self._processus.terminate()

    def attendre_fin(self) -> None:
        """Wait for its end; after :data:`DELAI_FIN_S` end it: its lease gives the mail to another."""
        if self._processus is None:
            return
        try:
            self._processus.wait(DELAI_FIN_S)
        except subprocess.TimeoutExpired:
            self._processus.kill()
            self._processus.wait()


def worker_auxiliaire(reglages: Reglages) -> Auxiliaire:
    """``esav worker`` with the settings of the server."""
    donnes = {f"ESAV_{c.name.upper()}": str(getattr(reglages, c.name)) for c in fields(reglages)}
    commande = [sys.executable, "-m", "esav_soap.cli", "worker", "--parent", str(os.getpid())]
    return Auxiliaire(commande, {**os.environ, **donnes})


class ArbitreAvecWorker(Arbiter):  # type: ignore[misc]
    """gunicorn's master, which looks after a worker as well."""

    def __init__(self, application: Any, auxiliaire: Auxiliaire) -> None:
        self._auxiliaire = auxiliaire
        super().__init__(application)

    def manage_workers(self) -> None:
        """Called once a second, and before that when the processes that serve are started."""
        super().manage_workers()
        self._auxiliaire.entretenir()

    def stop(self, graceful: bool = True) -> None:
        self._auxiliaire.demander_fin()
        super().stop(graceful)
        self._auxiliaire.attendre_fin()
