"""The XSD files of a contract, as they stand in the pack and as the validator compiles them (R1.2).

For ``depot``: ``depot.xsd`` (operations; the root) imports ``formulaire.xsd`` (the choice of Offres), which includes
``types.xsd`` (shared types) and imports one ``<OFFRE>.xsd`` for each Offre; an Offre's file needs ``types.xsd`` alone.
"""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from copy import deepcopy
from pathlib import Path

from lxml import etree

from esav_soap.contract.wsdl import Contrat, octets
from esav_soap.model.catalogue import Catalogue
from esav_soap.names import NS_WS, NS_XSD, ns_catalogue, ns_offre

_XSD = f"{{{NS_XSD}}}"
GENERE = "Fichier généré depuis le catalogue par « esav catalogue build » : ne pas modifier à la main."


def fichiers_schemas(contrat: Contrat, catalogue: Catalogue | None = None) -> dict[str, bytes]:
    """File name -> XSD. The root is ``<service>.xsd``."""
    if catalogue is None:
        return {f"{contrat.service}.xsd": octets(contrat.schemas[NS_WS], GENERE)}
    commun = ns_catalogue(catalogue.version)
    lieux = {commun: "types.xsd"}
    lieux |= {ns_offre(catalogue.version, offre.code): f"{offre.code}.xsd" for offre in catalogue.offres}
    formulaire, types = _separer(contrat.schemas[commun])
    fichiers = {
        f"{contrat.service}.xsd": _situer(contrat.schemas[NS_WS], lieux | {commun: "formulaire.xsd"}),
        "formulaire.xsd": _situer(formulaire, lieux),
        "types.xsd": _situer(types, lieux),
    }
    for espace, lieu in lieux.items():
        if espace != commun:
            fichiers[lieu] = _situer(contrat.schemas[espace], lieux)
    return fichiers


def compiler_schema(fichiers: Mapping[str, bytes], racine: str) -> etree.XMLSchema:
    """Compile with libxml2; imports are looked up in ``fichiers`` alone, which are plain names.

    The files go through a folder of their own: lxml could take them from memory by a resolver, but it swaps one loader of
    the whole process at every parse, so that a message read by another thread meanwhile would make the compilation fail.
    Raises ``ValueError`` for a reference to anything else, ``lxml.etree.XMLSchemaParseError``.
    """
    for contenu in fichiers.values():
        for noeud in etree.fromstring(contenu, _ANALYSEUR).iter(*_REFERENCES):
            if noeud.get("schemaLocation") not in fichiers:
                raise ValueError(f"schéma inconnu : {noeud.get('schemaLocation')}")
    with tempfile.TemporaryDirectory(prefix="esav-xsd-") as dossier:
        for nom, contenu in fichiers.items():
            if Path(nom).name != nom:
                raise ValueError(f"schéma inconnu : {nom}")
            Path(dossier, nom).write_bytes(contenu)
        return etree.XMLSchema(file=str(Path(dossier, racine)))


_ANALYSEUR = etree.XMLParser(no_network=True, resolve_entities=False, load_dtd=False)
_REFERENCES = tuple(f"{_XSD}{nom}" for nom in ("import", "include", "redefine"))


def _separer(schema: etree._Element) -> tuple[etree._Element, etree._Element]:
    """The shared namespace in two files: the choice of Offres, and the types; so that an Offre stands alone."""
    formulaire, types = deepcopy(schema), deepcopy(schema)
    for noeud in formulaire.findall(f"{_XSD}simpleType"):
        formulaire.remove(noeud)
    formulaire.insert(0, etree.Element(f"{_XSD}include", schemaLocation="types.xsd"))
    for balise in ("import", "complexType", "element"):
        for noeud in types.findall(f"{_XSD}{balise}"):
            types.remove(noeud)
    etree.cleanup_namespaces(types, keep_ns_prefixes=["cat", "xs"])
    return formulaire, types


def _situer(schema: etree._Element, lieux: Mapping[str, str]) -> bytes:
    copie = deepcopy(schema)
    for noeud in copie.findall(f"{_XSD}import"):
        noeud.set("schemaLocation", lieux[noeud.get("namespace", "")])
    return octets(copie, GENERE)
