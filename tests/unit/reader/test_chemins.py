"""What a rule may look at: every step of a path is resolved against the formulaire (R1.3, R2.1)."""

from __future__ import annotations

from xml.sax.saxutils import escape

import pytest

from esav_soap.reader import lire
from tests.unit.reader.paquets import VERSION, base

pytestmark = pytest.mark.exigence("R1.3", "R2.1")


def problemes(condition: str, *, dans_le_groupe: bool = False) -> list[tuple[str, str]]:
    """Codes and messages for one rule more in the base's formulaire."""
    fichiers = base()
    regle = f'<regle code="ESSAI"><condition>{escape(condition)}</condition><message>m</message></regle>'
    fin = b"    </groupe>" if dans_le_groupe else b"</formulaire>"
    texte = fichiers["formulaires/essai.xml"]
    fichiers["formulaires/essai.xml"] = texte.replace(fin, regle.encode() + b"\n" + fin)
    return [(p.code, p.message) for p in lire(fichiers, version_attendue=VERSION).problemes]


@pytest.mark.parametrize(
    "condition",
    [
        *("mesures/puissance > -20", "mesures[1]/remarque", ".//puissance > 3", "./nombre > 3", "child::nombre > 3"),
        *("mesures[remarque]/self::mesures", "mesures/remarque/parent::mesures", "mesures/puissance/../remarque"),
        *(
            "descendant::remarque",
            "descendant-or-self::node()/remarque",
            "count(*) > 3",
            "mesures/*",
            "sum(mesures/puissance) < 0",
        ),
        *("mesures[1]/following-sibling::mesures", "not(mesures[remarque = preceding-sibling::mesures/remarque])"),
        *(
            "nombre | longueur",
            "(nombre) > 3",
            "count(mesures[puissance < ../longueur]) = 1",
            "nombre mod 2 = 0",
            "-nombre < -3",
        ),
        *(
            "concat(reference, 'x') = 'ABx'",
            "substring(reference, 1, 2) = 'AB'",
            "position() = last() or nombre",
            "round(longueur) = 3",
        ),
        *("number(translate(jour, '-', '')) > 20260101", "boolean(nombre) = boolean(longueur)", "'OPTIQUE' = famille"),
        *(
            "urgent = 'true' or urgent = '1'",
            "normalize-space(description) != 'x'",
            "nombre > '3'",
        ),
    ],
)
def test_paths_that_stay_in_the_form__ok(condition: str) -> None:
    assert problemes(condition) == []


@pytest.mark.parametrize(
    "condition",
    [
        "puissance > -20",
        "../nombre > 3",
        "remarque = ../reference",
        "parent::node()/nombre",
        "../mesures[2]/remarque",
        "./remarque",
    ],
)
def test_paths_that_start_in_a_group__ok(condition: str) -> None:
    assert problemes(condition, dans_le_groupe=True) == []


@pytest.mark.parametrize(
    ("condition", "code", "extrait"),
    [
        ("nombr > 3", "XPATH_CHAMP_INCONNU", "Vouliez-vous écrire « nombre » ?"),
        ("puissance > 3", "XPATH_CHAMP_INCONNU", "écrire mesures/puissance."),
        (
            "mesures/puisance > 3",
            "XPATH_CHAMP_INCONNU",
            "dans le groupe « mesures ». Vouliez-vous écrire « puissance » ?",
        ),
        ("nombre/x", "XPATH_CHAMP_INCONNU", "« nombre » est un champ simple"),
        ("nombre-longueur > 3", "XPATH_CHAMP_INCONNU", "Pour soustraire"),
        (".//nulle > 3", "XPATH_CHAMP_INCONNU", "« nulle » n'existe pas"),
        ("descendant::nulle", "XPATH_CHAMP_INCONNU", "« nulle » n'existe pas"),
        ("nombre/parent::mesures", "XPATH_CHAMP_INCONNU", "« mesures »"),
        ("nombre/following-sibling::nulle", "XPATH_CHAMP_INCONNU", "« nulle »"),
        ("mesures[nombre]", "XPATH_CHAMP_INCONNU", "écrire ../nombre"),
        ("../nombre", "XPATH_HORS_FORMULAIRE", "au-dessus du formulaire"),
        ("parent::node()/nombre", "XPATH_HORS_FORMULAIRE", "au-dessus du formulaire"),
        ("mesures/../../nombre", "XPATH_HORS_FORMULAIRE", "au-dessus du formulaire"),
        ("following-sibling::node() or nombre", "XPATH_HORS_FORMULAIRE", "au-dessus du formulaire"),
        ("sum(3) > nombre", "XPATH_TYPE", "sum() attend des champs, pas un nombre"),
        ("count(string(nombre)) = 1", "XPATH_TYPE", "pas un texte"),
        ("nombre | true()", "XPATH_TYPE", "pas un booléen"),
        ("mesures > 3", "XPATH_TYPE", "le groupe « mesures » n'a pas de valeur"),
        ("string-length(mesures) > 3", "XPATH_TYPE", "le groupe « mesures » n'a pas de valeur"),
        ("mesures + 1 > 3", "XPATH_TYPE", "le groupe « mesures » n'a pas de valeur"),
        ("contains(., 'x') or nombre", "XPATH_TYPE", "le formulaire n'a pas de valeur"),
        ("constat > 3", "REGLE_COMPARAISON", "number(translate(substring(constat, 1, 10), '-', ''))"),
        ("3 < jour", "REGLE_COMPARAISON", "number(translate(jour, '-', ''))"),
        ("contact > 3", "REGLE_COMPARAISON", "employer = ou !="),
        ("nombre > 'trois'", "REGLE_COMPARAISON", "'trois' n'est pas un nombre"),
        ("'oui' = urgent", "REGLE_BOOLEEN", "'oui' n'est ni 'true' ni 'false'"),
        ("nombre = (longueur > 3)", "REGLE_BOOLEEN", "teste sa présence"),
        ("normalize-space(famille) != 'OPTIC'", "REGLE_CODE_INCONNU", "Vouliez-vous écrire « OPTIQUE » ?"),
        ("('OPTIC') = (famille)", "REGLE_CODE_INCONNU", "qui n'est pas dans FAMILLE"),
        ("famille = 'ANCIENNE' or nombre", "REGLE_CODE_RETIRE", "'ANCIENNE', code retiré de FAMILLE"),
        ("not(false())", "REGLE_CONSTANTE", "ne regarde aucun champ"),
    ],
)
def test_paths_and_operands_that_make_no_sense__error(condition: str, code: str, extrait: str) -> None:
    trouves = problemes(condition)
    assert [c for c, _ in trouves] == [code]
    assert extrait in trouves[0][1]


def test_a_condition_cannot_close_the_parenthesis_that_the_engine_opens__error() -> None:
    assert [code for code, _ in problemes("nombre) or (longueur")] == ["XPATH_INVALIDE"]
