"""Filling a store with a :class:`~bench.stock.Stock`, as fast as the engine takes it."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence
from contextlib import AbstractContextManager, closing
from itertools import islice
from pathlib import Path
from typing import Any, Protocol

import psycopg
from sqlalchemy import Table

from bench.cibles import Suivi
from bench.stock import Stock
from esav_soap.store import ouvrir
from esav_soap.store import tables as t
from esav_soap.store.moteur import Moteur, lire_url

_LOT = 20_000
_EVENEMENT = [
    "id",
    "signalisation",
    "plateforme",
    "operateur",
    "rang",
    "date",
    "etat",
    "cote",
    "action",
    "auteur",
    "visibilite",
    "commentaire",
    "attendu",
    "cause",
    "responsabilite",
]
_SIGNALISATION = [c.name for c in t.signalisation.columns if c.name != "saisie_le"]
_RESERVATION = [
    "id",
    "numero",
    "plateforme",
    "operateur",
    "reference",
    "signalisation",
    "capacite",
    "etat",
    "creee_le",
    "modifiee_le",
    "confirmee_le",
]


class Ecrivain(Protocol):
    """Where rows go. ``lignes``: values in the order of ``colonnes``."""

    def ecrire(self, table: Table, colonnes: Sequence[str], lignes: Iterable[tuple[Any, ...]]) -> None: ...

    def executer(self, ordre: str) -> None: ...


class _Sqlite:
    def __init__(self, connexion: sqlite3.Connection) -> None:
        self._connexion = connexion
        for reglage in ("synchronous = OFF", "cache_size = -524288", "temp_store = FILE"):
            connexion.execute(f"PRAGMA {reglage}")

    def executer(self, ordre: str) -> None:
        self._connexion.execute(ordre)

    def ecrire(self, table: Table, colonnes: Sequence[str], lignes: Iterable[tuple[Any, ...]]) -> None:
        ordre = f"INSERT INTO {table.name} ({', '.join(colonnes)}) VALUES ({', '.join('?' * len(colonnes))})"
        reste = iter(lignes)
        while lot := list(islice(reste, _LOT)):
            self._connexion.execute("BEGIN")
            self._connexion.executemany(ordre, lot)
            self._connexion.execute("COMMIT")


class _Postgresql:
    def __init__(self, connexion: psycopg.Connection) -> None:
        self._connexion = connexion

    def executer(self, ordre: str) -> None:
        self._connexion.execute(ordre.encode())

    def ecrire(self, table: Table, colonnes: Sequence[str], lignes: Iterable[tuple[Any, ...]]) -> None:
        ordre = f"COPY {table.name} ({', '.join(colonnes)}) FROM STDIN"
        with self._connexion.cursor() as curseur, curseur.copy(ordre.encode()) as copie:
            for ligne in lignes:
                copie.write_row(ligne)
        if "id" in colonnes:
            suite = f"SELECT setval('{table.name}_id_seq', (SELECT max(id) FROM {table.name}))"
            self.executer(suite)


def remplir(url: str, stock: Stock, suivi: Suivi) -> None:
    """Create the store at ``url`` and fill it; then PostgreSQL is told what there is, as it is by its autovacuum. (SQLite is told
    nothing: e-SAV never runs ``ANALYZE`` on it, so that its plans do not depend on the rows.)

    Events are entered into their indexes at the end of them, nearly: those are made afterwards. Signalisations are not, and an
    index that was made at once is fuller than one that has grown.
    """
    with ouvrir(url):
        pass
    tables = (t.evenement, t.reservation, t.capacite)
    index = [un for table in tables for un in sorted(table.indexes, key=lambda un: str(un.name))]
    titulaires = stock.titulaires()
    with _ouvrir(url) as connexion:
        sqlite = isinstance(connexion, sqlite3.Connection)
        vers: Ecrivain = _Sqlite(connexion) if isinstance(connexion, sqlite3.Connection) else _Postgresql(connexion)
        for un in index:
            vers.executer(f"DROP INDEX {un.name}")
        vers.ecrire(t.prestation, [c.name for c in t.prestation.columns], stock.parc())
        suivi(f"  {stock.nombre} signalisations")
        vers.ecrire(t.signalisation, _SIGNALISATION, stock.signalisations(titulaires))
        suivi("  leurs événements")
        vers.ecrire(t.evenement, _EVENEMENT, stock.evenements(titulaires))
        suivi("  les rendez-vous")
        vers.ecrire(t.capacite, [c.name for c in t.capacite.columns], stock.plages())
        vers.ecrire(t.reservation, _RESERVATION, stock.reservations(titulaires))
        suivi("  les index")
        _creer(url, index)
        vers.executer(
            "INSERT INTO compteur_evenements (plateforme, operateur, dernier) "
            "SELECT plateforme, operateur, max(rang) FROM evenement GROUP BY plateforme, operateur"
        )
        vers.executer("PRAGMA wal_checkpoint(TRUNCATE)" if sqlite else "VACUUM ANALYZE")
    if sqlite:
        _lire(Path(url.removeprefix("sqlite:///")))


def nombre_evenements(url: str) -> int:
    """How many events a store holds that this module filled."""
    with _ouvrir(url) as connexion:
        ligne = connexion.execute("SELECT max(id) FROM evenement").fetchone()
    return int(ligne[0]) if ligne else 0


def _ouvrir(url: str) -> AbstractContextManager[sqlite3.Connection | psycopg.Connection]:
    if url.startswith("sqlite:///"):
        return closing(sqlite3.connect(url.removeprefix("sqlite:///"), isolation_level=None))
    return closing(psycopg.connect(url, autocommit=True))


def _lire(fichier: Path) -> None:
    """Into the system's memory: what is measured is not the disk."""
    with fichier.open("rb", buffering=0) as ouvert:
        tampon = bytearray(1 << 20)
        while ouvert.readinto(tampon):
            pass


def _creer(url: str, index: Sequence[Any]) -> None:
    moteur = Moteur(lire_url(url))
    try:
        with moteur.dedie().connect() as connexion:
            if moteur.sqlite:
                connexion.exec_driver_sql("PRAGMA synchronous = OFF")
                connexion.exec_driver_sql("PRAGMA cache_size = -524288")
            for un in index:
                un.create(connexion)
    finally:
        moteur.fermer()
