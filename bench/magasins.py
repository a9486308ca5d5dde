"""Stores to measure on: the shipped catalogue or a synthetic one, a parc, and as many stored signalisations as wanted."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bench.messages import IDENTIFIANT, OFFRE, OPERATEUR, RACINE, VERSION
from esav_soap.reader.sources import depuis_dossiers
from esav_soap.signalisation import Prestation
from esav_soap.signalisation.numero import tirer
from esav_soap.store import ouvrir
from esav_soap.usecases.catalogue import Dates, installer

#: Prestations in the parc, so that finding one costs what it costs.
PARC = 20_000
_TRANCHE = 10_000
_BASE_URL = "https://esav.example"


def preparer(url: str, sources: Mapping[str, bytes] | None = None, offre: str = OFFRE, parc: int = PARC) -> float:
    """Create a store with one live version (by default the shipped one) and a parc; seconds that building the pack took."""
    maintenant = datetime.now(UTC)
    with ouvrir(url) as magasin:
        debut = time.perf_counter()
        sources = depuis_dossiers(RACINE, VERSION) if sources is None else sources
        installer(sources, _BASE_URL, Dates(maintenant - timedelta(days=10)), magasin, maintenant)
        duree = time.perf_counter() - debut
        magasin.importer(prestations(offre, parc))
    return duree


def prestations(offre: str, nombre: int) -> Iterator[Prestation]:
    """A parc in which :data:`~bench.messages.IDENTIFIANT` is the first."""
    radical = IDENTIFIANT[:-6]
    for rang in range(1, nombre + 1):
        yield Prestation("production", OPERATEUR, f"{radical}{rang:06d}", offre, "NRO 35238", "PTO", "", "GTR_4H_S1")


#: Values of a row that matter to nobody here, but have the size of real ones.
_INSTANT = "2026-01-05T09:00:00.000000+00:00"
_SIGNALISATION = (
    "INSERT INTO signalisation (id, numero, plateforme, operateur, reference, empreinte, etat, prestation, offre,"
    " version_catalogue, depot_le, modifiee_le, contact_nom, contact_telephone, contact_courriel, formulaire)"
    " VALUES (?, ?, 'production', ?, ?, randomblob(32), 'EN_DEPOT', ?, ?, ?, ?, ?, 'Karim Benali', '0234234785',"
    " 'c.martin@operateur-8.example', ?)"
)
_EVENEMENT = (
    "INSERT INTO evenement (signalisation, plateforme, operateur, rang, date, etat, cote, action, auteur, visibilite,"
    " commentaire) VALUES (?, 'production', ?, ?, ?, 'EN_DEPOT', 'OPERATEUR', 'DEPOSER', '', 'PARTAGE', '')"
)
_COMPTEUR = (
    "INSERT INTO compteur_evenements (plateforme, operateur, dernier) VALUES ('production', ?, ?)"
    " ON CONFLICT DO UPDATE SET dernier = excluded.dernier"
)


def ligne_signalisation(rang: int, reference: str, formulaire: bytes) -> tuple[str, tuple[object, ...]]:
    """Statement and values for a stored signalisation; its number is spread over the whole index, as drawn ones are."""
    numero = tirer((rang * 0x9E3779B97F4A7C15 % (1 << 56)).to_bytes(7, "big"))
    valeurs = (rang, numero, OPERATEUR, reference, IDENTIFIANT, OFFRE, VERSION, _INSTANT, _INSTANT, formulaire)
    return _SIGNALISATION, valeurs


def ligne_evenement(rang: int) -> tuple[str, tuple[object, ...]]:
    """Statement and values for the event of its deposit, at the same place in the opérateur's sequence."""
    return _EVENEMENT, (rang, OPERATEUR, rang, _INSTANT)


def remplir(fichier: Path, nombre: int, formulaire: bytes) -> None:
    """Add signalisations with their deposit event straight to a SQLite store, until it holds ``nombre``."""
    connexion = sqlite3.connect(fichier, isolation_level=None)
    connexion.execute("PRAGMA synchronous = OFF")
    connexion.execute("PRAGMA cache_size = -524288")
    (deja,) = connexion.execute("SELECT count(*) FROM signalisation").fetchone()
    for debut in range(deja + 1, nombre + 1, _TRANCHE):
        rangs = range(debut, min(debut + _TRANCHE, nombre + 1))
        connexion.execute("BEGIN IMMEDIATE")
        connexion.executemany(
            _SIGNALISATION,
            (
                ligne_signalisation(rang, f"STOCK-{rang * 7919 % 10_000_019:08d}-{rang:08d}", formulaire)[1]
                for rang in rangs
            ),
        )
        connexion.executemany(_EVENEMENT, (ligne_evenement(rang)[1] for rang in rangs))
        connexion.execute(_COMPTEUR, (OPERATEUR, rangs[-1]))
        connexion.execute("COMMIT")
    connexion.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connexion.close()
