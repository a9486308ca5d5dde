"""Pairs, nested dicts and form files become the form of the WSDL; what cannot is told all at once, before sending."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from random import Random
from typing import Any

import pytest
import zeep
from lxml import etree

from esav_soap.client import ContratDepot, SaisieInvalide, saisie
from esav_soap.contract.exemples import exemple
from esav_soap.contract.schemas import compiler_schema, fichiers_schemas
from esav_soap.contract.wsdl import contrat as contrat_du_catalogue
from esav_soap.model import Catalogue, structure_offre

ESPACE = "urn:esav:catalogue:2026.2"
FTTH = f"{ESPACE}:ACCES_FTTH"


@pytest.fixture
def contrat(contrats: Mapping[str, ContratDepot]) -> ContratDepot:
    return contrats["2026.2"]


def paires(contrat: ContratDepot, *mots: str) -> etree._Element:
    couples = [(a, b) for a, _, b in (mot.partition("=") for mot in mots)]
    return saisie.depuis_paires(contrat, contrat.offres["ACCES_FTTH"], couples)


def feuilles(forme: etree._Element) -> list[tuple[str, str]]:
    return [(etree.QName(n).localname, n.text or "") for n in forme.iter() if not len(n)]


def problemes(refus: pytest.ExceptionInfo[SaisieInvalide]) -> list[tuple[str, str]]:
    return [(p.chemin, p.proche) for p in refus.value.problemes]


@pytest.mark.exigence("R9", "R3.1")
def test_paires__ordre_du_contrat_groupes_et_repetitions(contrat: ContratDepot) -> None:
    forme = paires(
        contrat,
        "verifications=NETTOYAGE_CONNECTEURS",
        "mesuresOtdr[2]/distanceEvenement=200",
        "puissancePto=-27,5",
        "mesuresOtdr[1]/attenuationEvenement=0,25",
        "mesuresOtdr/distanceEvenement=100",
        "verifications=APPEL_CLIENT",
        "defautIntermittent=non",
        "etage=",
        "referencePto=OO-35AB-0C42",
    )
    assert forme.tag == f"{{{ESPACE}}}accesFtth"
    assert {etree.QName(n).namespace for n in forme.iterdescendants()} == {FTTH}
    assert feuilles(forme) == [
        ("referencePto", "OO-35AB-0C42"),
        ("defautIntermittent", "false"),
        ("verifications", "NETTOYAGE_CONNECTEURS"),
        ("verifications", "APPEL_CLIENT"),
        ("puissancePto", "-27.5"),
        ("distanceEvenement", "100"),
        ("attenuationEvenement", "0.25"),
        ("distanceEvenement", "200"),
    ]
    assert [len(g) for g in forme.findall(f"{{{FTTH}}}mesuresOtdr")] == [2, 1]


@pytest.mark.exigence("R9", "R3.2")
def test_tous_les_problemes_a_la_fois__error(contrat: ContratDepot) -> None:
    with pytest.raises(SaisieInvalide) as refus:
        paires(
            contrat,
            "referencePtoo=OO-35AB-0C42",
            "REFERENCE_PM=FI-35238-0A1B",
            "distanceEvenement=3",
            "mesuresOtdr=3",
            "mesuresOtdr[1]/distanse=3",
            "mesuresOtdr[3]/distanceEvenement=4",
            "zzzzzz=1",
            "a/b/c=1",
            "puissancePto=beaucoup",
            "defautIntermittent=peut-être",
            "codeInsee=35238",
            "codeInsee=35000",
        )
    assert problemes(refus) == [
        ("referencePtoo", "referencePto"),
        ("REFERENCE_PM", "referencePm"),
        ("distanceEvenement", "mesuresOtdr/distanceEvenement"),
        ("mesuresOtdr", ""),
        ("mesuresOtdr[1]/distanse", "mesuresOtdr/distanceEvenement"),
        ("zzzzzz", ""),
        ("a/b/c", ""),
        ("mesuresOtdr", ""),
        ("codeInsee", ""),
        ("defautIntermittent", ""),
        ("puissancePto", ""),
    ]
    assert "vouliez-vous « referencePto » ?" in str(refus.value)


@pytest.mark.exigence("R9")
def test_dict__types_de_python(contrat: ContratDepot) -> None:
    valeurs = {
        "puissancePto": Decimal("-27.5"),
        "referencePto": "OO-35AB-0C42",
        "dateHeureConstat": datetime(2026, 7, 1, 9, 15),  # noqa: DTZ001  Paris time is what a naive one means
        "etage": None,
        "verifications": ["APPEL_CLIENT", "MESURE_NRO"],
        "contactSite": {"nomContact": "Sam", "contactPrevenu": True},
        "mesuresOtdr": [{"distanceEvenement": 100}, {"distanceEvenement": 200}],
    }
    assert feuilles(saisie.depuis_valeurs(contrat, contrat.offres["ACCES_FTTH"], valeurs)) == [
        ("referencePto", "OO-35AB-0C42"),
        ("dateHeureConstat", "2026-07-01T09:15:00+02:00"),
        ("verifications", "APPEL_CLIENT"),
        ("verifications", "MESURE_NRO"),
        ("puissancePto", "-27.5"),
        ("distanceEvenement", "100"),
        ("distanceEvenement", "200"),
        ("nomContact", "Sam"),
        ("contactPrevenu", "true"),
    ]


@pytest.mark.exigence("R9")
def test_dict__error(contrat: ContratDepot) -> None:
    valeurs = {
        "contactSite": [{"nomContac": "Sam"}, {"nomContact": 1.5}, "Léa"],
        "descriptionDefaut": "cloche \x07",
        "inconnu": 1,
    }
    with pytest.raises(SaisieInvalide) as refus:
        saisie.depuis_valeurs(contrat, contrat.offres["ACCES_FTTH"], valeurs)
    assert problemes(refus) == [
        ("inconnu", ""),
        ("descriptionDefaut", ""),
        ("contactSite", ""),  # three times, admitted twice
        ("contactSite[1]/nomContac", "contactSite/nomContact"),
        ("contactSite[2]/nomContact", ""),
        ("contactSite[3]", ""),
    ]


def vers_dict(noeud: etree._Element) -> Any:
    """A form as the nested dict that zeep takes."""
    if not len(noeud):
        return noeud.text or ""
    dico: dict[str, Any] = {}
    for enfant in noeud:
        nom = etree.QName(enfant).localname
        valeur = vers_dict(enfant)
        dico[nom] = [*dico[nom], valeur] if nom in dico else [valeur]
    return {nom: v if len(v) > 1 else v[0] for nom, v in dico.items()}


@pytest.mark.exigence("R9", "R1.2", "R3.1")
@pytest.mark.parametrize("offre", ["ACCES_FTTH", "LIAISON_NRO_PM", "GENIE_CIVIL", "FTTE_ACTIVE"])
def test_dict__le_formulaire_du_schema_et_celui_de_zeep(
    catalogues: Mapping[str, Catalogue],
    contrat: ContratDepot,
    wsdls: Mapping[str, bytes],
    offre: str,
    tmp_path: Any,
) -> None:
    catalogue = catalogues["2026.2"]
    modele = exemple(structure_offre(catalogue, catalogue.offre(offre)), catalogue, Random(3), complet=True)
    valeurs = vers_dict(modele)
    forme = saisie.depuis_valeurs(contrat, contrat.offres[offre], valeurs)
    assert [(n.tag, n.text) for n in forme.iter() if not len(n)] == [
        (n.tag, n.text) for n in modele.iter() if not len(n)
    ]

    schema = compiler_schema(fichiers_schemas(contrat_du_catalogue("depot", catalogue), catalogue), "depot.xsd")
    fichier = tmp_path / "depot.wsdl"
    fichier.write_bytes(wsdls["depot/2026.2"])
    nu: Any = zeep.Client(str(fichier))  # type: ignore[no-untyped-call]
    entete = {
        "identifiantPrestation": "P",
        "referenceOperateur": "R",
        "contact": {"nom": "N", "telephone": "0299000000"},
    }
    enveloppe = nu.create_message(
        nu.service, "deposerSignalisation", entete=entete, formulaire={contrat.offres[offre].element: valeurs}
    )
    requete = enveloppe[0][0]
    de_zeep = requete.find("{*}formulaire")[0]
    assert [(n.tag, n.text) for n in de_zeep.iter()] == [(n.tag, n.text) for n in forme.iter()]
    de_zeep.getparent().replace(de_zeep, forme)
    schema.assertValid(requete)


@pytest.mark.exigence("R9", "R1.4")
@pytest.mark.parametrize("espace", [FTTH, ESPACE])
def test_xml_d_une_maquette__contenu_intact(contrat: ContratDepot, espace: str) -> None:
    source = f'<accesFtth xmlns="{espace}"><inconnu a="1">x</inconnu><referencePto/></accesFtth>\n'.encode()
    forme = saisie.depuis_xml(contrat, source)
    assert forme.tag == f"{{{ESPACE}}}accesFtth"
    assert [(n.tag, dict(n.attrib), n.text) for n in forme] == [
        (f"{{{espace}}}inconnu", {"a": "1"}, "x"),
        (f"{{{espace}}}referencePto", {}, None),
    ]


@pytest.mark.exigence("R9")
def test_xml__l_element_donne_reste_intact(contrat: ContratDepot) -> None:
    donne = etree.fromstring(f'<accesFtth xmlns="{FTTH}"><etage>3</etage></accesFtth>')
    avant = etree.tostring(donne)
    saisie.depuis_xml(contrat, donne).clear()
    assert etree.tostring(donne) == avant


@pytest.mark.exigence("R9", "R2.6")
@pytest.mark.parametrize(
    ("source", "mots"),
    [
        (b"", "XML"),
        (b"<accesFtth>", "XML"),
        (b"<accesFtth/>", "sans espace de noms"),
        (f'<accesFth xmlns="{FTTH}"/>'.encode(), "vouliez-vous « accesFtth »"),
        (b'<accesFtth xmlns="urn:esav:catalogue:2026.1:ACCES_FTTH"/>', "version 2026.1"),
        (f'<!DOCTYPE a [<!ENTITY x "y">]><accesFtth xmlns="{FTTH}">&x;</accesFtth>'.encode(), "DOCTYPE"),
        (b'<e:Envelope xmlns:e="http://schemas.xmlsoap.org/soap/envelope/"/>', "aucune Offre"),
    ],
)
def test_xml__error(contrat: ContratDepot, source: bytes, mots: str) -> None:
    with pytest.raises(SaisieInvalide, match=mots):
        saisie.depuis_xml(contrat, source)


@pytest.mark.exigence("R9")
def test_xml_brut__racine_telle_quelle(contrat: ContratDepot) -> None:
    assert saisie.depuis_xml(contrat, b"<autreChose/>", brut=True).tag == "autreChose"


@pytest.mark.exigence("R9")
@pytest.mark.parametrize(("code", "attendu"), [("ACCES_FTTH", "ACCES_FTTH"), ("liaisonNroPm", "LIAISON_NRO_PM")])
def test_offre__ok(contrat: ContratDepot, code: str, attendu: str) -> None:
    assert saisie.offre_de(contrat, code).code == attendu


@pytest.mark.exigence("R9")
@pytest.mark.parametrize(("code", "proche"), [("acces-ftth", "ACCES_FTTH"), ("GENIE_CIVL", "GENIE_CIVIL"), ("X", "")])
def test_offre__error(contrat: ContratDepot, code: str, proche: str) -> None:
    with pytest.raises(SaisieInvalide) as refus:
        saisie.offre_de(contrat, code)
    assert problemes(refus) == [("offre", proche)]
