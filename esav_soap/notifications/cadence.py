"""When a notification that failed is sent again, and when sending stops."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import datetime, timedelta


@dataclass(frozen=True, slots=True)
class Patience:
    """After ``recul``, doubled at each failure, ``plafond`` at most, a part of it left to chance so that many do not come at once.

    Sending stops once nothing got through for ``arret``, and ``essais`` attempts at least were made: a platform that was down
    itself does not count that against the receiver. ``bail``: longer than any sending. ``lot``: events of one message.
    """

    recul: timedelta = timedelta(seconds=15)
    plafond: timedelta = timedelta(minutes=30)
    arret: timedelta = timedelta(hours=72)
    essais: int = 10
    bail: timedelta = timedelta(minutes=5)
    lot: int = 100

    def prochain(self, instant: datetime, essais: int, alea: float) -> datetime:
        """The next attempt after the one that failed at ``instant``, ``essais`` having failed before it; ``alea`` in [0, 1)."""
        # Doubled more often, anything would be beyond the cap, and at last beyond what a timedelta holds.
        attente = min(self.plafond, min(self.plafond, self.recul) * (1 << min(essais, 24)))
        return instant + attente * (0.75 + 0.25 * alea)

    @property
    def essais_max(self) -> int:
        """More attempts than failures can make before ``arret``: whoever made them died, without a word of why."""
        return self.essais + 2 * (24 + math.ceil(self.arret / (0.75 * self.plafond)))

    def epuisee(self, instant: datetime, essais: int, echecs_depuis: datetime) -> bool:
        """Whether to stop, ``essais`` attempts having failed since ``echecs_depuis``."""
        return essais >= self.essais and instant - echecs_depuis >= self.arret
