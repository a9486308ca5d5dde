"""Places of slots from a file, on SQL: compared with what is booked, and written, in one transaction (R4.2).

It holds every slot of the file's days, so that nobody books one of them while its places are counted; see
:mod:`esav_soap.store.rendez_vous` for the order of the locks.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, bindparam, func, insert, or_, select, update
from sqlalchemy.exc import DBAPIError

from esav_soap.errors import ReglageInvalide
from esav_soap.rendez_vous import ENGAGES, Capacite, Creneau, EtatReservation, confronter
from esav_soap.store.moteur import Moteur
from esav_soap.store.pannes import en_francais
from esav_soap.store.rendez_vous import lire_capacite
from esav_soap.store.tables import capacite, reservation
from esav_soap.usecases.ports_rendez_vous import CapacitesImportees

_C = capacite.c
_R = reservation.c
#: Rows of one statement.
_TRANCHE = 1000
_VERROU_IMPORT = 0x65736158


class _Defaire(Exception):
    """Leaves the transaction without its effect."""


class CapacitesSQL:
    """One import at a time for the whole database: a second one waits for the first.

    An engine that refuses is told as :class:`~esav_soap.errors.ReglageInvalide`.
    """

    def __init__(self, moteur: Moteur) -> None:
        self._moteur = moteur

    def importer_capacites(
        self, lues: Sequence[tuple[int, Capacite]], instant: datetime, *, a_blanc: bool = False
    ) -> CapacitesImportees:
        if not lues:
            return CapacitesImportees()
        bilan = CapacitesImportees()
        try:
            with self._moteur.ecriture() as connexion:
                self._attendre_son_tour(connexion)
                bilan = _importer(connexion, lues, instant)
                if a_blanc or bilan.problemes:
                    raise _Defaire
        except _Defaire:
            pass
        except DBAPIError as erreur:
            raise ReglageInvalide(
                f"Le magasin refuse l'import, rien n'a été écrit : {en_francais(erreur)}."
            ) from erreur
        return bilan

    def ouvrir_places(self, places: Sequence[Capacite]) -> None:
        """Insert those whose day, area and kind has none at all, places 0 included; the others stay as they are."""
        if not places:
            return
        voulues = and_(
            _memes_jours(places),
            _C.zone.in_(sorted({une.zone for une in places})),
            _C.genre.in_(sorted({une.genre.name for une in places})),
        )
        deja = select(_C.plateforme, _C.zone, _C.genre, _C.jour).where(voulues).distinct()

        def manquantes(connexion: Connection) -> list[Capacite]:
            ouvertes = {tuple(ligne) for ligne in connexion.execute(deja)}
            return [une for une in places if (une.plateforme, une.zone, une.genre.name, une.jour) not in ouvertes]

        if not self._moteur.lire(manquantes):
            return
        with self._moteur.ecriture() as connexion:
            self._attendre_son_tour(connexion)
            ajoutees = [_valeurs(une) for une in manquantes(connexion)]
            for debut in range(0, len(ajoutees), _TRANCHE):
                connexion.execute(insert(capacite), ajoutees[debut : debut + _TRANCHE])

    def _attendre_son_tour(self, connexion: Connection) -> None:
        """New slots cannot be locked before they are there: who inserts any waits for the others who do."""
        if not self._moteur.sqlite:
            connexion.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_VERROU_IMPORT})")


def _importer(connexion: Connection, lues: Sequence[tuple[int, Capacite]], instant: datetime) -> CapacitesImportees:
    voulues = _memes_jours([une for _, une in lues])
    lignes = connexion.execute(select(capacite).where(voulues).order_by(_C.id).with_for_update()).all()
    connues = {lire_capacite(ligne).creneau: ligne for ligne in lignes}
    _expirer(connexion, voulues, instant)
    problemes = tuple(
        confronter(lues, {c: ligne.places for c, ligne in connues.items()}, _engagees(connexion, voulues))
    )
    if problemes:
        return CapacitesImportees(problemes=problemes)
    ajoutees = [_valeurs(une) for _, une in lues if une.creneau not in connues]
    modifiees = [
        {"id_": connues[une.creneau].id, "nouvelles": une.places}
        for _, une in lues
        if une.creneau in connues and connues[une.creneau].places != une.places
    ]
    for debut in range(0, len(ajoutees), _TRANCHE):
        connexion.execute(insert(capacite), ajoutees[debut : debut + _TRANCHE])
    if modifiees:
        ordre = update(capacite).where(_C.id == bindparam("id_")).values(places=bindparam("nouvelles"))
        connexion.execute(ordre, modifiees)
    return CapacitesImportees(len(ajoutees), len(modifiees), len(lues) - len(ajoutees) - len(modifiees))


def _memes_jours(capacites: Sequence[Capacite]) -> ColumnElement[bool]:
    """Slots of the platforms of the file, from its first day to its last."""
    conditions = []
    for plateforme in sorted({une.plateforme for une in capacites}):
        jours = [une.jour for une in capacites if une.plateforme == plateforme]
        conditions.append(and_(_C.plateforme == plateforme, _C.jour.between(min(jours), max(jours))))
    return or_(*conditions)


def _expirer(connexion: Connection, voulues: ColumnElement[bool], instant: datetime) -> None:
    """Holds that are over are written so: a node whose clock is behind cannot confirm one whose place is taken away."""
    finies = (
        select(_R.id)
        .join_from(reservation, capacite, _C.id == _R.capacite)
        .where(voulues, _R.etat == EtatReservation.TENUE.name, _R.tenue_jusqu_a <= instant)
        .order_by(_R.id)
        .with_for_update(of=reservation)
    )
    ids = connexion.scalars(finies).all()
    for debut in range(0, len(ids), _TRANCHE):
        ordre = update(reservation).where(_R.id.in_(ids[debut : debut + _TRANCHE]))
        connexion.execute(ordre.values(etat=EtatReservation.EXPIREE.name, modifiee_le=instant))


def _engagees(connexion: Connection, voulues: ColumnElement[bool]) -> dict[Creneau, int]:
    choix = (
        select(capacite, func.count().label("nombre"))
        .join_from(capacite, reservation, _C.id == _R.capacite)
        .where(voulues, _R.etat.in_([etat.name for etat in ENGAGES]))
        .group_by(_C.id)
    )
    return {lire_capacite(ligne).creneau: ligne.nombre for ligne in connexion.execute(choix)}


def _valeurs(une: Capacite) -> dict[str, Any]:
    return {
        "plateforme": une.plateforme,
        "zone": une.zone,
        "genre": une.genre.name,
        "jour": une.jour,
        "plage": une.plage.name,
        "places": une.places,
    }
