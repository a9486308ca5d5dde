"""Recorded versions of the catalogue and their announcements, as the use cases need them (R2)."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Protocol

from esav_soap.avis import Envoi
from esav_soap.publication import VersionPubliee


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


class VersionsChangees(Exception):
    """The recorded versions are no longer those that a decision was made on. Nothing was written: decide again."""


class Publications(Versions, Protocol):
    """Announcements. Each call is one transaction: all of it or nothing, whatever is killed.

    ``attendues``: all recorded versions as the caller saw them; raises :class:`VersionsChangees` when others are there now.
    """

    def annoncer(
        self,
        nouvelle: VersionPubliee,
        pack: bytes,
        precedente: VersionPubliee | None,
        envois: Iterable[Envoi],
        attendues: Collection[VersionPubliee],
    ) -> None:
        """Record the new version with its pack, the new dates of the one that it replaces, and queue the notices.

        The number must not be recorded yet, not even by an announcement that was withdrawn: :class:`VersionsChangees`.
        """
        ...

    def retirer_annonce(
        self,
        annulee: VersionPubliee,
        precedente: VersionPubliee | None,
        envois: Iterable[Envoi],
        attendues: Collection[VersionPubliee],
    ) -> None:
        """Record the withdrawal and the former dates of the version before, and queue the notices of it; notices of the
        announcement that still wait are dropped."""
        ...

    def avises(self, version: str) -> tuple[str, ...]:
        """Opérateurs for whom the notice of that version's announcement was ever queued, by code: all who may know of it."""
        ...
