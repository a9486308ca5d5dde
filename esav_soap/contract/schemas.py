"""The XSD files of a contract, as they stand in the pack and as the validator compiles them (R1.2).

For ``depot``: ``depot.xsd`` (operations; the root) imports ``formulaire.xsd`` (the choice of Offres), which includes
``types.xsd`` (shared types) and imports one ``<OFFRE>.xsd`` for each Offre; an Offre's file needs ``types.xsd`` alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from copy import deepcopy

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
    """Compile with libxml2 from memory; imports are looked up in ``fichiers`` alone, never on disk or network.

    Raises ``lxml.etree.XMLSchemaParseError``.
    """
    analyseur = etree.XMLParser(no_network=True, resolve_entities=False, load_dtd=False)
    analyseur.resolvers.add(_Resolveur(fichiers))
    return etree.XMLSchema(etree.fromstring(fichiers[racine], analyseur, base_url=f"esav:///{racine}"))


class _Resolveur(etree.Resolver):
    def __init__(self, fichiers: Mapping[str, bytes]) -> None:
        self._fichiers = fichiers

    def resolve(self, system_url: str, public_id: str, context: object = None) -> object:
        nom = system_url.rsplit("/", 1)[-1]
        if nom not in self._fichiers:
            raise FileNotFoundError(f"schéma inconnu : {nom}")
        return self.resolve_string(self._fichiers[nom], context, base_url=f"esav:///{nom}")


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
