"""What notifications need from the outside, as protocols: the subscriptions, and the opérateurs' receivers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum
from typing import Protocol

from esav_soap.avis import Envoi
from esav_soap.notifications import Abonnement, AbonnementSuivi
from esav_soap.usecases.ports.evenements import EvenementSuivi


@dataclass(frozen=True, slots=True)
class Notification:
    """A message to a receiver: the events after those of the message before, in their order, and the place where they end.

    Without events it is a trial.
    """

    plateforme: str
    operateur: str
    evenements: tuple[EvenementSuivi, ...]
    curseur: int


class MotifEchec(Enum):
    """Why a notification was not received. Value: the same in French."""

    ADRESSE = "l'adresse n'est pas de celles où e-SAV envoie"
    NOM = "le nom de la machine n'a pas d'adresse"
    RESEAU_INTERDIT = "le nom mène à une adresse qui n'est pas publique"
    CONNEXION = "pas de connexion"
    CERTIFICAT = "le certificat du récepteur n'est pas reconnu"
    TLS = "la connexion TLS échoue"
    DELAI = "pas de réponse dans le délai"
    REDIRECTION = "le récepteur renvoie à une autre adresse : e-SAV n'y va pas"
    STATUT = "le récepteur refuse"
    TROP_GRANDE = "la réponse est trop grande"
    REPONSE = "la réponse n'est pas l'accusé attendu"
    INTERNE = "e-SAV n'a pas pu faire l'envoi"


class EchecNotification(Exception):
    """A notification was not received, or nobody knows. The text is French and holds no secret."""

    def __init__(self, motif: MotifEchec, detail: str = "") -> None:
        self.motif = motif
        super().__init__(f"{motif.value}{f' ({detail})' if detail else ''}".strip())


class Recepteur(Protocol):
    """The way to the receivers."""

    def notifier(self, adresse: str, notification: Notification) -> None:
        """Send it; returns once the receiver has acknowledged all of it. Raises :class:`EchecNotification`."""
        ...


class Abonnements(Protocol):
    """Subscriptions, one for each opérateur and platform. Thread-safe, and shared by all workers."""

    def abonnements(self) -> tuple[AbonnementSuivi, ...]:
        """All, by platform and opérateur."""
        ...

    def abonner(
        self, plateforme: str, operateur: str, adresse: str, instant: datetime, curseur: int | None = None
    ) -> bool:
        """Subscribe it, from the event after ``curseur`` on (None: from now on); or give its subscription another address,
        and its place only when ``curseur`` is given. Whether it is new. What is under way does not count any more."""
        ...

    def retirer_abonnement(self, plateforme: str, operateur: str) -> bool:
        """Forget it; whether there was one."""
        ...

    def suspendre_abonnement(self, plateforme: str, operateur: str, instant: datetime) -> bool:
        """Send nothing until it is taken up again; false when there is no active one."""
        ...

    def reprendre_abonnement(self, plateforme: str, operateur: str, instant: datetime) -> bool:
        """Go on from where it stopped, at once, with all its attempts; false when there is none."""
        ...

    def prendre_abonnement(self, instant: datetime, bail: timedelta, *, sans_echec: bool = False) -> Abonnement | None:
        """Lease the active one that waits longest of those with something to send that are due: nobody else gets it until
        ``instant + bail``. ``sans_echec``: of those alone whose last attempt came through, who answered last comes first.

        It is as before this lease, but for ``bail``, its number. Each lease counts as an attempt, also of a worker that dies:
        then the same is due again when the lease ends.
        """
        ...

    def noter_reception(self, pris: Abonnement, curseur: int, instant: datetime, *, recue: bool = True) -> None:
        """Everything up to ``curseur`` was received, or there was nothing of it any more (``recue`` false).

        Changes nothing once somebody else has leased it, or it has another address or place.
        """
        ...

    def noter_echec(self, pris: Abonnement, instant: datetime, erreur: str, prochain: datetime) -> None:
        """The sending came to nothing; tried again at ``prochain``. Changes nothing in the same cases, or when it is no more
        active."""
        ...

    def arreter_abonnement(self, pris: Abonnement, instant: datetime, erreur: str, avis: Envoi | None) -> bool:
        """Stop it, with the notice that tells of it, in one transaction; false, and nothing written, in the same cases."""
        ...
