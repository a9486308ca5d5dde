"""Remake the pictures of ``docs/images``: ``python -m tests.e2e.captures``.

Chromium draws with the fonts of the machine: the pictures are not the same bytes everywhere, and no test compares them.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from esav_soap.contract.maquettes import maquettes
from esav_soap.reader import lire_catalogue
from esav_soap.reader.sources import depuis_dossiers
from tests import navigateur as outils
from tests.e2e.gestes import Page

RACINE = Path(__file__).parents[2]
IMAGES = RACINE / "docs/images"


def remplir_en_partie(page: Page) -> None:
    """A form under way: dependent list chosen, a condition at work, one mistake."""
    page.ecrire("referencePto", "OO-35AB-0C42")
    page.ecrire("referencePm", "FI-35238-0A1B")
    page.choisir("typePm", "PMZ")
    page.choisir("typeRaccordement", "IMMEUBLE")
    page.choisir("couleurFibre", "BLEU")
    page.choisir("couleurTube", "ROUGE")
    page.ecrire("codeInsee", "3523")
    page.ecrire("batiment", "BAT B")
    page.dater("dateHeureConstat", "2026-03-02T09:15")
    page.choisir("familleDefaut", "ABSENCE_CONTINUITE")
    page.choisir("natureDefaut", "SIGNAL_ABSENT_PTO")
    page.cocher("verifications", "REDEMARRAGE_ONT", "MESURE_PUISSANCE_PTO")
    page.navigateur.execute_script("document.activeElement.blur(); window.scrollTo(0, 0);")


def prendre(dossier: Path) -> list[Path]:
    """Draw the pictures into ``dossier`` and return their paths."""
    with tempfile.TemporaryDirectory() as temporaire, outils.ouvrir("--force-color-profile=srgb") as navigateur:
        for fichier, octets in maquettes(lire_catalogue(depuis_dossiers(RACINE, "2026.1"))).items():
            (Path(temporaire) / fichier).write_bytes(octets)
        page = Page(navigateur)
        prises = []
        for nom, largeur, hauteur, echelle in (
            ("maquette-acces-ftth", 1280, 1500, 1),
            ("maquette-telephone", 390, 844, 2),
        ):
            outils.largeur(navigateur, largeur, hauteur, echelle)
            navigateur.get((Path(temporaire) / "ACCES_FTTH.html").as_uri())
            remplir_en_partie(page)
            logement = page.un("#s-logement").rect
            haut = 0 if largeur > 1000 else int(logement["y"]) - 12
            hauteur = int(logement["y"] + logement["height"]) + 20 if largeur > 1000 else hauteur
            prises.append(dossier / f"{nom}.png")
            outils.photographier(navigateur, prises[-1], haut, largeur, hauteur)
    return prises


def alleger(image: Path) -> None:
    """Fewer colours, fewer bytes, when pngquant is installed."""
    pngquant = shutil.which("pngquant")
    if pngquant:
        subprocess.run(
            [pngquant, "--force", "--ext", ".png", "--strip", "--quality", "80-98", image], check=True, timeout=60
        )


if __name__ == "__main__":
    IMAGES.mkdir(parents=True, exist_ok=True)
    for prise in prendre(IMAGES):
        alleger(prise)
        sys.stdout.write(f"{prise.relative_to(RACINE)} : {prise.stat().st_size} octets\n")
