"""The control of a Bon de commande: every defect at once, each by its field and code."""

from __future__ import annotations

from dataclasses import fields, replace
from typing import Any

import pytest
from hypothesis import given
from stdnum import luhn

from esav_soap.souscription import BonDeCommande, Interlocuteur
from esav_soap.souscription.champs import CHAMPS, PAR_NOM, Champ
from esav_soap.souscription.regles import CodeBon, adresse_des_avis, normaliser, problemes
from tests.unit.souscription.exemples import BON, BONS, COMPLET

AUCUN: Any = ""
VIDE = BonDeCommande("", "", "", "", "", "", "", (), frozenset())
OBLIGATOIRES = [
    "reference_contrat",
    "affaire",
    "raison_sociale",
    "siret",
    "representant",
    "telephone",
    "courriel",
    "adresse",
    "acces",
]


def codes(bon: BonDeCommande) -> list[tuple[str, CodeBon]]:
    return [(probleme.champ, probleme.code) for probleme in problemes(bon)]


@pytest.mark.exigence("R6.6")
def test_la_table_dit_les_champs_de_l_objet__ok() -> None:
    du_bon = {champ.name for champ in fields(BonDeCommande)} - {"interlocuteur"}
    de_l_interlocuteur = {f"interlocuteur.{champ.name}" for champ in fields(Interlocuteur)}
    assert set(PAR_NOM) == du_bon | de_l_interlocuteur
    assert len({champ.option for champ in CHAMPS}) == len(CHAMPS)
    assert (PAR_NOM["fait_le"].element, PAR_NOM["interlocuteur.nom"].element) == ("faitLe", "nom")
    assert PAR_NOM["interlocuteur.nom"].option == "--interlocuteur-nom"


@pytest.mark.exigence("R6.6")
@pytest.mark.parametrize("bon", [BON, COMPLET], ids=["minimal", "complet"])
def test_bon_de_commande__ok(bon: BonDeCommande) -> None:
    assert problemes(bon) == ()
    assert normaliser(bon) == bon


@pytest.mark.exigence("R6.6")
def test_rien_de_rempli__error() -> None:
    assert codes(VIDE) == [(champ, CodeBon.MANQUANT) for champ in OBLIGATOIRES]
    assert [champ.nom for champ in CHAMPS if champ.obligatoire] == OBLIGATOIRES
    dits = [probleme.message for probleme in problemes(VIDE)]
    assert all(PAR_NOM[champ].libelle in dit for champ, dit in zip(OBLIGATOIRES, dits, strict=True))


@pytest.mark.exigence("R6.6")
@pytest.mark.parametrize("champ", [c for c in CHAMPS if c.obligatoire and c.nom not in ("adresse", "acces")], ids=str)
def test_un_champ_obligatoire_vide__error(champ: Champ) -> None:
    assert codes(replace(BON, **{champ.nom: AUCUN})) == [(champ.nom, CodeBon.MANQUANT)]


@pytest.mark.exigence("R6.6")
@pytest.mark.parametrize(
    ("champ", "valeur", "code"),
    [
        ("reference_contrat", "CG-2026-041", CodeBon.REFERENCE_INCORRECTE),
        ("reference_contrat", "-ESAV", CodeBon.REFERENCE_INCORRECTE),
        ("reference_contrat", "CG-esav", CodeBon.REFERENCE_INCORRECTE),
        ("reference_contrat", "x" * 60 + "-ESAV", CodeBon.TROP_LONG),
        ("affaire", "1" * 65, CodeBon.TROP_LONG),
        ("raison_sociale", "x" * 201, CodeBon.TROP_LONG),
        ("raison_sociale", "Alpha\x07", CodeBon.CARACTERE_INTERDIT),
        ("raison_sociale", "Alpha\r\nBcc: x@y.fr", CodeBon.CARACTERE_INTERDIT),
        ("raison_sociale", "Alpha\nBcc: x@y.fr", CodeBon.CARACTERE_INTERDIT),
        ("representant", "Claire\u202eMartin", CodeBon.CARACTERE_INTERDIT),
        ("signataire", "Claire\u200b", CodeBon.CARACTERE_INTERDIT),
        ("siret", "7328293200007", CodeBon.SIRET_INCORRECT),
        ("siret", "732829320000741", CodeBon.SIRET_INCORRECT),
        ("siret", "7328293200007X", CodeBon.SIRET_INCORRECT),
        ("siret", "٧٣٢٨٢٩٣٢٠٠٠٠٧٤", CodeBon.SIRET_INCORRECT),
        ("siret", "00000000000000", CodeBon.SIRET_INCORRECT),
        ("siret", "73282932000079", CodeBon.CLE_SIRET),
        ("siret", "73282932000083", CodeBon.CLE_SIRET),
        ("siret", "35600000049838", CodeBon.CLE_SIRET),
        ("telephone", "012345678", CodeBon.TELEPHONE_INCORRECT),
        ("telephone", "appeler le standard", CodeBon.TELEPHONE_INCORRECT),
        ("telephone", "+0123456789", CodeBon.TELEPHONE_INCORRECT),
        ("courriel", "contrats", CodeBon.COURRIEL_INCORRECT),
        ("courriel", "SAV <sav@opa.example>", CodeBon.COURRIEL_INCORRECT),
        ("courriel", "a@b.fr,c@d.fr", CodeBon.COURRIEL_INCORRECT),
        ("courriel", "a" * 250 + "@b.fr", CodeBon.TROP_LONG),
        ("adresse", ("1", "2", "3", "4"), CodeBon.TROP_DE_LIGNES),
        ("adresse", ("x" * 101,), CodeBon.TROP_LONG),
        ("adresse", ("1", ""), CodeBon.MANQUANT),
        ("adresse", ("",), CodeBon.MANQUANT),
        ("acces", frozenset(), CodeBon.MANQUANT),
        ("commentaires", "x" * 2001, CodeBon.TROP_LONG),
        ("commentaires", "a\x00b", CodeBon.CARACTERE_INTERDIT),
        ("fait_a", "x" * 101, CodeBon.TROP_LONG),
    ],
)
def test_un_champ__error(champ: str, valeur: Any, code: CodeBon) -> None:
    assert codes(replace(BON, **{champ: valeur})) == [(champ, code)]


@pytest.mark.exigence("R6.6")
@pytest.mark.parametrize("siret", ["35600000049837", "35600000000048", "40483304800022"])
def test_siret_aussi_de_la_poste__ok(siret: str) -> None:
    assert problemes(replace(BON, siret=siret)) == ()
    assert luhn.is_valid(siret) is (siret != "35600000049837")  # the rule of its own that La Poste has


@pytest.mark.exigence("R6.6")
def test_interlocuteur_facultatif_mais_nomme__error() -> None:
    faux = Interlocuteur("", telephone="12", courriel="x")
    assert codes(replace(BON, interlocuteur=faux)) == [
        ("interlocuteur.nom", CodeBon.MANQUANT),
        ("interlocuteur.telephone", CodeBon.TELEPHONE_INCORRECT),
        ("interlocuteur.courriel", CodeBon.COURRIEL_INCORRECT),
    ]
    sans_nom = problemes(replace(BON, interlocuteur=faux))[0]
    assert "<interlocuteur><nom>" in sans_nom.message
    assert "puisqu'un interlocuteur est donné" in sans_nom.message, "why a field that is not mandatory is missing"
    assert problemes(replace(BON, interlocuteur=Interlocuteur("Petit Luc"))) == ()


@pytest.mark.exigence("R6.6")
def test_plusieurs_defauts_du_meme_champ__error() -> None:
    assert codes(replace(BON, adresse=("a", "b" * 101, "c\x07", "d"))) == [
        ("adresse", CodeBon.TROP_DE_LIGNES),
        ("adresse", CodeBon.TROP_LONG),
        ("adresse", CodeBon.CARACTERE_INTERDIT),
    ]
    assert [p.rang for p in problemes(replace(BON, adresse=("a", "b" * 101, "c\x07", "d")))] == [3, 1, 2]


@pytest.mark.exigence("R6.6")
def test_forme_gardee__ok() -> None:
    tape = replace(
        BON,
        raison_sociale="  Opérateur\u00a0 Alpha\n & fils ",
        siret="732 829 320 00074",
        telephone="01.23.45-67 89",
        adresse=(" 12 rue du Port", " ", "44000  Nantes"),
        interlocuteur=Interlocuteur(" ", courriel="\t"),
        commentaires="\n  \n",
    )
    assert normaliser(tape) == BON


@pytest.mark.exigence("R6.6")
@given(BONS)
def test_les_bons_sont_bons_et_leur_forme_gardee_ne_change_plus(bon: BonDeCommande) -> None:
    assert problemes(bon) == ()
    assert normaliser(bon) == bon


@pytest.mark.exigence("R6.6")
def test_les_avis_vont_a_l_interlocuteur_sinon_au_courriel_du_bon__ok() -> None:
    assert adresse_des_avis(COMPLET) == "sav@opb.example"
    assert adresse_des_avis(BON) == "contrats@opa.example"
    assert adresse_des_avis(replace(BON, interlocuteur=Interlocuteur("Petit Luc"))) == "contrats@opa.example"
