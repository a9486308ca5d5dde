"""When a signalisation goes to the archive, and the steps that take it there (R3.5)."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from datetime import date, datetime, timedelta

from esav_soap.calendar import a_paris, en_paris
from esav_soap.usecases.archives.delais import JOURS_DEFAUT, JOURS_MIN
from esav_soap.usecases.archives.ports import Archives
from esav_soap.usecases.catalogue import Suivi

_journal = logging.getLogger(__name__)

#: Signalisations of a step, and seconds between two: deposits wait for nothing longer than a step.
PAS = 200
PAUSE_S = 0.02
#: How often others may hold all that is left, before it is left to them; seconds between two tries.
ESSAIS = 20
ATTENTE_S = 0.25
#: Seconds between two steps of the worker as long as there is something to do, and when there is nothing.
WORKER_S, WORKER_VIDE_S = 1.0, 600.0

_ETAPE = "Archivage"


def limite(instant: datetime, jours: int = JOURS_DEFAUT) -> datetime:
    """What was closed before then, more than so many calendar days ago (Paris), has passed its time."""
    return debut_du(en_paris(instant).date() - timedelta(days=jours))


def dernier_jour(instant: datetime) -> date:
    """The last day whose closures may be archived: those of the day after still stand in the history."""
    return en_paris(instant).date() - timedelta(days=JOURS_MIN)


def debut_du(jour: date) -> datetime:
    """Midnight of that day in Paris, in UTC."""
    return a_paris(jour)


def passer(
    archives: Archives,
    avant: datetime,
    horloge: Callable[[], datetime],
    suivi: Suivi,
    attendre: Callable[[float], None] = time.sleep,
) -> int:
    """Move all that was closed before ``avant``, in small steps; gives how many. What others hold to the end stays.

    Raises ``ValueError`` for a limit within the history.
    """
    if avant > debut_du(dernier_jour(horloge()) + timedelta(days=1)):
        raise ValueError("ce qui est encore dans l'historique ne s'archive pas")
    total = archives.nombre_a_archiver(avant, horloge())
    fait = vains = 0
    suivi(_ETAPE, 0, total)
    while vains < ESSAIS:
        nombre = archives.archiver(avant, PAS, horloge())
        fait += nombre
        suivi(_ETAPE, fait, max(fait, total))
        if nombre:
            vains = 0
            attendre(PAUSE_S)
        elif archives.nombre_a_archiver(avant, horloge()):
            vains += 1
            attendre(ATTENTE_S)
        else:
            break
    return fait


class Archivage:
    """What the worker does of it: a step now and then. ``archivees``: how many it moved."""

    def __init__(self, archives: Archives, horloge: Callable[[], datetime], jours: int) -> None:
        self._archives = archives
        self._horloge = horloge
        self._jours = jours
        self.archivees = 0

    def __call__(self) -> float:
        """One step; gives the seconds until the next."""
        instant = self._horloge()
        nombre = self._archives.archiver(limite(instant, self._jours), PAS, instant)
        self.archivees += nombre
        if nombre:
            _journal.info("archivage : %d signalisations", nombre)
        return WORKER_S if nombre else WORKER_VIDE_S

    def tout(self) -> int:
        """All that has passed its time; gives how many."""
        avant = limite(self._horloge(), self._jours)
        self.archivees += passer(self._archives, avant, self._horloge, lambda *_: None)
        return self.archivees
