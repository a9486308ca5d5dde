"""What a maquette is for every reader: keyboard, contrast, phone, paper, no script."""

from __future__ import annotations

from pathlib import Path

import pytest
from selenium.webdriver.chrome.webdriver import WebDriver
from selenium.webdriver.common.keys import Keys

from tests import navigateur as outils
from tests.e2e.gestes import Page
from tests.e2e.juges import CONTRASTES
from tests.e2e.pages_maquettes import chromium, dossier, nav, page

pytestmark = pytest.mark.navigateur


__all__ = ["chromium", "dossier", "nav", "page"]


@pytest.mark.exigence("R1.4")
def test_everything_is_within_reach_of_the_keyboard__ok(page: Page) -> None:
    page.ajouter("mesures")
    page.navigateur.execute_script(
        "document.activeElement.blur(); window.getSelection().removeAllRanges(); window.scrollTo(0, 0);"
    )
    page.navigateur.refresh()
    page.un("body").send_keys(Keys.TAB)
    vus: list[str] = []
    for _ in range(120):
        actif = page.navigateur.switch_to.active_element
        if actif.tag_name == "body":
            break
        trait = page.navigateur.execute_script(
            "const e = arguments[0]; const o = e.closest('.option') || e; return getComputedStyle(o).outlineStyle;",
            actif,
        )
        assert trait != "none", actif.get_attribute("outerHTML")
        vus.append(actif.get_attribute("id") or actif.get_attribute("class") or actif.text)
        actif.send_keys(Keys.TAB)
    assert vus[0] == "evitement"
    saisies = [
        e.get_attribute("id")
        for e in page.visibles("form input:not([type=radio]), form select, form textarea, #page-techniques")
    ]
    assert len(saisies) > 15
    assert [i for i in saisies if i not in vus] == []
    for attendu in ("c-intermittent-false", "c-prevenu-", "ajouter", "principal", "page-effacer"):
        assert attendu in vus


@pytest.mark.exigence("R1.4")
def test_buttons_work_from_the_keyboard__ok(page: Page) -> None:
    page.un("#c-mesures .ajouter").send_keys(Keys.ENTER)
    assert page.navigateur.switch_to.active_element.get_attribute("id") == "c-mesures-1-distance"
    page.un("#c-mesures-1 .retirer").send_keys(Keys.SPACE)
    assert "ajouter" in (page.navigateur.switch_to.active_element.get_attribute("class") or "")
    page.champ("intermittent-false").send_keys(Keys.ARROW_LEFT)
    assert page.champ("intermittent-true").is_selected()
    page.element("page-effacer").send_keys(Keys.ENTER)
    assert page.champ("intermittent-false").is_selected()


@pytest.mark.exigence("R1.4")
@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("fichier", ["2026.2/ACCES_FTTH.html", "2026.2/index.html", "2026.2/nomenclatures.html"])
def test_contrast_is_enough_for_every_text__ok(nav: WebDriver, dossier: Path, fichier: str, theme: str) -> None:
    outils.emuler(nav, prefers_color_scheme=theme)
    nav.get((dossier / fichier).as_uri())
    page = Page(nav)
    if "ACCES" in fichier:
        nav.execute_script("document.getElementById('page-message').open = true;")
        page.element("page-techniques").click()
        page.ajouter("mesuresOtdr")
        page.verifier()
    sombre = nav.execute_script("return getComputedStyle(document.documentElement).backgroundColor;")
    assert (sombre == "rgb(15, 23, 27)") == (theme == "dark")
    nombre, faibles = nav.execute_script(CONTRASTES)
    assert nombre > 40
    assert faibles == []


@pytest.mark.exigence("R1.4")
@pytest.mark.parametrize("largeur", [320, 390, 768])
@pytest.mark.parametrize("fichier", ["2026.2/ACCES_FTTH.html", "2026.2/index.html", "2026.2/nomenclatures.html"])
def test_page_fits_a_phone__ok(nav: WebDriver, dossier: Path, fichier: str, largeur: int) -> None:
    outils.largeur(nav, largeur)
    nav.get((dossier / fichier).as_uri())
    assert nav.execute_script("return document.documentElement.scrollWidth;") <= largeur


@pytest.mark.exigence("R1.4")
def test_nothing_moves_and_nothing_is_fetched__ok(page: Page) -> None:
    assert page.navigateur.execute_script("return performance.getEntriesByType('resource').length;") == 0
    mouvements = "return [...document.querySelectorAll('*')].filter(e => { const s = getComputedStyle(e); return "
    mouvements += (
        "s.animationName !== 'none' || s.transitionDuration !== '0s' || s.scrollBehavior !== 'auto'; }).length;"
    )
    assert page.navigateur.execute_script(mouvements) == 0


@pytest.mark.exigence("R1.4")
def test_technical_names_are_shown_on_demand__ok(page: Page) -> None:
    assert page.visibles(".technique") == []
    page.un("label[for='page-techniques']").click()
    montres = [e.text for e in page.visibles("p.technique")]
    assert r"reference texte [1..1] · longueur 3..12 · motif [A-Z]{2}-\d+" in montres
    assert "CONTACT regle : telephone or courriel" in montres


@pytest.mark.exigence("R1.4")
def test_page_reads_without_script__ok(nav: WebDriver, dossier: Path) -> None:
    nav.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": True})
    try:
        nav.get((dossier / "essai/TOUT.html").as_uri())
        page = Page(nav)
        assert page.visibles("button") == []
        assert page.visibles("#page-message, .avancement") == []
        assert [e.text for e in page.visibles("select#c-nature + .choix-ecrits li")][:1] == [
            "Fibre coupée (pour Coupure)"
        ]
        assert page.champ("mesures-0-distance").is_displayed()
        assert page.un("#c-coupures-regles li").text.startswith("Parfois obligatoire : Donner les coupures par jour.")
        assert page.un(".sans-script").is_displayed()
    finally:
        nav.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": False})


@pytest.mark.exigence("R1.4")
def test_paper_shows_all_choices_and_no_button__ok(page: Page) -> None:
    page.cocher("famille", "DEBIT")
    outils.emuler(page.navigateur, media="print")
    assert page.visibles("button") == []
    assert len(page.visibles("#c-nature + .choix-ecrits li")) == 4
    assert len(page.visibles("#c-mesures-0 .champ")) == 3  # a group without occurrence is printed once
    assert page.un("label[for='c-prevenu-true']").is_displayed()  # paper does not know what was chosen
    assert page.visibles("#c-coupures-regles li")
    pdf = page.navigateur.execute_cdp_cmd("Page.printToPDF", {"preferCSSPageSize": True})["data"]
    assert len(pdf) > 10_000
