"""Databases of PostgreSQL that have all migrations and no rows, used again by one test after the other.

To make a database, migrate it and drop it costs a second of waiting for the disk; to empty one, some milliseconds. What a
test may have left otherwise than as rows (tables, settings, statistics) is looked for: such a database is not used again.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Protocol

import psycopg
from psycopg import sql

from esav_soap.store import ouvrir

#: Everything but the rows that a test could change: tables and what they consist of, settings, the planner's statistics.
_FORME = """
SELECT
    (SELECT md5(string_agg(concat_ws(' ', c.relname, c.relkind, c.reloptions, a.attname, a.atttypid, a.attnotnull), ',' ORDER BY
        c.relname, a.attnum))
     FROM pg_class c LEFT JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 WHERE c.relnamespace = 'public'::regnamespace),
    (SELECT md5(string_agg(pg_get_indexdef(indexrelid) || indisvalid, ',' ORDER BY indexrelid))
     FROM pg_index JOIN pg_class c ON c.oid = indrelid WHERE c.relnamespace = 'public'::regnamespace),
    (SELECT md5(string_agg(conname || pg_get_constraintdef(oid), ',' ORDER BY conname))
     FROM pg_constraint WHERE connamespace = 'public'::regnamespace),
    (SELECT count(*) FROM pg_trigger WHERE NOT tgisinternal),
    (SELECT count(*) FROM pg_proc WHERE pronamespace = 'public'::regnamespace),
    (SELECT count(*) FROM pg_namespace WHERE nspname !~ '^pg_'),
    (SELECT count(*) FROM pg_db_role_setting),
    (SELECT count(*) FROM pg_statistic JOIN pg_class c ON c.oid = starelid WHERE c.relnamespace = 'public'::regnamespace)
"""
_TABLES = "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'"
#: A table that never had a row since it was emptied has no bytes.
_REMPLIES = f"{_TABLES} AND pg_relation_size(oid) > 0 ORDER BY relname"
_COMPTEES = "SELECT sequencename, start_value FROM pg_sequences WHERE schemaname = 'public' AND last_value IS NOT NULL"
_AUTRES = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"

Connexion = psycopg.Connection[tuple[Any, ...]]


class Serveur(Protocol):
    """Where databases are made: their URLs."""

    def creer(self) -> str: ...

    def supprimer(self, url: str) -> None: ...


class BasesPretes:
    """Those of one server; what stays unused at the end goes with the server."""

    def __init__(self, serveur: Serveur) -> None:
        self._serveur = serveur
        self._libres: list[str] = []
        self._forme: Any = None
        self._lignes: dict[str, bytes] = {}

    @contextmanager
    def base(self) -> Iterator[str]:
        """The URL of a database as ``ouvrir`` makes it of an empty one; nobody else has it until the end."""
        url = self._libres.pop() if self._libres else self._neuve()
        try:
            yield url
        finally:
            if self._vider(url):
                self._libres.append(url)
            else:
                self._serveur.supprimer(url)

    def _neuve(self) -> str:
        url = self._serveur.creer()
        ouvrir(url).fermer()
        if not self._lignes:
            with psycopg.connect(url) as connexion:
                self._forme = forme(connexion)
                self._lignes = {nom: _lire(connexion, nom) for (nom,) in connexion.execute(_REMPLIES).fetchall()}
        return url

    def _vider(self, url: str) -> bool:
        """Bring the rows and counters to what they were; ``False`` when there is more to it."""
        with psycopg.connect(url) as connexion:
            connexion.execute(_AUTRES)
            if forme(connexion) != self._forme:
                return False
            noms = [
                nom
                for (nom,) in connexion.execute(_REMPLIES).fetchall()
                if nom not in self._lignes or _lire(connexion, nom) != self._lignes[nom]
            ]
            if noms:
                connexion.execute(sql.SQL("TRUNCATE {} CASCADE").format(sql.SQL(", ").join(map(sql.Identifier, noms))))
            for nom in set(noms) & set(self._lignes):
                with connexion.cursor().copy(sql.SQL("COPY {} FROM STDIN").format(sql.Identifier(nom))) as flux:
                    flux.write(self._lignes[nom])
            for nom, debut in connexion.execute(_COMPTEES).fetchall():
                connexion.execute("SELECT setval(%s::regclass, %s, false)", (nom, debut))
        return True


def forme(connexion: Connexion) -> Any:
    """All of a database but its rows and counters."""
    return connexion.execute(_FORME).fetchone()


def _lire(connexion: Connexion, table: str) -> bytes:
    with connexion.cursor().copy(sql.SQL("COPY {} TO STDOUT").format(sql.Identifier(table))) as flux:
        return b"".join(bytes(bloc) for bloc in flux)
