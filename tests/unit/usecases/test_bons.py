"""Bons de commande as people write them: the file, hostile files, every defect with its line, the options."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given

from esav_soap.souscription import BonDeCommande
from esav_soap.souscription.champs import CHAMPS
from esav_soap.souscription.regles import CodeBon, ProblemeBon
from esav_soap.usecases.bons import TAILLE_MAX, Saisi, ecrire, lire_bon, lire_fichier
from tests.unit.souscription.exemples import BON, BONS, COMPLET


def lire(octets: bytes) -> tuple[BonDeCommande | None, list[ProblemeBon]]:
    saisie, du_fichier = lire_fichier(octets)
    bon, du_bon = lire_bon(saisie)
    return bon, [*du_fichier, *du_bon]


def defauts(texte: str) -> list[tuple[int, str, CodeBon]]:
    """What is wrong with a file, without what is missing."""
    tous = lire(texte.encode())[1]
    return [(p.ligne, p.champ, p.code) for p in tous if p.code is not CodeBon.MANQUANT]


@pytest.mark.exigence("R6.6")
@pytest.mark.parametrize("bon", [BON, COMPLET], ids=["minimal", "complet"])
def test_ecrire_puis_lire__ok(bon: BonDeCommande) -> None:
    assert lire(ecrire(bon).encode()) == (bon, [])


@pytest.mark.exigence("R6.6")
@given(BONS)
def test_tout_bon_se_relit(bon: BonDeCommande) -> None:
    assert lire(ecrire(bon).encode()) == (bon, [])


@pytest.mark.exigence("R6.6")
def test_modele_vide__ok() -> None:
    modele = ecrire()
    saisie, refus = lire_fichier(modele.encode())
    assert refus == ()
    assert list(saisie) == [champ.nom for champ in CHAMPS]
    bon, manquants = lire_bon(saisie)
    assert bon is None
    assert [p.champ for p in manquants] == [champ.nom for champ in CHAMPS if champ.obligatoire]
    assert {p.code for p in manquants} == {CodeBon.MANQUANT}
    assert all(f"* {champ.libelle}" in modele for champ in CHAMPS if champ.obligatoire)
    assert modele.count("<!-- *") == len(manquants)


@pytest.mark.exigence("R6.6")
def test_champs_dans_tout_ordre_et_blancs__ok() -> None:
    saisie, refus = lire_fichier(
        b"\xef\xbb\xbf<bonDeCommande><acces>integre</acces><acces> en-ligne </acces><faitLe>02/03/2026</faitLe>"
        b"<siret>\n  732 829 <!-- espaces -->320 00074\n</siret><affaire><![CDATA[R&D]]></affaire></bonDeCommande>"
    )
    assert refus == ()
    complet = {champ: [Saisi(getattr(BON, champ))] for champ in ("reference_contrat", "raison_sociale", "representant")}
    complet |= {"telephone": [Saisi("01 23 45 67 89")], "courriel": [Saisi(BON.courriel)]}
    complet |= {"adresse": [Saisi(ligne) for ligne in BON.adresse]}
    bon, problemes = lire_bon({**saisie, **complet})
    assert problemes == ()
    assert bon == replace(BON, affaire="R&D", acces=COMPLET.acces, fait_le=COMPLET.fait_le)


@pytest.mark.exigence("R6.6")
def test_tous_les_defauts_a_la_fois_avec_leur_ligne__error() -> None:
    texte = """<bonDeCommande>
  <referenceContrat>CG-1</referenceContrat>
  <affaire genre="x">12</affaire>
  <siret>73282932000079</siret>
  <sirett>1</sirett>
  <adresse>1</adresse><adresse>2</adresse>
  <adresse>3</adresse>
  <adresse>4</adresse>
  <acces>INTEGR</acces>
  <acces>INTEGRE</acces>
  <interlocuteur>
    <nom>Petit <b>Luc</b></nom>
    <telephone>12</telephone>
    <siret>1</siret>
  </interlocuteur>
  <interlocuteur/>
  <faitLe>2026-02-30</faitLe> en trop
  <courriel>a@b.fr</courriel>
  <courriel>c@d.fr</courriel>
</bonDeCommande>"""
    assert sorted(defauts(texte), key=lambda d: d[0]) == [
        (2, "reference_contrat", CodeBon.REFERENCE_INCORRECTE),
        (3, "", CodeBon.ELEMENT_INCONNU),
        (4, "siret", CodeBon.CLE_SIRET),
        (5, "", CodeBon.ELEMENT_INCONNU),
        (8, "adresse", CodeBon.TROP_DE_LIGNES),
        (9, "acces", CodeBon.ACCES_INCONNU),
        (12, "interlocuteur.nom", CodeBon.ELEMENT_INCONNU),
        (13, "interlocuteur.telephone", CodeBon.TELEPHONE_INCORRECT),
        (14, "", CodeBon.ELEMENT_INCONNU),
        (16, "", CodeBon.ELEMENT_INCONNU),
        (17, "", CodeBon.FICHIER),
        (17, "fait_le", CodeBon.DATE_INCORRECTE),
        (19, "courriel", CodeBon.TROP_DE_LIGNES),
    ]
    manquants = {p.champ for p in lire(texte.encode())[1] if p.code is CodeBon.MANQUANT}
    assert manquants == {"raison_sociale", "representant", "telephone"}


@pytest.mark.exigence("R6.6")
def test_element_proche_propose__error() -> None:
    _, refus = lire_fichier(b"<bonDeCommande><raisonsociale>x</raisonsociale></bonDeCommande>")
    assert [p.message for p in refus] == [
        "L'élément <raisonsociale> n'existe pas à cet endroit. Vouliez-vous écrire « raisonSociale » ?"
    ]


@pytest.mark.exigence("R6.6")
@pytest.mark.parametrize(
    ("octets", "ligne", "dit"),
    [
        (b"", 0, "vide"),
        (b"bon", 1, "XML mal form"),
        (b"<bonDeCommande>\n<siret>1</sirett></bonDeCommande>", 2, "ouverte ligne 2"),
        (b"<bonDeCommande>\n<affaire>R&D</affaire></bonDeCommande>", 2, "&amp;"),
        ("<bonDeCommande>é</bonDeCommande>".encode("latin-1"), 1, "UTF-8"),
        (b"<?xml version='1.0' encoding='ISO-8859-1'?><bonDeCommande/>", 1, "UTF-8"),
        (b'<?xml-stylesheet href="http://mechant.example/x.xsl"?><bonDeCommande/>', 1, "Instruction"),
        (b"<a:bonDeCommande xmlns:a='urn:a'/>", 1, "sans espace de noms"),
        (b"<facture/>", 1, "<bonDeCommande> est attendu"),
        (b"<bonDeCommande>" + b" " * TAILLE_MAX + b"</bonDeCommande>", 0, "octets"),
    ],
)
def test_fichier_illisible__error(octets: bytes, ligne: int, dit: str) -> None:
    _, refus = lire_fichier(octets)
    assert [p.ligne for p in refus] == [ligne]
    assert refus[0].code in (CodeBon.FICHIER, CodeBon.ELEMENT_INCONNU)
    assert dit in refus[0].message


@pytest.mark.exigence("R6.6")
@pytest.mark.parametrize(
    "prologue",
    [
        '<!DOCTYPE b [<!ENTITY x SYSTEM "file://{secret}">]>',
        '<!DOCTYPE b SYSTEM "file://{secret}">',
        '<!DOCTYPE b [<!ENTITY a "aaaaaaaaaa"><!ENTITY x "&a;&a;&a;&a;&a;&a;">]>',
        '<!doctype b [<!ENTITY x SYSTEM "file://{secret}">]>',
    ],
)
def test_fichier_hostile_dtd__error(tmp_path: Path, prologue: str) -> None:
    secret = tmp_path / "secret"
    secret.write_text("mot de passe")
    texte = prologue.format(secret=secret) + "<bonDeCommande><affaire>&x;</affaire></bonDeCommande>"
    saisie, refus = lire_fichier(texte.encode())
    assert saisie == {}
    assert [(p.ligne, p.code) for p in refus] == [(1, CodeBon.FICHIER)]
    assert "DTD" in refus[0].message


@pytest.mark.exigence("R6.6")
def test_fichier_hostile_inclusion__error(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("mot de passe")
    texte = (
        '<bonDeCommande><affaire><xi:include xmlns:xi="http://www.w3.org/2001/XInclude" parse="text" '
        f'href="file://{secret}"/></affaire></bonDeCommande>'
    )
    saisie, refus = lire_fichier(texte.encode())
    assert "mot de passe" not in str(saisie)
    assert {p.code for p in refus} == {CodeBon.FICHIER, CodeBon.ELEMENT_INCONNU}


@pytest.mark.exigence("R6.6")
def test_options_sans_ligne__error() -> None:
    bon, refus = lire_bon({"acces": [Saisi("INTEGRE")] * 3, "siret": [Saisi("1")]})
    assert bon is None
    assert {(p.champ, p.code, p.ligne) for p in refus} >= {
        ("siret", CodeBon.SIRET_INCORRECT, 0),
        ("acces", CodeBon.TROP_DE_LIGNES, 0),
    }


@pytest.mark.exigence("R6.6")
@pytest.mark.parametrize("acces", [["INTEGR"], ["INTEGR", "INTEGRE"], ["INTEGRE", "INTEGR"]], ids=" ".join)
def test_acces_inconnu_dit_une_fois__error(acces: list[str]) -> None:
    saisie, _ = lire_fichier(ecrire(BON).encode())
    bon, refus = lire_bon({**saisie, "acces": [Saisi(texte, 7 + rang) for rang, texte in enumerate(acces)]})
    assert bon is None
    assert [(p.champ, p.code, p.ligne) for p in refus] == [("acces", CodeBon.ACCES_INCONNU, 7 + acces.index("INTEGR"))]
