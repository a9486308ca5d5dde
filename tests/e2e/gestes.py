"""What a person does on a maquette, for the browser tests and the captures."""

from __future__ import annotations

import time
from collections.abc import Iterable
from pathlib import Path

from selenium.webdriver.chrome.webdriver import WebDriver
from selenium.webdriver.common.by import By
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.support.ui import Select

#: Date widgets have no keyboard layout of their own to count on: give the value, and say so as the widget does.
_DATER = """
arguments[0].value = arguments[1];
for (const nom of ["input", "change"]) { arguments[0].dispatchEvent(new Event(nom, {bubbles: true})); }
"""

DELAI_S = 10


class Page:
    """A maquette in the browser. Fields are named by the end of their id: ``reference``, ``mesures-1-distance``."""

    def __init__(self, navigateur: WebDriver) -> None:
        self.navigateur = navigateur

    def element(self, identifiant: str) -> WebElement:
        return self.navigateur.find_element(By.ID, identifiant)

    def champ(self, code: str) -> WebElement:
        return self.element(f"c-{code}")

    def un(self, selecteur: str) -> WebElement:
        return self.navigateur.find_element(By.CSS_SELECTOR, selecteur)

    def tous(self, selecteur: str) -> list[WebElement]:
        return self.navigateur.find_elements(By.CSS_SELECTOR, selecteur)

    def ecrire(self, code: str, texte: str) -> None:
        saisie = self.champ(code)
        saisie.clear()
        saisie.send_keys(texte)

    def dater(self, code: str, valeur: str) -> None:
        self.navigateur.execute_script(_DATER, self.champ(code), valeur)

    def choisir(self, code: str, valeur: str) -> None:
        Select(self.champ(code)).select_by_value(valeur)

    def cocher(self, code: str, *valeurs: str) -> None:
        for valeur in valeurs:
            self.un(f"label[for='c-{code}-{valeur}']").click()

    def ajouter(self, groupe: str) -> None:
        self.un(f"#c-{groupe} .ajouter").click()

    def verifier(self) -> None:
        self.un("button.principal").click()

    def xml(self) -> str:
        return str(self.element("page-xml").get_property("textContent"))

    def etat(self) -> str:
        return str(self.element("page-etat").get_property("textContent"))

    def erreurs(self) -> list[str]:
        return [e.text for e in self.tous("#page-erreurs li")]

    def avertissements(self) -> list[str]:
        return [e.text for e in self.visibles("#page-avertissements li")]

    def erreur(self, code: str) -> str:
        return self.element(f"c-{code}-erreur").text

    def visibles(self, selecteur: str) -> list[WebElement]:
        return [e for e in self.tous(selecteur) if e.is_displayed()]

    def options(self, code: str) -> list[str]:
        return [o.get_attribute("value") or "" for o in Select(self.champ(code)).options]


def remplir_acces_ftth(page: Page, codes_acces: Iterable[str] = ("DIGICODE",)) -> None:
    """A real case on the form of ACCES_FTTH 2026.1: no signal at the PTO, measured, the customer at home."""
    page.ecrire("referencePto", "OO-35AB-0C42")
    page.ecrire("referencePm", "FI-35238-0A1B")
    page.choisir("typePm", "PMZ")
    page.choisir("typeRaccordement", "IMMEUBLE")
    page.ecrire("referencePbo", "PBO-35238-00417")
    page.choisir("couleurFibre", "BLEU")
    page.choisir("couleurTube", "ROUGE")
    page.ecrire("codeInsee", "35238")
    page.ecrire("etage", "3")
    page.dater("dateHeureConstat", "2026-03-02T09:15")
    page.choisir("familleDefaut", "ABSENCE_CONTINUITE")
    page.choisir("natureDefaut", "SIGNAL_ABSENT_PTO")
    page.choisir("localisationPresumee", "BRANCHEMENT")
    page.ecrire("descriptionDefaut", "Perte totale du lien depuis 9 h 15 ; ONT redémarré, jarretière changée.")
    page.cocher("verifications", "REDEMARRAGE_ONT", "MESURE_PUISSANCE_PTO")
    page.choisir("moyenMesure", "PHOTOMETRE")
    page.ecrire("puissancePto", "-38.2")
    page.ecrire("contactSite-1-nomContact", "Claire Martin")
    page.choisir("contactSite-1-roleContact", "CLIENT_FINAL")
    page.ecrire("contactSite-1-telephoneContact", "06 12 34 56 78")
    page.cocher("conditionsAcces", *codes_acces)
    page.ecrire("codeAcces", "B4512")


def attendre(fichier: Path) -> bytes:
    """The content of a file that the browser is downloading."""
    limite = time.monotonic() + DELAI_S
    while not fichier.exists():
        assert time.monotonic() < limite, f"{fichier.name} n'est pas arrivé"
    return fichier.read_bytes()
