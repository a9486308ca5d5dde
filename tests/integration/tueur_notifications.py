"""A worker that dies between a receiver's acknowledgement and what it would have noted of it.

``python -m tests.integration.tueur_notifications URL FICHIER INSTANT``: takes one turn at INSTANT; each event that the receiver
takes is a line of FICHIER, on the disk before the end.
"""

from __future__ import annotations

import os
import signal
import sys
from datetime import datetime
from pathlib import Path

from esav_soap.store import ouvrir
from esav_soap.usecases.notifications import Notifications
from esav_soap.usecases.ports.notifications import Notification


class Fichier:
    """A receiver that keeps what it gets, after whose answer the worker is killed."""

    def __init__(self, chemin: Path) -> None:
        self._chemin = chemin

    def notifier(self, adresse: str, notification: Notification) -> None:
        with self._chemin.open("a") as fichier:
            fichier.writelines(f"{un.evenement.rang}\n" for un in notification.evenements)
            fichier.flush()
            os.fsync(fichier.fileno())
        os.kill(os.getpid(), signal.SIGKILL)


def main() -> None:
    url, chemin, instant = sys.argv[1:]
    with ouvrir(url) as magasin:
        Notifications(magasin, Fichier(Path(chemin)), lambda: datetime.fromisoformat(instant)).suivante()


if __name__ == "__main__":
    main()
