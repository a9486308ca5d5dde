"""The shipped catalogues with their three witnesses, and example requests, made once for a test run."""

from __future__ import annotations

from copy import deepcopy
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

import xmlschema
from lxml import etree
from xmlschema.exceptions import XMLSchemaKeyError

from esav_soap.contract.exemples import exemple, requete_depot
from esav_soap.contract.schemas import compiler_schema, fichiers_schemas
from esav_soap.contract.wsdl import contrat
from esav_soap.errors import ErreurChamp
from esav_soap.intake import Controle
from esav_soap.intake.controle import absents
from esav_soap.intake.explication import Contexte, expliquer
from esav_soap.intake.normalisation import normaliser, sans_commentaires
from esav_soap.model import Catalogue, Structure, structure_offre
from esav_soap.model.requetes import requetes_depot
from esav_soap.reader import lire_catalogue
from esav_soap.reader.sources import depuis_dossiers

RACINE = Path(__file__).parents[2]
VERSIONS = ("2026.1", "2026.2")


@dataclass(frozen=True)
class Banc:
    """A catalogue version with all that judges its deposits."""

    catalogue: Catalogue
    fichiers: dict[str, bytes]
    schema: etree.XMLSchema
    controle: Controle
    contexte: Contexte

    @property
    def requete(self) -> Structure:
        return requetes_depot(self.catalogue)["deposerSignalisation"]


@cache
def banc(version: str) -> Banc:
    return monter(lire_catalogue(depuis_dossiers(RACINE, version)))


def monter(catalogue: Catalogue) -> Banc:
    fichiers = fichiers_schemas(contrat("depot", catalogue), catalogue)
    schema = compiler_schema(fichiers, "depot.xsd")
    inutiles = {}
    for offre in catalogue.offres:
        structure = structure_offre(catalogue, offre)
        inutiles[structure.espace] = absents(catalogue, offre, structure)
    return Banc(catalogue, fichiers, schema, Controle(catalogue, schema), Contexte(catalogue.nomenclatures, inutiles))


def codes(catalogue: Catalogue) -> list[str]:
    return [offre.code for offre in catalogue.offres]


@cache
def troisieme_temoin(version: str) -> xmlschema.XMLSchema:
    """The same files in a second, independent processor."""
    with TemporaryDirectory() as dossier:
        for nom, octets in banc(version).fichiers.items():
            (Path(dossier) / nom).write_bytes(octets)
        return xmlschema.XMLSchema(str(Path(dossier) / "depot.xsd"))


@cache
def _forme(version: str, offre: str, graine: int, complet: bool | None) -> etree._Element:
    catalogue = banc(version).catalogue
    return exemple(structure_offre(catalogue, catalogue.offre(offre)), catalogue, Random(graine), complet)


def depot(version: str, offre: str, graine: int = 0, complet: bool | None = None) -> etree._Element:
    """A valid ``deposerSignalisation``, the caller's to change."""
    return requete_depot(deepcopy(_forme(version, offre, graine, complet)), Random(graine))


def normalisee(requete: etree._Element, structure: Structure) -> etree._Element:
    copie = etree.fromstring(etree.tostring(requete))
    sans_commentaires(copie)
    normaliser(copie, structure)
    return copie


def erreurs_de(version: str, requete: etree._Element) -> list[ErreurChamp]:
    """What the walk alone says of the normalised request."""
    le_banc = banc(version)
    return expliquer(normalisee(requete, le_banc.requete), le_banc.requete, le_banc.contexte)


def temoins(version: str, requete: etree._Element) -> tuple[bool, bool, bool]:
    """Is the normalised request valid? libxml2, our walk, xmlschema."""
    le_banc = banc(version)
    copie = normalisee(requete, le_banc.requete)
    explique = not expliquer(copie, le_banc.requete, le_banc.contexte)
    return le_banc.schema.validate(copie), explique, _xmlschema(version, copie)


def _xmlschema(version: str, requete: etree._Element) -> bool:
    try:
        return troisieme_temoin(version).is_valid(etree.tostring(requete).decode())
    except (XMLSchemaKeyError, OverflowError):  # its answer to an xsi:type that names no type, and to year 10^10
        return False
