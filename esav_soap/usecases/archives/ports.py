"""What the archive needs from the store, as a protocol."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from esav_soap.signalisation import Etat
from esav_soap.usecases.archives.document import Dossier
from esav_soap.usecases.ports.suivi import Place


@dataclass(frozen=True, slots=True)
class Archive:
    """An archived signalisation in a list. ``purgee_le``: when what told of persons was taken out of it."""

    numero: str
    plateforme: str
    operateur: str
    reference: str
    etat: Etat
    prestation: str
    offre: str
    depot_le: datetime
    clos_le: datetime
    archivee_le: datetime
    exportee_le: datetime | None = None
    purgee_le: datetime | None = None


@dataclass(frozen=True, slots=True)
class FiltreArchives:
    """Which of them. ``du`` (included) and ``avant`` (excluded) bound the instant of the closure."""

    plateforme: str | None = None
    operateur: str | None = None
    du: datetime | None = None
    avant: datetime | None = None


@dataclass(frozen=True, slots=True)
class PageArchives:
    """Archives by the instant of their closure, each with its document when that was asked for. ``suite``: where the next page
    begins; None when there is none. A page may be short, even empty, before the last one."""

    archives: tuple[tuple[Archive, bytes], ...]
    suite: Place | None


@dataclass(frozen=True, slots=True)
class APurger:
    """How many wait to be purged, and how many of them no export has."""

    nombre: int
    non_exportees: int


class Archives(Protocol):
    """Moving to the archive and what becomes of it. Methods are thread-safe, and may run on several nodes at once.

    What opérateurs see of a signalisation is the same before and after, but for the lists, which hold what is not archived.
    """

    def nombre_a_archiver(self, avant: datetime, instant: datetime) -> int:
        """How many :meth:`archiver` would move in all."""
        ...

    def archiver(self, avant: datetime, maximum: int, instant: datetime) -> int:
        """Move up to ``maximum`` of those in a final state that were closed or rejected before ``avant``; gives how many.

        Those deposited first come first; what others hold is left to them, and what has an appointment to come stays. Killed
        anywhere, nothing is lost or doubled: the next call goes on. 0 does not say that nothing is left; see the other method.
        """
        ...

    def archive(self, numero: str) -> tuple[Archive, Dossier] | None:
        """The archived signalisation of that number, whoever's: for the SAV alone."""
        ...

    def archives(
        self,
        filtre: FiltreArchives,
        apres: Place | None,
        maximum: int,
        *,
        documents: bool = False,
        recentes_d_abord: bool = False,
    ) -> PageArchives:
        """A page of at most ``maximum``, the first closed first; ``apres``: ``suite`` of the page before."""
        ...

    def nombre_archives(self, filtre: FiltreArchives) -> int:
        """How many :meth:`archives` gives in all."""
        ...

    def marquer_exportees(self, numeros: Collection[str], instant: datetime) -> int:
        """Note that an export has them; gives how many it did not have before."""
        ...

    def a_purger(self, avant: datetime) -> APurger:
        """What of those closed before ``avant`` still tells of persons."""
        ...

    def purger(self, avant: datetime, maximum: int, instant: datetime, *, sans_export: bool = False) -> int:
        """Take it out of up to ``maximum`` of them (:func:`~esav_soap.usecases.archives.document.anonymiser`); gives how many.

        Keys, states and dates stay for ever. Only exported ones, unless ``sans_export``.
        """
        ...
