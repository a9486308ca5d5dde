"""Errors come in the order of the form, whoever found them (R3.2)."""

from __future__ import annotations

import pytest
from lxml import etree

from esav_soap.errors import CodeChamp, ErreurChamp
from esav_soap.intake.ordre import ranger
from esav_soap.model import Branche, Champ, Entier, Feuille, Structure
from tests.unit.intake.catalogue_essai import CHAMPS, champs, controle, depot, generique

C = CodeChamp
F = "formulaire/essaiUn"


def erreurs(requete: etree._Element) -> list[tuple[CodeChamp, str]]:
    return [(e.code, e.chemin) for e in controle().controler(requete).erreurs]


@pytest.mark.exigence("R3.2")
def test_rules_stand_at_their_field_and_those_without_one_at_the_end() -> None:
    groupe = "<mesures><distance>1001</distance></mesures>"
    contenu = champs(famille="ENERGIE", nature="COUPURE", coupures="51", puissance="-20") + groupe * 3
    attendues = [
        (C.VALEUR_NON_RATTACHEE, f"{F}/nature"),
        (C.INTERDIT_SI, f"{F}/puissance"),
        (C.REGLE_NON_RESPECTEE, f"{F}/courriel"),
        *[(C.OBLIGATOIRE_SI, f"{F}/mesures[{rang}]/perte") for rang in (1, 2, 3)],
        (C.REGLE_NON_RESPECTEE, F),
    ]
    assert erreurs(depot(contenu)) == attendues
    requete = depot(contenu.replace("AB-123", "?").replace("<description>", "<zut/><description>"))
    requete[0][0].text = None
    assert erreurs(requete) == [
        (C.CHAMP_MANQUANT, "entete/identifiantPrestation"),
        (C.MOTIF_NON_RESPECTE, f"{F}/reference"),
        (C.CHAMP_INCONNU, f"{F}/zut"),  # the form has no place for it: it stays beside the error before it
        *attendues,
    ]


@pytest.mark.exigence("R3.2")
def test_a_generic_deposit_tells_its_header_then_unknown_paths_then_the_form_in_its_order() -> None:
    fautes = {"famille": "ENERGIE", "puissance": "-20", "description": "court"}
    paires = [
        ("mesures[4]/distance", "1"),
        ("mesures[2]/distance", "x"),
        *reversed({**CHAMPS, **fautes}.items()),
        ("jour", "2026-03-02"),
        ("jour", "2026-03-02"),
        ("zut", "1"),
    ]
    requete = generique(paires)
    requete[0][0].text = None
    assert erreurs(requete) == [
        (C.CHAMP_MANQUANT, "entete/identifiantPrestation"),
        (C.CHAMP_INCONNU, "zut"),
        (C.VALEUR_NON_RATTACHEE, "nature"),
        (C.INTERDIT_SI, "puissance"),
        (C.CHAMP_EN_TROP, "jour"),
        (C.TROP_COURT, "description"),
        (C.CHAMP_MANQUANT, "mesures[1]"),
        (C.TYPE_INVALIDE, "mesures[2]/distance"),
        (C.CHAMP_EN_TROP, "mesures[4]"),
    ]


def _structure() -> Structure:
    a, b, c = (Feuille(Champ(code, code, Entier()), 0, 1) for code in "abc")
    return Structure("urn:x", "r", "R", "Essai", (a, Branche("g", "G", "G", (a, b), 0, 12), c))


def _err(chemin: str, code: CodeChamp = C.TYPE_INVALIDE) -> ErreurChamp:
    return ErreurChamp("x", "X", chemin, code, "m")


@pytest.mark.exigence("R3.2")
@pytest.mark.parametrize(
    ("marche", "autres", "rangees"),
    [
        (["a", "g[2]/b", "c"], ["g[10]/a", "g[2]/a", "b", ""], ["b", "", "a", "g[2]/a", "g[2]/b", "g[10]/a", "c"]),
        (["c/@x", "inconnu", "text()"], ["a", "g"], ["a", "g", "c/@x", "inconnu", "text()"]),
        (["c", "a"], ["g[1]/a"], ["g[1]/a", "c", "a"]),
    ],
)
def test_the_walk_keeps_its_order_and_others_come_in_between(
    marche: list[str], autres: list[str], rangees: list[str]
) -> None:
    trouvees = ranger([_err(c) for c in marche], [_err(c) for c in autres], _structure())
    assert [e.chemin for e in trouvees] == rangees


@pytest.mark.exigence("R3.2")
def test_a_moved_field_does_not_draw_the_others_with_it() -> None:
    marche = [_err("c", C.CHAMP_MAL_PLACE), _err("a"), _err("g[1]/a")]
    trouvees = ranger(marche, [_err("g[1]/b")], _structure())
    assert [e.chemin for e in trouvees] == ["c", "a", "g[1]/a", "g[1]/b"]


@pytest.mark.exigence("R3.2")
def test_a_rule_of_a_group_without_a_field_comes_after_the_fields_of_its_occurrence() -> None:
    marche = [_err("p/g[1]/b"), _err("p/g[2]/a")]
    regles = [_err("p", C.REGLE_NON_RESPECTEE), _err("p/g[1]", C.REGLE_NON_RESPECTEE), _err("p/a", C.INTERDIT_SI)]
    trouvees = ranger(marche, regles, _structure(), "p/")
    assert [e.chemin for e in trouvees] == ["p/a", "p/g[1]/b", "p/g[1]", "p/g[2]/a", "p"]
