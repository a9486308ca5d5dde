"""The reader's grammar and the published meta-schemas are the same language (R1.1)."""

from __future__ import annotations

import pytest
import xmlschema
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from esav_soap.reader import META_SCHEMAS
from esav_soap.reader.conformite import conformer
from esav_soap.reader.grammaire import RACINES
from esav_soap.reader.lieux import Problemes
from esav_soap.reader.metaschemas import refus
from esav_soap.reader.parsing import parse
from tests.unit.reader.paquets import Defaut, base, tous_les_defauts

pytestmark = pytest.mark.exigence("R1.1", "R2.1")

#: Defects that stop before a tree exists, or that a schema does not look at.
INVISIBLES = {"XML_MAL_FORME", "DTD_INTERDITE", "INSTRUCTION_INTERDITE"}
BASE = {chemin: octets for chemin, octets in base().items() if chemin != "nomenclatures/FAMILLE2.xml"}


def attendu(chemin: str) -> str:
    return "catalogue" if chemin == "catalogue.xml" else chemin.partition("s/")[0]


def codes_de_structure(chemin: str, octets: bytes) -> set[str]:
    problemes = Problemes()
    racine = parse(chemin, octets, problemes)
    if racine is not None:
        conformer(racine, attendu(chemin), chemin, problemes)
    return {probleme.code for probleme in problemes.tries()}


def schema_accepte(chemin: str, octets: bytes) -> bool:
    racine = etree.fromstring(octets, etree.XMLParser(resolve_entities=False))
    return etree.QName(racine).localname == attendu(chemin) and refus(racine) is None


@pytest.mark.parametrize("defaut", [d for d in tous_les_defauts() if d.genre != "offre"], ids=lambda d: d.nom)
def test_both_judge_every_fixture_alike(defaut: Defaut) -> None:
    codes = codes_de_structure(defaut.fichier, defaut.octets)
    if codes & INVISIBLES:
        return  # no verdict to compare: the file is refused before
    assert schema_accepte(defaut.fichier, defaut.octets) == (not codes)


@pytest.mark.parametrize("defaut", [d for d in tous_les_defauts() if d.genre == "offre"], ids=lambda d: d.nom)
def test_both_judge_every_offre_alike(defaut: Defaut) -> None:
    entete = b'<catalogue xmlns="urn:esav:pack:1" version="2026.1"><libelle>Essai</libelle>\n'
    octets = entete + defaut.octets + b"</catalogue>"
    assert schema_accepte("catalogue.xml", octets) == (not codes_de_structure("catalogue.xml", octets))


@pytest.mark.parametrize("nom", sorted(RACINES))
def test_the_published_schemas_compile_in_xmlschema_too__ok(nom: str) -> None:
    schema = _schema_xmlschema(nom)
    assert schema.elements[nom] is not None
    for chemin, octets in BASE.items():
        if attendu(chemin) == nom:
            assert list(schema.iter_errors(etree.fromstring(octets))) == []


def _schema_xmlschema(nom: str) -> xmlschema.XMLSchema10:
    texte = META_SCHEMAS[f"{nom}.xsd"].decode()
    commun = META_SCHEMAS["commun.xsd"].decode()
    sans_inclusion = texte.replace('<xs:include schemaLocation="commun.xsd"/>', "")
    assert sans_inclusion != texte
    types = commun[commun.index("<xs:simpleType") : commun.index("</xs:schema>")]
    return xmlschema.XMLSchema10(sans_inclusion.replace("</xs:schema>", f"{types}</xs:schema>"))


ATTRIBUTS = sorted(
    {
        "code",
        "usage",
        "defaut",
        "min",
        "max",
        "unite",
        "motif",
        "ref",
        "dependDe",
        "longueurMin",
        "longueurMax",
        "decimales",
    }
    | {
        "statut",
        "parents",
        "parent",
        "remplacement",
        "champ",
        "valeur",
        "formulaire",
        "activee",
        "version",
        "defautDeclare",
    }
)
VALEURS = [
    *(
        "",
        " ",
        "A",
        "a",
        "A_B",
        "a b",
        "A B",
        "-1",
        "0",
        "1",
        "01",
        "+1",
        "1.5",
        "1,5",
        "1e3",
        "7",
        "50",
        "51",
        "100",
        "101",
    ),
    *(
        "20000",
        "20001",
        "99999999999999999999",
        "2147483647",
        "2147483648",
        "-2147483649",
        " 5 ",
        "5\t",
        ".5",
        "5.",
        "-0",
    ),
    *(
        "2026-01-01",
        "2026-02-30",
        "2026-1-1",
        "2026-01-01Z",
        "0999-01-01",
        "3000-01-01",
        " 2026-01-01 ",
        "2026.1",
        "2026.0",
    ),
    *(
        "oui",
        "non",
        "true",
        "obligatoire",
        " absent ",
        "Absent",
        "actif",
        "retire",
        "x" * 40,
        "x" * 41,
        "X" * 40,
        "X" * 41,
    ),
    *("a/b", "a/b/c", "/a", "acces-ftth", "acces--ftth", "RG-01", "RG_01", "RG--1", "é", "\u00a0", "a\u00a0b", "١"),
]
NOMS = sorted(
    {nom for modele in RACINES.values() for nom in modele.enfants}
    | {"texte", "groupe", "regle", "condition", "canal", "inconnu"}
)


@st.composite
def mutants(draw: st.DrawFn) -> tuple[str, bytes]:
    """A sound file with one to three random changes of its elements, attributes and texts."""
    chemin = draw(st.sampled_from(sorted(BASE)))
    racine = etree.fromstring(BASE[chemin], etree.XMLParser(remove_comments=True, remove_blank_text=True))
    for _ in range(draw(st.integers(1, 3))):
        elements = list(racine.iter())
        element = draw(st.sampled_from(elements))
        parent = element.getparent()
        match draw(
            st.sampled_from(
                ["attribut", "sans attribut", "texte", "retirer", "doubler", "deplacer", "renommer", "espace"]
            )
        ):
            case "attribut":
                element.set(draw(st.sampled_from(ATTRIBUTS)), draw(st.sampled_from(VALEURS)))
            case "sans attribut" if element.attrib:
                del element.attrib[draw(st.sampled_from(sorted(map(str, element.attrib))))]
            case "texte":
                element.text = draw(st.sampled_from([*VALEURS, "mot " * 40, "mot " * 300, "mot " * 600]))
            case "retirer" if parent is not None:
                parent.remove(element)
            case "doubler" if parent is not None:
                copie = etree.fromstring(etree.tostring(element))
                parent.insert(draw(st.integers(0, len(parent))), copie)
            case "deplacer" if parent is not None:
                siens = set(element.iter())
                draw(st.sampled_from([e for e in elements if e not in siens])).append(element)
            case "renommer":
                element.tag = f"{{urn:esav:pack:1}}{draw(st.sampled_from(NOMS))}"
            case "espace" if parent is not None:
                element.tag = f"{{urn:autre}}{etree.QName(element).localname}"
            case _:
                pass
    return chemin, etree.tostring(racine)


@settings(max_examples=300, deadline=None)
@given(mutants())
def test_both_judge_every_mutant_alike(mutant: tuple[str, bytes]) -> None:
    chemin, octets = mutant
    codes = codes_de_structure(chemin, octets)
    assert schema_accepte(chemin, octets) == (not codes), (codes, octets.decode())
