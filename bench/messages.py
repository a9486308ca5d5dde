"""The message that every measured service gets: a filled form of the shipped catalogue in its SOAP envelope."""

from __future__ import annotations

from pathlib import Path
from random import Random

from lxml import etree

from bench.charge import MARQUE
from esav_soap.contract.exemples import exemple, requete_depot
from esav_soap.intake.regles import Regles
from esav_soap.model import Catalogue, structure_offre
from esav_soap.names import NS_SOAP_11
from esav_soap.reader import lire_catalogue
from esav_soap.reader.sources import depuis_dossiers

RACINE = Path(__file__).parents[1]
VERSION = "2026.2"
OFFRE = "ACCES_FTTH"
#: Fields of the measured form, counted with those of its groups; close to what an opérateur fills in.
CHAMPS = 30
_TIRAGES = 300
OPERATEUR = "OPA"
IDENTIFIANT = "OPA-FTTH-000001"


def catalogue_livre() -> Catalogue:
    """The newest shipped version."""
    return lire_catalogue(depuis_dossiers(RACINE, VERSION))


def formulaire(catalogue: Catalogue, offre: str, champs: int = CHAMPS) -> etree._Element:
    """A valid form of ``offre`` without warnings whose number of filled fields is the closest to ``champs``; always the same."""
    structure = structure_offre(catalogue, catalogue.offre(offre))
    regles = Regles(structure, catalogue.nomenclatures)
    tires = [exemple(structure, catalogue, Random(graine)) for graine in range(_TIRAGES)]
    sans = [tire for tire in tires if not regles.avertissements(tire)]
    return min(sans or tires, key=lambda tire: abs(nombre_champs(tire) - champs))


def nombre_champs(formulaire: etree._Element) -> int:
    return sum(1 for noeud in formulaire.iter() if not len(noeud))


def message(formulaire: etree._Element, identifiant: str = IDENTIFIANT) -> bytes:
    """The SOAP request that deposits ``formulaire``, with :data:`~bench.charge.MARQUE` for its reference."""
    requete = requete_depot(formulaire, Random(1), prestation=identifiant, reference=MARQUE.decode())
    enveloppe = etree.Element(f"{{{NS_SOAP_11}}}Envelope", nsmap={"soapenv": NS_SOAP_11})
    etree.SubElement(enveloppe, f"{{{NS_SOAP_11}}}Body").append(requete)
    return etree.tostring(enveloppe, encoding="UTF-8", xml_declaration=True)
