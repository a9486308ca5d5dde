"""What was deposited, for rehearsals and for who uses a version."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True, slots=True)
class SignalisationDeposee:
    """What a rehearsal needs of a stored signalisation. ``formulaire``: the Offre's form element, as stored."""

    operateur: str
    offre: str
    version_catalogue: str
    formulaire: bytes


@dataclass(frozen=True, slots=True)
class UsageVersion:
    """Deposits of an opérateur with one version and Offre, in production. ``premier``, ``dernier``: their instants."""

    operateur: str
    offre: str
    nombre: int
    premier: datetime
    dernier: datetime


class Historique(Protocol):
    """Reading many stored signalisations, without holding up who writes."""

    def nombre_deposees(self, depuis: datetime) -> int:
        """How many :meth:`deposees` will give, about: for a progress bar."""
        ...

    def deposees(self, depuis: datetime) -> Iterator[SignalisationDeposee]:
        """Signalisations of production deposited since then, in the order of deposit; memory does not grow with them."""
        ...

    def usages(self, version: str, depuis: datetime) -> tuple[UsageVersion, ...]:
        """Who deposited with that version since then, by opérateur and Offre."""
        ...
