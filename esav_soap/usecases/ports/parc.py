"""Writing of the parc, as the use cases need it."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Protocol

from esav_soap.signalisation import Prestation


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
