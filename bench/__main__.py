"""``python -m bench``: what a deposit and its follow-up cost. See ``docs/performance.md``."""

from __future__ import annotations

import argparse
import json
import os
import platform
import shutil
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from rich.console import Console

from bench import parties
from bench.affichage import afficher_comparaison, afficher_etapes, afficher_exigences, afficher_suivi, en_json
from bench.annonce import annonce
from bench.chiffrement import chiffrement
from bench.lenteur import lenteur
from bench.messages import RACINE
from bench.serveurs import MesureImpossible
from bench.suivi import SUIVI_RAPIDE, PartieSuivi, PlanSuivi, mesurer_suivi

_PARTIES = ("comparaison", "chiffrement", "etapes", "catalogue", "signalisations", "annonce", "lenteur", "suivi")


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure and print; 0 when everything that is promised was held, 1 when not, 2 when it could not be measured."""
    lus = _arguments(arguments)
    plan = parties.RAPIDE if lus.rapide else parties.Plan()
    plan_suivi = replace(SUIVI_RAPIDE if lus.rapide else PlanSuivi(), postgresql=lus.postgresql)
    plan = replace(plan, connexions=lus.connexions, processus=tuple(lus.processus or plan.processus))
    voulues = lus.partie or _PARTIES
    console = Console(width=None if sys.stdout.isatty() else 140, highlight=False)
    debut = time.monotonic()

    def suivi(etape: str) -> None:
        print(f"  {time.monotonic() - debut:5.0f} s  {etape}", file=sys.stderr, flush=True)

    machine = {
        "date": datetime.now(UTC).date().isoformat(),
        "coeurs": len(os.sched_getaffinity(0)),
        "python": platform.python_version(),
        "connexions": plan.connexions,
        "charge_au_depart": round(os.getloadavg()[0], 1),
    }
    lus.dossier.mkdir(parents=True, exist_ok=True)
    dossier = Path(tempfile.mkdtemp(dir=lus.dossier, prefix="bench-"))
    mesurees: list[parties.Comparaison] = []
    etapes = []
    suivies: list[PartieSuivi] = []
    try:
        if "comparaison" in voulues:
            mesurees += [parties.comparaison(plan, processus, dossier, suivi) for processus in plan.processus]
        if "chiffrement" in voulues:
            mesurees.append(chiffrement(plan, dossier, suivi))
        if "etapes" in voulues:
            etapes = parties.decomposition(dossier, suivi)
        if "catalogue" in voulues:
            mesurees.append(parties.taille_du_catalogue(plan, dossier, suivi))
        if "signalisations" in voulues:
            mesurees.append(parties.signalisations_stockees(plan, dossier, suivi))
        if "annonce" in voulues:
            mesurees.append(annonce(plan, dossier, suivi))
        if "lenteur" in voulues:
            mesurees += lenteur(plan, dossier, suivi)
        if "suivi" in voulues:
            suivies += mesurer_suivi(plan_suivi, dossier, suivi)
    except MesureImpossible as raison:
        print(f"Mesure impossible : {raison}", file=sys.stderr)
        return 2
    finally:
        shutil.rmtree(dossier, ignore_errors=True)
    console.print(
        f"{machine['date']}, {machine['coeurs']} cœurs, CPython {machine['python']}, {plan.connexions} connexions, "
        f"charge de la machine au départ {machine['charge_au_depart']}; médianes de {plan.tours} tours entrelacés"
    )
    for partie in mesurees:
        afficher_comparaison(console, partie)
    if etapes:
        afficher_etapes(console, etapes)
    for table in suivies:
        afficher_suivi(console, table)
    exigences = [exigence for partie in mesurees for exigence in partie.exigences]
    exigences += [exigence for table in suivies for exigence in table.exigences]
    afficher_exigences(console, exigences)
    if lus.json:
        contenu = en_json(mesurees, etapes, suivies, machine)
        lus.json.write_text(json.dumps(contenu, ensure_ascii=False, indent=1) + "\n")
    return 0 if all(exigence.tenue for exigence in exigences) else 1


def _arguments(arguments: Sequence[str] | None) -> argparse.Namespace:
    analyseur = argparse.ArgumentParser(
        prog="python -m bench", description="Mesurer ce que coûtent un dépôt et son suivi."
    )
    analyseur.add_argument("--rapide", action="store_true", help="moins de tours, de formulaires et de signalisations")
    analyseur.add_argument("--json", type=Path, metavar="FICHIER", help="écrire aussi toutes les mesures en JSON")
    analyseur.add_argument("--partie", action="append", choices=_PARTIES, help="seulement cette partie ; répétable")
    analyseur.add_argument(
        "--processus", action="append", type=int, metavar="N", help="processus par service ; répétable"
    )
    analyseur.add_argument(
        "--postgresql", action="store_true", help="mesurer aussi le suivi sur PostgreSQL (10 Go, 10 minutes de plus)"
    )
    analyseur.add_argument("--connexions", type=int, default=8, metavar="N", help="connexions simultanées (8)")
    analyseur.add_argument(
        "--dossier",
        type=Path,
        default=RACINE / "var",
        help="où mettre les bases de mesure : un vrai disque, pas une mémoire (var/)",
    )
    return analyseur.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main())
