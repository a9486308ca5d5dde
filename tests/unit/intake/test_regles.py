"""Rules across fields: evaluated for each occurrence, only on sound fields, with the publisher's message."""

from __future__ import annotations

import pytest
from lxml import etree

from esav_soap.errors import CodeChamp
from esav_soap.intake import controler_requete
from esav_soap.intake.regles import Regles
from esav_soap.model import Champ, Entier, Feuille, GenreRegle, OuiNon, Regle, Structure
from esav_soap.model.requetes_suivi import REQUETES_SUIVI
from esav_soap.names import NS_WS, NS_XSD
from tests.unit.intake.catalogue_essai import champs, controle, depot

C = CodeChamp
F = "formulaire/essaiUn"


def erreurs(contenu: str) -> list[tuple[CodeChamp, str, str]]:
    return [(e.code, e.chemin, e.message) for e in controle().controler(depot(contenu)).erreurs]


@pytest.mark.exigence("R1.3", "R3.2")
def test_a_field_made_mandatory_by_a_rule() -> None:
    attendu = [(C.OBLIGATOIRE_SI, f"{F}/coupures", "Donner le nombre de coupures.")]
    assert erreurs(champs(intermittent="true")) == attendu
    assert erreurs(champs(intermittent=" 1 ")) == attendu
    assert erreurs(champs(intermittent="true", coupures="3")) == []
    assert erreurs(champs(intermittent="false")) == []


@pytest.mark.exigence("R1.3", "R3.2")
def test_a_field_forbidden_by_a_rule_shows_its_value() -> None:
    contenu = champs(famille="ENERGIE", nature="PERTE_48V", puissance="-20")
    (erreur,) = controle().controler(depot(contenu)).erreurs
    assert (erreur.code, erreur.chemin, erreur.valeur) == (C.INTERDIT_SI, f"{F}/puissance", "-20")
    assert (erreur.libelle, erreur.message) == ("Puissance reçue", "Pas de puissance optique.")


@pytest.mark.exigence("R1.3", "R3.2")
def test_a_condition_that_is_not_kept_and_one_without_a_field() -> None:
    assert erreurs(champs(coupures="51")) == [(C.REGLE_NON_RESPECTEE, f"{F}/courriel", "Au-delà de 50, un courriel.")]
    trois = champs() + "<mesures><distance>1</distance></mesures>" * 3
    assert erreurs(trois) == [(C.REGLE_NON_RESPECTEE, F, "Dès trois mesures, un courriel.")]
    avec_courriel = trois.replace("<description>", "<courriel>a@b.fr</courriel><description>")
    assert erreurs(avec_courriel) == []


@pytest.mark.exigence("R1.3", "R3.2")
def test_a_rule_of_a_group_is_judged_in_each_occurrence() -> None:
    proche = "<mesures><distance>1000</distance></mesures>"
    loin = "<mesures><distance>1001</distance></mesures>"
    avec_courriel = champs(courriel="a@b.fr")
    complet = "<mesures><distance>1001</distance><perte>0.5</perte></mesures>"
    assert erreurs(champs() + proche + complet) == []
    assert erreurs(avec_courriel + loin + complet + loin) == [
        (C.OBLIGATOIRE_SI, f"{F}/mesures[1]/perte", "Donner la perte."),
        (C.OBLIGATOIRE_SI, f"{F}/mesures[3]/perte", "Donner la perte."),
    ]


@pytest.mark.exigence("R1.3", "R3.2")
def test_a_code_must_belong_to_the_code_that_its_field_depends_on() -> None:
    (erreur,) = controle().controler(depot(champs(nature="PERTE_48V"))).erreurs
    assert (erreur.code, erreur.chemin, erreur.valeur) == (C.VALEUR_NON_RATTACHEE, f"{F}/nature", "PERTE_48V")
    assert erreur.valeurs_admises == ("COUPURE", "AFFAIBLISSEMENT", "ANCIENNE")
    assert "« OPTIQUE »" in erreur.message
    assert erreurs(champs(famille="ENERGIE", nature="ANCIENNE")) == []


@pytest.mark.exigence("R1.3", "R3.2")
def test_a_code_given_twice() -> None:
    natures = "".join(f"<natures>{code}</natures>" for code in ("COUPURE", "PERTE_48V", "COUPURE"))
    trouvees = erreurs(champs().replace("<constat>", natures + "<constat>"))
    assert [(code, chemin) for code, chemin, _ in trouvees] == [(C.VALEUR_EN_DOUBLE, f"{F}/natures[3]")]


@pytest.mark.exigence("R3.2")
def test_rules_on_sound_fields_come_with_the_other_errors_and_rules_on_faulty_ones_do_not() -> None:
    # coupures is wrong: the rules R1 and R3 look at it and are not judged; nature and puissance are sound.
    contenu = champs(intermittent="true", coupures="0", famille="ENERGIE", puissance="-20")
    assert [(code, chemin) for code, chemin, _ in erreurs(contenu)] == [
        (C.VALEUR_NON_RATTACHEE, f"{F}/nature"),
        (C.TROP_PETIT, f"{F}/coupures"),
        (C.INTERDIT_SI, f"{F}/puissance"),
    ]
    assert erreurs(champs(famille="ENERGI", puissance="-20"))[0][0] is C.VALEUR_HORS_LISTE
    assert len(erreurs(champs(famille="ENERGI", puissance="-20"))) == 1


def _structure(*regles: Regle) -> Structure:
    enfants = tuple(Feuille(Champ(code, code, Entier()), 0, 1) for code in ("a", "b"))
    return Structure("urn:x", "r", "R", "Essai", (*enfants, Feuille(Champ("o", "o", OuiNon()), 0, 1)), regles)


@pytest.mark.exigence("R1.3")
def test_conditions_with_or_and_unions_keep_their_meaning_among_others() -> None:
    regles = Regles(
        _structure(
            Regle("A", GenreRegle.REGLE, "a or b", "m", "a"),
            Regle("B", GenreRegle.REGLE, "count(a | b) < 2", "m"),
            Regle("C", GenreRegle.OBLIGATOIRE_SI, "a = 1 or a = 2", "m", "o"),
        ),
        {},
    )

    def juge(contenu: str) -> tuple[bool, list[str]]:
        element = etree.fromstring(f'<r xmlns="urn:x">{contenu}</r>')
        violations = regles.violations(element, "")
        return regles.respectees(element), [f"{e.code.name} {e.chemin}" for e in violations]

    assert juge("<a>3</a>") == (True, [])
    assert juge("") == (False, ["REGLE_NON_RESPECTEE a"])
    assert juge("<a>3</a><b>1</b>") == (False, ["REGLE_NON_RESPECTEE "])
    assert juge("<a>2</a>") == (False, ["OBLIGATOIRE_SI o"])
    assert juge("<a>2</a><o>true</o>") == (True, [])


@pytest.mark.exigence("R1.3", "R3.2")
def test_a_rule_that_may_look_anywhere_waits_until_all_is_sound() -> None:
    regles = Regles(_structure(Regle("A", GenreRegle.REGLE, "count(*) = 3", "m")), {})
    element = etree.fromstring('<r xmlns="urn:x"><a>1</a></r>')
    (violation,) = regles.violations(element, "")
    assert regles.violations(element, "", [violation]) == []


_SUIVI = f"""<x:schema xmlns:x="{NS_XSD}" targetNamespace="{NS_WS}" elementFormDefault="qualified">
<x:element name="consulterEtat"><x:complexType><x:sequence>
  <x:element name="numeroSignalisation" minOccurs="0"><x:simpleType><x:restriction base="x:string">
    <x:minLength value="1"/><x:maxLength value="20"/></x:restriction></x:simpleType></x:element>
  <x:element name="referenceOperateur" minOccurs="0"><x:simpleType><x:restriction base="x:string">
    <x:minLength value="1"/><x:maxLength value="64"/></x:restriction></x:simpleType></x:element>
</x:sequence></x:complexType></x:element></x:schema>"""


@pytest.mark.exigence("R3.2", "R3.5")
def test_requests_without_a_form_are_explained_the_same_way() -> None:
    schema = etree.XMLSchema(etree.fromstring(_SUIVI))
    structure = REQUETES_SUIVI["consulterEtat"]

    def juge(contenu: str) -> list[tuple[CodeChamp, str]]:
        requete = etree.fromstring(f'<consulterEtat xmlns="{NS_WS}">{contenu}</consulterEtat>')
        return [(e.code, e.chemin) for e in controler_requete(requete, structure, schema)]

    assert juge("<numeroSignalisation>S1</numeroSignalisation>") == []
    assert juge(" <!-- x --> <referenceOperateur>R</referenceOperateur>") == []
    assert juge("") == [(C.REGLE_NON_RESPECTEE, "numeroSignalisation")]
    assert juge(" \n ") == [(C.REGLE_NON_RESPECTEE, "numeroSignalisation")]
    assert juge(f"<numeroSignalisation>{'9' * 21}</numeroSignalisation>") == [(C.TROP_LONG, "numeroSignalisation")]
    assert juge("<numero>1</numero>") == [(C.CHAMP_INCONNU, "numero"), (C.REGLE_NON_RESPECTEE, "numeroSignalisation")]
    assert juge("<numeroSignalisation/><autre/>") == [
        (C.CHAMP_VIDE, "numeroSignalisation"),
        (C.CHAMP_INCONNU, "autre"),
    ]
