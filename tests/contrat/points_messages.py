"""The points of the Basic Profile that an answer can be judged by; see ``points``. ``defaut`` breaks the point in a good fault."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from lxml import etree

from esav_soap.names import NS_SOAP_11, NS_WS, NS_XSI

S = f"{{{NS_SOAP_11}}}"
_SOAPENC = "http://schemas.xmlsoap.org/soap/encoding/"
_CODES = ("VersionMismatch", "MustUnderstand", "Client", "Server")


class Enveloppe:
    """The bytes of an answer in SOAP 1.1, read."""

    def __init__(self, octets: bytes) -> None:
        self.octets = octets
        self.racine = etree.fromstring(octets)
        self.corps = self.racine.findall(f"{S}Body")
        self.fault = next((f for corps in self.corps for f in corps.iterchildren(f"{S}Fault")), None)

    def dans_la_fault(self, nom: str) -> etree._Element | None:
        return None if self.fault is None else next(self.fault.iterchildren(f"{{*}}{nom}"), None)


@dataclass(frozen=True)
class PointMessage:
    numeros: str
    enonce: str
    defaut: tuple[str, str]
    juger: Callable[[Enveloppe], Iterator[str]]


POINTS_MESSAGES: list[PointMessage] = []
Juge = Callable[[Enveloppe], Iterator[str]]


def point(numeros: str, enonce: str, defaut: tuple[str, str]) -> Callable[[Juge], Juge]:
    def inscrire(juger: Juge) -> Juge:
        POINTS_MESSAGES.append(PointMessage(numeros, enonce, defaut, juger))
        return juger

    return inscrire


@point("R9980", "an envelope of SOAP 1.1, with one body", ("(<s:Body>)", r"<s:Tete/>\1"))
def _(message: Enveloppe) -> Iterator[str]:
    noms = [str(enfant.tag) for enfant in message.racine]
    if message.racine.tag != f"{S}Envelope" or noms not in ([f"{S}Body"], [f"{S}Header", f"{S}Body"]):
        yield f"{message.racine.tag}: {noms}"


@point("R9981", "at most one element in the body", ("(</s:Body>)", r'<a xmlns="urn:a"/>\1'))
def _(message: Enveloppe) -> Iterator[str]:
    yield from ("more than one" for corps in message.corps if len(corps) > 1)


@point("R1000", "in a fault: faultcode, faultstring, faultactor, detail", ("(<detail>)", r"<autre/>\1"))
def _(message: Enveloppe) -> Iterator[str]:
    if message.fault is not None:
        noms = [etree.QName(e).localname for e in message.fault]
        if [n for n in noms if n not in ("faultcode", "faultstring", "faultactor", "detail")] or noms[:2] != [
            "faultcode",
            "faultstring",
        ]:
            yield f"{noms}"


@point("R1001", "which have no namespace", ("<faultstring>", '<faultstring xmlns="urn:a">'))
def _(message: Enveloppe) -> Iterator[str]:
    yield from (str(e.tag) for e in (() if message.fault is None else message.fault) if etree.QName(e).namespace)


@point("R1004", "faultcode is one of SOAP's own, a name in its namespace", ("s:Client", "Client"))
def _(message: Enveloppe) -> Iterator[str]:
    code = message.dans_la_fault("faultcode")
    if code is not None:
        prefixe, _, nom = (code.text or "").rpartition(":")
        if code.nsmap.get(prefixe) != NS_SOAP_11 or nom.split(".")[0] not in _CODES:
            yield f"{code.text}"


@point("R1031", "without the dots that refine it", ("s:Client", "s:Client.Formulaire"))
def _(message: Enveloppe) -> Iterator[str]:
    code = message.dans_la_fault("faultcode")
    if code is not None and "." in (code.text or ""):
        yield f"{code.text}"


@point("R1005 R1006", "no encodingStyle", ("<ws:ErreurEsav ", f'<ws:ErreurEsav s:encodingStyle="{_SOAPENC}" '))
def _(message: Enveloppe) -> Iterator[str]:
    yield from (str(n.tag) for n in message.racine.iter() if n.get(f"{S}encodingStyle") is not None)


@point("R1008", "no document type", ("(<s:Envelope)", r"<!DOCTYPE a>\1"))
def _(message: Enveloppe) -> Iterator[str]:
    if b"<!DOCTYPE" in message.octets:
        yield "DTD"


@point("R1009", "no processing instruction", ("(<s:Body>)", r"<?a b?>\1"))
def _(message: Enveloppe) -> Iterator[str]:
    yield from map(str, re.findall(rb"<\?(?!xml )\w+", message.octets))


@point("R1011", "nothing after the body", ("(</s:Envelope>)", r'<a xmlns="urn:a"/>\1'))
def _(message: Enveloppe) -> Iterator[str]:
    if not len(message.racine) or message.racine[-1].tag != f"{S}Body":
        yield "the body is not the last"


@point(
    "R1013",
    "mustUnderstand is 0 or 1",
    ("(<s:Body>)", r'<s:Header><a:a xmlns:a="urn:a" s:mustUnderstand="true"/></s:Header>\1'),
)
def _(message: Enveloppe) -> Iterator[str]:
    yield from (str(n.tag) for n in message.racine.iter() if n.get(f"{S}mustUnderstand") not in (None, "0", "1"))


@point("R1014", "what is in the body has a namespace", ("(<s:Body>).*(</s:Body>)", r"\1<a/>\2"))
def _(message: Enveloppe) -> Iterator[str]:
    yield from (str(e.tag) for corps in message.corps for e in corps if not etree.QName(e).namespace)


@point("R1032", "no attribute of SOAP's namespace on its own elements", ("<s:Body>", '<s:Body s:actor="urn:a">'))
def _(message: Enveloppe) -> Iterator[str]:
    for noeud in (message.racine, *message.racine):
        yield from (str(a) for a in noeud.attrib if str(a).startswith(S))


@point(
    "R1033 R9704",
    "no declaration of the prefix xml",
    ("<s:Body>", '<s:Body xmlns:xml="http://www.w3.org/XML/1998/namespace">'),
)
def _(message: Enveloppe) -> Iterator[str]:
    if b"xmlns:xml=" in message.octets:
        yield "xmlns:xml"


@point(
    "R2113",
    "no arrayType of SOAP's encoding",
    ("<ws:ErreurEsav ", f'<ws:ErreurEsav xmlns:e="{_SOAPENC}" e:arrayType="a[]" '),
)
def _(message: Enveloppe) -> Iterator[str]:
    yield from (str(n.tag) for n in message.racine.iter() if n.get(f"{{{_SOAPENC}}}arrayType") is not None)


@point(
    "R1017",
    "no xsi:type, nor any other of xsi, is needed to read it",
    ("<ws:ErreurEsav ", f'<ws:ErreurEsav xmlns:i="{NS_XSI}" i:nil="false" '),
)
def _(message: Enveloppe) -> Iterator[str]:
    if NS_XSI.encode() in message.octets:
        yield "xsi"


@point("R1012 R9701", "XML 1.0 in UTF-8, without a byte order mark", ("^", "\ufeff"))
def _(message: Enveloppe) -> Iterator[str]:
    if not re.match(rb"<\?xml version=['\"]1\.0['\"] encoding=['\"]UTF-8['\"]", message.octets):
        yield f"{message.octets[:50]!r}"


@point(
    "R2712 R2742",
    "what is in the body, or the detail, is an element of the contract",
    ("(<detail>).*(</detail>)", r"\1\2"),
)
def _(message: Enveloppe) -> Iterator[str]:
    detail = message.dans_la_fault("detail")
    contenu = (
        [e for corps in message.corps for e in corps]
        if message.fault is None
        else []
        if detail is None
        else list(detail)
    )
    noms = [etree.QName(e) for e in contenu]
    attendu = "Response" if message.fault is None else "ErreurEsav"
    if (
        len(noms) != 1
        or noms[0].namespace != NS_WS
        or not noms[0].localname.endswith(attendu)
        or noms[0].localname[0] == "A"
    ):
        yield f"{noms}"
