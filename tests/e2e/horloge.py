"""A clock that runs fast, the same in every process of a machine: a month passes in two seconds.

``ESAV_HORLOGE=tests.e2e.horloge:instant`` with ``ESAV_TEST_HORLOGE`` as :meth:`Horloge.env` writes it.
"""

from __future__ import annotations

import os
import time
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path


@dataclass(frozen=True)
class Horloge:
    """``depart`` at the machine's monotonic second ``zero``; then ``vitesse`` seconds go by in each."""

    depart: datetime
    zero: float
    vitesse: float

    def __call__(self) -> datetime:
        return self.depart + timedelta(seconds=(time.clock_gettime(time.CLOCK_MONOTONIC) - self.zero) * self.vitesse)

    def env(self) -> dict[str, str]:
        """What a server process needs to run by this clock."""
        return {
            "ESAV_HORLOGE": "tests.e2e.horloge:instant",
            "ESAV_TEST_HORLOGE": f"{self.depart.isoformat()} {self.zero!r} {self.vitesse!r}",
        }


def partir(depart: datetime, vitesse: float) -> Horloge:
    """A clock that shows ``depart`` now."""
    return Horloge(depart, time.clock_gettime(time.CLOCK_MONOTONIC), vitesse)


@cache
def _du_processus() -> Horloge:
    depart, zero, vitesse = os.environ["ESAV_TEST_HORLOGE"].split()
    return Horloge(datetime.fromisoformat(depart), float(zero), float(vitesse))


def instant() -> datetime:
    return _du_processus()()


@dataclass(frozen=True)
class Cadran:
    """A clock that stands still until it is set: ``fichier`` holds its instant, for every process of a machine."""

    fichier: Path

    def regler(self, instant: datetime) -> None:
        neuf = self.fichier.with_suffix(".neuf")
        neuf.write_text(instant.isoformat())
        neuf.replace(self.fichier)

    def __call__(self) -> datetime:
        return datetime.fromisoformat(self.fichier.read_text())

    def env(self) -> dict[str, str]:
        """What a server process needs to run by this clock."""
        return {"ESAV_HORLOGE": "tests.e2e.horloge:regle", "ESAV_TEST_CADRAN": str(self.fichier)}


@dataclass(frozen=True)
class Pendule:
    """A clock that goes on by itself from the instant that it was last set to, the same in every process of a machine."""

    fichier: Path

    def regler(self, instant: datetime) -> None:
        neuf = self.fichier.with_suffix(".neuf")
        neuf.write_text(f"{instant.isoformat()} {time.clock_gettime(time.CLOCK_MONOTONIC)!r}")
        neuf.replace(self.fichier)

    def __call__(self) -> datetime:
        depart, zero = self.fichier.read_text().split()
        return Horloge(datetime.fromisoformat(depart), float(zero), 1)()

    def env(self) -> dict[str, str]:
        """What a server process needs to run by this clock."""
        return {"ESAV_HORLOGE": "tests.e2e.horloge:a_la_pendule", "ESAV_TEST_PENDULE": str(self.fichier)}


def a_la_pendule() -> datetime:
    return Pendule(Path(os.environ["ESAV_TEST_PENDULE"]))()


def regle() -> datetime:
    return Cadran(Path(os.environ["ESAV_TEST_CADRAN"]))()
