"""What design promises of the shapes of the contract, beyond the Basic Profile: what legacy stacks were seen to read, and no more.

A whitelist: an element or attribute of XML Schema that is not in it was never shown to the clients of ``tests/interop``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from lxml import etree

from esav_soap.contract.services import operations
from esav_soap.names import NS_WS, NS_XSD
from tests.contrat.servis import CHEMINS, VERSIONS, Wsdl, X, qname, servi

#: Elements of XML Schema that the contract consists of, with their attributes. Neither nillable nor abstract is one of them,
#: nor xs:any, xs:anyAttribute, xs:attribute, xs:all, xs:list, xs:union, xs:extension, xs:group, xs:key, xs:notation.
PERMIS = {
    "schema": "targetNamespace elementFormDefault",
    "import": "namespace",
    "annotation": "",
    "documentation": "",
    "simpleType": "name",
    "restriction": "base",
    "complexType": "name",
    "sequence": "",
    "choice": "",
    "element": "name type minOccurs maxOccurs",
    **dict.fromkeys(("enumeration", "pattern", "fractionDigits", "minInclusive", "maxInclusive"), "value"),
    **dict.fromkeys(("length", "minLength", "maxLength"), "value"),
}
#: Types of XML Schema that every client has a type for: no xs:integer (BigInteger in Java, string in .NET), no xs:anyType.
PREDEFINIS = {"string", "int", "boolean", "decimal", "date", "dateTime", "base64Binary"}
#: The only choice is that of an Offre.
CHOIX = re.compile(r"urn:esav:catalogue:[^:]+ Formulaire")

par_service = pytest.mark.parametrize("chemin", CHEMINS)


def hors_liste(wsdl: Wsdl) -> Iterator[str]:
    for espace, schema in wsdl.schemas.items():
        if schema.get("elementFormDefault") != "qualified":
            yield f"{espace}: elementFormDefault"
        for noeud in schema.iter(etree.Element):
            nom = etree.QName(noeud).localname
            if nom not in PERMIS:
                yield f"{espace}: xs:{nom}"
                continue
            yield from (f"{espace}: xs:{nom}/@{a}" for a in map(str, noeud.attrib) if a not in PERMIS[nom].split())
            for attribut in ("type", "base"):
                de, local = qname(noeud, attribut)
                if de == NS_XSD and local not in PREDEFINIS:
                    yield f"{espace}: type xs:{local}"


def choix(wsdl: Wsdl) -> list[str]:
    """Where there is an xs:choice: namespace and complex type."""
    trouves = []
    for noeud in wsdl.racine.iter(f"{X}choice"):
        (type_,) = [p for p in noeud.iterancestors(f"{X}complexType") if p.get("name")]
        trouves.append(f"{type_.getparent().get('targetNamespace')} {type_.get('name')}")  # type: ignore[union-attr]
    return trouves


def reponses(wsdl: Wsdl, racines: list[str]) -> Iterator[tuple[str, etree._Element]]:
    """Every element below these global elements of the services' namespace, with the type that has it."""
    a_voir, vus = list(racines), set(racines)
    while a_voir:
        type_ = wsdl.composant(("complexType",), NS_WS, a_voir.pop())
        assert type_ is not None
        for element in type_.iter(f"{X}element"):
            yield type_.get("name", ""), element
            espace, local = qname(element, "type")
            if espace == NS_WS and local not in vus and wsdl.composant(("complexType",), NS_WS, local) is not None:
                vus.add(local)
                a_voir.append(local)


def restreints(wsdl: Wsdl, service: str) -> list[str]:
    """Members of what a client reads back whose type is not one of XML Schema's, whole, or one of complex content."""
    racines = [f"{operation}Response" for operation in operations(service)] + ["ErreurEsav"]
    if service == "notification":  # that is what e-SAV sends
        racines += operations(service)
    fautifs = []
    for type_, element in reponses(wsdl, racines):
        espace, local = qname(element, "type")
        if espace != NS_XSD and wsdl.composant(("complexType",), espace, local) is None:
            fautifs.append(f"{type_}.{element.get('name')}: {element.get('type')}")
    return fautifs


def gate(chemin: str, motif: str, remplace: str) -> Wsdl:
    octets, fois = re.subn(motif.encode(), remplace.encode(), servi(chemin).octets, count=1, flags=re.DOTALL)
    assert fois
    return Wsdl(octets, "1.1")


@pytest.mark.exigence("R9")
@par_service
def test_rien_que_ce_que_tous_lisent__ok(chemin: str) -> None:
    assert list(hors_liste(servi(chemin))) == []


@pytest.mark.exigence("R9")
@pytest.mark.parametrize(
    ("motif", "remplace", "attendu"),
    [
        ('(<xs:element name="nom" )', r'\1nillable="true" ', "xs:element/@nillable"),
        ('(<xs:complexType name="Contact")', r'\1 abstract="true"', "xs:complexType/@abstract"),
        ("(<xs:sequence>)", r"\1<xs:any/>", "xs:any"),
        ("(</xs:sequence>)", r"\1<xs:anyAttribute/>", "xs:anyAttribute"),
        ("(</xs:sequence>)", r'\1<xs:attribute name="a"/>', "xs:attribute"),
        ("(<xs:simpleType)", r'<xs:notation name="a" public="a"/>\1', "xs:notation"),
        ('type="xs:string"', 'type="xs:integer"', "type xs:integer"),
        ('type="xs:string"', 'type="xs:anyType"', "type xs:anyType"),
        ('elementFormDefault="qualified"', "", "elementFormDefault"),
    ],
)
def test_le_reste_se_voit__error(motif: str, remplace: str, attendu: str) -> None:
    assert [dit.rpartition(": ")[2] for dit in hors_liste(gate("depot/2026.2", motif, remplace))] == [attendu]


@pytest.mark.exigence("R1.2", "R9")
@par_service
def test_un_seul_choix_celui_de_l_offre__ok(chemin: str) -> None:
    trouves = choix(servi(chemin))
    assert len(trouves) == chemin.startswith("depot")
    assert all(CHOIX.fullmatch(trouve) for trouve in trouves)
    assert choix(gate("suivi", "(<xs:sequence>)(.*?)(</xs:sequence>)", r"\1<xs:choice>\2</xs:choice>\3"))


@pytest.mark.exigence("R9")
@par_service
def test_les_reponses_n_ont_ni_enumeration_ni_restriction__ok(chemin: str) -> None:
    """A value that is new to them breaks gSOAP, Axis and Mono."""
    service = chemin.partition("/")[0]
    wsdl = servi(chemin)
    assert restreints(wsdl, service) == []
    assert len({type_ for type_, _ in reponses(wsdl, [f"{o}Response" for o in operations(service)])}) > len(
        operations(service)
    )


@pytest.mark.exigence("R9")
def test_une_enumeration_dans_une_reponse_se_voit__error() -> None:
    motif = '(<xs:complexType name="EtatSignalisation">.*?<xs:element name="etat" type=")xs:string'
    assert restreints(gate("suivi", motif, r"\1ws:EtatFiltre"), "suivi") == ["EtatSignalisation.etat: ws:EtatFiltre"]


@pytest.mark.exigence("R9")
@par_service
def test_enveloppe_par_un_element_du_nom_de_l_operation__ok(chemin: str) -> None:
    """Document/literal wrapped, as stubs are made from it: one sequence, no attribute; the answer is one element."""
    wsdl = servi(chemin)
    for nom, operation in wsdl.operations("portType").items():
        for sens, attendu in (("input", nom), ("output", f"{nom}Response")):
            (message,) = [wsdl.message(n) for n in operation if etree.QName(n).localname == sens]
            assert message is not None
            (part,) = message
            assert (part.get("name"), qname(part, "element")) == ("parameters", (NS_WS, attendu))
            element = wsdl.composant(("element",), NS_WS, attendu)
            assert element is not None
            type_ = wsdl.composant(("complexType",), *qname(element, "type"))
            assert type_ is not None
            contenu = [etree.QName(n).localname for n in type_ if n.tag != f"{X}annotation"]
            assert contenu in (["sequence"], [])
            membres = [m.get("maxOccurs", "1") for m in type_.iter(f"{X}element")]
            assert membres == ["1"] or sens == "input"


@pytest.mark.exigence("R1.3", "R9")
@pytest.mark.parametrize("version", VERSIONS)
def test_noms_et_codes_en_ascii__ok(version: str) -> None:
    """Accented or numeric ones degrade in the classes that Java makes of them."""
    noms = [
        noeud.get("name") or noeud.get("value") or ""
        for schema in servi(f"depot/{version}").schemas.values()
        for noeud in schema.iter(f"{X}element", f"{X}complexType", f"{X}simpleType", f"{X}enumeration")
        if noeud.get("name") or noeud.get("value")
    ]
    assert len(noms) > 500
    assert [nom for nom in noms if not re.fullmatch(r"[A-Za-z][A-Za-z0-9_]*", nom)] == []


@pytest.mark.exigence("R1.1", "R9")
@par_service
def test_un_document_que_chaque_outil_nomme_bien__ok(chemin: str) -> None:
    """Names of portType, binding, service and port differ (gSOAP); operations in the order of the table; the schema of the
    services comes after those that it takes types from (wsdl.exe)."""
    wsdl = servi(chemin)
    noms = [noeud.get("name") for genre in ("portType", "binding", "service", "port") for noeud in wsdl.wsdl(genre)]
    assert len(set(noms)) == len(noms) == 4
    for parent in ("portType", "binding"):
        assert tuple(wsdl.operations(parent)) == operations(chemin.partition("/")[0])
    assert {f.get("name") for f in wsdl.wsdl("fault")} == {"ErreurEsavFault"}
    espaces = [schema.get("targetNamespace") for schema in wsdl.racine.iter(f"{X}schema")]
    assert espaces[-1] == NS_WS
    assert len(set(espaces)) == len(espaces)


@pytest.mark.exigence("R9")
@par_service
def test_une_date_d_une_requete_a_un_type_predefini__ok(chemin: str) -> None:
    """Axis 1.4 sends a restricted date as an object when it is a direct member of the request."""
    schema = servi(chemin).schemas[NS_WS]
    restreints = {
        f"ws:{simple.get('name')}"
        for simple in schema.iterchildren(f"{X}simpleType")
        if simple[0].get("base") in ("xs:date", "xs:dateTime")
    }
    directs = [
        membre.get("type")
        for type_ in schema.iterchildren(f"{X}complexType")
        if (type_.get("name") or "")[:1].islower()
        for membre in type_.iter(f"{X}element")
    ]
    assert directs
    assert restreints.isdisjoint(directs)
    if chemin == "rendez-vous":
        assert directs.count("xs:date") == 4
