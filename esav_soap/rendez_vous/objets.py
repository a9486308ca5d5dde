"""Slots, their places and the reservations on them. Instants are aware and in UTC; days and hours are those of Paris."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time
from enum import Enum

from esav_soap.calendar import a_paris
from esav_soap.model import TypeRendezVous

#: How people read a kind of appointment (art. 4.2).
LIBELLES = {
    TypeRendezVous.SAV: "SAV",
    TypeRendezVous.SAV_PLUS: "SAV+",
    TypeRendezVous.EXPERTISE_CONTRADICTOIRE: "expertise contradictoire",
}


class Plage(Enum):
    """Part of a day that a technician is booked for. Names are stored and sent; value: first and last hour, Paris time.

    Half-days lie on whole hours; no hour starts at noon, which belongs to no half-day.
    """

    MATIN = (8, 12)
    APRES_MIDI = (13, 18)
    H08 = (8, 9)
    H09 = (9, 10)
    H10 = (10, 11)
    H11 = (11, 12)
    H13 = (13, 14)
    H14 = (14, 15)
    H15 = (15, 16)
    H16 = (16, 17)
    H17 = (17, 18)

    @property
    def libelle(self) -> str:
        """``matin (08:00-12:00)``, ``09:00-10:00``."""
        debut, fin = self.value
        heures = f"{debut:02d}:00-{fin:02d}:00"
        noms = {Plage.MATIN: "matin", Plage.APRES_MIDI: "après-midi"}
        return f"{noms[self]} ({heures})" if self in noms else heures

    def recouvre(self, autre: Plage) -> bool:
        """Whether both have an hour in common: the same technician cannot be counted in both."""
        return self.value[0] < autre.value[1] and autre.value[0] < self.value[1]


@dataclass(frozen=True, slots=True)
class Creneau:
    """What a capacity is counted for: a part of a day, for one kind of appointment, in an area of one platform."""

    plateforme: str
    zone: str
    genre: TypeRendezVous
    jour: date
    plage: Plage

    @property
    def debut(self) -> datetime:
        """When the technician may come at the earliest."""
        return self._a(self.plage.value[0])

    @property
    def fin(self) -> datetime:
        """When the slot is over."""
        return self._a(self.plage.value[1])

    @property
    def libelle(self) -> str:
        """``01/12/2026, matin (08:00-12:00)``."""
        return f"{self.jour:%d/%m/%Y}, {self.plage.libelle}"

    @property
    def code(self) -> str:
        """For programs, where a value names a slot: ``2026-12-01 MATIN``."""
        return f"{self.jour.isoformat()} {self.plage.name}"

    def _a(self, heure: int) -> datetime:
        return a_paris(self.jour, time(heure))


@dataclass(frozen=True, slots=True)
class Capacite:
    """How many appointments a slot takes at once (R4.2)."""

    plateforme: str
    zone: str
    genre: TypeRendezVous
    jour: date
    plage: Plage
    places: int

    @property
    def creneau(self) -> Creneau:
        return Creneau(self.plateforme, self.zone, self.genre, self.jour, self.plage)


class EtatReservation(Enum):
    """States of a reservation. Names are stored and sent, values are labels for people.

    ``TENUE`` holds its place until ``Reservation.tenue_jusqu_a`` and is ``EXPIREE`` from then on, whether anybody wrote
    that down or not (``places.etat_a``). ``DEPLACEE``: another reservation took over.
    """

    TENUE = "tenue"
    CONFIRMEE = "confirmée"
    ANNULEE = "annulée"
    EXPIREE = "expirée"
    DEPLACEE = "déplacée"


#: States in which a stored reservation has a place: never more of them on a slot than it has places (R4.2).
ENGAGES = (EtatReservation.TENUE, EtatReservation.CONFIRMEE)


@dataclass(frozen=True, slots=True)
class Reservation:
    """An appointment of a signalisation, as it is stored.

    ``reference``: the opérateur's own, unique among its reservations of the platform; it makes the request idempotent.
    ``tenue_jusqu_a``: end of the hold, kept after it. ``confirmee_le``: when it was confirmed, kept after a cancellation.
    ``remplace``, ``remplacee_par``: numbers of the reservations that it was moved from and to.
    Raises ``ValueError`` for a held one without an end.
    """

    numero: str
    operateur: str
    reference: str
    signalisation: str
    creneau: Creneau
    etat: EtatReservation
    creee_le: datetime
    modifiee_le: datetime
    tenue_jusqu_a: datetime | None = None
    confirmee_le: datetime | None = None
    remplace: str | None = None
    remplacee_par: str | None = None

    def __post_init__(self) -> None:
        if self.etat is EtatReservation.TENUE and self.tenue_jusqu_a is None:
            raise ValueError("une réservation tenue a une fin")


@dataclass(frozen=True, slots=True)
class PlageLibre:
    """A slot that can be booked, and how many more times."""

    creneau: Creneau
    libres: int


class Effet(Enum):
    """What a decision does to the signalisation: the action of the same name, or nothing. Value: how its event tells it."""

    AUCUN = ""
    PRENDRE_RENDEZ_VOUS = "pris"
    DEPLACER_RENDEZ_VOUS = "déplacé"
    ANNULER_RENDEZ_VOUS = "annulé"
