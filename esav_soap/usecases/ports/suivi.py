"""What following many signalisations needs from the store, as protocols: lists in pages, the history, late entry (R3.5, R7.4)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from esav_soap.signalisation import Depot, Etat, Evenement, NouvelleSignalisation, Signalisation


@dataclass(frozen=True, slots=True)
class Filtre:
    """Which signalisations of a platform. ``operateur`` None: of all, for the SAV. ``etats`` empty: in any state.

    ``depuis`` and ``avant`` bound the instant of the deposit. A ``prestation`` is looked for in the parc of one opérateur.
    """

    plateforme: str
    operateur: str | None = None
    etats: frozenset[Etat] = field(default=frozenset())
    offre: str | None = None
    prestation: str | None = None
    depuis: datetime | None = None
    avant: datetime | None = None

    def __post_init__(self) -> None:
        if self.prestation is not None and self.operateur is None:
            raise ValueError("a prestation is one of an opérateur")


@dataclass(frozen=True, slots=True)
class Place:
    """Where a page ended: the instant by which its list is sorted, and the number of its last signalisation."""

    instant: datetime
    numero: str


@dataclass(frozen=True, slots=True)
class Resume:
    """A signalisation in a list. ``clos_le``: when it was closed or rejected, while it is; see ``Listes.closes``."""

    numero: str
    plateforme: str
    operateur: str
    reference: str
    etat: Etat
    prestation: str
    offre: str
    depot_le: datetime
    modifiee_le: datetime
    clos_le: datetime | None = None


@dataclass(frozen=True, slots=True)
class PageSignalisations:
    """``suite``: where the next page begins; None when there is none. A page may be short, even empty, before the last one."""

    signalisations: tuple[Resume, ...]
    suite: Place | None = None


class Listes(Protocol):
    """Many signalisations. Thread-safe; what a page costs depends on its length, not on how many are stored.

    A signalisation keeps its place whatever happens to it, so that no page gives it twice, and none leaves it out.
    """

    def retrouver(self, numero: str) -> Signalisation | None:
        """The signalisation of that number, whoever's and on whatever platform, with all its events: for the SAV alone."""
        ...

    def retrouver_toutes(self, numeros: Sequence[str]) -> Mapping[str, Signalisation]:
        """Those of a page, by number, as :meth:`retrouver` gives each, read together; one that is archived is left out."""
        ...

    def lister(
        self, filtre: Filtre, apres: Place | None, maximum: int, *, anciennes_d_abord: bool = False
    ) -> PageSignalisations:
        """A page (one at least) by the instant of the deposit, the newest first; ``apres``: ``suite`` of the page before."""
        ...

    def closes(
        self, plateforme: str, operateur: str, depuis: datetime, apres: Place | None, maximum: int
    ) -> PageSignalisations:
        """Closed or rejected since ``depuis``, and still so; by the instant of that, the oldest first.

        So one that is contested and closed again meanwhile comes again at its new place, and is never missed.
        """
        ...


class Saisies(Protocol):
    """Deposits that were taken by the fallback procedure (R7.4)."""

    def saisir(self, nouvelle: NouvelleSignalisation, premier: Evenement, saisie_le: datetime) -> Depot:
        """As ``Depots.deposer``, with this first event, which has its true date; last changed at ``saisie_le``.

        Raises :class:`~esav_soap.usecases.ports.depots.NumeroDejaPris`.
        """
        ...
