"""Appointments on the test prestations of integration, without any import (R4.1, R6.3).

Their area has the places of ``rendez_vous.essai``. Whoever looks at a day first has them written; from then on they are
places like all others, under the same locks (R4.2). Where the Fournisseur has imported places for a day and a kind, these
are the ones.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager
from datetime import date, datetime, timedelta
from typing import Protocol

from esav_soap.calendar import en_paris
from esav_soap.model import TypeRendezVous
from esav_soap.rendez_vous import Capacite, Creneau, Periode, Reservation, fermeture, reouverture
from esav_soap.rendez_vous.essai import JOURS_OUVERTS, places_essai
from esav_soap.signalisation.scenarios import PLATEFORME, ZONE_ESSAI, ZONE_NUIT
from esav_soap.usecases.ports.horloge import Horloge
from esav_soap.usecases.ports.rendez_vous import AgendaRendezVous, Seance

_ZONES = (ZONE_ESSAI, ZONE_NUIT)
#: Days, kinds and areas that a process remembers to be there.
_CONNUS_MAX = 2000


def fermeture_essai(plateforme: str, zone: str, instant: datetime) -> datetime | None:
    """When the slot search of an area opens again, None while it is open: at any hour on the test prestations of
    integration, never on those of the scenario NUIT, and elsewhere but from 01:00 to 04:00 (R4.3)."""
    if plateforme == PLATEFORME and zone == ZONE_ESSAI:
        return None
    if plateforme == PLATEFORME and zone == ZONE_NUIT:
        return reouverture(instant)
    return fermeture(instant)


class BaseAgenda(AgendaRendezVous, Protocol):
    """What the store does besides."""

    def ouvrir_places(self, places: Sequence[Capacite]) -> None:
        """Insert those whose day, area and kind has none at all, places 0 included; the others stay as they are."""
        ...


class AgendaEssai:
    """The port ``AgendaRendezVous`` over another one. Production, and other areas, pass through untouched. Thread-safe."""

    def __init__(self, base: BaseAgenda, horloge: Horloge) -> None:
        self._base = base
        self._horloge = horloge
        self._connus: frozenset[tuple[str, TypeRendezVous, date]] = frozenset()

    def capacites(
        self, plateforme: str, zone: str, genre: TypeRendezVous, periode: Periode
    ) -> tuple[tuple[Capacite, ...], tuple[Reservation, ...]]:
        self._ouvrir(plateforme, zone, genre, periode.du, periode.au)
        return self._base.capacites(plateforme, zone, genre, periode)

    def seance(
        self,
        plateforme: str,
        operateur: str,
        signalisation: str,
        *,
        voulu: Creneau | None = None,
        reference: str | None = None,
        reservation: str | None = None,
    ) -> AbstractContextManager[Seance | None]:
        if voulu is not None:
            self._ouvrir(voulu.plateforme, voulu.zone, voulu.genre, voulu.jour, voulu.jour)
        return self._base.seance(
            plateforme, operateur, signalisation, voulu=voulu, reference=reference, reservation=reservation
        )

    def reservation(self, plateforme: str, operateur: str | None, numero: str) -> Reservation | None:
        return self._base.reservation(plateforme, operateur, numero)

    def reservations(self, plateforme: str, operateur: str, signalisation: str) -> tuple[Reservation, ...]:
        return self._base.reservations(plateforme, operateur, signalisation)

    def _ouvrir(self, plateforme: str, zone: str, genre: TypeRendezVous, du: date, au: date) -> None:
        if plateforme != PLATEFORME or zone not in _ZONES:
            return
        aujourd_hui = en_paris(self._horloge()).date()
        du, au = max(du, aujourd_hui), min(au, aujourd_hui + timedelta(days=JOURS_OUVERTS))
        jours = [du + timedelta(days=n) for n in range((au - du).days + 1)]
        voulus = [jour for jour in jours if (zone, genre, jour) not in self._connus]
        places = [une for jour in voulus for une in places_essai(plateforme, zone, genre, jour, aujourd_hui)]
        if places:
            self._base.ouvrir_places(places)
            # Another thread may have remembered others meanwhile: forgetting costs a reading, and nothing else.
            gardes = self._connus if len(self._connus) < _CONNUS_MAX else frozenset()
            self._connus = gardes | {(zone, genre, une.jour) for une in places}
