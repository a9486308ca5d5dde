"""The numbering of events: one sequence per platform and opérateur, without gaps, in the order of the commits.

Internal events are not in it: neither a gap nor a cursor that moves tells an opérateur that there was one (R3.7).

A reader that has seen everything up to a ``rang`` asks for what comes after it, so no event may appear below that later.
Therefore the number comes from a row of ``compteur_evenements`` that the writing transaction holds until its commit: who
wants the next number waits for it, and what is undone leaves no gap. (A sequence of PostgreSQL would give numbers in the
order of the demands, and a slow transaction would then commit below a cursor.)

Who holds a counter takes nothing any more but counters, and those in the order of their keys: so nobody waits in a circle.
"""

from __future__ import annotations

import sqlite3

from sqlalchemy import Connection

from esav_soap.store.moteur import insertion
from esav_soap.store.tables import compteur_evenements

_C = compteur_evenements.c
_SUITE = "ON CONFLICT (plateforme, operateur) DO UPDATE SET dernier = compteur_evenements.dernier + excluded.dernier RETURNING"
_RESERVER_SQLITE = f"INSERT INTO compteur_evenements (plateforme, operateur, dernier) VALUES (?, ?, ?) {_SUITE} dernier"  # noqa: S608

#: For PostgreSQL, part of a greater statement: a number for each row of ``ecrites``; gives the last one of each opérateur.
NUMEROTER_LOT = f"""
        INSERT INTO compteur_evenements (plateforme, operateur, dernier)
        SELECT plateforme, operateur, count(*) FROM ecrites GROUP BY plateforme, operateur ORDER BY plateforme, operateur
        {_SUITE} plateforme, operateur, dernier
"""  # noqa: S608


def reserver_sqlite(curseur: sqlite3.Cursor, cle: tuple[str, str], nombre: int) -> range:
    """The next numbers of a platform and opérateur. In the transaction that writes their events."""
    (dernier,) = curseur.execute(_RESERVER_SQLITE, (*cle, nombre)).fetchone()
    return range(dernier - nombre + 1, dernier + 1)


def reserver(connexion: Connection, cle: tuple[str, str], nombre: int) -> range:
    """The same by SQLAlchemy, on either engine."""
    ordre = insertion(connexion, compteur_evenements).values(plateforme=cle[0], operateur=cle[1], dernier=nombre)
    ordre = ordre.on_conflict_do_update(
        index_elements=[_C.plateforme, _C.operateur], set_={"dernier": _C.dernier + ordre.excluded.dernier}
    )
    dernier = connexion.execute(ordre.returning(_C.dernier)).scalar_one()
    return range(dernier - nombre + 1, dernier + 1)
