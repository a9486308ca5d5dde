"""The WSDLs as a node serves them: every service, both catalogue versions, both versions of SOAP; read once."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache, cached_property

from lxml import etree

from esav_soap.contract.services import RECEPTEURS, SERVICES
from esav_soap.names import NS_WSDL, NS_WSDL_SOAP_11, NS_WSDL_SOAP_12, NS_XSD
from tests.faux import FauxNoeud, noeud

X, W = f"{{{NS_XSD}}}", f"{{{NS_WSDL}}}"
VERSIONS = ("2026.1", "2026.2")
#: As the addresses have them: ``depot`` with its catalogue version, and the receiver's contract.
CHEMINS = (
    *(f"depot/{version}" for version in VERSIONS),
    *(service for service in (*SERVICES, *RECEPTEURS) if service != "depot"),
)
#: Every document: e-SAV itself calls receivers in SOAP 1.1 alone.
DOCUMENTS = [
    *((chemin, "1.1") for chemin in CHEMINS),
    *((chemin, "1.2") for chemin in CHEMINS if chemin not in RECEPTEURS),
]
IDS = [f"{chemin}-soap{soap}" for chemin, soap in DOCUMENTS]
_ESPACES = {"1.1": NS_WSDL_SOAP_11, "1.2": NS_WSDL_SOAP_12}


class Wsdl:
    """One document, read for checking. ``soap``: version of its binding."""

    def __init__(self, octets: bytes, soap: str) -> None:
        self.octets, self.soap = octets, soap
        self.racine = etree.fromstring(octets)
        self.espace = self.racine.get("targetNamespace", "")
        self.s = f"{{{_ESPACES[soap]}}}"

    def wsdl(self, nom: str) -> list[etree._Element]:
        """Every element of WSDL of that local name."""
        return list(self.racine.iter(f"{W}{nom}"))

    def lie(self, *noms: str) -> list[etree._Element]:
        """Every element of the SOAP binding of these local names."""
        return [noeud for nom in noms for noeud in self.racine.iter(f"{self.s}{nom}")]

    @cached_property
    def schemas(self) -> dict[str, etree._Element]:
        return {schema.get("targetNamespace", ""): schema for schema in self.racine.iter(f"{X}schema")}

    @cached_property
    def messages(self) -> dict[str, etree._Element]:
        return {message.get("name", ""): message for message in self.wsdl("message")}

    def message(self, noeud: etree._Element) -> etree._Element | None:
        """The message that an input, output or fault of the portType refers to."""
        espace, nom = qname(noeud, "message")
        return self.messages.get(nom) if espace == self.espace else None

    def operations(self, parent: str) -> dict[str, etree._Element]:
        """Operations of the only ``portType`` or ``binding``, by name."""
        return {o.get("name", ""): o for p in self.wsdl(parent) for o in p.iterchildren(f"{W}operation")}

    def lies(self) -> Iterator[tuple[etree._Element, etree._Element | None]]:
        """Every input, output and fault of the binding, with the message that it carries."""
        abstraites = self.operations("portType")
        for nom, operation in self.operations("binding").items():
            for lie in operation.iterchildren(f"{W}input", f"{W}output", f"{W}fault"):
                abstraite = abstraites.get(nom)
                jumeaux = [] if abstraite is None else abstraite.findall(lie.tag)
                if lie.tag == f"{W}fault":
                    jumeaux = [j for j in jumeaux if j.get("name") == lie.get("name")]
                yield lie, self.message(jumeaux[0]) if jumeaux else None

    def composant(self, genres: tuple[str, ...], espace: str, nom: str) -> etree._Element | None:
        """A global component of the schemas."""
        schema = self.schemas.get(espace)
        if schema is None:
            return None
        return next((n for g in genres for n in schema.iterchildren(f"{X}{g}") if n.get("name") == nom), None)


def qname(noeud: etree._Element, attribut: str) -> tuple[str, str]:
    """Namespace and local name of a QName in an attribute; a prefix that is not declared gives ``?``."""
    prefixe, _, nom = (noeud.get(attribut) or "").rpartition(":")
    return noeud.nsmap.get(prefixe or None, "?" if prefixe else ""), nom


@cache
def service() -> FauxNoeud:
    """A node with both versions live."""
    return noeud()


@cache
def servi(chemin: str, soap: str = "1.1") -> Wsdl:
    question = {"1.1": "wsdl", "1.2": "wsdl=soap12"}[soap]
    reponse = service().appeler(f"/production/ws/1/{chemin}", methode="GET", question=question, operateur=None)
    assert reponse.statut == 200
    return Wsdl(reponse.octets, soap)
