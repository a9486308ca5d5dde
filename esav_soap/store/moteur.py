"""Engines and transactions: one way of writing for SQLite and PostgreSQL.

Drivers stay in autocommit, and a transaction is opened by an explicit ``BEGIN``: a read of one statement then costs one
round trip, and SQLite never upgrades a read lock, which fails at once under load.
"""

from __future__ import annotations

import os
import sqlite3
import time
import weakref
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager, nullcontext
from pathlib import Path
from typing import Any, TypeVar, cast

import psycopg
from sqlalchemy import URL, Connection, Engine, NullPool, Table, create_engine, event, make_url
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import ArgumentError, DBAPIError

from esav_soap.errors import ReglageInvalide
from esav_soap.jeton import JETON
from esav_soap.store.pannes import nom_de
from esav_soap.store.verrou import Verrou

R = TypeVar("R")

ATTENTE_S = 10
#: Between two tries to get SQLite's lock.
PAUSE_S = 0.01
#: Connections for reading, and for writing, of one process to PostgreSQL: four together already fill two cores.
LECTEURS_POSTGRESQL = 3
ECRIVAINS_POSTGRESQL = 2
#: Connections kept for reading from SQLite.
LECTEURS_SQLITE = 8
#: Work between two checkpoints of the SQLite log, in pages of 4 KiB.
PAGES_JOURNAL = 4000


class Moteur:
    """Connections of one process to one database. Methods are thread-safe; a forked child makes its own connections."""

    def __init__(self, url: URL) -> None:
        self.url = url
        #: The address for messages: without the driver, without the password.
        self.nom = nom_de(url)
        self.sqlite = url.get_backend_name() == "sqlite"
        self._debut = "BEGIN IMMEDIATE" if self.sqlite else "BEGIN"
        self._debut_lecture = "BEGIN" if self.sqlite else "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"
        self._herites: list[Engine] = []
        self._ouvrir()
        moi = weakref.ref(self)

        def apres_fork() -> None:
            if (moteur := moi()) is not None:
                moteur._apres_fork()

        os.register_at_fork(after_in_child=apres_fork)

    def _ouvrir(self) -> None:
        if self.sqlite:
            # As many as there are readers: nobody waits for one with the token, which those who have one may wait for.
            self.lecteurs = _moteur_sqlite(self.url, taille=LECTEURS_SQLITE, de_plus=-1)
            self.ecrivains = _moteur_sqlite(self.url, taille=1)
            self._depots = _moteur_sqlite(self.url, taille=1, attente_s=0)
            self.porte: Verrou | None = Verrou(Path(f"{self.url.database}.verrou"))
        else:
            self.lecteurs = _moteur_postgresql(self.url, taille=LECTEURS_POSTGRESQL)
            self.ecrivains = self._depots = _moteur_postgresql(self.url, taille=ECRIVAINS_POSTGRESQL)
            self.porte = None

    def _apres_fork(self) -> None:
        # The parent's connections are kept, unused: closing them here would speak on the parent's sockets, or drop
        # SQLite's locks.
        self._herites += [self.lecteurs, self.ecrivains, self._depots]
        self._ouvrir()

    def dedie(self) -> Engine:
        """An engine whose connections are closed when they are given back (temporary tables vanish with them)."""
        return _moteur_sqlite(self.url, taille=0) if self.sqlite else _moteur_postgresql(self.url, taille=0)

    def fermer(self) -> None:
        self.lecteurs.dispose()
        self.ecrivains.dispose()
        self._depots.dispose()

    def lire(self, lecture: Callable[[Connection], R]) -> R:
        """The result of ``lecture``, tried once more when the server had closed the connection in between."""
        with JETON.rendu():
            return self._lire(lecture)

    def _lire(self, lecture: Callable[[Connection], R]) -> R:
        try:
            with self.lecteurs.connect() as connexion:
                return lecture(connexion)
        except DBAPIError as erreur:
            if not erreur.connection_invalidated:
                raise
        with self.lecteurs.connect() as connexion:
            return lecture(connexion)

    def ligne(self, sql: str, valeurs: tuple[Any, ...]) -> Any:
        """The first row of a query in the driver's words, or None: for what every deposit reads."""
        if not self.sqlite:
            return self.lire(lambda connexion: connexion.exec_driver_sql(sql, valeurs).first())
        # SQLite answers in 5 µs; SQLAlchemy's Connection would add 20.
        connexion = self.lecteurs.raw_connection()
        try:
            return cast(sqlite3.Connection, connexion.driver_connection).execute(sql, valeurs).fetchone()
        finally:
            connexion.close()

    @contextmanager
    def instantane(self, connexion: Connection) -> Iterator[None]:
        """All reads inside see the same committed state."""
        with _transaction(connexion, self._debut_lecture):
            yield

    @contextmanager
    def ecrire(self, connexion: Connection) -> Iterator[None]:
        """One durable transaction: committed when this ends, undone when the block raises."""
        porte: AbstractContextManager[None] = self.porte.tenu() if self.porte else nullcontext()
        with porte, _transaction(connexion, self._debut):
            yield

    @contextmanager
    def ecriture(self) -> Iterator[Connection]:
        """``ecrire`` on a connection of its own; without the token, since all of it may wait.

        When the server had closed the connection in between, nothing has begun yet: another one is taken.
        """
        with JETON.rendu(), ExitStack() as pile:
            connexion = pile.enter_context(self.ecrivains.connect())
            try:
                pile.enter_context(self.ecrire(connexion))
            except DBAPIError as erreur:
                if not erreur.connection_invalidated:
                    raise
                connexion.close()
                connexion = pile.enter_context(self.ecrivains.connect())
                pile.enter_context(self.ecrire(connexion))
            yield connexion

    @contextmanager
    def ecriture_sqlite(self) -> Iterator[sqlite3.Connection]:
        """``ecriture`` in the driver's words, for what every deposit writes: SQLAlchemy's cost per statement is several
        times SQLite's. Computes with the token (:mod:`esav_soap.jeton`) and waits without it."""
        assert self.porte is not None
        empruntee = self._depots.raw_connection()
        try:
            connexion = cast(sqlite3.Connection, empruntee.driver_connection)
            with self.porte.tenu():
                _debuter(connexion, self._debut)
                try:
                    yield connexion
                    with JETON.rendu():
                        connexion.execute("COMMIT")
                except BaseException:
                    connexion.rollback()
                    raise
        finally:
            empruntee.close()


def insertion(ou: Moteur | Connection, table: Table) -> sqlite.Insert | postgresql.Insert:
    """An ``INSERT`` that can say what becomes of rows that are there already (``ON CONFLICT``), in the words of that engine."""
    en_sqlite = ou.sqlite if isinstance(ou, Moteur) else ou.dialect.name == "sqlite"
    return sqlite.insert(table) if en_sqlite else postgresql.insert(table)


def occupe(erreur: BaseException) -> bool:
    """Whether SQLite's lock was not to be had, for one of several reasons."""
    return getattr(erreur, "sqlite_errorcode", 0) & 0xFF == sqlite3.SQLITE_BUSY


def _debuter(connexion: sqlite3.Connection, debut: str) -> None:
    """Begin a transaction; wait for a program that is no node, and has SQLite's lock without the gate."""
    limite = time.monotonic() + ATTENTE_S
    while True:
        try:
            connexion.execute(debut)
            return
        except sqlite3.OperationalError as erreur:
            if not occupe(erreur) or time.monotonic() > limite:
                raise
        with JETON.rendu():
            time.sleep(PAUSE_S)


@contextmanager
def _transaction(connexion: Connection, debut: str) -> Iterator[None]:
    connexion.exec_driver_sql(debut)
    try:
        yield
        connexion.exec_driver_sql("COMMIT")
    except BaseException:
        if not connexion.invalidated:
            try:
                connexion.connection.rollback()
            except Exception:  # the connection is broken: the engine undoes what it began
                connexion.invalidate()
        raise


def lire_url(url: str) -> URL:
    """The store's address. Raises :class:`ReglageInvalide` for one that no engine here understands."""
    try:
        adresse = make_url(url)
    except ArgumentError as erreur:
        raise ReglageInvalide(f"Adresse de magasin illisible : « {url} ». {_FORMES}") from erreur
    if adresse.drivername in ("postgresql", "postgres", "postgresql+psycopg"):
        return adresse.set(drivername="postgresql+psycopg")
    if adresse.drivername in ("sqlite", "sqlite+pysqlite"):
        if not adresse.database or adresse.database == ":memory:" or adresse.database.startswith("file:"):
            raise ReglageInvalide(f"Le magasin SQLite doit être un fichier. {_FORMES}")
        return adresse
    raise ReglageInvalide(f"Magasin de type inconnu : « {adresse.drivername} ». {_FORMES}")


_FORMES = "Écrire sqlite:///chemin/du/fichier.db ou postgresql://utilisateur@serveur/base."


def _moteur_sqlite(url: URL, *, taille: int, de_plus: int = 0, attente_s: int = ATTENTE_S) -> Engine:
    bassin: dict[str, Any] = (
        {"pool_size": taille, "max_overflow": de_plus, "pool_timeout": 3 * ATTENTE_S}
        if taille
        else {"poolclass": NullPool}
    )
    moteur = create_engine(
        url,
        isolation_level="AUTOCOMMIT",
        hide_parameters=True,  # names and telephone numbers, which errors would quote
        connect_args={"timeout": ATTENTE_S, "check_same_thread": False},
        **bassin,
    )

    @event.listens_for(moteur, "connect")
    def _reglages(connexion: sqlite3.Connection, _: object) -> None:
        curseur = connexion.cursor()
        # FULL: a commit is on the disk before it is acknowledged (R3.1).
        curseur.execute("PRAGMA synchronous = FULL")
        curseur.execute("PRAGMA foreign_keys = ON")
        curseur.execute(f"PRAGMA wal_autocheckpoint = {PAGES_JOURNAL}")
        curseur.execute("PRAGMA journal_size_limit = 67108864")
        curseur.execute(f"PRAGMA busy_timeout = {attente_s * 1000}")  # the last: those above may have to wait
        curseur.close()

    return moteur


def _moteur_postgresql(url: URL, *, taille: int) -> Engine:
    bassin: dict[str, Any] = (
        {"pool_size": taille, "max_overflow": 0, "pool_timeout": 3 * ATTENTE_S} if taille else {"poolclass": NullPool}
    )
    moteur = create_engine(
        url,
        isolation_level="AUTOCOMMIT",
        hide_parameters=True,  # names and telephone numbers, which errors would quote
        connect_args={
            "connect_timeout": ATTENTE_S,
            "keepalives_idle": ATTENTE_S,  # a server that vanished is noticed, also in the middle of a statement
            "tcp_user_timeout": 3 * ATTENTE_S * 1000,
            # Without workers: a request has few rows, and the planner gives up an index for a whole table read by several.
            "options": f"-c timezone=UTC -c lock_timeout={ATTENTE_S}s -c client_min_messages=warning "
            "-c max_parallel_workers_per_gather=0",
        },
        **bassin,
    )

    @event.listens_for(moteur, "connect")
    def _reglages(connexion: psycopg.Connection, _: object) -> None:
        # A server or a role may have been set to answer before the commit is on the disk (R3.1).
        connexion.execute("SET synchronous_commit = on")

    return moteur
