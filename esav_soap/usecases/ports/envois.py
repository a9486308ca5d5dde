"""The queue of notices and where they go, as the use cases need them (R2.2)."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime, timedelta
from typing import Protocol

from esav_soap.avis import Envoi, EnvoiPris, EnvoiSuivi, EtatEnvoi, Operateur


class Envois(Protocol):
    """The queue of notices (outbox). Thread-safe, and shared by all workers."""

    def ajouter(self, envois: Iterable[Envoi], instant: datetime) -> int:
        """Queue those whose ``cle`` was never queued; returns how many."""
        ...

    def prendre(self, instant: datetime, bail: timedelta, maximum: int) -> tuple[EnvoiPris, ...]:
        """Lease waiting notices that are due, oldest first: nobody else gets them until ``instant + bail``.

        Each lease counts as an attempt, also of a worker that dies: then the notice is due again when the lease ends.
        """
        ...

    def reussir(self, numero: int, instant: datetime) -> None:
        """It was sent, whoever has the lease now: it is not sent again, and no failure counts any more."""
        ...

    def echouer(
        self, numero: int, instant: datetime, erreur: str, prochain: datetime | None, essais: int | None = None
    ) -> None:
        """It could not be sent; tried again at ``prochain``, or never (``REBUT``).

        Changes nothing when it was sent meanwhile, nor, given the ``essais`` of the lease, when another has leased it since.
        """
        ...

    def suivis(self, etat: EtatEnvoi | None, maximum: int) -> tuple[EnvoiSuivi, ...]:
        """Queued notices, the newest first."""
        ...

    def rejouer(self, numeros: Collection[int], instant: datetime) -> int:
        """Have given-up ones (``REBUT``) sent again, from now on, with all their attempts; returns how many."""
        ...


class Operateurs(Protocol):
    """Opérateurs and where their notices go."""

    def declarer_operateur(self, operateur: Operateur) -> None:
        """Record it, or what changed of it."""
        ...

    def operateurs(self) -> tuple[Operateur, ...]:
        """All, by code."""
        ...

    def operateurs_par_offre(self) -> tuple[tuple[str, str], ...]:
        """(opérateur, Offre) for which there is at least one prestation in production, in that order."""
        ...
