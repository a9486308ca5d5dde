"""The points of the WS-I Basic Profile 1.1, and of its Simple SOAP Binding Profile 1.0, that a WSDL can be judged by.

One function for each point, or for points that are broken together; it tells what is wrong. ``defaut`` breaks the point in
a good WSDL (that of ``suivi``): a pattern and what takes the place of its first match; the tests see that it is noticed.
Points on rpc, on what a consumer does and those that permit something have nothing to judge here.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from lxml import etree

from esav_soap.names import NS_WSDL, NS_XSD
from tests.contrat.servis import W, Wsdl, X, qname

_SOAPENC = "http://schemas.xmlsoap.org/soap/encoding/"
_REQUIS = f"{W}required"

Juge = Callable[[Wsdl], Iterator[str]]


@dataclass(frozen=True)
class Point:
    """``defaut``: pattern, and what takes its place."""

    numeros: str
    enonce: str
    defaut: tuple[str, str]
    juger: Juge

    def gater(self, octets: bytes) -> bytes:
        gate, fois = re.subn(self.defaut[0].encode(), self.defaut[1].encode(), octets, count=1, flags=re.DOTALL)
        assert fois, f"{self.numeros}: nothing to break"
        return gate


POINTS: list[Point] = []


def point(numeros: str, enonce: str, defaut: tuple[str, str]) -> Callable[[Juge], Juge]:
    def inscrire(juger: Juge) -> Juge:
        POINTS.append(Point(numeros, enonce, defaut, juger))
        return juger

    return inscrire


#: Of each element of WSDL: its children in order, and its attributes (those with ! are mandatory); as its schema has them.
_WSDL = {
    "definitions": ("documentation import* types message* portType* binding* service*", "name targetNamespace!"),
    "types": ("documentation", ""),
    "message": ("documentation part*", "name!"),
    "part": ("documentation", "name! element type"),
    "portType": ("documentation operation*", "name!"),
    "binding": ("documentation operation*", "name! type!"),
    "service": ("documentation port*", "name!"),
    "port": ("documentation", "name! binding!"),
    "operation": ("documentation input output fault*", "name! parameterOrder"),
    "input": ("documentation", "name message"),
    "output": ("documentation", "name message"),
    "fault": ("documentation", "name! message"),
    "import": ("documentation", "namespace! location!"),
}
_LIEES = {
    "binding": "transport! style",
    "operation": "soapAction style",
    "body": "use! parts encodingStyle namespace",
    "fault": "name! use! encodingStyle namespace",
    "header": "message! part! use! encodingStyle namespace",
    "headerfault": "message! part! use! encodingStyle namespace",
    "address": "location!",
}


def _attributs(noeud: etree._Element, permis: str) -> Iterator[str]:
    noms = {nom.rstrip("!"): nom.endswith("!") for nom in permis.split()}
    ici = f"{etree.QName(noeud).localname} {noeud.get('name') or ''}"
    yield from (f"{ici}: @{nom}" for nom in map(str, noeud.attrib) if nom not in noms and nom != _REQUIS)
    yield from (f"{ici}: no @{nom}" for nom, voulu in noms.items() if voulu and noeud.get(nom) is None)


@point("R2028", "valid by the schema of WSDL 1.1", ("(<wsdl:portType )name=", r"\1nom="))
def _(wsdl: Wsdl) -> Iterator[str]:
    for noeud in wsdl.racine.iter(f"{W}*"):
        nom = etree.QName(noeud).localname
        if nom == "documentation":
            continue
        if nom not in _WSDL:
            yield f"unknown element {nom}"
            continue
        enfants, attributs = _WSDL[nom]
        yield from _attributs(noeud, attributs)
        ordre = [e.rstrip("*") for e in enfants.split()]
        vus = [etree.QName(e).localname for e in noeud.iterchildren(f"{W}*")]
        if [e for e in vus if e not in ordre] or vus != sorted(vus, key=ordre.index):
            yield f"{nom}: {' '.join(vus)}"
        yield from (
            f"{nom}: two {e}" for e, fois in Counter(vus).items() if fois > 1 and f"{e}*" not in enfants.split()
        )


@point("R2029", "valid by the schema of the SOAP binding", (r'soapAction="', 'action="'))
def _(wsdl: Wsdl) -> Iterator[str]:
    for noeud in wsdl.racine.iter(f"{wsdl.s}*"):
        nom = etree.QName(noeud).localname
        if nom not in _LIEES:
            yield f"unknown element {nom}"
        else:
            yield from _attributs(noeud, _LIEES[nom])


@point(
    "R2001 R2005 R2007 R2022 R2803",
    "an import of WSDL imports WSDL: there is none, the document is complete",
    ("<wsdl:types>", '<wsdl:import namespace="urn:esav:ws:1" location="ws.xsd"/><wsdl:types>'),
)
def _(wsdl: Wsdl) -> Iterator[str]:
    yield from (f"import of {noeud.get('location')}" for noeud in wsdl.wsdl("import"))


@point(
    "R2002 R2003",
    "schemas are imported by xs:import, in an xs:schema below wsdl:types",
    ("</wsdl:types>", '<xs:import namespace="urn:x"/></wsdl:types>'),
)
def _(wsdl: Wsdl) -> Iterator[str]:
    for noeud in wsdl.racine.iter(f"{X}import"):
        parent = noeud.getparent()
        types = None if parent is None else parent.getparent()
        if parent is None or parent.tag != f"{X}schema" or types is None or types.tag != f"{W}types":
            yield f"xs:import of {noeud.get('namespace')} outside a schema"


@point(
    "R2004 R2009 R2010 R2011",
    "what schemaLocation leads to is a schema in UTF-8: nothing is elsewhere",
    ('(targetNamespace="urn:esav:ws:1" elementFormDefault="qualified">)', r'\1<xs:include schemaLocation="a.xsd"/>'),
)
def _(wsdl: Wsdl) -> Iterator[str]:
    yield from (f"schemaLocation {n.get('schemaLocation')}" for n in wsdl.racine.iter() if n.get("schemaLocation"))
    yield from (f"{n.tag}" for n in wsdl.racine.iter(f"{X}include", f"{X}redefine"))


@point(
    "R2023", "types stand before all other elements", ("(<wsdl:types>.*</wsdl:types>)(.*)(<wsdl:portType)", r"\2\1\3")
)
def _(wsdl: Wsdl) -> Iterator[str]:
    noms = [etree.QName(n).localname for n in wsdl.racine.iterchildren(f"{W}*")]
    if noms[0] != "types" or noms.count("types") != 1:
        yield " ".join(noms)


@point("R4002 R4003", "UTF-8, and no byte order mark, which old readers stumble over", ("^", "\ufeff"))
def _(wsdl: Wsdl) -> Iterator[str]:
    declaree = wsdl.racine.getroottree().docinfo.encoding
    if declaree != "UTF-8":
        yield f"declared {declaree}"
    if wsdl.octets.startswith(b"\xef\xbb\xbf"):
        yield "byte order mark"
    try:
        wsdl.octets.decode("utf-8")
    except UnicodeDecodeError as erreur:
        yield str(erreur)


@point("R4004", "XML 1.0", (r'version="1\.0"', 'version="1.1"'))
def _(wsdl: Wsdl) -> Iterator[str]:
    if not re.match(rb'(\xef\xbb\xbf)?<\?xml version="1\.0"', wsdl.octets):
        yield "not declared as XML 1.0"
    if b"<!DOCTYPE" in wsdl.octets:
        yield "document type"


@point(
    "R1034",
    "no declaration of the prefix xml",
    ("<wsdl:types", '<wsdl:types xmlns:xml="http://www.w3.org/XML/1998/namespace"'),
)
def _(wsdl: Wsdl) -> Iterator[str]:
    if b"xmlns:xml=" in wsdl.octets:
        yield "xmlns:xml"


@point("R2026", "no extension is required", ("<soap([0-9]*):address ", r'<soap\1:address wsdl:required="true" '))
def _(wsdl: Wsdl) -> Iterator[str]:
    yield from (f"{n.tag}" for n in wsdl.racine.iter() if n.get(_REQUIS) not in (None, "false", "0"))


@point("R2101", "names of WSDL components lead to components", (r'(<wsdl:port [^>]*binding="ws:)', r"\1Autre"))
def _(wsdl: Wsdl) -> Iterator[str]:
    declares = {genre: {n.get("name") for n in wsdl.wsdl(genre)} for genre in ("message", "portType", "binding")}
    references = [
        (n, "message", "message") for g in ("input", "output", "fault") for n in wsdl.wsdl(g) if n.get("message")
    ]
    references += [(n, "type", "portType") for n in wsdl.wsdl("binding")]
    references += [(n, "binding", "binding") for n in wsdl.wsdl("port")]
    for noeud, attribut, genre in references:
        espace, nom = qname(noeud, attribut)
        if espace != wsdl.espace or nom not in declares[genre]:
            yield f"{genre} {noeud.get(attribut)}"


@point(
    "R2102",
    "names of schema components lead to components of a schema of one's own, or imported",
    ('(<xs:element [^>]*type="ws:)', r"\1Autre"),
)
def _(wsdl: Wsdl) -> Iterator[str]:
    for cible, schema in wsdl.schemas.items():
        importes = {i.get("namespace") for i in schema.iterchildren(f"{X}import")}
        for noeud in schema.iter(f"{X}*"):
            for attribut, genres in _REFERENCES.items():
                if noeud.get(attribut) is None:
                    continue
                espace, nom = qname(noeud, attribut)
                if espace == NS_XSD:
                    if nom not in _PREDEFINIS:
                        yield f"xs:{nom} is no type of XML Schema"
                elif espace != cible and espace not in importes:
                    yield f"{noeud.get(attribut)}: {espace} is not imported"
                elif wsdl.composant(genres, espace, nom) is None:
                    yield f"{noeud.get(attribut)} in {cible}"
        yield from (f"import of {i}, which is not there" for i in importes if i not in wsdl.schemas)


_REFERENCES = {"type": ("simpleType", "complexType"), "base": ("simpleType", "complexType"), "ref": ("element",)}
_PREDEFINIS = frozenset(
    """string boolean decimal float double duration dateTime time date gYearMonth gYear gMonthDay gDay gMonth hexBinary
    base64Binary anyURI QName normalizedString token language Name NCName NMTOKEN integer nonPositiveInteger negativeInteger
    long int short byte nonNegativeInteger unsignedLong unsignedInt unsignedShort unsignedByte positiveInteger anyType
    anySimpleType""".split()  # noqa: SIM905
)


@point("R2105", "every schema has a target namespace", (r'<xs:schema targetNamespace="[^"]*"', "<xs:schema"))
def _(wsdl: Wsdl) -> Iterator[str]:
    yield from ("no targetNamespace" for s in wsdl.racine.iter(f"{X}schema") if not s.get("targetNamespace"))


@point(
    "R2110",
    "nothing derives from the array of SOAP",
    ("<xs:sequence>", f'<xs:sequence><xs:element xmlns:e="{_SOAPENC}" name="t" type="e:Array"/>'),
)
def _(wsdl: Wsdl) -> Iterator[str]:
    for noeud in wsdl.racine.iter():
        yield from (f"{noeud.get(a)}" for a in ("type", "base", "ref") if qname(noeud, a)[0] == _SOAPENC)


@point("R2111", "no wsdl:arrayType", ("<xs:sequence>", '<xs:sequence wsdl:arrayType="xs:string[]">'))
def _(wsdl: Wsdl) -> Iterator[str]:
    yield from (f"{n.tag}" for n in wsdl.racine.iter() if f"{{{NS_WSDL}}}arrayType" in n.attrib)


@point("R2112", "no name ArrayOf...", ('<xs:complexType name="', '<xs:complexType name="ArrayOf'))
def _(wsdl: Wsdl) -> Iterator[str]:
    yield from (
        n.get("name", "") for n in wsdl.racine.iter(f"{X}*") if (n.get("name") or "").lower().startswith("arrayof")
    )


@point("R2800 R2801", "schemas are of XML Schema 1.0", ("<xs:sequence>", '<xs:sequence><xs:assert test="true()"/>'))
def _(wsdl: Wsdl) -> Iterator[str]:
    for schema in wsdl.schemas.values():
        for noeud in schema.iter(etree.Element):
            espace, nom = etree.QName(noeud).namespace, etree.QName(noeud).localname
            if espace != NS_XSD or nom in (
                "assert",
                "assertion",
                "alternative",
                "openContent",
                "defaultOpenContent",
                "override",
            ):
                yield f"{noeud.tag}"
        yield from (f"{s.get('namespace')}" for s in wsdl.wsdl("types")[0] if s.tag != f"{X}schema")
