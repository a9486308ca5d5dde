"""Places of slots from a file, on SQL: compared with what is booked, then written, all of them or none (R4.2).

The comparison, which takes seconds for a large file, locks nothing but other imports: meanwhile slots are booked, and nobody
else changes their places. What differs is laid aside in a temporary table, and applied by one short transaction that holds
the slots whose places change, and compares again those that lose some. When somebody has booked a place that the file takes
away, or made slots, nothing is written, and all of it is compared anew. See :mod:`esav_soap.store.rendez_vous` for the order
of the locks.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, func, insert, or_, select

from esav_soap.calendar import en_utc
from esav_soap.jeton import JETON
from esav_soap.rendez_vous import ENGAGES, Capacite, Creneau, EtatReservation, confronter
from esav_soap.store.imports import import_seul
from esav_soap.store.moteur import Moteur
from esav_soap.store.rendez_vous import lire_capacite, occupe
from esav_soap.store.tables import capacite, instant_sqlite, reservation
from esav_soap.usecases.ports.rendez_vous import CapacitesImportees

_C = capacite.c
_R = reservation.c
#: Rows of one statement.
_TRANCHE = 1000
#: PostgreSQL's locks: of the imports, and of whoever makes slots.
_VERROU_IMPORT, _VERROU_AJOUT = 0x65736158, 0x65736159

_CLE = "plateforme, zone, genre, jour, plage"
_ENGAGES = ", ".join(f"'{etat.name}'" for etat in ENGAGES)
#: What differs. ``id`` of a slot that is there, ``baisse`` of one that loses places.
_RECUES = """
    CREATE TEMP TABLE import_places (
        id bigint, plateforme text, zone text, genre text, jour date, plage text, places integer, baisse integer
    )
"""
_RECEVOIR = "INSERT INTO import_places VALUES (?, ?, ?, ?, ?, ?, ?, ?)"
_VERROUILLER = """
    SELECT c.id FROM import_places AS i JOIN capacite AS c ON c.id = i.id ORDER BY c.id FOR UPDATE OF c
"""
#: Holds that are over are written so: a node whose clock is behind cannot confirm one whose place is taken away. The engines
#: go from the few slots to their reservations: SQLite does as a CROSS JOIN says, PostgreSQL knows how many there are.
_FINIES = f"""
    SELECT r.id FROM import_places AS i CROSS JOIN reservation AS r
    WHERE r.capacite = i.id AND i.baisse = 1 AND r.etat = '{EtatReservation.TENUE.name}' AND r.tenue_jusqu_a <= ?
    ORDER BY r.id
"""  # noqa: S608
_EXPIRER = f"UPDATE reservation SET etat = '{EtatReservation.EXPIREE.name}', modifiee_le = ? WHERE id = ?"  # noqa: S608
_PRISES = f"""
    SELECT i.id FROM import_places AS i CROSS JOIN reservation AS r
    WHERE r.capacite = i.id AND i.baisse = 1 AND r.etat IN ({_ENGAGES})
    GROUP BY i.id, i.places HAVING count(*) > i.places LIMIT 1
"""  # noqa: S608
_CHANGER = "UPDATE capacite SET places = i.places FROM import_places AS i WHERE capacite.id = i.id"
_AJOUTER = f"""
    INSERT INTO capacite ({_CLE}, places) SELECT {_CLE}, places FROM import_places WHERE id IS NULL ORDER BY {_CLE}
"""  # noqa: S608


class _Entretemps(Exception):
    """A place that the file takes away was booked meanwhile, or slots were made; leaves the transaction without its effect."""


@dataclass(frozen=True)
class _Comparaison:
    """``differentes``: the rows of ``import_places``. ``dernier``: ``id`` of the newest slot, which says whether any was made."""

    bilan: CapacitesImportees
    dernier: int | None
    differentes: Sequence[tuple[Any, ...]] = ()


class CapacitesSQL:
    """One import at a time for the whole database; see :func:`~esav_soap.store.imports.import_seul`."""

    def __init__(self, moteur: Moteur) -> None:
        self._moteur = moteur

    def importer_capacites(
        self, lues: Sequence[tuple[int, Capacite]], instant: datetime, *, a_blanc: bool = False
    ) -> CapacitesImportees:
        if not lues:
            return CapacitesImportees()
        with JETON.rendu(), import_seul(self._moteur, "places", _VERROU_IMPORT) as connexion:
            while True:
                with self._moteur.instantane(connexion):
                    trouvee = _comparer(connexion, lues, instant)
                if a_blanc or not trouvee.differentes or self._ecrire(connexion, trouvee, instant):
                    return trouvee.bilan

    def _ecrire(self, connexion: Connection, trouvee: _Comparaison, instant: datetime) -> bool:
        """All of it, or, when it is to be compared again, nothing."""
        connexion.exec_driver_sql("DROP TABLE IF EXISTS import_places")
        connexion.exec_driver_sql(_RECUES)
        # Of temporary tables only: it takes no lock on the database.
        connexion.exec_driver_sql("BEGIN")
        connexion.exec_driver_sql(self._sql(_RECEVOIR), list(trouvee.differentes))
        connexion.exec_driver_sql("COMMIT")
        if not self._moteur.sqlite:
            connexion.exec_driver_sql("ANALYZE import_places")
        try:
            with self._moteur.ecrire(connexion):
                self._attendre_son_tour(connexion)
                if _dernier(connexion) != trouvee.dernier:
                    raise _Entretemps
                self._appliquer(connexion, instant)
        except _Entretemps:
            return False
        return True

    def _appliquer(self, connexion: Connection, instant: datetime) -> None:
        quand = instant_sqlite(instant) if self._moteur.sqlite else en_utc(instant)
        if self._moteur.sqlite:
            finies = connexion.exec_driver_sql(_FINIES, (quand,))
        else:
            connexion.exec_driver_sql(_VERROUILLER)
            finies = connexion.exec_driver_sql(f"{self._sql(_FINIES)} FOR UPDATE OF r", (quand,))
        if ids := finies.scalars().all():
            connexion.exec_driver_sql(self._sql(_EXPIRER), [(quand, id_) for id_ in ids])
        if connexion.exec_driver_sql(_PRISES).first() is not None:
            raise _Entretemps
        connexion.exec_driver_sql(_CHANGER)
        connexion.exec_driver_sql(_AJOUTER)

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
            ajoutees = [{**_cle(une), "jour": une.jour, "places": une.places} for une in manquantes(connexion)]
            for debut in range(0, len(ajoutees), _TRANCHE):
                connexion.execute(insert(capacite), ajoutees[debut : debut + _TRANCHE])

    def _attendre_son_tour(self, connexion: Connection) -> None:
        """New slots cannot be locked before they are there: who inserts any waits for the others who do."""
        if not self._moteur.sqlite:
            connexion.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_VERROU_AJOUT})")

    def _sql(self, ordre: str) -> str:
        return ordre if self._moteur.sqlite else ordre.replace("?", "%s")


def _comparer(connexion: Connection, lues: Sequence[tuple[int, Capacite]], instant: datetime) -> _Comparaison:
    voulues, dernier = _memes_jours([une for _, une in lues]), _dernier(connexion)
    connues = {lire_capacite(ligne).creneau: ligne for ligne in connexion.execute(select(capacite).where(voulues))}
    places = {creneau: ligne.places for creneau, ligne in connues.items()}
    problemes = tuple(confronter(lues, places, _engagees(connexion, voulues, instant)))
    if problemes:
        return _Comparaison(CapacitesImportees(problemes=problemes), dernier)
    ajoutees = [_valeurs(None, une) for _, une in lues if une.creneau not in places]
    modifiees = [
        _valeurs(connues[une.creneau], une) for _, une in lues if places.get(une.creneau, une.places) != une.places
    ]
    inchangees = len(lues) - len(ajoutees) - len(modifiees)
    bilan = CapacitesImportees(len(ajoutees), len(modifiees), inchangees)
    return _Comparaison(bilan, dernier, [*ajoutees, *modifiees])


def _dernier(connexion: Connection) -> int | None:
    dernier: int | None = connexion.scalar(select(func.max(_C.id)))
    return dernier


def _memes_jours(capacites: Sequence[Capacite]) -> ColumnElement[bool]:
    """Slots of the platforms of the file, from its first day to its last."""
    conditions = []
    for plateforme in sorted({une.plateforme for une in capacites}):
        jours = [une.jour for une in capacites if une.plateforme == plateforme]
        conditions.append(and_(_C.plateforme == plateforme, _C.jour.between(min(jours), max(jours))))
    return or_(*conditions)


def _engagees(connexion: Connection, voulues: ColumnElement[bool], instant: datetime) -> dict[Creneau, int]:
    choix = (
        select(capacite, func.count().label("nombre"))
        .join_from(capacite, reservation, _C.id == _R.capacite)
        .where(voulues, occupe(instant))
        .group_by(_C.id)
    )
    return {lire_capacite(ligne).creneau: ligne.nombre for ligne in connexion.execute(choix)}


def _valeurs(connue: Any, une: Capacite) -> tuple[Any, ...]:
    """A row of ``import_places``; ``connue``: that of ``capacite``."""
    id_, baisse = (None, 0) if connue is None else (connue.id, int(une.places < connue.places))
    return (id_, *_cle(une).values(), une.places, baisse)


def _cle(une: Capacite) -> dict[str, str]:
    """In the order of the table, and of ``import_places``."""
    return {
        "plateforme": une.plateforme,
        "zone": une.zone,
        "genre": une.genre.name,
        "jour": une.jour.isoformat(),
        "plage": une.plage.name,
    }
