"""What the use cases need from the outside, as protocols. Adapters implement them, ``bootstrap`` joins them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from esav_soap.avis import Envoi, EnvoiPris, EnvoiSuivi, EtatEnvoi, Operateur
from esav_soap.publication import VersionPubliee
from esav_soap.signalisation import Depot, Evenement, NouvelleSignalisation, Prestation, Signalisation


class NumeroDejaPris(Exception):
    """The number of a new signalisation is taken by another one: draw again. Nothing was written."""


class Depots(Protocol):
    """Deposits, and the parc that they are about. Methods are thread-safe."""

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


class Signalisations(Depots, Protocol):
    """The same, and what becomes of them: for the follow-up."""

    def par_numero(self, plateforme: str, operateur: str, numero: str) -> Signalisation | None:
        """The signalisation with its events, if it is this opérateur's (R3.7)."""
        ...

    def par_reference(self, plateforme: str, operateur: str, reference: str) -> Signalisation | None:
        """The same, by the opérateur's own reference."""
        ...


@dataclass(frozen=True, slots=True)
class EvenementSuivi:
    """An event, and the signalisation that it is of."""

    numero: str
    reference: str
    evenement: Evenement


@dataclass(frozen=True, slots=True)
class PageEvenements:
    """``curseur``: where the next page begins. ``dernier``: the place of the newest event that the opérateur may see; less than
    ``curseur`` when that one is none that this store gave."""

    evenements: tuple[EvenementSuivi, ...]
    curseur: int
    dernier: int

    @property
    def encore(self) -> bool:
        """Whether there is more to read at once."""
        return self.curseur < self.dernier


class Evenements(Protocol):
    """Changes of signalisations, and the sequence of them that each opérateur reads. Methods are thread-safe."""

    def evenements_depuis(self, plateforme: str, operateur: str, curseur: int, maximum: int) -> PageEvenements:
        """Up to ``maximum`` (one at least) of the events after ``curseur`` that the opérateur may see, in their order.

        0 is the beginning. Internal events have no place in it, and a page is empty only when nothing is left. An
        event that is committed later stands after every cursor given before, and the same cursor gives the same events again.
        """
        ...

    def changer(
        self,
        plateforme: str,
        operateur: str,
        numero: str,
        attendu: int,
        un: Evenement,
        envois: Sequence[Envoi] = (),
    ) -> bool:
        """Append the event if the signalisation has exactly ``attendu`` of them, internal ones included, and take its state.

        One transaction, with the notices that the change sends. False, and nothing written, when it is not there or somebody
        else has changed it meanwhile.
        """
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
