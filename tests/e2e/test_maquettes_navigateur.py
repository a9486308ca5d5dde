"""The maquettes in a real browser, filled as a person fills them; the server's own judges say whether the page is right."""

from __future__ import annotations

from datetime import datetime
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from selenium.webdriver.chrome.webdriver import WebDriver
from selenium.webdriver.common.keys import Keys

from esav_soap.calendar import PARIS, sur_le_fil
from esav_soap.contract.maquettes.motifs import motif_html
from tests.e2e.gestes import Page, attendre, remplir_acces_ftth
from tests.e2e.juges import MOTIFS, catalogue, correspond, enfreintes
from tests.e2e.pages_maquettes import chromium, dossier, nav, page

pytestmark = pytest.mark.navigateur

__all__ = ["chromium", "dossier", "nav", "page"]

ESPACE = "urn:esav:catalogue:2026.1:TOUT"


def remplir(page: Page) -> None:
    """The least that the Offre TOUT accepts."""
    page.ecrire("reference", "AB-12")
    page.ecrire("courriel", "sav@operateur.example")
    page.dater("constat", "2026-07-01T12:00")
    page.cocher("famille", "COUPURE")


@pytest.mark.exigence("R1.3")
def test_required_fields_block_and_the_summary_leads_to_them__error(page: Page) -> None:
    page.verifier()
    assert page.navigateur.switch_to.active_element.get_attribute("id") == "page-erreurs"
    assert page.un("#page-erreurs h2").text == "4 erreurs à corriger"
    assert page.erreurs() == [
        "Référence : Ce champ est obligatoire.",
        "Constat le : Ce champ est obligatoire.",
        "Famille : Faire un choix.",
        "Donner un téléphone ou un courriel.",
    ]
    assert page.etat() == "Incomplet"
    page.un("#page-erreurs li:first-child a").click()
    champ = page.navigateur.switch_to.active_element
    assert champ.get_attribute("id") == "c-reference"
    assert champ.get_attribute("aria-invalid") == "true"
    assert "c-reference-erreur" in (champ.get_attribute("aria-describedby") or "").split()
    assert page.erreur("reference") == "Ce champ est obligatoire."
    page.ecrire("reference", "AB-12")
    assert page.erreur("reference") == ""
    assert champ.get_attribute("aria-invalid") is None
    assert len(page.erreurs()) == 3


@pytest.mark.exigence("R1.3", "R3.1")
def test_filled_form_gives_the_message_of_the_wire__ok(page: Page) -> None:
    remplir(page)
    page.ecrire("libre", "a < b & c > d")
    page.ecrire("commentaire", "Première ligne\nseconde")
    page.ecrire("telephone", "06 12.34-56 78")
    page.dater("fin", "2026-02-04")
    page.ecrire("puissance", "-21.4")
    page.cocher("prevenu", "true")
    page.choisir("nature", "SIGNAL_ABSENT")
    page.cocher("essais", "ESSAI_3", "ESSAI_1")
    page.verifier()
    assert page.erreurs() == []
    assert page.un("#page-erreurs h2").text == "Le formulaire est complet : son message XML peut être déposé."
    assert page.etat() == "Prêt à déposer"
    assert page.xml() == (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f'<tout xmlns="{ESPACE}">\n'
        "  <reference>AB-12</reference>\n"
        "  <libre>a &lt; b &amp; c &gt; d</libre>\n"
        "  <commentaire>Première ligne\nseconde</commentaire>\n"
        "  <telephone>0612345678</telephone>\n"
        "  <courriel>sav@operateur.example</courriel>\n"
        "  <constat>2026-07-01T12:00:00+02:00</constat>\n"
        "  <debut>2026-02-03</debut>\n"
        "  <fin>2026-02-04</fin>\n"
        "  <puissance>-21.4</puissance>\n"
        "  <intermittent>false</intermittent>\n"
        "  <prevenu>true</prevenu>\n"
        "  <famille>COUPURE</famille>\n"
        "  <nature>SIGNAL_ABSENT</nature>\n"
        "  <lieu>LIEU_2</lieu>\n"
        "  <essais>ESSAI_1</essais>\n"
        "  <essais>ESSAI_3</essais>\n"
        "</tout>\n"
    )
    assert enfreintes("essai", "TOUT", page.xml()) == []


@pytest.mark.exigence("R1.3")
def test_deprecated_code_is_pointed_out_and_does_not_block__ok(page: Page) -> None:
    remplir(page)
    page.cocher("famille", "MATERIEL")
    page.choisir("nature", "PRISE_CASSEE")
    assert page.avertissements() == []
    page.ajouter("mesures")
    page.ajouter("mesures")
    page.ecrire("mesures-1-distance", "50")
    page.ecrire("mesures-2-distance", "60")
    page.verifier()
    assert page.un("#page-avertissements h2").text == "1 avertissement"
    assert page.avertissements() == [
        "Nature : « Prise cassée » est déprécié et sera retiré : choisir plutôt « Signal absent »."
    ]
    assert (page.erreurs(), page.etat()) == ([], "Prêt à déposer")
    page.un("#page-avertissements a").click()
    assert page.navigateur.switch_to.active_element.get_attribute("id") == "c-nature"
    page.choisir("nature", "SIGNAL_ABSENT")
    assert page.avertissements() == []


@pytest.mark.exigence("R1.3")
@pytest.mark.parametrize("offre", ["essai/TOUT", "essai/PEU", "2026.2/ACCES_FTTH"])
def test_progress_counts_the_fields_that_are_missing__ok(nav: WebDriver, dossier: Path, offre: str) -> None:
    nav.get((dossier / f"{offre}.html").as_uri())
    page = Page(nav)
    marques = len(page.visibles(".champ .marque"))
    page.verifier()
    manquants = len(page.visibles(".champ:has(.marque:not([hidden])) .erreur"))
    assert page.element("page-avancement-compte").text == f"{marques - manquants} sur {marques}"


@pytest.mark.exigence("R1.3")
def test_dependent_list_follows_its_parent__ok(page: Page) -> None:
    assert page.options("nature") == [""]
    assert page.un("#c-nature option").text == "Choisir d’abord « Famille »"
    page.cocher("famille", "MATERIEL")
    assert page.options("nature") == ["", "SIGNAL_ABSENT", "PRISE_CASSEE"]
    page.choisir("nature", "SIGNAL_ABSENT")
    page.cocher("famille", "COUPURE")  # the code is attached to both: it stays
    assert page.options("nature") == ["", "FIBRE_COUPEE", "SIGNAL_ABSENT"]
    assert page.champ("nature").get_property("value") == "SIGNAL_ABSENT"
    page.cocher("famille", "DEBIT")
    assert page.options("nature") == ["", "DEBIT_FAIBLE"]
    assert page.champ("nature").get_property("value") == ""
    assert "<nature>" not in page.xml()


@pytest.mark.exigence("R1.3")
def test_condition_makes_a_field_mandatory__ok(page: Page) -> None:
    remplir(page)
    marque = "label[for='c-coupures'] .marque"
    assert not page.un(marque).is_displayed()
    page.cocher("intermittent", "true")
    assert page.un(marque).is_displayed()
    assert page.champ("coupures").get_property("required") is True
    assert page.un("#c-coupures-regles li").text.startswith("Obligatoire ici : Donner les coupures par jour.")
    assert page.element("page-annonce").get_property("textContent") == "« Coupures » devient obligatoire."
    assert page.etat() == "Incomplet"
    assert enfreintes("essai", "TOUT", page.xml()) == ["INTERMITTENT-COUPURES"]
    page.verifier()
    assert page.erreurs() == ["Coupures : Donner les coupures par jour."]
    page.ecrire("coupures", "4")
    assert page.etat() == "Prêt à déposer"
    page.cocher("intermittent", "false")
    assert not page.un(marque).is_displayed()


@pytest.mark.exigence("R1.3")
def test_condition_takes_a_field_away_and_gives_it_back__ok(page: Page) -> None:
    remplir(page)
    page.cocher("prevenu", "true")
    assert "<prevenu>true</prevenu>" in page.xml()
    page.cocher("famille", "DEBIT")
    assert not page.un("label[for='c-prevenu-true']").is_displayed()
    assert page.un("#c-prevenu .sans-objet").text == "Sans objet ici. Inutile pour un débit."
    assert "<prevenu>" not in page.xml()
    assert enfreintes("essai", "TOUT", page.xml()) == []
    page.cocher("famille", "COUPURE")
    assert page.un("label[for='c-prevenu-true']").is_displayed()
    assert "<prevenu>true</prevenu>" in page.xml()


@pytest.mark.exigence("R1.3")
def test_groups_are_added_and_removed_between_their_bounds__ok(page: Page) -> None:
    remplir(page)
    assert page.visibles("#c-mesures .occurrence") == []
    page.cocher("famille", "MATERIEL")
    page.verifier()
    assert page.erreurs() == ["Mesures : Joindre des mesures."]
    for rang in ("1", "2", "3"):
        page.ajouter("mesures")
        assert page.navigateur.switch_to.active_element.get_attribute("id") == f"c-mesures-{rang}-distance"
    assert not page.un("#c-mesures .ajouter").is_displayed()
    page.ecrire("mesures-1-distance", "50")
    page.ecrire("mesures-2-distance", "101")
    page.ecrire("mesures-3-distance", "70")
    assert page.erreurs() == ["Mesures 2 › Perte : Au-delà de 100 m, donner la perte."]
    page.un("#c-mesures-2 .retirer").click()
    assert [e.text for e in page.visibles("#c-mesures .occurrence > legend")] == ["Mesures 1", "Mesures 2"]
    assert page.un("#c-mesures .ajouter").is_displayed()
    assert page.erreurs() == []
    assert page.xml().endswith(
        "  <mesures>\n    <distance>50</distance>\n  </mesures>\n  <mesures>\n    <distance>70</distance>\n  </mesures>\n</tout>\n"
    )
    assert enfreintes("essai", "TOUT", page.xml()) == []


@pytest.mark.exigence("R1.2", "R1.3")
def test_mandatory_group_starts_with_its_minimum__ok(nav: WebDriver, dossier: Path) -> None:
    nav.get((dossier / "essai/PEU.html").as_uri())
    page = Page(nav)
    assert len(page.visibles("#c-mesures .occurrence")) == 2
    assert page.visibles("#c-mesures .retirer") == []
    page.ajouter("mesures")
    assert len(page.visibles("#c-mesures .retirer")) == 3
    assert page.xml().count("<mesures/>") == 2  # the third is not asked for: empty, it is not sent


@pytest.mark.exigence("R1.3")
def test_rules_speak_when_their_fields_were_touched__error(page: Page) -> None:
    remplir(page)
    page.dater("fin", "2026-02-01")
    assert page.erreur("fin") == "La fin suit le début."
    page.dater("fin", "2026-02-03")
    assert page.erreur("fin") == ""
    page.ecrire("courriel", "")
    page.champ("courriel").send_keys(Keys.TAB)
    assert page.element("page-regles-vives").text.endswith("Donner un téléphone ou un courriel.")
    page.ajouter("mesures")
    page.ecrire("mesures-1-distance", "5")
    page.ecrire("mesures-1-perte", "7")
    page.champ("mesures-1-perte").send_keys(Keys.TAB)
    assert page.un("#c-mesures-1 .regles-vives").text.endswith("Perte trop forte pour la distance.")


#: Field, value typed, message (empty: accepted).
SAISIES = [
    ("reference", "A", "Trop court : 3 caractères au moins, 1 ici."),
    ("reference", "AB-1x", "La valeur n’a pas la forme attendue (par exemple AB-12)."),
    ("reference", "xAB-12", "La valeur n’a pas la forme attendue (par exemple AB-12)."),
    ("reference", " AB-12 ", ""),
    ("commentaire", "abc", "Trop court : 5 caractères au moins, 3 ici."),
    ("telephone", "12", "Numéro attendu : 10 chiffres, ou format international (+33…)."),
    ("telephone", "+33 6 12 34 56 78", ""),
    ("courriel", "sav@operateur", "Adresse attendue sous la forme nom@domaine."),
    ("coupures", "51", "Trop grand : 50 par jour au plus."),
    ("coupures", "-6", "Trop petit : −5 par jour au moins."),
    ("coupures", "1.5", "Nombre entier attendu."),
    ("coupures", "-5", ""),
    ("puissance", "10.51", "Trop grand : 10,5 dBm au plus."),
    ("puissance", "1.234", "2 décimales au plus."),
    ("puissance", "1.230", ""),
    ("puissance", "1e1", "Nombre attendu, écrit sans exposant."),
]


@pytest.mark.long
@pytest.mark.exigence("R1.3", "R3.2")
@pytest.mark.parametrize(("code", "valeur", "message"), SAISIES)
def test_page_and_service_judge_alike(page: Page, code: str, valeur: str, message: str) -> None:
    remplir(page)
    page.ecrire(code, valeur)
    page.champ(code).send_keys(Keys.TAB)
    assert page.erreur(code).replace("\u202f", " ") == message
    assert page.etat() == ("Incomplet" if message else "Prêt à déposer")
    assert bool(enfreintes("essai", "TOUT", page.xml())) == bool(message)


@pytest.mark.exigence("R1.3")
def test_character_that_xml_cannot_carry__error(page: Page) -> None:
    remplir(page)
    page.dater("libre", "a\u000bb")
    assert page.erreur("libre") == "Ce texte contient un caractère qui ne peut pas figurer dans un message XML."
    assert page.etat() == "Incomplet"


@pytest.mark.exigence("R1.3")
def test_too_many_choices__error(page: Page) -> None:
    remplir(page)
    page.cocher("essais", "ESSAI_1", "ESSAI_2", "ESSAI_3", "ESSAI_4")
    assert page.erreur("essais") == "3 choix au plus, 4 ici."
    assert enfreintes("essai", "TOUT", page.xml()) == ["XSD"]


@pytest.mark.exigence("R1.3")
@pytest.mark.parametrize(
    "saisie",
    [
        "2026-01-15T08:30",
        "2026-07-01T12:00",
        "2026-03-29T01:59",
        "2026-03-29T02:30",  # skipped by the clocks
        "2026-03-29T03:00",
        "2026-10-25T01:59",
        "2026-10-25T02:30",  # shown twice by the clocks
        "2026-10-25T03:00",
        "2026-12-31T23:59",
    ],
)
def test_instants_are_paris_time_with_their_offset__ok(page: Page, saisie: str) -> None:
    page.dater("constat", saisie)
    attendu = sur_le_fil(datetime.fromisoformat(saisie).replace(tzinfo=PARIS))
    assert f"<constat>{attendu}</constat>" in page.xml()


@pytest.mark.exigence("R1.3")
@pytest.mark.parametrize("drapeau", ["u", "v"])
@pytest.mark.parametrize("motif", MOTIFS)
def test_patterns_mean_the_same_in_the_browser(page: Page, motif: str, drapeau: str) -> None:
    attendus = correspond(motif, MOTIFS[motif])
    if attendus is None:
        assert motif_html(motif) is None
        return
    code = "return arguments[0].map(v => new RegExp('^(?:' + arguments[1] + ')$', arguments[2]).test(v));"
    assert page.navigateur.execute_script(code, MOTIFS[motif], motif_html(motif), drapeau) == attendus


@pytest.mark.exigence("R1.4", "R9")
def test_message_is_downloaded_and_copied__ok(page: Page, tmp_path: Path) -> None:
    page.navigateur.execute_cdp_cmd("Browser.setDownloadBehavior", {"behavior": "allow", "downloadPath": str(tmp_path)})
    droits = {"permissions": ["clipboardReadWrite", "clipboardSanitizedWrite"]}
    page.navigateur.execute_cdp_cmd("Browser.grantPermissions", droits)
    remplir(page)
    page.un("#page-message summary").click()
    page.element("page-telecharger").click()
    assert attendre(tmp_path / "tout.xml") == page.xml().encode()
    page.element("page-copier").click()
    lu: Any = page.navigateur.execute_async_script(
        "const fin = arguments[0]; navigator.clipboard.readText().then(fin, e => fin(String(e)));"
    )
    assert lu == page.xml()
    assert page.element("page-copier").text == "Copié"


@pytest.mark.long
@pytest.mark.exigence("R1.4", "R1.5")
@pytest.mark.parametrize("version", ["2026.1", "2026.2"])
def test_every_page_of_the_real_catalogues_works__ok(nav: WebDriver, dossier: Path, version: str) -> None:
    for offre in catalogue(version).offres:
        nav.get((dossier / version / f"{offre.code}.html").as_uri())
        page = Page(nav)
        for bouton in page.visibles(".ajouter"):
            bouton.click()
        page.verifier()
        assert len(page.erreurs()) >= 5, offre.code
        assert page.etat() == "Incomplet"
        assert "XSD" in enfreintes(version, offre.code, page.xml())


@pytest.mark.exigence("R1.5", "R3.1")
def test_real_case_is_ready_for_deposit__ok(nav: WebDriver, dossier: Path) -> None:
    nav.get((dossier / "2026.1/ACCES_FTTH.html").as_uri())
    page = Page(nav)
    remplir_acces_ftth(page)
    page.verifier()
    assert page.erreurs() == []
    assert enfreintes("2026.1", "ACCES_FTTH", page.xml()) == []
    # Each step away from the valid case is seen by the page and by the service.
    page.champ("puissancePto").clear()
    page.cocher("conditionsAcces", "PRESENCE_OCCUPANT")
    assert page.erreurs() == [
        "Puissance à la PTO : La puissance a été mesurée à la PTO : donner sa valeur en dBm.",
        "Conditions d'accès : La présence de l'occupant est nécessaire : proposer au moins une disponibilité.",
    ]
    assert sorted(enfreintes("2026.1", "ACCES_FTTH", page.xml())) == ["CONTACT-OCCUPANT", "PUISSANCE-MESUREE"]
    page.ajouter("disponibilites")
    for code, valeur in (("De", "2026-03-04T12:00"), ("Jusque", "2026-03-04T08:00")):
        page.dater(f"disponibilites-1-disponible{code}", valeur)
    assert page.erreur("disponibilites-1-disponibleJusque") == "La fin de la plage doit suivre son début."
    assert "DISPONIBILITE-ORDRE" in enfreintes("2026.1", "ACCES_FTTH", page.xml())


@pytest.mark.exigence("R1.4")
def test_headings_do_not_skip_a_level__ok(page: Page) -> None:
    niveaux = [int(e.tag_name[1]) for e in page.tous("h1, h2, h3, h4")]
    assert niveaux[0] == 1
    assert all(suivant <= niveau + 1 for niveau, suivant in pairwise(niveaux))
