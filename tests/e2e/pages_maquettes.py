"""The maquettes' pages in one browser, as fixtures for the modules that test them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from selenium.webdriver.chrome.webdriver import WebDriver

from esav_soap.contract.maquettes import maquettes
from tests import navigateur as outils
from tests.e2e.gestes import Page
from tests.e2e.juges import catalogue

__all__ = ["chromium", "dossier", "nav", "page"]


@pytest.fixture(scope="module")
def dossier(tmp_path_factory: pytest.TempPathFactory) -> Path:
    racine = tmp_path_factory.mktemp("maquettes")
    for nom in ("essai", "2026.1", "2026.2"):
        (racine / nom).mkdir()
        for fichier, octets in maquettes(catalogue(nom)).items():
            (racine / nom / fichier).write_bytes(octets)
    return racine


@pytest.fixture(scope="module")
def chromium() -> Iterator[WebDriver]:
    with outils.ouvrir() as navigateur:
        yield navigateur


@pytest.fixture
def nav(chromium: WebDriver) -> Iterator[WebDriver]:
    """The browser at desktop width; whatever the test did, its console must have stayed silent."""
    outils.largeur(chromium, 1280)
    outils.emuler(chromium)
    outils.console(chromium)
    yield chromium
    assert outils.console(chromium) == []


@pytest.fixture
def page(nav: WebDriver, dossier: Path) -> Page:
    nav.get((dossier / "essai/TOUT.html").as_uri())
    return Page(nav)
