"""The client's picture of the forms, read from the WSDL alone, is the catalogue's."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import pytest
from lxml import etree

from esav_soap.client import Champ, ContratDepot
from esav_soap.model import (
    Branche,
    Catalogue,
    Choisi,
    Courriel,
    Date,
    DateHeure,
    Element,
    Entier,
    Feuille,
    Nombre,
    OuiNon,
    Telephone,
    Texte,
    TexteLong,
    Type,
    structure_offre,
)

GENRES: Mapping[type[Type], str] = {
    Texte: "texte",
    TexteLong: "texte",
    Entier: "entier",
    Nombre: "decimal",
    Date: "date",
    DateHeure: "dateHeure",
    OuiNon: "ouiNon",
    Telephone: "telephone",
    Courriel: "courriel",
    Choisi: "nomenclature",
}


def attendus(elements: tuple[Element, ...], catalogue: Catalogue) -> Iterator[tuple[object, ...]]:
    for element in elements:
        if isinstance(element, Branche):
            sous = tuple(attendus(element.enfants, catalogue))
            yield element.code, "groupe", element.minimum, element.maximum, (), sous
        else:
            assert isinstance(element, Feuille)
            t = element.champ.type
            codes = (
                tuple(v.code for v in catalogue.nomenclatures[t.nomenclature].acceptees)
                if isinstance(t, Choisi)
                else ()
            )
            yield element.code, GENRES[type(t)], element.minimum, element.maximum, codes, ()


def lus(champs: tuple[Champ, ...]) -> Iterator[tuple[object, ...]]:
    for champ in champs:
        yield champ.code, champ.genre, champ.minimum, champ.maximum, champ.codes, tuple(lus(champ.champs))


@pytest.mark.exigence("R9", "R1.1", "R1.2")
@pytest.mark.parametrize("version", ["2026.1", "2026.2"])
def test_le_wsdl_dit_tout_des_formulaires__ok(
    contrats: Mapping[str, ContratDepot], catalogues: Mapping[str, Catalogue], version: str
) -> None:
    contrat, catalogue = contrats[version], catalogues[version]
    assert contrat.version == version
    assert list(contrat.offres) == [o.code for o in catalogue.offres]
    for offre in catalogue.offres:
        structure, lue = structure_offre(catalogue, offre), contrat.offres[offre.code]
        assert (lue.element, lue.espace, lue.libelle) == (structure.nom, structure.espace, offre.libelle)
        assert tuple(lus(lue.champs)) == tuple(attendus(structure.enfants, catalogue))
        assert {c: f.libelle for c, f in structure.feuilles()} == {c: f.libelle for c, f in lue.chemins()}


@pytest.mark.exigence("R9", "R1.3")
def test_facettes__ok(contrats: Mapping[str, ContratDepot]) -> None:
    champs = contrats["2026.1"].offres["ACCES_FTTH"].par_chemin
    assert champs["puissancePto"].facettes == {"minInclusive": "-40", "maxInclusive": "10", "fractionDigits": "2"}
    assert champs["codeInsee"].facettes == {"length": "5", "pattern": "[0-9][0-9AB][0-9]{3}"}
    assert champs["frequenceCoupures"].facettes == {"minInclusive": "1", "maxInclusive": "1000"}


@pytest.mark.exigence("R1.2")
def test_schema_d_une_offre__prefixes_declares(contrats: Mapping[str, ContratDepot]) -> None:
    contrat = contrats["2026.2"]
    schema = etree.fromstring(contrat.schema(contrat.offres["FIBRE_NOIRE"]))
    assert schema.get("targetNamespace") == "urn:esav:catalogue:2026.2:FIBRE_NOIRE"
    types = [n.get("type", "") for n in schema.iter("{*}element")]
    assert any(t.startswith("cat:") for t in types)
    assert {t.partition(":")[0] for t in types} <= set(schema.nsmap)


@pytest.mark.exigence("R9")
@pytest.mark.parametrize("document", [b"", b"<html/>", b"<!doctype html><p>bonjour", b"service"])
def test_pas_un_wsdl__error(document: bytes) -> None:
    with pytest.raises(ValueError, match="document"):
        ContratDepot(document)


@pytest.mark.exigence("R9")
def test_wsdl_d_un_autre_service__error(wsdls: Mapping[str, bytes]) -> None:
    with pytest.raises(ValueError, match="dépôt"):
        ContratDepot(wsdls["suivi"])
