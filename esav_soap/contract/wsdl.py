"""From Spyne's interface documents to the WSDL and the XSD files that we publish.

Spyne gives the right components in an order and under prefixes that depend on memory addresses, and in a shape that
some client stacks cannot read. Here they are put in a fixed order and in the shape that was found to work in all of
them: one part named ``parameters``, no ``parameterOrder``, the fault message named ``ErreurEsavFault`` (JAX-WS), distinct
names of service, port, binding and portType (gSOAP), the catalogue's schemas before the services', no restricted date as a
direct member of a request (Axis 1.4).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from copy import deepcopy
from dataclasses import dataclass

from lxml import etree

from esav_soap.contract import spyne_compat as s
from esav_soap.contract.services import classe_contrat, nom_service, operations
from esav_soap.model.catalogue import Catalogue
from esav_soap.names import (
    NS_WS,
    NS_WSDL,
    NS_WSDL_SOAP_11,
    NS_WSDL_SOAP_12,
    NS_XSD,
    chemin_service,
    nom_element,
    ns_catalogue,
    ns_offre,
)

#: Stands for the public base URL in WSDLs that are not yet addressed; see :func:`adresser`.
BASE_URL = "https://esav.example"

_TRANSPORT = "http://schemas.xmlsoap.org/soap/http"
_QNAMES = ("type", "base", "element", "message", "binding", "itemType", "ref")
_XSD = f"{{{NS_XSD}}}"
_W = f"{{{NS_WSDL}}}"
_S11 = f"{{{NS_WSDL_SOAP_11}}}"


@dataclass(frozen=True)
class Contrat:
    """The contract of one service: its schemas by namespace, and its WSDL without address."""

    service: str
    schemas: Mapping[str, etree._Element]
    wsdl: etree._Element


def contrat(service: str, catalogue: Catalogue | None = None) -> Contrat:
    """Build the contract of a service with Spyne: slow (25 ms a form), so once per version and never in a request."""
    application = s.Application(
        [classe_contrat(service, catalogue)],
        tns=NS_WS,
        name=nom_service(service),
        in_protocol=s.Soap11(),
        out_protocol=s.Soap11(),
    )
    application.transport = _TRANSPORT
    document = s.Wsdl11(application.interface)
    document.build_interface_document(BASE_URL)
    brut = etree.fromstring(document.get_interface_document())
    prefixes = _prefixes(catalogue)
    _renommer(brut, prefixes)
    racines = _elements_racines(service, catalogue)
    schemas = {
        espace: _schema(noeud, espace, prefixes, racines)
        for noeud in brut.iter(f"{_XSD}schema")
        if (espace := noeud.get("targetNamespace", ""))
    }
    ordonnes = {espace: schemas[espace] for espace in prefixes if espace in schemas}
    return Contrat(service, ordonnes, _wsdl(brut, service, ordonnes, prefixes))


def adresser(wsdl: bytes, base_url: str, plateforme: str, service: str, version: str | None = None) -> bytes:
    """The WSDL with the public address of one platform."""
    adresse = base_url.rstrip("/") + chemin_service(plateforme, service, version)
    return re.sub(rb'(:address location=")[^"]*"', lambda m: m[1] + _attribut(adresse) + b'"', wsdl)


def en_soap_12(wsdl: bytes) -> bytes:
    """The same WSDL with a SOAP 1.2 binding, for clients that take the version from the WSDL."""
    return wsdl.replace(NS_WSDL_SOAP_11.encode(), NS_WSDL_SOAP_12.encode())


def _attribut(texte: str) -> bytes:
    return texte.replace("&", "&amp;").replace('"', "&quot;").replace("<", "&lt;").encode()


def _prefixes(catalogue: Catalogue | None) -> dict[str, str]:
    """Namespace -> prefix, in the order in which the schemas are written: shared types, Offres, services."""
    prefixes = {}
    if catalogue:
        prefixes[ns_catalogue(catalogue.version)] = "cat"
        for offre in catalogue.offres:
            prefixes[ns_offre(catalogue.version, offre.code)] = nom_element(offre.code)
    prefixes[NS_WS] = "ws"
    prefixes[NS_XSD] = "xs"
    return prefixes


def _elements_racines(service: str, catalogue: Catalogue | None) -> frozenset[str]:
    """The global elements that mean something: operations, the fault, the form of each Offre."""
    noms = {nom for operation in operations(service) for nom in (operation, f"{operation}Response")} | {"ErreurEsav"}
    if catalogue:
        noms |= {nom_element(offre.code) for offre in catalogue.offres}
    return frozenset(noms)


def _renommer(element: etree._Element, prefixes: Mapping[str, str]) -> None:
    """Give QNames in attributes our prefixes instead of Spyne's."""
    for noeud in element.iter(etree.Element):
        for attribut in _QNAMES:
            valeur = noeud.get(attribut)
            if valeur and ":" in valeur:
                prefixe, local = valeur.split(":", 1)
                espace = noeud.nsmap.get(prefixe)
                if espace is not None and espace in prefixes:
                    noeud.set(attribut, f"{prefixes[espace]}:{local}")


def _rang(noeud: etree._Element) -> tuple[int, str]:
    genres = ("import", "simpleType", "complexType", "element")
    return genres.index(etree.QName(noeud).localname), noeud.get("name") or noeud.get("namespace") or ""


def _cites(noeuds: Iterable[etree._Element]) -> frozenset[str]:
    """Prefixes of the QNames in ``noeuds``."""
    qnames = (n.get(a) or "" for noeud in noeuds for n in noeud.iter(etree.Element) for a in _QNAMES)
    return frozenset(qname.partition(":")[0] for qname in qnames if ":" in qname)


def _schema(brut: etree._Element, espace: str, prefixes: Mapping[str, str], racines: frozenset[str]) -> etree._Element:
    gardes = [
        sous
        for sous in brut
        if not (sous.tag == f"{_XSD}import" or (sous.tag == f"{_XSD}element" and sous.get("name") not in racines))
    ]
    cites = _cites(gardes)
    importes = [e for e, prefixe in prefixes.items() if e not in (espace, NS_XSD) and prefixe in cites]
    imports = [etree.Element(f"{_XSD}import", {"namespace": autre}) for autre in importes]
    utiles = {p: e for e, p in prefixes.items() if e in (espace, NS_XSD, *importes)}
    schema = etree.Element(f"{_XSD}schema", nsmap=utiles)
    schema.set("targetNamespace", espace)
    schema.set("elementFormDefault", "qualified")
    schema.extend(deepcopy([*imports, *sorted(gardes, key=_rang)]))
    etree.cleanup_namespaces(schema, keep_ns_prefixes=list(utiles))
    return schema


def _wsdl(
    brut: etree._Element, service: str, schemas: Mapping[str, etree._Element], prefixes: Mapping[str, str]
) -> etree._Element:
    nom = nom_service(service)
    nsmap = {"wsdl": NS_WSDL, "soap": NS_WSDL_SOAP_11, "ws": NS_WS, "xs": NS_XSD}
    wsdl = etree.Element(f"{_W}definitions", nsmap=nsmap)
    wsdl.set("name", nom)
    wsdl.set("targetNamespace", NS_WS)
    types = etree.SubElement(wsdl, f"{_W}types")
    types.extend(deepcopy(list(schemas.values())))
    _dates_simples(types, service)
    ordre = [n for operation in operations(service) for n in (operation, f"{operation}Response")] + ["ErreurEsav"]
    messages = {m.get("name", ""): m for m in brut.iter(f"{_W}message")}
    for nom_message in ordre:
        message = messages[nom_message]
        for part in message.iter(f"{_W}part"):
            part.set("name", "fault" if nom_message == "ErreurEsav" else "parameters")
        if nom_message == "ErreurEsav":
            message.set("name", "ErreurEsavFault")
        wsdl.append(message)
    port_type, binding, noeud_service = (brut.find(f"{_W}{n}") for n in ("portType", "binding", "service"))
    assert port_type is not None
    assert binding is not None
    assert noeud_service is not None
    port_type.set("name", f"{nom}PortType")
    _ordonner(port_type, operations(service))
    for operation in port_type.iter(f"{_W}operation"):
        if "parameterOrder" in operation.attrib:
            del operation.attrib["parameterOrder"]
    for fault in port_type.iter(f"{_W}fault"):
        fault.set("name", "ErreurEsavFault")
        fault.set("message", "ws:ErreurEsavFault")
    binding.set("name", f"{nom}Binding")
    binding.set("type", f"ws:{nom}PortType")
    _ordonner(binding, operations(service))
    for soap_binding in binding.iter(f"{_S11}binding"):
        soap_binding.set("transport", _TRANSPORT)
    for operation in binding.iter(f"{_S11}operation"):
        operation.set("soapAction", f"{NS_WS}:{operation.get('soapAction')}")
    for balise in (f"{_W}fault", f"{_S11}fault"):
        for fault in binding.iter(balise):
            fault.set("name", "ErreurEsavFault")
    for port in noeud_service.iter(f"{_W}port"):
        port.set("name", f"{nom}Port")
        port.set("binding", f"ws:{nom}Binding")
    wsdl.extend([port_type, binding, noeud_service])
    etree.cleanup_namespaces(wsdl, keep_ns_prefixes=[*nsmap, *prefixes.values()])
    return wsdl


def _dates_simples(types: etree._Element, service: str) -> None:
    """Give the direct members of a request that are a restricted date, or date and time, the plain type of XML Schema.

    Axis 1.4 sends a named restriction of these as an object, field by field, when it is a parameter of the operation. The
    schemas that requests are checked against keep the restriction.
    """
    schema = types[-1]
    bases = {
        f"ws:{simple.get('name')}": (simple, restriction.get("base", ""))
        for simple in schema.iterchildren(f"{_XSD}simpleType")
        for restriction in simple.iterchildren(f"{_XSD}restriction")
        if restriction.get("base") in ("xs:date", "xs:dateTime")
    }
    requetes = [c for c in schema.iterchildren(f"{_XSD}complexType") if c.get("name") in operations(service)]
    for membre in (m for requete in requetes for m in requete.iter(f"{_XSD}element")):
        if membre.get("type") in bases:
            membre.set("type", bases[membre.get("type", "")][1])
    cites = {noeud.get("type") for noeud in schema.iter(f"{_XSD}element")}
    for nom, (simple, _) in bases.items():
        if nom not in cites:
            schema.remove(simple)


def _ordonner(parent: etree._Element, operations: Iterable[str]) -> None:
    par_nom = {op.get("name"): op for op in parent.findall(f"{_W}operation")}
    for nom in operations:
        parent.append(par_nom[nom])


def octets(noeud: etree._Element, commentaire: str) -> bytes:
    """The document as UTF-8 bytes, indented, with a comment on top that says it is generated."""
    copie = deepcopy(noeud)
    etree.indent(copie, "  ")
    corps = etree.tostring(copie, encoding="UTF-8", xml_declaration=False)
    return b'<?xml version="1.0" encoding="UTF-8"?>\n' + f"<!-- {commentaire} -->\n".encode() + corps + b"\n"
