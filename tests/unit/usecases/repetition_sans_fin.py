"""Run as a program by ``test_repetition.py``: a rehearsal that never ends; says the numbers of its processes."""

from __future__ import annotations

import multiprocessing
from collections.abc import Iterator
from datetime import datetime

from esav_soap.usecases.ports.historique import SignalisationDeposee
from esav_soap.usecases.repetition import simuler
from tests.unit.usecases.test_repetition import DEPUIS, FauxHistorique, deposee, version


class SansFin(FauxHistorique):
    def deposees(self, depuis: datetime) -> Iterator[SignalisationDeposee]:
        while True:
            yield from self.liste


def dire(etape: str, fait: int, total: int) -> None:
    if fait:
        print(*[enfant.pid for enfant in multiprocessing.active_children()], flush=True)


if __name__ == "__main__":
    simuler(version("2026.1"), SansFin([deposee("2026.1", "ACCES_FTTH")]), DEPUIS, dire, processus=2)
