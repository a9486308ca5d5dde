"""A wrong namespace is one mistake, however many elements it touches (R3.2)."""

from __future__ import annotations

import pytest
from lxml import etree

from esav_soap.errors import CodeChamp, ErreurChamp
from esav_soap.intake import controler_requete
from esav_soap.intake.espaces import version_de
from esav_soap.model.requetes_suivi import REQUETES_SUIVI
from esav_soap.names import NS_WS
from tests.unit.intake.catalogue_essai import CAT, UN, champs, controle, depot

C = CodeChamp
F = "formulaire/essaiUn"
AUTRE = "urn:esav:catalogue:2026.2"


def forme(espace_element: str, espace_champs: str, contenu: str, nom: str = "essaiUn") -> etree._Element:
    xml = f'<formulaire><c:{nom} xmlns:c="{espace_element}" xmlns="{espace_champs}">{contenu}</c:{nom}></formulaire>'
    return depot(formulaire=xml)


def erreurs(requete: etree._Element) -> list[tuple[CodeChamp, str]]:
    return [(e.code, e.chemin) for e in controle().controler(requete).erreurs]


def seule(requete: etree._Element) -> ErreurChamp:
    (erreur,) = controle().controler(requete).erreurs
    return erreur


@pytest.mark.exigence("R2.6", "R3.2")
@pytest.mark.parametrize("contenu", [champs(), champs(reference="?") + "<nouveau>1</nouveau>", "", "<famille/>"])
def test_a_form_of_another_version_is_one_error_that_says_what_to_do(contenu: str) -> None:
    erreur = seule(forme(AUTRE, f"{AUTRE}:ESSAI_UN", contenu))
    assert (erreur.code, erreur.chemin, erreur.champ) == (C.ESPACE_DE_NOMS, F, "essaiUn")
    assert (erreur.valeur, erreur.valeurs_admises) == (AUTRE, (CAT,))
    assert erreur.message == (
        "« Essai un » est dans l'espace de noms de la version 2026.2 du catalogue, cette adresse reçoit la version 2026.1 : "
        "envoyer à l'adresse de la version 2026.2, ou prendre le WSDL de la version 2026.1"
    )


@pytest.mark.exigence("R2.6", "R3.2")
def test_the_fields_alone_of_another_version_are_one_error_too() -> None:
    erreur = seule(forme(CAT, f"{AUTRE}:ESSAI_UN", champs(reference="?") + "<nouveau>1</nouveau>"))
    assert (erreur.code, erreur.chemin, erreur.champ) == (C.ESPACE_DE_NOMS, F, "essaiUn")
    assert erreur.message.startswith("Les éléments de « Essai un » sont dans l'espace de noms de la version 2026.2")


@pytest.mark.exigence("R2.6", "R3.2")
def test_an_offre_that_only_another_version_has_says_so() -> None:
    erreur = seule(forme(AUTRE, f"{AUTRE}:ESSAI_TROIS", "<a/>", "essaiTrois"))
    assert erreur.code is C.OFFRE_INCONNUE
    assert "de la version 2026.2 : envoyer à l'adresse de cette version" in erreur.message


@pytest.mark.exigence("R3.2")
@pytest.mark.parametrize(
    ("element", "interieur", "recu"),
    [("", "", ""), ("urn:x", "urn:x", "urn:x"), (CAT, CAT, CAT), (CAT, f"{CAT}:ESSAI_DEUX", f"{CAT}:ESSAI_DEUX")],
)
def test_a_form_in_a_wrong_namespace_throughout_is_one_error(element: str, interieur: str, recu: str) -> None:
    contenu = champs(reference="?", intermittent="true")
    prefixe = f'<formulaire><essaiUn xmlns="{element}"><i xmlns="{interieur}">{contenu}</i></essaiUn></formulaire>'
    erreur = seule(depot(formulaire=_sans_enveloppe(prefixe)))
    assert (erreur.code, erreur.chemin, erreur.valeur) == (C.ESPACE_DE_NOMS, F, recu)
    assert erreur.valeurs_admises == ((UN,) if element == CAT else (CAT,))


def _sans_enveloppe(xml: str) -> str:
    racine = etree.fromstring(xml)
    (interieur,) = racine[0]
    racine[0].extend(list(interieur))
    racine[0].remove(interieur)
    racine.tag = f"{{{NS_WS}}}formulaire"
    return etree.tostring(racine, encoding="unicode")


@pytest.mark.exigence("R3.2")
def test_a_wrong_element_around_right_fields_lets_them_be_judged() -> None:
    assert erreurs(forme("urn:x", UN, champs(coupures="0"))) == [(C.ESPACE_DE_NOMS, F), (C.TROP_PETIT, f"{F}/coupures")]


@pytest.mark.exigence("R3.2")
def test_several_fields_in_one_wrong_namespace_are_one_error_and_the_others_are_judged() -> None:
    contenu = champs(reference=None, coupures="0", famille="ZUT").replace("<famille>", '<famille xmlns="urn:x">')
    contenu = contenu.replace("<description>", '<description xmlns="urn:x" a="1"><b/>')
    contenu += '<zut xmlns="urn:x"/>'
    assert erreurs(depot(contenu)) == [
        (C.ESPACE_DE_NOMS, F),
        (C.CHAMP_MANQUANT, f"{F}/reference"),
        (C.TROP_PETIT, f"{F}/coupures"),
    ]


@pytest.mark.exigence("R3.2")
def test_a_single_field_keeps_its_own_error_and_two_namespaces_are_two_errors() -> None:
    un = champs(coupures="0").replace("<famille>", '<famille xmlns="urn:x">')
    assert erreurs(depot(un)) == [(C.ESPACE_DE_NOMS, f"{F}/famille"), (C.TROP_PETIT, f"{F}/coupures")]
    deux = un.replace("<description>", '<description xmlns="urn:y">')
    assert [code for code, _ in erreurs(depot(deux))] == [C.ESPACE_DE_NOMS, C.TROP_PETIT, C.ESPACE_DE_NOMS]


@pytest.mark.exigence("R3.2")
def test_in_a_group_and_in_the_header_the_error_is_at_the_group_and_at_the_header() -> None:
    groupe = '<mesures xmlns:x="urn:x"><x:distance>y</x:distance><x:perte>z</x:perte></mesures>'
    assert erreurs(depot(champs() + groupe)) == [(C.ESPACE_DE_NOMS, f"{F}/mesures[1]")]
    requete = depot(champs(coupures="0"))
    for element in requete[0]:
        element.tag = etree.QName(element).localname
    assert erreurs(requete) == [(C.ESPACE_DE_NOMS, "entete"), (C.TROP_PETIT, f"{F}/coupures")]


@pytest.mark.exigence("R3.2")
def test_unqualified_children_of_the_request_are_one_error() -> None:
    requete = depot(champs(reference="?", intermittent="true"))
    for element in requete:
        element.tag = etree.QName(element).localname
    erreur = seule(requete)
    assert (erreur.code, erreur.chemin, erreur.champ) == (C.ESPACE_DE_NOMS, "", "deposerSignalisation")
    assert "reçu aucun" in erreur.message


@pytest.mark.exigence("R3.2")
def test_rules_do_not_speak_of_fields_that_they_do_not_see() -> None:
    # R1 wants coupures, which is there, but with its group of fields in a namespace that rules do not see.
    contenu = champs(intermittent="true", coupures="3")
    for nom in ("coupures", "constat"):
        contenu = contenu.replace(f"<{nom}>", f'<{nom} xmlns="urn:x">')
    assert erreurs(depot(contenu)) == [(C.ESPACE_DE_NOMS, F)]
    schema = etree.XMLSchema(
        etree.fromstring('<x:schema xmlns:x="http://www.w3.org/2001/XMLSchema"><x:element name="a"/></x:schema>')
    )
    requete = etree.fromstring(
        f'<s:consulterEtat xmlns:s="{NS_WS}"><numeroSignalisation>1</numeroSignalisation>'
        "<referenceOperateur>1</referenceOperateur></s:consulterEtat>"
    )
    trouvees = controler_requete(requete, REQUETES_SUIVI["consulterEtat"], schema)
    assert [(e.code, e.chemin) for e in trouvees] == [(C.ESPACE_DE_NOMS, "")]


@pytest.mark.exigence("R3.2")
def test_the_version_of_a_namespace() -> None:
    lues = [version_de(e) for e in (CAT, UN, AUTRE, NS_WS, "", f"{CAT}x", "urn:esav:catalogue:hier:X")]
    assert lues == ["2026.1", "2026.1", "2026.2", None, None, None, None]
