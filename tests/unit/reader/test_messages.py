"""One mistake of a publisher, one problem, whose words lead to it (R2.1)."""

from __future__ import annotations

import pytest

from esav_soap.reader import lire
from tests.unit.reader.paquets import VERSION, base

pytestmark = pytest.mark.exigence("R2.1")

FORMULAIRE = "formulaires/essai.xml"
CHAMP = '<texte code="remarque"><libelle>Remarque</libelle></texte>'


def problemes(*echanges: tuple[str, str]) -> list[tuple[str, str]]:
    """Codes and messages for the base's formulaire with these texts exchanged."""
    fichiers = base()
    texte = fichiers[FORMULAIRE].decode()
    for ancien, nouveau in echanges:
        assert ancien in texte
        texte = texte.replace(ancien, nouveau)
    fichiers[FORMULAIRE] = texte.encode()
    return [(p.code, p.message) for p in lire(fichiers, version_attendue=VERSION).problemes]


@pytest.mark.parametrize(
    ("ancien", "nouveau", "ou"),
    [
        ("<libelle>Description</libelle><aide>En clair.</aide>", "<aide>a</aide><libelle>l</libelle>", "après « libelle »"),
        ("<libelle>Référence</libelle>", "<aide>a</aide><libelle>l</libelle>", "après « libelle »"),
        (
            "<libelle>Référence</libelle><exemple>PT-12</exemple>",
            "<libelle>l</libelle><exemple>PT-1</exemple><exemple>PT-2</exemple><aide>a</aide>",
            "avant « exemple »",
        ),
        ("<condition>famille = 'ENERGIE'</condition>\n", "", ""),
    ],
)  # fmt: skip
def test_element_out_of_place__says_which_neighbour_it_violates(ancien: str, nouveau: str, ou: str) -> None:
    if not ou:
        condition = ancien.strip()
        message = "<message>Sans objet pour l'énergie.</message>"
        trouves = problemes((ancien, ""), (message, f"{message}{condition}"))
        ou = "après « condition »"
    else:
        trouves = problemes((ancien, nouveau))
    ((code, message),) = trouves
    assert code == "ELEMENT_MAL_PLACE"
    assert message.endswith(f": le mettre {ou}.")


def test_wrong_end_tag__names_both() -> None:
    ((code, message),) = problemes(("</section>\n  <section", "</sektion>\n  <section"))
    assert code == "XML_MAL_FORME"
    assert message.endswith("la balise de fin </sektion> ne répond pas à <section>, ouverte ligne 4.")


def test_no_namespace__is_said_so() -> None:
    ((code, message),) = problemes((' xmlns="urn:esav:pack:1"', ""))
    assert (code, "n'est dans aucun espace de noms :" in message) == ("ESPACE_DE_NOMS", True)
    ((_, message),) = problemes(("urn:esav:pack:1", "urn:autre"))
    assert "est dans l'espace de noms « urn:autre » :" in message


@pytest.mark.parametrize(
    "echanges",
    [
        # Named by a rule, by dependDe, by an Offre's usage, by defautDeclare.
        [("<date code", "<jour code"), ("</exemple></date>", "</exemple></jour>"), ("famille = 'ENERGIE'", "jour")],
        [('<nomenclature code="famille"', '<liste code="famille"'), ("</exemple></nomenclature>", "</exemple></liste>")],
        [("<telephone ", "<tel "), ("</telephone>", "</tel>")],
        [('<nomenclature code="nature"', '<liste code="nature"'), ("Nature</libelle></nomenclature>", "n</libelle></liste>")],
        [("<groupe ", "<group "), ("</groupe>", "</group>")],
        [(CHAMP, CHAMP.replace("texte", "text"))],
        [(CHAMP, f'<groupe code="g"><libelle>G</libelle>{CHAMP}</groupe>')],
        [
            ('<decimal code="puissance" usage="obligatoire" unite="dBm"><libelle>Puissance</libelle></decimal>', ""),
            (CHAMP, f'<groupe code="g"><libelle>G</libelle>{CHAMP}<entier code="puissance"><libelle>P</libelle></entier></groupe>'),
        ],
    ],
    ids=["rule", "depends", "usage", "declared", "group", "in a group", "nested", "nested alone"],
)  # fmt: skip
def test_unknown_element__one_problem(echanges: list[tuple[str, str]]) -> None:
    assert [code for code, _ in problemes(*echanges)] == ["ELEMENT_INCONNU"]


def test_nested_group__says_where_it_goes() -> None:
    ((_, message),) = problemes((CHAMP, f'<groupe code="g"><libelle>G</libelle>{CHAMP}</groupe>'))
    assert message == "Un groupe ne contient que des champs : mettre le groupe « g » à côté, dans la section."


@pytest.mark.parametrize("code", ["Famille", "fa mille", "fàmille", "fa-mille"])
def test_invalid_code__one_problem(code: str) -> None:
    assert [c for c, _ in problemes(('code="famille"', f'code="{code}"'))] == ["CODE_INVALIDE"]


def test_missing_code__one_problem() -> None:
    assert [c for c, _ in problemes((' code="famille"', ""))] == ["ATTRIBUT_MANQUANT"]


def test_another_name_is_still_unknown() -> None:
    trouves = problemes(('code="famille"', 'code="Famille"'), ("famille = 'ENERGIE'", "familles = 'ENERGIE'"))
    assert sorted(code for code, _ in trouves) == ["CODE_INVALIDE", "XPATH_CHAMP_INCONNU"]


def test_reason_is_that_of_the_file_itself() -> None:
    premiere = problemes(("</section>\n  <section", "</sektion>\n  <section"))
    assert problemes(("</section>\n  <section", "<section"))[0][1] != premiere[0][1]
    assert problemes(("</section>\n  <section", "</sektion>\n  <section")) == premiere
