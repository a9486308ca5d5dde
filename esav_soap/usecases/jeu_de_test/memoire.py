"""Signalisations and appointments in memory, for the answers that the jeu de test prints of what follows a deposit.

The ports of the use cases, for one opérateur and one caller at a time: what is decided, and how it is told, is theirs.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta

from esav_soap.calendar import en_paris
from esav_soap.model import TypeRendezVous
from esav_soap.rendez_vous import ENGAGES, Capacite, Creneau, Periode, Reservation, Situation
from esav_soap.rendez_vous.essai import places_essai
from esav_soap.signalisation import Contact, Evenement, Prestation, Signalisation
from esav_soap.signalisation.scenarios import prestation_virtuelle
from esav_soap.signalisation.transitions import deposer, joindre


@dataclass
class SeanceEnMemoire:
    """The port ``Seance``; ``memoire`` takes what is written."""

    memoire: Memoire
    signalisation: Signalisation
    situation: Situation
    reservation: Reservation | None

    def ecrire(self, reservations: Sequence[Reservation], evenement: Evenement | None) -> None:
        self.memoire.reservees |= {une.numero: une for une in reservations}
        if evenement is not None:
            self.memoire.joindre(evenement, self.signalisation.numero)


class Memoire:
    """What is deposited at ``instant``, on the test prestations of these Offres, and what becomes of it."""

    def __init__(self, plateforme: str, operateur: str, offres: Sequence[str], instant: datetime) -> None:
        self._cle = plateforme, operateur
        self._offres = offres
        self._instant = instant
        self._suivies: dict[str, Signalisation] = {}
        self.reservees: dict[str, Reservation] = {}

    def deposer(self, numero: str, reference: str, identifiant: str, offre: str, version: str) -> None:
        """A signalisation that stands."""
        premier = deposer(self._instant)
        self._suivies[numero] = Signalisation(
            numero=numero,
            plateforme=self._cle[0],
            operateur=self._cle[1],
            reference=reference,
            etat=premier.etat,
            offre=offre,
            version_catalogue=version,
            depot_le=self._instant,
            modifiee_le=self._instant,
            contact=Contact("", ""),
            formulaire=b"",
            prestation=self.prestation(*self._cle, identifiant) or Prestation(*self._cle, identifiant, offre),
            evenements=(premier,),
        )

    def joindre(self, un: Evenement, numero: str) -> None:
        """What happens to it."""
        self._suivies[numero] = joindre(self._suivies[numero], un)

    # Signalisations, events

    def prestation(self, _plateforme: str, operateur: str, identifiant: str) -> Prestation | None:
        return prestation_virtuelle(operateur, identifiant, self._offres)

    def par_numero(self, _plateforme: str, _operateur: str, numero: str) -> Signalisation | None:
        return self._suivies.get(numero)

    def par_reference(self, _plateforme: str, _operateur: str, reference: str) -> Signalisation | None:
        return next((une for une in self._suivies.values() if une.reference == reference), None)

    def changer(
        self, _plateforme: str, _operateur: str, numero: str, _attendu: int, un: Evenement, _envois: object = ()
    ) -> bool:
        self.joindre(un, numero)
        return True

    # Appointments

    def capacites(
        self, plateforme: str, zone: str, genre: TypeRendezVous, periode: Periode
    ) -> tuple[tuple[Capacite, ...], tuple[Reservation, ...]]:
        jours = [periode.du + timedelta(days=n) for n in range((periode.au - periode.du).days + 1)]
        places = [
            une
            for jour in jours
            for une in places_essai(plateforme, zone, genre, jour, en_paris(self._instant).date())
            if une.places
        ]
        return tuple(places), self._engagees()

    def reservation(self, _plateforme: str, _operateur: str | None, numero: str) -> Reservation | None:
        return self.reservees.get(numero)

    def reservations(self, _plateforme: str, _operateur: str, signalisation: str) -> tuple[Reservation, ...]:
        return tuple(une for une in self.reservees.values() if une.signalisation == signalisation)

    @contextmanager
    def seance(
        self,
        _plateforme: str,
        _operateur: str,
        signalisation: str,
        *,
        voulu: Creneau | None = None,
        reference: str | None = None,
        reservation: str | None = None,
    ) -> Iterator[SeanceEnMemoire]:
        engagees = self._engagees()
        situation = Situation(
            capacite=None if voulu is None else self._place(voulu),
            du_creneau=tuple(une for une in engagees if une.creneau == voulu),
            de_la_signalisation=tuple(une for une in engagees if une.signalisation == signalisation),
            anterieure=next((une for une in self.reservees.values() if une.reference == reference), None),
        )
        connue = self.reservees.get(reservation or "")
        yield SeanceEnMemoire(self, self._suivies[signalisation], situation, connue)

    def _engagees(self) -> tuple[Reservation, ...]:
        return tuple(une for une in self.reservees.values() if une.etat in ENGAGES)

    def _place(self, voulu: Creneau) -> Capacite | None:
        aujourd_hui = en_paris(self._instant).date()
        places = places_essai(voulu.plateforme, voulu.zone, voulu.genre, voulu.jour, aujourd_hui)
        return next((une for une in places if une.creneau == voulu), None)
