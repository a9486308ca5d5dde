"""What the use cases need from the outside, as protocols. Adapters implement them, ``bootstrap`` joins them."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from esav_soap.publication import VersionPubliee
from esav_soap.signalisation import Depot, NouvelleSignalisation, Prestation, Signalisation


class NumeroDejaPris(Exception):
    """The number of a new signalisation is taken by another one: draw again. Nothing was written."""


class Signalisations(Protocol):
    """Committed signalisations and the parc that they are about. Methods are thread-safe."""

    def prestation(self, plateforme: str, operateur: str, identifiant: str) -> Prestation | None:
        """The prestation in that opérateur's parc; another's is unknown (R3.7)."""
        ...

    def deposer(self, nouvelle: NouvelleSignalisation) -> Depot:
        """Commit the signalisation with its first event (EN_DEPOT), durably, or give what its reference already holds.

        Returns only after the commit. When (plateforme, operateur, reference) exists nothing is written and the
        stored deposit is returned with ``deja_deposee`` true, whatever its ``empreinte``: the caller compares.
        Raises :class:`NumeroDejaPris`.
        """
        ...

    def depot(self, plateforme: str, operateur: str, reference: str) -> Depot | None:
        """What is committed under that reference (``deja_deposee`` true), or None."""
        ...

    def par_numero(self, plateforme: str, operateur: str, numero: str) -> Signalisation | None:
        """The signalisation with its events, if it is this opérateur's (R3.7)."""
        ...

    def par_reference(self, plateforme: str, operateur: str, reference: str) -> Signalisation | None:
        """The same, by the opérateur's own reference."""
        ...


class Versions(Protocol):
    """Recorded catalogue versions and their packs."""

    def versions(self) -> tuple[VersionPubliee, ...]:
        """All that were ever recorded, by version."""
        ...

    def pack(self, version: str) -> bytes | None:
        """The pack (ZIP) of a version, byte for byte as recorded."""
        ...

    def enregistrer_version(self, version: VersionPubliee, pack: bytes) -> None:
        """Record a version with its pack, or replace the dates and the pack of one recorded before. One transaction."""
        ...


@dataclass(frozen=True, slots=True)
class Doublon:
    """A line that names the same prestation as an earlier one."""

    ligne: int
    premiere: int


@dataclass(frozen=True, slots=True)
class BilanImport:
    """What an import changed, in prestations."""

    ajoutees: int
    modifiees: int
    inchangees: int

    @property
    def total(self) -> int:
        return self.ajoutees + self.modifiees + self.inchangees


class Importation(Protocol):
    """An import in preparation; nothing is written before ``appliquer``, and nothing at all without it."""

    def ajouter(self, lignes: Iterable[tuple[int, Prestation]]) -> None:
        """Lay prestations aside, each with its line number; memory does not grow with their number."""
        ...

    def doublons(self, maximum: int) -> tuple[int, list[Doublon]]:
        """How many lines repeat an earlier one, and the first ``maximum`` of them, in order."""
        ...

    def appliquer(self) -> BilanImport:
        """Insert or update by (plateforme, operateur, identifiant), all in one transaction; the last line of a key counts."""
        ...


class Parc(Protocol):
    """Writing of the parc."""

    def importation(self) -> AbstractContextManager[Importation]:
        """An import from a file, step by step."""
        ...

    def importer(self, prestations: Iterable[Prestation]) -> int:
        """Insert or update prestations by (plateforme, operateur, identifiant), all in one transaction; returns how many.

        An exception raised by the iterable rolls everything back and passes through.
        """
        ...


class Horloge(Protocol):
    """The clock, so that time is an argument everywhere else."""

    def __call__(self) -> datetime:
        """Now, aware, UTC."""
        ...
