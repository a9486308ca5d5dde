"""The report: tables in French on a terminal or in a file, and the same figures as JSON."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict
from typing import Any

from rich.console import Console
from rich.table import Table

from bench.etapes import Etape
from bench.mesures import Exigence, nombre, rapport
from bench.parties import Comparaison
from bench.suivi import PartieSuivi

_DETAILS = {
    "construction_s": ("pack construit", "s", 1),
    "pack_mo": ("pack", "Mo", 1),
    "chargement_s": ("chargé en", "s", 2),
    "memoire_mo": ("mémoire", "Mo", 0),
    "premiere_ms": ("1re requête", "ms", 1),
    "pire_suivante_ms": ("pire des 199 suivantes", "ms", 1),
    "remplissage_s": ("rempli en", "s", 1),
    "fichier_mo": ("fichier", "Mo", 0),
    "annonce_s": ("annonce", "s", 1),
}


def afficher_comparaison(console: Console, partie: Comparaison) -> None:
    """One line a target; the ratios are medians of the ratios within each round."""
    table = Table(title=partie.titre, title_justify="left")
    table.add_column("")
    for titre in ("par seconde", "rapport", "p50 ms", "p99 ms", "p50 / réf.", "processeur µs"):
        table.add_column(titre, justify="right")
    reference = partie.resultats[partie.reference]
    for nom, resultat in sorted(partie.resultats.items(), key=lambda paire: paire[0] != partie.reference):
        temps = rapport(resultat, reference, lambda t: t.p50)
        table.add_row(
            nom,
            nombre(resultat.debit),
            nombre(rapport(resultat, reference), 2),
            nombre(resultat.p50, 1),
            nombre(resultat.p99, 1),
            nombre(temps, 2),
            nombre(resultat.processeur),
        )
    console.print(table)
    if partie.details:
        _afficher_details(console, partie.details)


def _afficher_details(console: Console, details: dict[str, dict[str, Any]]) -> None:
    connus = [cle for cle in _DETAILS if any(cle in detail for detail in details.values())]
    table = Table()
    table.add_column("")
    for cle in connus:
        titre, unite, _ = _DETAILS[cle]
        table.add_column(f"{titre} ({unite})", justify="right")
    for nom, detail in details.items():
        table.add_row(nom, *(nombre(detail[cle], _DETAILS[cle][2]) for cle in connus))
    console.print(table)


def afficher_etapes(console: Console, etapes: Iterable[Etape]) -> None:
    table = Table(title="Étapes d'un dépôt, dans un seul processus, sans HTTP (meilleur temps)", title_justify="left")
    table.add_column("")
    table.add_column("µs", justify="right")
    for etape in etapes:
        table.add_row(("    dont " if etape.dans else "") + etape.nom, nombre(etape.duree, 1))
    console.print(table)


def afficher_suivi(console: Console, partie: PartieSuivi) -> None:
    """One line an operation."""
    petite, grande = (nombre(taille) for taille in partie.tailles)
    table = Table(title=f"{partie.titre} ({nombre(partie.evenements)} événements à droite)", title_justify="left")
    table.add_column("p50 en ms, sans HTTP")
    for titre in (f"{petite} signalisations", f"{grande} signalisations", "rapport"):
        table.add_column(titre, justify="right")
    for mesure in partie.mesures:
        table.add_row(mesure.nom, nombre(mesure.petit, 2), nombre(mesure.grand, 2), nombre(mesure.rapport, 2))
    console.print(table)


def afficher_exigences(console: Console, exigences: Iterable[Exigence]) -> None:
    table = Table(title="Ce qui est promis", title_justify="left")
    for titre in ("", "mesuré", ""):
        table.add_column(titre)
    for exigence in exigences:
        table.add_row(exigence.enonce, exigence.mesure, "tenu" if exigence.tenue else "NON TENU")
    console.print(table)


def en_json(
    comparaisons: Iterable[Comparaison],
    etapes: Iterable[Etape],
    suivies: Iterable[PartieSuivi],
    machine: dict[str, Any],
) -> dict[str, Any]:
    """Everything that was measured, round by round."""
    return {
        "machine": machine,
        "parties": [asdict(partie) for partie in comparaisons],
        "suivi": [asdict(partie) for partie in suivies],
        "etapes": [asdict(etape) for etape in etapes],
    }
