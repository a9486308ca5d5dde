"""A client's program, built and run; what it says is judged."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from tests.interop.attendu import ETAPES, JUGES, Juge, etapes_reussies, lire
from tests.interop.clients import Client
from tests.programmes import manque


def construire(client: Client, dossier: Path, env: Mapping[str, str]) -> None:
    if client.absents():
        manque(f"{client.nom} : il manque {', '.join(client.absents())} ({client.paquets})")
    for commande in client.construire:
        construit = client.executer(commande, dossier, env)
        assert construit.returncode == 0, construit.stdout + construit.stderr


def passer(client: Client, dossier: Path, env: Mapping[str, str], champs: int) -> None:
    """It does every step, and the form that it reads again has so many fields."""
    lance = client.executer(client.lancer, dossier, env)
    dits = lire(lance.stdout)
    juges: dict[str, Juge] = {**JUGES, "DETAIL_CHAMPS": lambda valeur, _: valeur == str(champs)}
    faux = {nom: valeur for nom, valeur in dits.items() if nom in juges and not juges[nom](valeur, dits)}
    assert (faux, lance.returncode) == ({}, 0), lance.stdout + lance.stderr
    assert etapes_reussies(dits, juges) == [etape for etape in ETAPES if etape not in client.manquent], lance.stderr
