"""A store with notices to send, and worker processes that send them."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from esav_soap.avis import Envoi, GenreAvis, Operateur
from esav_soap.calendar import instant_plus_mois
from esav_soap.publication import VersionPubliee
from esav_soap.signalisation import Prestation
from esav_soap.store import ouvrir
from tests.courrier.boite import DELAI_S, Boite
from tests.e2e.fourche import Processus, executer, lancer
from tests.faux import RACINE, URL, pack

#: Times of the store: 2026.2 was announced now and opens in two months, 2026.1 ends a month later.
ANNONCE_LE = datetime.now(UTC).replace(microsecond=0)
OUVERTURE = instant_plus_mois(ANNONCE_LE, 2)
RETRAIT = instant_plus_mois(OUVERTURE, 1)
AVANT = VersionPubliee("2026.1", ANNONCE_LE - timedelta(days=300), ANNONCE_LE - timedelta(days=200))
NOUVELLE = VersionPubliee("2026.2", ANNONCE_LE, OUVERTURE)


def operateurs(nombre: int) -> list[str]:
    return [f"OP{rang:03d}" for rang in range(nombre)]


def adresse(operateur: str) -> str:
    return f"sav@{operateur.lower()}.example"


def annoncer(url: str, nombre: int) -> None:
    """2026.2 announced over 2026.1 to so many opérateurs, with accès FTTH each."""
    with ouvrir(url) as magasin:
        magasin.enregistrer_version(AVANT, pack("2026.1"))
        codes = operateurs(nombre)
        magasin.importer(Prestation("production", code, "1", "ACCES_FTTH", "", "", "", "") for code in codes)
        for code in codes:
            magasin.declarer_operateur(Operateur(code, f"Opérateur {code}", adresse(code)))
        avis = [Envoi(GenreAvis.VERSION_ANNONCEE, "2026.2", code) for code in codes]
        remplacee = replace(AVANT, retrait=RETRAIT, remplacante="2026.2")
        magasin.annoncer(NOUVELLE, pack("2026.2"), remplacee, avis, [AVANT])


def reglages(url: str, boite: Boite, **autres: str) -> dict[str, str]:
    """The environment of a worker: no setting of the machine but these."""
    propre = {nom: valeur for nom, valeur in os.environ.items() if not nom.startswith("ESAV_")}
    return propre | {
        "ESAV_STORE": url,
        "ESAV_URL_PUBLIQUE": URL,
        "ESAV_SMTP_HOTE": "127.0.0.1",
        "ESAV_SMTP_PORT": str(boite.port),
        "ESAV_SMTP_CHIFFREMENT": "aucun",
        "ESAV_SMTP_EXPEDITEUR": "esav@esav.example",
        **autres,
    }


def esav(env: Mapping[str, str], *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run a command to its end."""
    return executer(arguments, env=env, cwd=RACINE, delai_s=DELAI_S)


@contextmanager
def worker(env: Mapping[str, str], journal: Path, *arguments: str) -> Iterator[Processus]:
    """``esav worker`` while the block runs."""
    with journal.open("ab") as sortie:
        lance = lancer(["worker", *arguments], cwd=RACINE, env=env, sortie=sortie, erreurs=sortie)
    try:
        yield lance
    finally:
        if lance.poll() is None:
            lance.terminate()
            lance.wait(DELAI_S)
