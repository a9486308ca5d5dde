"""What is fuzzed in the process, by name."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from random import Random
from typing import Protocol

from tests.fuzz.message import CibleMessage
from tests.fuzz.paquet import CiblePaquet


class Cible(Protocol):
    """Something that takes any bytes and must keep its promises."""

    def graines(self) -> dict[str, bytes]:
        """Where to start from, by name."""
        ...

    def muter(self, octets: bytes, rng: Random) -> bytes:
        """A change that leaves something to be read."""
        ...

    def essayer(self, octets: bytes) -> str | None:
        """Take it. Raises for a broken promise; gives the code of a refusal."""
        ...

    def fermer(self) -> None:
        """Give back what is open."""
        ...


#: What makes each.
CIBLES: Mapping[str, Callable[[], Cible]] = {"message": CibleMessage, "pack": CiblePaquet}


def cible(nom: str) -> Cible:
    return CIBLES[nom]()
