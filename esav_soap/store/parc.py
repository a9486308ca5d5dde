"""The port ``Parc`` on SQL: a whole file is laid aside first, then applied by one short transaction.

Rows are collected in a temporary table, which locks nothing, compared there with the parc, and only what differs is
written. So an import of any size holds SQLite's write lock for one ``INSERT ... SELECT`` in key order, and the deposits of
a running server go on meanwhile. Nothing is written before: an import that stops leaves nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import islice
from typing import cast

import psycopg
from sqlalchemy import Connection, select

from esav_soap.signalisation import Prestation
from esav_soap.store.imports import import_seul
from esav_soap.store.moteur import Moteur
from esav_soap.store.tables import prestation
from esav_soap.usecases.ports.parc import BilanImport, Doublon

_P = prestation.c
TRANCHE = 5000

_CLE = ("plateforme", "operateur", "identifiant")
_VALEURS = ("offre", "extremite_a", "extremite_b", "complement", "garantie", "zone")
_COLONNES = (*_CLE, *_VALEURS)
_VERROU_IMPORT = 0x65736157


def _liste(noms: Iterable[str], alias: str = "") -> str:
    return ", ".join(f"{alias}{nom}" for nom in noms)


_RECUES = f"CREATE TEMP TABLE import_recu (ligne integer, {', '.join(f'{nom} text' for nom in _COLONNES)})"

#: Each key once with its last line, what the line before it held, and whether the parc knows it.
_TRI = f"""
    CREATE TEMP TABLE import_trie AS
    SELECT r.*, CASE WHEN p.offre IS NULL THEN 1 ELSE 0 END AS nouvelle
    FROM (
        SELECT {_liste(_COLONNES)}, row_number() OVER (PARTITION BY {_liste(_CLE)} ORDER BY ligne DESC) AS rang
        FROM import_recu
    ) AS r LEFT JOIN prestation AS p ON {" AND ".join(f"p.{nom} = r.{nom}" for nom in _CLE)}
    WHERE r.rang = 1 AND (p.offre IS NULL OR ({_liste(_VALEURS, "p.")}) <> ({_liste(_VALEURS, "r.")}))
    ORDER BY {_liste(_CLE, "r.")}
"""  # noqa: S608
_DOUBLONS = f"""
    SELECT ligne, premiere, count(*) OVER () AS nombre FROM (
        SELECT ligne, min(ligne) OVER (PARTITION BY {_liste(_CLE)}) AS premiere FROM import_recu
    ) AS r WHERE ligne <> premiere ORDER BY ligne LIMIT
"""  # noqa: S608
_APPLIQUER = f"""
    INSERT INTO prestation ({_liste(_COLONNES)})
    SELECT {_liste(_COLONNES)} FROM import_trie WHERE true ORDER BY {_liste(_CLE)}
    ON CONFLICT ({_liste(_CLE)}) DO UPDATE SET {", ".join(f"{nom} = excluded.{nom}" for nom in _VALEURS)}
"""  # noqa: S608


class ParcSQL:
    """One import at a time for the whole database; see :func:`~esav_soap.store.imports.import_seul`."""

    def __init__(self, moteur: Moteur) -> None:
        self._moteur = moteur

    def importer(self, prestations: Iterable[Prestation]) -> int:
        with self.importation() as importation:
            importation.ajouter(enumerate(prestations, 1))
            return importation.appliquer().total

    def zones_du_parc(self, plateforme: str) -> frozenset[str]:
        choix = select(_P.zone).where(_P.plateforme == plateforme, _P.zone != "").distinct()
        return self._moteur.lire(lambda connexion: frozenset(connexion.scalars(choix)))

    @contextmanager
    def importation(self) -> Iterator[ImportationSQL]:
        with import_seul(self._moteur, "import", _VERROU_IMPORT) as connexion:
            yield ImportationSQL(self._moteur, connexion)


class ImportationSQL:
    """An import that is being prepared; see the port ``Importation``."""

    def __init__(self, moteur: Moteur, connexion: Connection) -> None:
        self._moteur = moteur
        self._connexion = connexion
        if moteur.sqlite:
            connexion.exec_driver_sql("PRAGMA temp_store = FILE")
            connexion.exec_driver_sql("PRAGMA temp.cache_size = -16384")
        connexion.exec_driver_sql(_RECUES)

    def ajouter(self, lignes: Iterable[tuple[int, Prestation]]) -> None:
        valeurs = (
            (
                ligne,
                p.plateforme,
                p.operateur,
                p.identifiant,
                p.offre,
                p.extremite_a,
                p.extremite_b,
                p.complement,
                p.garantie,
                p.zone,
            )
            for ligne, p in lignes
        )
        if self._moteur.sqlite:
            while tranche := list(islice(valeurs, TRANCHE)):
                self._ajouter_sqlite(tranche)
        else:
            pilote = cast("psycopg.Connection", self._connexion.connection.driver_connection)
            with pilote.cursor() as curseur, curseur.copy("COPY import_recu FROM STDIN") as copie:
                for valeur in valeurs:
                    copie.write_row(valeur)

    def _ajouter_sqlite(self, tranche: Sequence[tuple[object, ...]]) -> None:
        curseur = self._connexion.connection.cursor()
        # Of temporary tables only: it takes no lock on the database.
        curseur.execute("BEGIN")
        curseur.executemany(f"INSERT INTO import_recu VALUES ({', '.join('?' * (1 + len(_COLONNES)))})", tranche)  # noqa: S608
        curseur.execute("COMMIT")
        curseur.close()

    def doublons(self, maximum: int) -> tuple[int, list[Doublon]]:
        lignes = self._connexion.exec_driver_sql(f"{_DOUBLONS} {maximum:d}").all()
        return (lignes[0][2] if lignes else 0), [Doublon(ligne, premiere) for ligne, premiere, _ in lignes]

    def appliquer(self) -> BilanImport:
        connexion = self._connexion
        connexion.exec_driver_sql(_TRI)
        total = connexion.exec_driver_sql(
            f"SELECT count(*) FROM (SELECT DISTINCT {_liste(_CLE)} FROM import_recu) AS r"  # noqa: S608
        ).scalar_one()
        differentes, nouvelles = connexion.exec_driver_sql(
            "SELECT count(*), coalesce(sum(nouvelle), 0) FROM import_trie"
        ).one()
        if differentes:
            with self._moteur.ecrire(connexion):
                connexion.exec_driver_sql(_APPLIQUER)
        return BilanImport(int(nouvelles), int(differentes - nouvelles), int(total - differentes))
