"""The maquettes as files: complete, safe whatever the catalogue's texts hold, accessible in their structure, reproducible."""

from __future__ import annotations

import base64
import hashlib
import json
import os
import re
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest
from lxml import etree, html

from esav_soap.contract.maquettes import maquettes
from esav_soap.contract.maquettes.motifs import motif_html
from esav_soap.model import Catalogue, structure_offre
from esav_soap.reader import lire_catalogue
from esav_soap.reader.sources import depuis_dossiers
from tests.fixtures.catalogue_maquettes import CATALOGUE, HOSTILE

RACINE = Path(__file__).parents[3]
CATALOGUES = ("essai", "2026.1", "2026.2")


@cache
def catalogue(nom: str) -> Catalogue:
    return CATALOGUE if nom == "essai" else lire_catalogue(depuis_dossiers(RACINE, nom))


@cache
def pages(nom: str) -> dict[str, html.HtmlElement]:
    return {fichier: html.document_fromstring(octets.decode()) for fichier, octets in maquettes(catalogue(nom)).items()}


def un(page: html.HtmlElement, xpath: str) -> html.HtmlElement:
    trouves = page.xpath(xpath)
    assert len(trouves) == 1, f"{xpath} : {len(trouves)}"
    return trouves[0]


def texte(element: html.HtmlElement) -> str:
    return " ".join(element.text_content().split())


@pytest.fixture
def tout() -> html.HtmlElement:
    return pages("essai")["TOUT.html"]


@pytest.fixture
def peu() -> html.HtmlElement:
    return pages("essai")["PEU.html"]


@pytest.mark.exigence("R1.4")
@pytest.mark.parametrize("nom", CATALOGUES)
def test_one_page_per_offre_an_index_and_an_annex__ok(nom: str) -> None:
    attendu = ["index.html", *(f"{o.code}.html" for o in catalogue(nom).offres), "nomenclatures.html"]
    assert list(maquettes(catalogue(nom))) == attendu


@pytest.mark.exigence("R1.4")
@pytest.mark.parametrize("graine", ["1", "2"])
def test_same_bytes_in_another_process__ok(graine: str) -> None:
    code = (
        "import hashlib; from tests.fixtures.catalogue_maquettes import CATALOGUE;"
        "from esav_soap.contract.maquettes import maquettes;"
        "print(hashlib.sha256(repr(maquettes(CATALOGUE)).encode()).hexdigest())"
    )
    lance = subprocess.run(
        [sys.executable, "-c", code],
        cwd=RACINE,
        env={**os.environ, "PYTHONHASHSEED": graine},
        capture_output=True,
        check=True,
    )
    assert lance.stdout.decode().strip() == hashlib.sha256(repr(maquettes(CATALOGUE)).encode()).hexdigest()


@pytest.mark.exigence("R1.1")
@pytest.mark.parametrize("nom", CATALOGUES)
def test_pages_say_that_they_are_generated__ok(nom: str) -> None:
    for octets in maquettes(catalogue(nom)).values():
        assert b"\r" not in octets
        page = html.document_fromstring(octets.decode())
        commentaire = octets.decode().splitlines()[1]
        assert commentaire.startswith("<!--")
        assert commentaire.endswith("-->")
        for passage in (commentaire, texte(un(page, "//footer"))):
            assert "esav catalogue build" in passage
            assert catalogue(nom).version in passage


@pytest.mark.exigence("R1.4")
@pytest.mark.parametrize("nom", CATALOGUES)
def test_pages_need_and_allow_no_network__ok(nom: str) -> None:
    fichiers = set(maquettes(catalogue(nom)))
    for page in pages(nom).values():
        csp = un(page, "//meta[@http-equiv='Content-Security-Policy']").get("content") or ""
        regles = dict(r.strip().split(" ", 1) for r in csp.split(";"))
        assert regles["default-src"] == "'none'"
        assert regles["form-action"] == regles["base-uri"] == "'none'"
        assert "unsafe" not in csp
        for balise, regle in (("style", "style-src"), ("script[not(@type)]", "script-src")):
            sommes = [
                base64.b64encode(hashlib.sha256((e.text or "").encode()).digest()).decode()
                for e in page.xpath(f"//{balise}")
            ]
            assert regles[regle].split() == [f"'sha256-{somme}'" for somme in sommes]
        assert page.xpath("//@src | //@style | //@action | //@srcset") == []
        for lien in page.xpath("//@href"):
            assert lien == "data:," or lien.split("#")[0] in fichiers | {""}
        style = un(page, "//style").text or ""
        assert "url(" not in style
        assert "@import" not in style


@pytest.mark.exigence("R1.4")
@pytest.mark.parametrize("nom", CATALOGUES)
def test_no_text_of_a_catalogue_becomes_markup__ok(nom: str) -> None:
    for page in pages(nom).values():
        assert page.xpath("//img | //b | //iframe | //object") == []
        assert [a for e in page.iter(etree.Element) for a in e.attrib if str(a).startswith("on")] == []
        assert len(page.xpath("//script")) in (1, 3)


@pytest.mark.exigence("R1.4")
def test_hostile_texts_are_shown_as_written__ok(tout: html.HtmlElement) -> None:
    assert HOSTILE in un(tout, "//label[@for='c-libre']").text_content()
    assert un(tout, "//input[@id='c-libre']").get("placeholder") == HOSTILE
    assert HOSTILE in un(tout, "//*[@id='c-libre-aide']").text_content()
    assert HOSTILE in un(tout, "//p[@class='chapeau']").text_content()
    assert HOSTILE in un(pages("essai")["index.html"], "//h1").text_content()
    assert HOSTILE in un(pages("essai")["nomenclatures.html"], "//*[@id='n-LIEU-titre']").text_content()


@pytest.mark.exigence("R1.4")
@pytest.mark.parametrize("nom", CATALOGUES)
def test_structure_is_accessible__ok(nom: str) -> None:
    for fichier, page in pages(nom).items():
        assert page.get("lang") == "fr"
        assert texte(un(page, "//title"))
        assert len(page.xpath("//h1")) == len(page.xpath("//main")) == 1
        ids = page.xpath("//@id")
        assert len(ids) == len(set(ids)), fichier
        connus = set(ids)
        for attribut in ("for", "aria-describedby", "aria-labelledby"):
            for valeur in page.xpath(f"//@{attribut}"):
                assert set(valeur.split()) <= connus, (fichier, attribut, valeur)
        for lien in page.xpath("//a/@href[starts-with(., '#')]"):
            assert lien[1:] in connus
        for fieldset in page.xpath("//fieldset"):
            assert fieldset[0].tag == "legend"
            assert texte(fieldset[0])
        nommes = {*page.xpath("//label/@for")}
        for champ in page.xpath("//input | //select | //textarea | //progress"):
            assert champ.get("id") in nommes
        for bouton in page.xpath("//button"):
            assert texte(bouton)
            assert bouton.get("type") in ("button", "submit")


@pytest.mark.exigence("R1.2", "R1.3")
@pytest.mark.parametrize("nom", CATALOGUES)
def test_every_field_of_every_offre_is_there_in_wire_order__ok(nom: str) -> None:
    cat = catalogue(nom)
    for offre in cat.offres:
        page = pages(nom)[f"{offre.code}.html"]
        attendus = [(chemin, f.libelle, f.minimum) for chemin, f in structure_offre(cat, offre).feuilles()]
        vus = []
        for boite in page.xpath("//*[@data-champ]"):
            chemin = boite.xpath("./p[@class='technique']/code[1]")[0].text
            etiquette = boite.xpath("./label[contains(@class, 'etiquette')] | ./legend")[0]
            marque = etiquette.xpath("./span[@class='marque']")[0]
            assert texte(marque) == "* (obligatoire)"
            vus.append((chemin, etiquette.text, 0 if marque.get("hidden") is not None else 1))
        assert vus == attendus


#: id of the input -> (tag, attributes that it must have exactly, besides id, name and aria-describedby)
SAISIES: dict[str, tuple[str, dict[str, str]]] = {
    "c-reference": (
        "input",
        {
            "type": "text",
            "minlength": "3",
            "maxlength": "12",
            "pattern": r"[A-Z]{2}-[\p{Nd}]+",
            "placeholder": "AB-12",
            "required": "",
        },
    ),
    "c-commentaire": (
        "textarea",
        {"rows": "4", "minlength": "5", "maxlength": "200", "placeholder": "Depuis ce matin."},
    ),
    "c-telephone": ("input", {"type": "tel", "autocomplete": "off", "pattern": r"0[1-9][0-9]{8}|\+[1-9][0-9]{5,14}"}),
    "c-courriel": (
        "input",
        {
            "type": "email",
            "autocomplete": "off",
            "maxlength": "254",
            "pattern": r"[A-Za-z0-9._%+\-]{1,64}@[A-Za-z0-9\-]{1,63}(?:\.[A-Za-z0-9\-]{1,63}){1,8}",
        },
    ),
    "c-constat": (
        "input",
        {"type": "datetime-local", "min": "1000-01-01T00:00", "max": "2999-12-31T23:59", "required": ""},
    ),
    "c-debut": ("input", {"type": "date", "min": "2026-01-01", "max": "2026-12-31", "value": "2026-02-03"}),
    "c-fin": ("input", {"type": "date", "min": "1000-01-01", "max": "2999-12-31"}),
    "c-coupures": ("input", {"type": "number", "inputmode": "text", "min": "-5", "max": "50", "step": "1"}),
    "c-puissance": (
        "input",
        {"type": "number", "inputmode": "text", "min": "-40", "max": "10.5", "step": "0.01", "placeholder": "-21.4"},
    ),
    "c-famille-COUPURE": ("input", {"type": "radio", "value": "COUPURE", "required": ""}),
    "c-intermittent-false": ("input", {"type": "radio", "value": "false", "required": "", "checked": "checked"}),
    "c-prevenu-true": ("input", {"type": "radio", "value": "true"}),
    "c-nature": ("select", {}),
    "c-lieu": ("select", {}),
    "c-essais-ESSAI_1": ("input", {"type": "checkbox", "value": "ESSAI_1"}),
    "c-mesures-0-distance": (
        "input",
        {"type": "number", "inputmode": "numeric", "min": "0", "max": "1000", "step": "1", "required": ""},
    ),
    "c-mesures-0-perte": (
        "input",
        {"type": "number", "inputmode": "decimal", "min": "0", "max": "40", "step": "0.001"},
    ),
}


@pytest.mark.exigence("R1.3")
@pytest.mark.parametrize("identifiant", SAISIES)
def test_constraints_of_each_type__ok(tout: html.HtmlElement, identifiant: str) -> None:
    balise, attendus = SAISIES[identifiant]
    saisie = un(tout, f"//*[@id='{identifiant}']")
    propres = {nom: v for nom, v in saisie.attrib.items() if nom not in ("id", "name", "aria-describedby")}
    assert (saisie.tag, propres) == (balise, attendus)


#: Field -> what is said of it in words; units and bounds included.
MOTS = {
    "c-reference": "Sur l'étiquette. De 3 à 12 caractères. Ex. : AB-12",
    "c-commentaire": "De 5 à 200 caractères. Ex. : Depuis ce matin.",
    "c-telephone": "10 chiffres, ou format international (+33…)",
    "c-courriel": "",
    "c-constat": "Heure de Paris. Ex. : 01/07/2026 12:00",
    "c-debut": "À partir du 01/01/2026 jusqu’au 31/12/2026",
    "c-fin": "",
    "c-coupures": "De −5 à 50 par jour",
    "c-puissance": "De −40 à 10,5 dBm, 2 décimales au plus. Ex. : −21,4",
    "c-nature": "Liste selon « Famille »",
    "c-essais": "3 choix au plus",
}


@pytest.mark.exigence("R1.3")
@pytest.mark.parametrize("identifiant", MOTS)
def test_help_says_what_is_admitted__ok(tout: html.HtmlElement, identifiant: str) -> None:
    aide = un(tout, f"//*[@id='{identifiant}-aide']")
    assert " ".join(texte(p) for p in aide) == MOTS[identifiant]


@pytest.mark.exigence("R1.3")
@pytest.mark.parametrize(
    ("chemin", "ligne"),
    [
        ("reference", r"reference texte [1..1] · longueur 3..12 · motif [A-Z]{2}-\d+"),
        ("commentaire", "commentaire texteLong [0..1] · longueur 5..200"),
        ("constat", "constat dateHeure [1..1] · xs:dateTime avec décalage"),
        ("debut", "debut date [0..1] · min 2026-01-01 · max 2026-12-31 · défaut 2026-02-03"),
        ("coupures", "coupures entier [0..1] · min -5, max 50"),
        ("puissance", "puissance decimal [0..1] · min -40 · max 10.5 · décimales 2"),
        ("intermittent", "intermittent ouiNon [1..1] · défaut false"),
        ("nature", "nature nomenclature [0..1] · NATURE · dépend de famille"),
        ("essais", "essais nomenclature [0..3] · ESSAI"),
        ("telephone", "telephone telephone [0..1]"),
        ("courriel", "courriel courriel [0..1]"),
        ("mesures/perte", "mesures/perte decimal [0..1] · min 0 · max 40 · décimales 3"),
    ],
)
def test_technical_line__ok(tout: html.HtmlElement, chemin: str, ligne: str) -> None:
    assert texte(un(tout, f"//p[@class='technique'][code[1] = '{chemin}'][ancestor::*[1][@data-champ]]")) == ligne


@pytest.mark.exigence("R1.3")
def test_units_are_shown_and_described__ok(tout: html.HtmlElement) -> None:
    assert texte(un(tout, "//*[@id='c-puissance-unite']")) == "dBm"
    assert "c-puissance-unite" in (un(tout, "//input[@id='c-puissance']").get("aria-describedby") or "").split()


@pytest.mark.exigence("R1.3")
def test_choices_are_all_listed_and_retired_ones_gone__ok(tout: html.HtmlElement) -> None:
    options = tout.xpath("//select[@id='c-nature']/option")
    assert [o.get("value") for o in options] == ["", "FIBRE_COUPEE", "SIGNAL_ABSENT", "DEBIT_FAIBLE", "PRISE_CASSEE"]
    assert texte(options[4]) == "Prise cassée – déprécié"
    ecrits = [
        texte(li) for li in tout.xpath("//select[@id='c-nature']/following-sibling::ul[@class='choix-ecrits']/li")
    ]
    assert ecrits == [
        "Fibre coupée (pour Coupure) FIBRE_COUPEE",
        "Signal absent (pour Coupure, Materiel) SIGNAL_ABSENT",
        "Débit faible (pour Debit) DEBIT_FAIBLE",
        "Prise cassée (déprécié, employer SIGNAL_ABSENT ; pour Materiel) PRISE_CASSEE",
    ]
    assert [o.get("value") for o in tout.xpath("//select[@id='c-lieu']/option[@selected]")] == ["LIEU_2"]
    # Radio buttons up to four values; an optional one can be left without an answer.
    assert tout.xpath("//input[@name='c-famille']/@value") == ["COUPURE", "DEBIT", "MATERIEL", ""]
    assert un(tout, "//label[@for='c-famille-']").get("hidden") is not None
    assert un(tout, "//label[@for='c-prevenu-']").get("hidden") is None


@pytest.mark.exigence("R1.2")
def test_usage_of_the_offre_decides__ok(tout: html.HtmlElement, peu: html.HtmlElement) -> None:
    assert peu.xpath("//*[@id='c-libre'] | //*[@id='c-lieu'] | //*[@id='c-mesures-0-reference']") == []
    assert un(tout, "//input[@id='c-constat']").get("required") is not None
    assert un(peu, "//input[@id='c-constat']").get("required") is None
    assert un(tout, "//fieldset[@id='c-prevenu']").get("aria-required") is None
    assert un(peu, "//fieldset[@id='c-prevenu']").get("aria-required") == "true"
    assert texte(un(tout, "//fieldset[@id='c-mesures']/legend")) == "Mesures* (obligatoire) facultatif, 3 au plus"
    assert un(tout, "//fieldset[@id='c-mesures']/legend/span[@class='marque']").get("hidden") is not None
    assert texte(un(peu, "//fieldset[@id='c-mesures']/legend")) == "Mesures* (obligatoire) de 2 à 3"


@pytest.mark.exigence("R1.3")
def test_rules_stand_at_their_field_and_in_the_list__ok(tout: html.HtmlElement, peu: html.HtmlElement) -> None:
    ici = un(tout, "//*[@id='c-coupures-regles']/li")
    assert (
        texte(ici)
        == "Parfois obligatoire : Donner les coupures par jour. INTERMITTENT-COUPURES : intermittent = 'true'"
    )
    codes = [c.text for c in tout.xpath("//*[@id='page-regles']//p[@class='technique']/code[1]")]
    assert codes == [
        "INTERMITTENT-COUPURES",
        "CONTINU-SANS-PREVENU",
        "DATES",
        "CONTACT",
        "MESURES-MATERIEL",
        "HOSTILE",
        "MESURE-PERTE",
        "MESURE-REFERENCE",
        "MESURE-BORNE",
    ]
    # A rule that forbids a field which the Offre has not is not told; the others stay.
    assert (
        "MESURE-REFERENCE"
        not in peu.text_content().split("page-modele")[0].split("Règles du formulaire")[-1].split("{")[0]
    )


@pytest.mark.exigence("R1.3")
def test_script_gets_rules_word_for_word__ok(tout: html.HtmlElement) -> None:
    modele = json.loads(un(tout, "//script[@id='page-modele']").text or "")
    regles = CATALOGUE.formulaires["essai"].regles
    assert [(r["code"], r["genre"], r["condition"], r["message"], r["champ"]) for r in modele["regles"]] == [
        (r.code, r.genre.value, r.condition, r.message, r.champ) for r in regles
    ]
    assert modele["regles"][2]["regarde"] == ["debut", "fin"]
    assert (modele["espace"], modele["nom"]) == ("urn:esav:catalogue:2026.1:TOUT", "tout")
    assert modele["parents"] == {
        "NATURE": {
            "FIBRE_COUPEE": ["COUPURE"],
            "SIGNAL_ABSENT": ["COUPURE", "MATERIEL"],
            "DEBIT_FAIBLE": ["DEBIT"],
            "PRISE_CASSEE": ["MATERIEL"],
        }
    }


@pytest.mark.exigence("R1.2", "R5.2")
def test_header_says_what_the_offre_is__ok(tout: html.HtmlElement, peu: html.HtmlElement) -> None:
    def faits(page: html.HtmlElement) -> dict[str, str]:
        return {texte(d[0]): texte(d[1]) for d in page.xpath("//dl[@class='faits']/div")}

    assert faits(tout) == {
        "Code de l’Offre": "TOUT",
        "Version du catalogue": "2026.1",
        "Canaux": "Web services, e-SAV en ligne",
        "Rendez-vous": "SAV",
        "Test préalable": "Aucun",
        "Espace de noms": "urn:esav:catalogue:2026.1:TOUT",
    }
    assert faits(peu)["Test préalable"] == "Obligatoire"
    assert texte(un(tout, "//h1/span")) == "Offre passive"
    assert texte(un(peu, "//h1/span")) == "Offre activée"


@pytest.mark.exigence("R1.4")
def test_index_lists_the_offres__ok() -> None:
    lignes = pages("essai")["index.html"].xpath("//tbody/tr")
    vues = [([texte(cellule) for cellule in ligne], ligne.xpath(".//a/@href")) for ligne in lignes]
    assert vues == [
        (
            ["Tout essayer TOUT", "Passive", "Web services, e-SAV en ligne", "SAV", "Aucun", "19 dont 5 obligatoires"],
            ["TOUT.html"],
        ),
        (
            [
                f"Le moins possible {HOSTILE} PEU",
                "Activée",
                "Web services",
                "Aucun",
                "Obligatoire",
                "15 dont 6 obligatoires",
            ],
            ["PEU.html"],
        ),
    ]


@pytest.mark.exigence("R1.4")
def test_nomenclatures_page_has_every_code__ok() -> None:
    page = pages("essai")["nomenclatures.html"]
    lignes = [[texte(cellule) for cellule in ligne] for ligne in page.xpath("//*[@id='n-NATURE']//tbody/tr")]
    assert lignes == [
        ["FIBRE_COUPEE", "Fibre coupée", "actif", "COUPURE"],
        ["SIGNAL_ABSENT", "Signal absent", "actif", "COUPURE, MATERIEL"],
        ["DEBIT_FAIBLE", "Débit faible", "actif", "DEBIT"],
        ["PRISE_CASSEE", "Prise cassée", "déprécié employer SIGNAL_ABSENT", "MATERIEL"],
        ["LIGNE_MUETTE", "Ligne muette", "retiré", "COUPURE"],
    ]
    assert page.xpath("//*[@id='n-LIEU']/p[@class='emplois']/a/@href") == ["TOUT.html"]
    assert page.xpath("//main/section/@id") == ["n-ESSAI", "n-FAMILLE", "n-LIEU", "n-NATURE"]


@pytest.mark.exigence("R1.4")
def test_group_is_drawn_once_as_a_model__ok(tout: html.HtmlElement) -> None:
    modele = un(tout, "//fieldset[@id='c-mesures']//fieldset[contains(@class, 'occurrence')]")
    assert modele.get("id") == "c-mesures-0"
    assert modele.get("hidden") is None  # without the script it is what one reads
    assert [b.get("data-champ") for b in modele.xpath(".//*[@data-champ]")] == ["distance", "perte", "reference"]


@pytest.mark.exigence("R1.3")
@pytest.mark.parametrize(
    ("motif", "attendu"),
    [
        (r"[A-Z]{2}-[0-9]{4}", r"[A-Z]{2}-[0-9]{4}"),
        (r"a|bc?|d+", r"a|bc?|d+"),
        (r"(ab|c){2,}", r"(?:ab|c){2,}"),
        (r"^a$", r"\^a\$"),
        (r".", r"[^\n\r]"),
        (r"\d\D", r"[\p{Nd}][^\p{Nd}]"),
        (r"[\w\-]", r"[\p{L}\p{M}\p{N}\p{S}\-]"),
        (r"\w\W", r"[\p{L}\p{M}\p{N}\p{S}][\p{P}\p{Z}\p{C}]"),
        (r"[a-z-[aeiou]]", r"(?:(?![aeiou])[a-z])"),
        (r"[&&()!!]", r"[&\(\)!]"),
        (r"[^\s]", r"[^ \t\n\r]"),
        (r"\p{Lu}[\P{L}]", r"\p{Lu}[\P{L}]"),
        (r"a/b", r"a\/b"),
        (r"\.\-\\", r"\.-\\"),
        (r"[*# ]", r"[*# ]"),
        (r"[!-~]", r"[\x21-\x7E]"),
        (r"[&--.]", r"[\x26-\x2D.]"),
        (r"\p{IsBasicLatin}", None),
        (r"[\S]", None),
        (r"(a", None),
        (r"a)", None),
        (r"*", None),
        (r"[]", None),
        (r"a{,2}", None),
        (r"[a", None),
        ("\\", None),
    ],
)
def test_xsd_pattern_in_the_language_of_browsers(motif: str, attendu: str | None) -> None:
    assert motif_html(motif) == attendu


@pytest.mark.exigence("R1.3")
@pytest.mark.parametrize("nom", ["2026.1", "2026.2"])
def test_every_pattern_of_the_real_catalogues_is_translated__ok(nom: str) -> None:
    motifs = {
        motif
        for offre in catalogue(nom).offres
        for _, feuille in structure_offre(catalogue(nom), offre).feuilles()
        if (motif := getattr(feuille.champ.type, "motif", None))
    }
    assert motifs
    assert [motif for motif in motifs if motif_html(motif) is None] == []


@pytest.mark.exigence("R1.4")
def test_files_of_the_package_hold_nothing_that_ends_their_element__ok() -> None:
    dossier = RACINE / "esav_soap/contract/maquettes/gabarits"
    for fichier in (*dossier.glob("*.js"), *dossier.glob("*.css")):
        assert not re.search(r"</(script|style)|<!--", fichier.read_text(encoding="utf-8"), re.IGNORECASE), fichier.name
