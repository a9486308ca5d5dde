"""Announcing a large version while opérateurs deposit: how long it takes, and what it costs them."""

from __future__ import annotations

import io
import os
import subprocess
import sys
import time
import zipfile
from collections.abc import Mapping
from pathlib import Path

from bench import magasins, synthese
from bench.cibles import Suivi, course_serveur
from bench.messages import RACINE, formulaire, message
from bench.mesures import Resultat, Tour, au_moins, au_plus, rapport
from bench.parties import Comparaison, Plan
from bench.serveurs import MesureImpossible, serveur
from esav_soap.reader import lire_catalogue

SUIVANTE = "2030.2"
REPOS, PENDANT = "au repos", "pendant l'annonce"
DUREE_MAX_S = 60.0
PART_MIN = 0.5


def annonce(plan: Plan, dossier: Path, suivi: Suivi) -> Comparaison:
    """``esav catalogue announce`` of as many forms as the plan's largest catalogue, next to a node under load."""
    formulaires = plan.formulaires[-1]
    offre = synthese.code_offre(formulaires)
    url = f"sqlite:///{dossier}/annonce-{formulaires}.db"
    suivi(f"préparation : {formulaires} formulaires")
    sources = synthese.sources(formulaires)
    magasins.preparer(url, sources, offre, 1000)
    candidat = dossier / "candidat.zip"
    candidat.write_bytes(archive(sources))
    fichier = dossier / "message-annonce.xml"
    fichier.write_bytes(message(formulaire(lire_catalogue(sources), offre)))
    repos, pendant = Resultat(REPOS), Resultat(PENDANT)
    with serveur("esav", url, dossier) as cible:
        courir = course_serveur(cible, fichier, synthese.VERSION, plan.connexions)
        courir("e", 1.0)
        for rang in range(plan.tours):
            suivi(f"au repos, {rang + 1}/{plan.tours}")
            repos.tours.append(courir(f"a{rang}", plan.secondes))
        suivi("annonce")
        debut = time.monotonic()
        with (dossier / "annonce.log").open("wb") as sortie:
            lance = subprocess.Popen(
                [sys.executable, "-m", "esav_soap.cli", "catalogue", "announce", candidat, "--store", url, "--oui"],
                stdin=subprocess.DEVNULL,
                stdout=sortie,
                stderr=sortie,
                cwd=RACINE,
                env={cle: valeur for cle, valeur in os.environ.items() if not cle.startswith("ESAV_")},
            )
        duree = None
        while duree is None:
            rang = len(pendant.tours)
            pendant.tours.append(courir(f"b{rang:03d}", plan.secondes))
            if lance.poll() is not None:
                duree = time.monotonic() - debut
        if lance.returncode:
            raise MesureImpossible((dossier / "annonce.log").read_text(errors="replace")[-2000:])
        for rang in range(plan.tours):
            suivi(f"après, {rang + 1}/{plan.tours}")
            repos.tours.append(courir(f"c{rang}", plan.secondes))
    _accorder(repos, pendant)
    exigences = [
        au_plus(f"annonce de {formulaires} formulaires, en secondes", duree, DUREE_MAX_S),
        au_moins("débit des dépôts pendant l'annonce / au repos", rapport(pendant, repos), PART_MIN),
    ]
    resultats = {REPOS: repos, PENDANT: pendant}
    return Comparaison("Annonce d'une version", resultats, REPOS, {PENDANT: {"annonce_s": duree}}, exigences)


def archive(sources: Mapping[str, bytes]) -> bytes:
    """The same catalogue under the next number, as a publisher's ZIP."""
    suivante = sources["catalogue.xml"].replace(
        f'version="{synthese.VERSION}"'.encode(), f'version="{SUIVANTE}"'.encode()
    )
    tampon = io.BytesIO()
    with zipfile.ZipFile(tampon, "w", zipfile.ZIP_DEFLATED) as sortie:
        for nom, contenu in {**sources, "catalogue.xml": suivante}.items():
            sortie.writestr(nom, contenu)
    return tampon.getvalue()


def _accorder(repos: Resultat, pendant: Resultat) -> None:
    """As many rounds of both, those during the announcement taken from all of its length."""
    nombre = min(len(repos.tours), len(pendant.tours))
    repos.tours = repos.tours[:nombre]
    pendant.tours = _repartis(pendant.tours, nombre)


def _repartis(tours: list[Tour], nombre: int) -> list[Tour]:
    return [tours[rang * len(tours) // nombre] for rang in range(nombre)]
