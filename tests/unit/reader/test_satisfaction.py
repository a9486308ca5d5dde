"""A rule called impossible or without effect is so: no form that the types admit says otherwise (R1.3, R2.1)."""

from __future__ import annotations

import random
from xml.sax.saxutils import escape

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from esav_soap.model.xpath import compiler
from esav_soap.reader import lire

pytestmark = pytest.mark.exigence("R1.3", "R2.1")
NS = 'xmlns="urn:esav:pack:1"'
ESPACE = "urn:esav:catalogue:2026.1:ESSAI"
FICHIERS = {
    "catalogue.xml": f'<catalogue {NS} version="2026.1"><libelle>c</libelle><offre code="ESSAI" formulaire="essai">'
    "<libelle>l</libelle><canal>WS</canal></offre></catalogue>",
    "nomenclatures/FAM.xml": f'<nomenclature {NS} code="FAM"><libelle>l</libelle>'
    + "".join(f'<valeur code="{c}"><libelle>v</libelle></valeur>' for c in "ABC")
    + "</nomenclature>",
    "nomenclatures/NAT.xml": f'<nomenclature {NS} code="NAT" parent="FAM"><libelle>l</libelle>'
    + "".join(f'<valeur code="{p}{n}" parents="{p}"><libelle>v</libelle></valeur>' for p in "ABC" for n in "12")
    + "</nomenclature>",
}
FORMULAIRE = f"""<formulaire {NS} code="essai"><libelle>l</libelle><section code="s"><libelle>l</libelle>
<nomenclature code="fam" ref="FAM" usage="obligatoire"><libelle>l</libelle></nomenclature>
<nomenclature code="nat" ref="NAT" dependDe="fam"><libelle>l</libelle></nomenclature>
<nomenclature code="multi" ref="FAM" max="2"><libelle>l</libelle></nomenclature>
<entier code="n" min="0" max="10"><libelle>l</libelle></entier>
<entier code="m" min="3" max="5" usage="obligatoire"><libelle>l</libelle></entier>
<decimal code="d" min="-1" max="1" decimales="1"><libelle>l</libelle></decimal>
<texte code="t" longueurMax="4"><libelle>l</libelle></texte>
<ouiNon code="b"><libelle>l</libelle></ouiNon>
<groupe code="g" max="3"><libelle>l</libelle><texte code="x"><libelle>l</libelle></texte>
<entier code="y" min="0" max="3" usage="obligatoire"><libelle>l</libelle></entier>%s</groupe>
</section>%s</formulaire>"""

CODES = st.sampled_from(["'A'", "'B'"])
NOMBRES = st.integers(-1, 12).map(str) | st.sampled_from(["0.5", "'3'", "-0.1", "3.5"])
COMPARATEURS = st.sampled_from(["=", "!=", "<", "<=", ">", ">="])
EGALITES = st.sampled_from(["=", "!="])
TEXTES = st.sampled_from(["'A'", "'AB'", "'ABCDE'", "''", "'3'"])


def joint(*parties: st.SearchStrategy[str] | str) -> st.SearchStrategy[str]:
    return st.tuples(*(st.just(p) if isinstance(p, str) else p for p in parties)).map(" ".join)


def atomes(formulaire: str, groupe: str) -> st.SearchStrategy[str]:
    """Conditions on one field; ``formulaire`` and ``groupe`` are the ways to their fields."""
    f, g = formulaire, groupe
    return st.one_of(
        st.sampled_from([f"{f}fam", f"{f}nat", f"{f}multi", f"{f}n", f"{f}t", f"{f}b", f"{g}x", f"{g}y"]),
        joint(st.sampled_from([f"{f}fam", f"{f}multi"]), EGALITES, CODES),
        joint(f"{f}nat", EGALITES, st.sampled_from(["'A1'", "'B2'"])),
        joint(st.sampled_from([f"{f}n", f"{f}m", f"{f}d", f"number({f}n)", f"{g}y"]), COMPARATEURS, NOMBRES),
        joint(f"{f}b", EGALITES, st.sampled_from(["'true'", "'1'", "'false'"])),
        joint(st.sampled_from([f"{f}t", f"{g}x", f"string({f}t)", f"normalize-space({f}t)"]), EGALITES, TEXTES),
        joint(f"string-length({f}t)", COMPARATEURS, st.integers(-1, 6).map(str)),
        st.builds(lambda h, t: f"{h}({f}t, {t})", st.sampled_from(["contains", "starts-with"]), TEXTES),
        joint(f"{f}t", COMPARATEURS, st.sampled_from(["1", "2.5"])),
    )


def de_groupe() -> st.SearchStrategy[str]:
    return st.one_of(
        joint("count(g)", COMPARATEURS, st.integers(-1, 4).map(str)),
        st.builds(lambda a: f"g[{a}]", atomes("../", "")),
        st.builds(lambda a, o, k: f"count(g[{a}]) {o} {k}", atomes("../", ""), COMPARATEURS, st.integers(0, 3)),
        st.builds(lambda k, t: f"g[{k}]/x = {t}", st.integers(1, 4), TEXTES),
    )


def formules(atome: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.recursive(
        atome,
        lambda c: st.one_of(c.map(lambda a: f"not({a})"), joint("(", c, st.sampled_from(["and", "or"]), c, ")")),
        max_leaves=4,
    )


def forme(hasard: random.Random) -> etree._Element:
    """A form that the types admit."""
    racine = etree.Element(f"{{{ESPACE}}}essai", nsmap={"f": ESPACE})

    def ajouter(parent: etree._Element, code: str, texte: str | None) -> etree._Element:
        element = etree.SubElement(parent, f"{{{ESPACE}}}{code}")
        element.text = texte
        return element

    def parfois(code: str, valeurs: list[str], parent: etree._Element = racine) -> None:
        if hasard.random() < 0.7:
            ajouter(parent, code, hasard.choice(valeurs))

    textes = ["A", "AB", "ABC", "ABAB", "BA", "3", "1", "2.5", "03", " ", " A", "C", "CCCC", "3.5", "12"]
    famille = hasard.choice("ABC")
    ajouter(racine, "fam", famille)
    parfois("nat", [f"{famille}1", f"{famille}2"])
    for code in hasard.sample("ABC", hasard.randint(0, 2)):
        ajouter(racine, "multi", code)
    parfois("n", [*map(str, range(11)), "03", "+5"])
    ajouter(racine, "m", str(hasard.randint(3, 5)))
    parfois("d", [f"{n / 10:.1f}" for n in range(-10, 11)])
    parfois("t", textes)
    parfois("b", ["true", "false", "1", "0"])
    for _ in range(hasard.randint(0, 3)):
        groupe = ajouter(racine, "g", None)
        parfois("x", textes, groupe)
        ajouter(groupe, "y", str(hasard.randint(0, 3)))
    return racine


FORMES = [forme(random.Random(graine)) for graine in range(400)]


def verdict(regle: str, *, dans_le_groupe: bool) -> set[str]:
    formulaire = FORMULAIRE % ((regle, "") if dans_le_groupe else ("", regle))
    fichiers = {**FICHIERS, "formulaires/essai.xml": formulaire}
    return {p.code for p in lire({chemin: texte.encode() for chemin, texte in fichiers.items()}).problemes}


def verifier(genre: str, champ: str, condition: str, *, dans_le_groupe: bool) -> None:
    attribut = f' champ="{champ}"' if genre != "regle" else ""
    regle = f'<{genre} code="R"{attribut}><condition>{escape(condition)}</condition><message>m</message></{genre}>'
    codes = verdict(regle, dans_le_groupe=dans_le_groupe)
    assert codes <= {"REGLE_IMPOSSIBLE", "REGLE_SANS_EFFET"}, condition
    if not codes:
        return
    tenue = {
        "regle": f"boolean({condition})",
        "obligatoireSi": f"not({condition}) or boolean({champ})",
        "interditSi": f"not({condition}) or not({champ})",
    }[genre]
    evaluer = compiler(tenue, ESPACE)
    for forme in FORMES:
        for depart in forme.findall(f"{{{ESPACE}}}g") if dans_le_groupe else [forme]:
            assert evaluer(depart) == (codes == {"REGLE_SANS_EFFET"}), (condition, etree.tostring(forme))


GENRES = st.sampled_from(["regle", "obligatoireSi", "interditSi"])


@settings(max_examples=300, deadline=None)
@given(
    GENRES,
    st.sampled_from(["t", "n", "g", "fam"]),
    formules(atomes("", "g/") | de_groupe()),
)
def test_no_form_contradicts_a_verdict(genre: str, champ: str, condition: str) -> None:
    verifier(genre, champ, condition, dans_le_groupe=False)


@settings(max_examples=200, deadline=None)
@given(GENRES, st.sampled_from(["x", "y"]), formules(atomes("../", "")))
def test_no_form_contradicts_a_verdict_on_a_groups_rule(genre: str, champ: str, condition: str) -> None:
    verifier(genre, champ, condition, dans_le_groupe=True)


@pytest.mark.parametrize(
    "condition",
    [
        *(
            "n > 3",
            "n >= 10",
            "t = 'X'",
            "string-length(t) = 4",
            "fam = 'A' and nat = 'A1'",
            "nat",
            "multi = 'A' and multi = 'B'",
        ),
        *(
            "count(multi) = 1",
            "g/x = 'A' and g/x = 'B'",
            "count(g) = 3",
            "g[2]/x = 'Q'",
            "count(g[y = 2]) = 2",
            "g[y = 2]/x",
        ),
        *("n + 1 > 3", "n * n = 50", "starts-with(t, 'A') and starts-with(t, 'AB')", "n > m", "fam = multi", "t = 3.5"),
        *(
            "normalize-space(t) = ''",
            "string(t) = ''",
            "g[last()]/x = 'A'",
            "sum(g/y) > 100",
            "substring(t, 1, 1) = 'A'",
        ),
        *(
            "t > 12345678901234567890",
            "n = 0.1234567890123",
            "translate(t, 'AB', 'ab') = 'ab'",
            "count(g) <= n",
        ),
    ],
)
def test_useful_or_undecided_rules_get_no_problem__ok(condition: str) -> None:
    regle = f'<regle code="R"><condition>{escape(condition)}</condition><message>m</message></regle>'
    assert verdict(regle, dans_le_groupe=False) == set()


def test_a_rule_over_too_many_forms_gets_no_verdict__ok() -> None:
    condition = " and ".join(
        f"(n = {k} or d = {k} or m = {k} or t = 'A{k}' or b = 'true' or g/y = {k})" for k in range(6)
    )
    regle = f'<regle code="R"><condition>{condition} and n = 99</condition><message>m</message></regle>'
    assert verdict(regle, dans_le_groupe=False) == set()
