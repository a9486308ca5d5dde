"""Chromium for the tests: headless, French, without network of its own, a fresh profile each time."""

from __future__ import annotations

import base64
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from selenium import webdriver
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.chrome.webdriver import WebDriver

from tests.programmes import manque

_OPTIONS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--hide-scrollbars",
    "--lang=fr",
    "--accept-lang=fr",
    "--window-size=1280,1000",
)


def chemins() -> tuple[str, str] | None:
    """Chromium and its driver, or ``None`` when one of them is not installed."""
    chromium, pilote = shutil.which("chromium"), shutil.which("chromedriver")
    return (chromium, pilote) if chromium and pilote else None


@contextmanager
def ouvrir(*options: str) -> Iterator[WebDriver]:
    """A running browser. Without Chromium the test is skipped, or fails when ``ESAV_TESTS_TOUT=1`` wants every test run."""
    trouves = chemins()
    if trouves is None:
        manque("Chromium ou chromedriver manque")
    chromium, pilote = trouves
    with tempfile.TemporaryDirectory(prefix="esav-navigateur-", ignore_cleanup_errors=True) as profil:
        reglages = webdriver.ChromeOptions()
        reglages.binary_location = chromium
        for option in (*_OPTIONS, f"--user-data-dir={profil}", *options):
            reglages.add_argument(option)
        reglages.set_capability("goog:loggingPrefs", {"browser": "ALL"})
        navigateur = webdriver.Chrome(reglages, Service(pilote, env={**os.environ, "LANGUAGE": "fr"}))
        try:
            yield navigateur
        finally:
            navigateur.quit()


def console(navigateur: WebDriver) -> list[str]:
    """What the page has written to its console since the last call: errors of scripts, refusals of its policy."""
    journal: list[dict[str, Any]] = navigateur.execute("getLog", {"type": "browser"})["value"]
    return [entree["message"] for entree in journal]


def emuler(navigateur: WebDriver, media: str = "", **preferences: str) -> None:
    """Pretend another medium (``print``) or preferences (``prefers_color_scheme="dark"``); without any, back to normal."""
    traits = [{"name": nom.replace("_", "-"), "value": valeur} for nom, valeur in preferences.items()]
    navigateur.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": media, "features": traits})


def largeur(navigateur: WebDriver, pixels: int, hauteur: int = 1000, echelle: float = 1) -> None:
    """Set the size of the page, as a phone or a desktop would have it."""
    navigateur.execute_cdp_cmd(
        "Emulation.setDeviceMetricsOverride",
        {"width": pixels, "height": hauteur, "deviceScaleFactor": echelle, "mobile": False},
    )


def photographier(navigateur: WebDriver, fichier: Path, haut: int, largeur_: int, hauteur: int) -> None:
    """Write a PNG of a part of the page, from ``haut`` pixels below its top."""
    zone: dict[str, Any] = {"x": 0, "y": haut, "width": largeur_, "height": hauteur, "scale": 1}
    image = navigateur.execute_cdp_cmd(
        "Page.captureScreenshot", {"format": "png", "captureBeyondViewport": True, "clip": zone}
    )
    fichier.write_bytes(base64.b64decode(image["data"]))
