"""What imports of files have in common: a connection of their own, one of a kind at a time."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

from esav_soap.errors import ReglageInvalide
from esav_soap.store.moteur import Moteur
from esav_soap.store.pannes import en_francais
from esav_soap.store.verrou import Verrou


@contextmanager
def import_seul(moteur: Moteur, nom: str, cle: int) -> Iterator[Connection]:
    """The connection of an import, whose temporary tables end with it; another one of the same kind waits for this one.

    ``nom``: of the kind, beside SQLite's file; ``cle``: of PostgreSQL's lock. An engine that refuses (no room, no longer
    there) is told as :class:`~esav_soap.errors.ReglageInvalide`.
    """
    dedie = moteur.dedie()
    try:
        with dedie.connect() as connexion:
            if moteur.sqlite:
                with Verrou(Path(f"{moteur.url.database}.{nom}"), ephemere=True).tenu():
                    yield connexion
            else:
                # Ends with the session, which is this import's own.
                connexion.exec_driver_sql("SET lock_timeout = 0")
                connexion.exec_driver_sql(f"SELECT pg_advisory_lock({cle})")
                connexion.exec_driver_sql("RESET lock_timeout")
                yield connexion
    except (DBAPIError, sqlite3.Error, psycopg.Error) as erreur:
        raison = en_francais(erreur)
        raise ReglageInvalide(f"Le magasin refuse l'import, rien n'a été écrit : {raison}.") from erreur
    finally:
        dedie.dispose()
