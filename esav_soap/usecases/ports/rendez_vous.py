"""What appointments need from the outside, as protocols (R4.1, R4.2)."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from esav_soap.model import TypeRendezVous
from esav_soap.rendez_vous import Capacite, Creneau, Periode, ProblemeCapacite, Reservation, Situation
from esav_soap.signalisation import Evenement, Signalisation


class ReservationConcurrente(Exception):
    """The number or the reference of a new reservation was taken meanwhile. Nothing was written: decide again, with another
    number."""


@dataclass(frozen=True, slots=True)
class CapacitesImportees:
    """What an import changed, in slots; ``problemes`` instead when what is stored stands against it: nothing was written."""

    ajoutees: int = 0
    modifiees: int = 0
    inchangees: int = 0
    problemes: tuple[ProblemeCapacite, ...] = ()


@dataclass(frozen=True, slots=True)
class Occupation:
    """A slot, and how many reservations take a place of it."""

    capacite: Capacite
    prises: int


class Seance(Protocol):
    """One decision about an appointment: what is stored, all of it locked until the block ends.

    ``signalisation``: with all of its events. ``situation``: of the wanted slot and reference; ``reservation``: the one that is
    acted upon, if it is there and of that signalisation.
    """

    @property
    def signalisation(self) -> Signalisation: ...

    @property
    def situation(self) -> Situation: ...

    @property
    def reservation(self) -> Reservation | None: ...

    def ecrire(self, reservations: Sequence[Reservation], evenement: Evenement | None) -> None:
        """Write new and changed reservations, and then the event of the signalisation, which takes its state. Once at most.

        The slot of a new one is the wanted one. Raises :class:`ReservationConcurrente`, and then the block has to raise too.
        """
        ...


class AgendaRendezVous(Protocol):
    """Places and reservations. Methods are thread-safe."""

    def capacites(
        self, plateforme: str, zone: str, genre: TypeRendezVous, periode: Periode
    ) -> tuple[tuple[Capacite, ...], tuple[Reservation, ...]]:
        """The slots of an area with at least one place, and what is stored on them as held or confirmed: one state of both."""
        ...

    def reservation(self, plateforme: str, operateur: str | None, numero: str) -> Reservation | None:
        """The reservation, if it is this opérateur's (R3.7); of whomever it is when ``operateur`` is None: for the Fournisseur."""
        ...

    def reservations(self, plateforme: str, operateur: str, signalisation: str) -> tuple[Reservation, ...]:
        """All that this opérateur ever made for the signalisation of that number, the oldest first."""
        ...

    def seance(
        self,
        plateforme: str,
        operateur: str,
        signalisation: str,
        *,
        voulu: Creneau | None = None,
        reference: str | None = None,
        reservation: str | None = None,
    ) -> AbstractContextManager[Seance | None]:
        """One transaction: committed when the block ends, undone when it raises; None when the signalisation is not there.

        Nobody else decides on the same signalisation, wanted slot or reservations meanwhile, on whatever node.
        """
        ...


class Places(Protocol):
    """What an import of places writes to, and what it is compared with. Methods are thread-safe."""

    def zones_du_parc(self, plateforme: str) -> frozenset[str]:
        """The areas of the prestations of a platform. All of these are looked at."""
        ...

    def importer_capacites(
        self, lues: Sequence[tuple[int, Capacite]], instant: datetime, *, a_blanc: bool = False
    ) -> CapacitesImportees:
        """Insert or update the places of slots, each with its line number, all in one transaction, or none.

        What is booked stays booked: see ``rendez_vous.confronter``. With ``a_blanc`` nothing is written.
        """
        ...
