"""Rules' XPath: what may be written, and how it is compiled for a namespaced form."""

from __future__ import annotations

import pytest
from lxml import etree

from esav_soap.model.xpath import (
    LONGUEUR_MAX,
    OPERATEURS_MAX,
    PROFONDEUR_MAX,
    ExpressionInvalide,
    compiler,
    noms,
    qualifier,
)

pytestmark = pytest.mark.exigence("R1.3")
ESPACE = "urn:esav:catalogue:2026.1:ESSAI"


@pytest.mark.parametrize(
    ("expression", "attendue", "champs"),
    [
        ("a = 'b'", "f:a = 'b'", {"a"}),
        ("div div div > mod mod 2", "f:div div f:div > f:mod mod 2", {"div", "mod"}),
        ("count = count(count)", "f:count = count(f:count)", {"count"}),
        ("concat(a, ' a ')\n = \"a\"", "concat(f:a, ' a ')\n = \"a\"", {"a"}),
        ("g[b = preceding-sibling::g/b]/../c", "f:g[f:b = preceding-sibling::f:g/f:b]/../f:c", {"g", "b", "c"}),
        (".//a * 2 > count(*)", ".//f:a * 2 > count(*)", {"a"}),
        ("self::node()", "self::node()", set()),
    ],
)
def test_names_are_found_by_the_grammar__ok(expression: str, attendue: str, champs: set[str]) -> None:
    assert qualifier(expression) == attendue
    assert noms(expression) == champs
    assert compiler(expression, ESPACE).path == attendue


def test_compiled_expression_sees_the_namespaced_form__ok() -> None:
    formulaire = etree.fromstring(f'<f xmlns="{ESPACE}"><a>3</a><g><b>X</b></g></f>')
    ailleurs = etree.fromstring("<f xmlns='urn:autre'><a>3</a><g><b>X</b></g></f>")
    regle = compiler("a > 2 and g/b = 'X'", ESPACE)
    assert regle(formulaire) is True
    assert regle(ailleurs) is False


@pytest.mark.parametrize(
    "expression",
    [
        *("", "  ", "a =", "a[", "a)", "(a", "'a", "a,b", "a/", "a/(b)", "(a)/b", "a eq b", "1 to 3", "a (: x :)"),
        *("/a", "//a", "/", "$a", "@a", "a/@b", "attribute::a", "a/namespace::b", "ancestor::a", "following::a"),
        *("f:a", "xml:a", "*:a", "Q{urn:x}a", "fn:count(a)", "xs:int(a)"),
        *(
            "foo(a)",
            "document('x')",
            "current()",
            "id('x')",
            "name(a)",
            "namespace-uri(a)",
            "lang('fr')",
            "matches(a,'b')",
        ),
        *(
            "text()",
            "comment()",
            "processing-instruction('x')",
            "a = 1e3",
            "not()",
            "not(a, b)",
            "if (a) then b else c",
        ),
    ],
)
def test_what_rules_may_not_use__error(expression: str) -> None:
    with pytest.raises(ExpressionInvalide):
        compiler(expression, ESPACE)


@pytest.mark.parametrize(
    "expression",
    [
        "(" * 5000 + "a" + ")" * 5000,
        "not(" * 900 + "a" + ")" * 900,
        "a[" * 900 + "1" + "]" * 900,
        "-" * 3900 + "a",
        "1-" * 1900 + "a",
        "a or " * 700 + "a",
        "a+" * 1900 + "a",
        "a" * (LONGUEUR_MAX + 1),
        "(" * (PROFONDEUR_MAX + 1) + "a" + ")" * (PROFONDEUR_MAX + 1),
        " + ".join(["a"] * (OPERATEURS_MAX + 2)),
    ],
    ids=lambda e: e[:8],
)
def test_expressions_that_would_exhaust_a_parser__error(expression: str) -> None:
    with pytest.raises(ExpressionInvalide):
        noms(expression)


@pytest.mark.parametrize(
    "expression",
    [
        "(" * PROFONDEUR_MAX + "a" + ")" * PROFONDEUR_MAX,
        " + ".join(["a"] * (OPERATEURS_MAX + 1)),
        " or ".join(["a = 'X'"] * (OPERATEURS_MAX // 2)),
        "/".join(["a"] * 1000),
    ],
    ids=lambda e: e[:8],
)
def test_expressions_at_the_bounds__ok(expression: str) -> None:
    def au_fond(reste: int) -> frozenset[str]:
        return au_fond(reste - 1) if reste else noms(expression)

    assert au_fond(300) == {"a"}


@pytest.mark.parametrize(
    ("expression", "extrait"),
    [
        ("foo(a)", "la fonction « foo » n'existe pas"),
        ("a = ", "près de « la fin »"),
        ("/a", "jamais de la racine du message"),
        ("$a", "ni variables ni attributs"),
        ("count(a, b)", "nombre d'arguments près de « count(a, b) »"),
    ],
)
def test_refusals_are_french_and_concrete__error(expression: str, extrait: str) -> None:
    with pytest.raises(ExpressionInvalide) as refus:
        noms(expression)
    assert extrait in str(refus.value)
