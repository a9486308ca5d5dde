"""The generic deposit: the same form, the same judge, errors at the codes that the caller gave."""

from __future__ import annotations

import pytest
from lxml import etree

from esav_soap.errors import CodeChamp
from esav_soap.intake import empreinte
from tests.unit.intake.catalogue_essai import CHAMPS, champs, controle, depot, generique

C = CodeChamp
PAIRES = list(CHAMPS.items())


def erreurs(paires: list[tuple[str, str]], offre: str = "ESSAI_UN") -> list[tuple[CodeChamp, str]]:
    verdict = controle().controler(generique(paires, offre))
    assert verdict.valide == (verdict.formulaire is not None)
    return [(e.code, e.chemin) for e in verdict.erreurs]


@pytest.mark.exigence("R3.1")
def test_pairs_in_any_order_make_the_typed_form() -> None:
    typee = controle().controler(
        depot(champs(intermittent="true", coupures="3") + "<mesures><distance>1</distance></mesures>" * 2)
    )
    paires = [
        *PAIRES,
        ("intermittent", "1"),
        ("mesures[2]/distance", "1"),
        ("coupures", " +3 "),
        ("mesures/distance", "1"),
    ]
    verdict = controle().controler(generique(paires[::-1]))
    assert verdict.valide, verdict.erreurs
    assert verdict.offre == "ESSAI_UN"
    assert verdict.formulaire is not None
    assert typee.formulaire is not None
    assert etree.tostring(verdict.formulaire, method="c14n2") != b""
    lus = [(e.tag, e.text) for e in verdict.formulaire.iter()]
    assert [paire for paire in lus if paire[1]] == [(e.tag, e.text) for e in typee.formulaire.iter() if e.text]
    assert verdict.entete == typee.entete
    assert empreinte(*verdict.contenu) == empreinte(*typee.contenu)


@pytest.mark.exigence("R3.1")
def test_a_multiple_choice_gives_its_path_once_for_each_code() -> None:
    assert erreurs([*PAIRES, ("natures", "COUPURE"), ("natures", "PERTE_48V")]) == []
    codes = ("COUPURE", "PERTE_48V", "AFFAIBLISSEMENT", "ANCIENNE")
    assert erreurs([*PAIRES, *(("natures", c) for c in codes)]) == [(C.CHAMP_EN_TROP, "natures")]


@pytest.mark.exigence("R3.2")
@pytest.mark.parametrize(
    ("paires", "attendues"),
    [
        ([("zut", "1")], [(C.CHAMP_INCONNU, "zut")]),
        ([("Coupures", "1")], [(C.CHAMP_INCONNU, "Coupures")]),
        ([("absent", "1")], [(C.CHAMP_ABSENT_OFFRE, "absent")]),
        ([("a/b/c", "1")], [(C.CHAMP_INCONNU, "a/b/c")]),
        ([("mesures", "1")], [(C.CHAMP_INCONNU, "mesures")]),
        ([("mesures[0]/distance", "1")], [(C.CHAMP_INCONNU, "mesures[0]/distance")]),
        ([("mesures[4]/distance", "1")], [(C.CHAMP_EN_TROP, "mesures[4]")]),
        (
            [(f"mesures[{rang}]/{champ}", "1") for rang in (1, 4, 5) for champ in ("distance", "perte")],
            [(C.CHAMP_EN_TROP, "mesures[4]"), (C.CHAMP_EN_TROP, "mesures[5]")],
        ),
        ([("famille", "ENERGIE")], [(C.CHAMP_EN_TROP, "famille")]),
        ([("coupures[1]", "3")], [(C.CHAMP_INCONNU, "coupures[1]")]),
        ([("coupures[1]", "3"), ("coupures[2]", "4")], [(C.CHAMP_INCONNU, f"coupures[{n}]") for n in (1, 2)]),
        ([("mesures[2]", "1")], [(C.CHAMP_INCONNU, "mesures[2]")]),
        ([("coupures", "0")], [(C.TROP_PETIT, "coupures")]),
        ([("coupures", "")], [(C.CHAMP_VIDE, "coupures")]),
        ([("coupures", "9" * 20_001)], [(C.TROP_GRAND, "coupures")]),
        ([("mesures[1]/distance", "x")], [(C.TYPE_INVALIDE, "mesures[1]/distance")]),
        ([("mesures[1]/perte", "1")], [(C.CHAMP_MANQUANT, "mesures[1]/distance")]),
        ([("mesures[1]/distance", "1001")], [(C.OBLIGATOIRE_SI, "mesures[1]/perte")]),
        (
            [("mesures[1]/distance", "1"), ("mesures[3]/distance", "x")],
            [(C.CHAMP_MANQUANT, "mesures[2]"), (C.TYPE_INVALIDE, "mesures[3]/distance")],
        ),
        ([("intermittent", "true")], [(C.OBLIGATOIRE_SI, "coupures")]),
        ([("natures", "COUPURE"), ("natures", "COUPURE")], [(C.VALEUR_EN_DOUBLE, "natures[2]")]),
    ],
)
def test_errors_name_the_given_path(paires: list[tuple[str, str]], attendues: list[tuple[CodeChamp, str]]) -> None:
    assert erreurs(PAIRES + paires) == attendues


@pytest.mark.exigence("R3.2")
def test_errors_of_header_pairs_and_form_come_together() -> None:
    requete = generique([*PAIRES[1:], ("zut", "1"), ("coupures", "x"), ("intermittent", "true")])
    requete[0][0].text = None
    etree.SubElement(requete, requete[-1].tag)
    assert [(e.code, e.chemin) for e in controle().controler(requete).erreurs] == [
        (C.CHAMP_MANQUANT, "entete/identifiantPrestation"),
        (C.CHAMP_MANQUANT, "champ[8]/chemin"),
        (C.CHAMP_MANQUANT, "champ[8]/valeur"),
        (C.CHAMP_INCONNU, "zut"),
        (C.CHAMP_MANQUANT, "reference"),
        (C.TYPE_INVALIDE, "coupures"),
    ]


@pytest.mark.exigence("R3.2")
def test_an_empty_mandatory_value_is_told_at_its_field() -> None:
    assert erreurs([("reference", ""), *PAIRES[1:]]) == [(C.CHAMP_MANQUANT, "reference")]


@pytest.mark.exigence("R3.2")
def test_an_unknown_offre_is_named_with_the_known_ones() -> None:
    verdict = controle().controler(generique(PAIRES, "ESSAI-UN"))
    (erreur,) = verdict.erreurs
    assert (erreur.code, erreur.chemin, erreur.valeur) == (C.OFFRE_INCONNUE, "offre", "ESSAI-UN")
    assert "« ESSAI_UN »" in erreur.message
    assert erreur.valeurs_admises == ("ESSAI_UN", "ESSAI_DEUX")
    assert erreurs(PAIRES, "") == [(C.CHAMP_MANQUANT, "offre")]


@pytest.mark.exigence("R3.2")
@pytest.mark.parametrize(
    ("chemin", "dit"),
    [
        ("mesures", "« Mesures » est un groupe : donner chacun de ses champs, par exemple mesures[1]/distance"),
        ("mesures[2]", "« Mesures » est un groupe : donner chacun de ses champs, par exemple mesures[2]/distance"),
        ("coupures[1]", "« Nombre de coupures » n'est pas répété : écrire « coupures », sans rang"),
        ("natures[1]", "« Autres natures » s'écrit une fois pour chaque code : écrire « natures », sans rang"),
        ("mesures[0]/distance", "écrire champ, groupe/champ ou groupe[rang]/champ"),
    ],
)
def test_a_path_that_is_not_one_says_how_to_write_it(chemin: str, dit: str) -> None:
    (erreur,) = controle().controler(generique([*PAIRES, (chemin, "COUPURE" if "nat" in chemin else "1")])).erreurs
    assert (erreur.code, erreur.chemin) == (C.CHAMP_INCONNU, chemin)
    assert dit in erreur.message


@pytest.mark.exigence("R3.2")
def test_a_value_at_a_field_with_a_rank_is_judged_and_not_told_to_be_missing() -> None:
    paires = [("reference[1]", "AB_1"), *PAIRES[1:]]
    assert erreurs(paires) == [(C.MOTIF_NON_RESPECTE, "reference"), (C.CHAMP_INCONNU, "reference[1]")]
