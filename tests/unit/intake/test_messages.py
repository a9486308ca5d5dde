"""What the messages say: what is accepted, in words that a person reads easily."""

from __future__ import annotations

from decimal import Decimal

import pytest
from lxml import etree

from esav_soap.errors import CodeChamp, ErreurChamp
from esav_soap.intake.attendus import attendu, nombre
from esav_soap.model import Champ, Choisi, Entier, Nombre, Texte, TexteLong, Type
from esav_soap.model.requetes import CONTACT, IDENTIFIANT_PRESTATION, MOTIF_CLE, REFERENCE_OPERATEUR
from tests.unit.intake.catalogue_essai import UN, champs, controle, depot, generique

C = CodeChamp


def seule(requete: etree._Element) -> ErreurChamp:
    (erreur,) = controle().controler(requete).erreurs
    return erreur


@pytest.mark.exigence("R3.2")
@pytest.mark.parametrize(
    ("type_", "exemples", "dit"),
    [
        (Texte(5, 5), (), "texte de 5 caractères"),
        (Texte(1, 1), (), "texte de 1 caractère"),
        (TexteLong(10, 200), ("Depuis ce matin.",), "texte de 10 à 200 caractères"),
        (Texte(3, 3, "[A-C]{3}"), ("ABC", "CBA"), "texte de 3 caractères, par exemple ABC"),
        (Texte(1, 9, "[A-C]+"), (), "texte de 1 à 9 caractères, de la forme [A-C]+"),
        (
            Texte(1, 9, MOTIF_CLE),
            (),
            "texte de 1 à 9 caractères ASCII imprimables, et pas seulement des blancs",
        ),
        (Entier(0, 7, "dB"), (), "nombre entier de 0 à 7 (dB)"),
        (Nombre(Decimal(1), None, 1), (), "nombre décimal à partir de 1, 1 décimale au plus"),
        (Nombre(None, None, 2), (), "nombre décimal, 2 décimales au plus"),
        (Choisi("FAMILLE"), (), ""),
    ],
)
def test_what_a_field_accepts(type_: Type, exemples: tuple[str, ...], dit: str) -> None:
    assert attendu(Champ("c", "C", type_, exemples=exemples)) == dit


@pytest.mark.exigence("R3.2")
def test_one_takes_no_s() -> None:
    assert [nombre(n, "occurrence") for n in (0, 1, 2)] == ["0 occurrence", "1 occurrence", "2 occurrences"]


@pytest.mark.exigence("R3.2")
@pytest.mark.parametrize("champ", [IDENTIFIANT_PRESTATION, REFERENCE_OPERATEUR])
def test_the_keys_of_the_header_show_an_example_and_no_regular_expression(champ: Champ) -> None:
    requete = depot()
    requete[0].find(f"{{*}}{champ.code}").text = "é"  # type: ignore[union-attr]
    erreur = seule(requete)
    assert erreur.code is C.MOTIF_NON_RESPECTE
    assert f"ASCII imprimables, et pas seulement des blancs, par exemple {champ.exemples[0]})" in erreur.message
    assert "[" not in erreur.message + "".join(erreur.valeurs_admises)


@pytest.mark.exigence("R3.2")
@pytest.mark.parametrize(
    ("contenu", "code"),
    [
        (champs(famille=None, nature=None), C.CHAMP_MANQUANT),
        (champs(famille="", nature=None), C.CHAMP_MANQUANT),
        (champs(famille="OPTIQ", nature=None), C.VALEUR_HORS_LISTE),
    ],
)
def test_a_missing_or_unknown_code_gives_the_accepted_ones_beside_the_message(contenu: str, code: CodeChamp) -> None:
    erreur = controle().controler(depot(contenu)).erreurs[0]
    assert (erreur.code, erreur.champ, erreur.valeurs_admises) == (code, "famille", ("OPTIQUE", "ENERGIE"))
    assert "attendu" not in erreur.message


@pytest.mark.exigence("R3.2")
def test_an_empty_optional_code_gives_the_accepted_ones_and_no_retired_one() -> None:
    vide = champs().replace("<constat>", "<natures/><constat>")
    erreur = seule(depot(vide))
    assert (erreur.code, erreur.chemin) == (C.CHAMP_VIDE, "formulaire/essaiUn/natures[1]")
    assert erreur.valeurs_admises == ("COUPURE", "AFFAIBLISSEMENT", "PERTE_48V", "ANCIENNE")


@pytest.mark.exigence("R3.2")
def test_a_missing_group_is_called_a_group() -> None:
    deux = depot(formulaire=str(etree.tostring(depot()[1], encoding="unicode")).replace("essaiUn", "essaiDeux"))
    texte = etree.tostring(deux, encoding="unicode").replace(UN, UN.replace("UN", "DEUX"))
    erreurs = {e.champ: e for e in controle().controler(etree.fromstring(texte)).erreurs}
    assert erreurs["mesures"].code is C.CHAMP_MANQUANT
    assert erreurs["mesures"].message == "« Mesures » : ce groupe est obligatoire : le donner au moins une fois"
    requete = depot()
    requete[0].remove(requete[0][2])
    sans_contact = seule(requete)
    assert sans_contact.message == f"« {CONTACT.libelle} » : ce groupe est obligatoire : le donner une fois"


@pytest.mark.exigence("R3.2")
def test_ranks_beyond_the_maximum_of_a_generic_group_say_how_many() -> None:
    requete = generique([("mesures[4]/distance", "1")])
    (trop,) = [e for e in controle().controler(requete).erreurs if e.code is C.CHAMP_EN_TROP]
    assert "3 occurrences au plus" in trop.message
