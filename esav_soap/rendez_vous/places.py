"""What time makes of reservations, and how many places are left: pure functions of what is stored and an instant (R4.2)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from esav_soap.rendez_vous.horaires import premier_jour
from esav_soap.rendez_vous.objets import ENGAGES, Capacite, Creneau, EtatReservation, PlageLibre, Reservation


def etat_a(reservation: Reservation, instant: datetime) -> EtatReservation:
    """The state at that instant: a hold is over at the very instant that it is held until, without any job."""
    fin = reservation.tenue_jusqu_a
    if reservation.etat is EtatReservation.TENUE and fin is not None and instant >= fin:
        return EtatReservation.EXPIREE
    return reservation.etat


def vue(reservation: Reservation, instant: datetime) -> Reservation:
    """The reservation with its state at that instant, as it is shown."""
    etat = etat_a(reservation, instant)
    return reservation if etat is reservation.etat else replace(reservation, etat=etat)


def occupe(reservation: Reservation, instant: datetime) -> bool:
    """Whether it takes a place at that instant."""
    return etat_a(reservation, instant) in ENGAGES


def expirees(reservations: Iterable[Reservation], instant: datetime) -> tuple[Reservation, ...]:
    """Those whose hold is over but not yet written so, as they are to be written.

    Whoever gives their place to another, or takes it away, writes them in the same transaction: then a node whose clock is
    behind cannot confirm what another one has seen expire.
    """
    return tuple(
        replace(r, etat=EtatReservation.EXPIREE, modifiee_le=instant)
        for r in reservations
        if r.etat is EtatReservation.TENUE and not occupe(r, instant)
    )


def libres(capacites: Iterable[Capacite], reservations: Iterable[Reservation], instant: datetime) -> dict[Creneau, int]:
    """How many places each slot has left, never below 0, in the order of ``capacites``."""
    prises = Counter(r.creneau for r in reservations if occupe(r, instant))
    return {c.creneau: max(0, c.places - prises[c.creneau]) for c in capacites}


def plages_libres(
    capacites: Iterable[Capacite], reservations: Iterable[Reservation], instant: datetime
) -> tuple[PlageLibre, ...]:
    """The slots that can be booked now, by time: with a place left, and not before the first day that can be booked."""
    debut = premier_jour(instant)
    trouvees = [
        PlageLibre(creneau, nombre)
        for creneau, nombre in libres(capacites, reservations, instant).items()
        if nombre and creneau.jour >= debut
    ]
    return tuple(sorted(trouvees, key=lambda p: (p.creneau.debut, p.creneau.fin, p.creneau.zone)))
