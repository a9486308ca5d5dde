"""What a publisher asks of a running platform: a rehearsal, an announcement, its withdrawal (R2.1-R2.3)."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from esav_soap.publication import VersionPubliee
from esav_soap.publication.ecarts import Ecart
from esav_soap.usecases.bilan_repetition import Rapport


@dataclass(frozen=True, slots=True)
class Essai:
    """The outcome of a rehearsal. ``au_plus_tot``: the earliest opening, were the version announced now."""

    version: str
    depuis: datetime
    au_plus_tot: datetime
    ecarts: tuple[Ecart, ...]
    rapport: Rapport


@dataclass(frozen=True, slots=True)
class Annonce:
    """An announcement that is recorded, with how the version differs from the one that it replaces."""

    publiee: VersionPubliee
    ecarts: tuple[Ecart, ...]


class Publieur(Protocol):
    """Does it, outside of the thread of the request: it may take a minute.

    All raise :class:`~esav_soap.errors.PackInvalide` and :class:`~esav_soap.errors.PublicationRefusee`.
    """

    def simuler(self, archive: bytes, jours: int, instant: datetime) -> Essai:
        """Judge the signalisations of the last ``jours`` days by the version in that ZIP; nothing is written."""
        ...

    def annoncer(
        self, archive: bytes, ouverture: datetime | None, acceptees: Collection[str], instant: datetime, *, a_tous: bool
    ) -> Annonce:
        """Announce the version in that ZIP; without ``ouverture``, for the earliest date."""
        ...

    def retirer_annonce(self, version: str, instant: datetime) -> VersionPubliee:
        """Withdraw an announcement before the version opens."""
        ...
