"""The points of the Basic Profile on messages, the portType and the SOAP binding; see ``points``."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

from lxml import etree

from tests.contrat.points import POINTS, point
from tests.contrat.servis import W, Wsdl, qname

__all__ = ["POINTS"]

_TRANSPORT = "http://schemas.xmlsoap.org/soap/http"


@point("R2201", "a body names one part at most", (r':body use="literal"', ':body use="literal" parts="a b"'))
def _(wsdl: Wsdl) -> Iterator[str]:
    yield from (n.get("parts", "") for n in wsdl.lie("body") if len((n.get("parts") or "").split()) > 1)


@point(
    "R2210",
    "a message whose body names no part has one at most",
    (r"(<wsdl:part [^>]*/>)", r'\1<wsdl:part name="b" element="ws:b"/>'),
)
def _(wsdl: Wsdl) -> Iterator[str]:
    for lie, message in wsdl.lies():
        sans = [b for b in lie.iterchildren(f"{wsdl.s}body") if b.get("parts") is None]
        if sans and (message is None or len(message.findall(f"{W}part")) > 1):
            yield f"{lie.get('name')}"


@point("R2204 R2205", "parts of bodies and faults are elements", (r'(<wsdl:part [^>]*)element="', r'\1type="'))
def _(wsdl: Wsdl) -> Iterator[str]:
    for lie, message in wsdl.lies():
        if message is None or [p for p in message.iterchildren(f"{W}part") if p.get("element") is None]:
            yield f"{lie.get('name')}"


@point("R2206", "the element of a part is a global one", (r'(<wsdl:part [^>]*element="ws:)', r"\1Autre"))
def _(wsdl: Wsdl) -> Iterator[str]:
    for part in wsdl.wsdl("part"):
        if wsdl.composant(("element",), *qname(part, "element")) is None:
            yield f"{part.get('element')}"


@point("R2306", "a part has an element or a type, not both", (r"(<wsdl:part [^>]*element=)", r'\1"ws:a" type='))
def _(wsdl: Wsdl) -> Iterator[str]:
    yield from (p.get("name", "") for p in wsdl.wsdl("part") if (p.get("element") is None) == (p.get("type") is None))


@point("R2209", "every part of a message is bound", (r'<soap([0-9]*):body use="literal"/>', ""))
def _(wsdl: Wsdl) -> Iterator[str]:
    for lie, message in wsdl.lies():
        parts = [] if message is None else [p.get("name", "") for p in message.iterchildren(f"{W}part")]
        for enfant in lie.iterchildren(f"{wsdl.s}body", f"{wsdl.s}fault"):
            nommees = (enfant.get("parts") or " ".join(parts)).split()
            parts = [p for p in parts if p not in nommees]
        yield from (f"{lie.get('name')}: {p}" for p in parts)


@point("R2303", "operations are request and answer", (r"<wsdl:input [^>]*message=[^>]*/>", ""))
def _(wsdl: Wsdl) -> Iterator[str]:
    for nom, operation in wsdl.operations("portType").items():
        sens = [etree.QName(n).localname for n in operation.iterchildren(f"{W}input", f"{W}output")]
        if sens != ["input", "output"]:
            yield f"{nom}: {sens}"


@point(
    "R2304",
    "names of operations are distinct",
    (r'(<wsdl:portType .*?<wsdl:operation name=")(\w+)(".*?<wsdl:operation name=")\w+', r"\1\2\3\2"),
)
def _(wsdl: Wsdl) -> Iterator[str]:
    for parent in (*wsdl.wsdl("portType"), *wsdl.wsdl("binding")):
        noms = Counter(o.get("name") for o in parent.iterchildren(f"{W}operation"))
        yield from (f"{nom}" for nom, fois in noms.items() if fois > 1)


@point(
    "R2305",
    "parameterOrder leaves out one part at most: there is none, Axis 1.4 stops on it",
    (r'(<wsdl:portType .*?<wsdl:operation name="\w+")', r'\1 parameterOrder="parameters"'),
)
def _(wsdl: Wsdl) -> Iterator[str]:
    yield from (f"{o.get('name')}" for o in wsdl.wsdl("operation") if o.get("parameterOrder") is not None)


@point(
    "R2401 R9801 R9802",
    "the binding is of SOAP alone",
    ("(<wsdl:binding [^>]*>)", r'\1<h:binding xmlns:h="http://schemas.xmlsoap.org/wsdl/http/" verb="POST"/>'),
)
def _(wsdl: Wsdl) -> Iterator[str]:
    for parent in (*wsdl.wsdl("binding"), *wsdl.wsdl("port")):
        yield from (f"{n.tag}" for n in parent.iter(etree.Element) if not n.tag.startswith((W, wsdl.s)))
        genre = "binding" if parent.tag == f"{W}binding" else "address"
        if len(parent.findall(f"{wsdl.s}{genre}")) != 1:
            yield f"{parent.get('name')}: not one soap:{genre}"


@point("R2701", "the binding names its transport", (r' transport="[^"]*"', ""))
def _(wsdl: Wsdl) -> Iterator[str]:
    yield from ("no transport" for b in wsdl.lie("binding") if b.get("transport") is None)


@point("R2702", "which is HTTP", (r'transport="[^"]*"', 'transport="http://schemas.xmlsoap.org/soap/smtp"'))
def _(wsdl: Wsdl) -> Iterator[str]:
    yield from (f"{b.get('transport')}" for b in wsdl.lie("binding") if b.get("transport") != _TRANSPORT)


@point("R2705", "the binding is document throughout", (r'(:operation soapAction="[^"]*" style=")document', r"\1rpc"))
def _(wsdl: Wsdl) -> Iterator[str]:
    yield from (
        f"{n.get('style')}" for n in wsdl.lie("binding", "operation") if n.get("style", "document") != "document"
    )


@point("R2706 R2723", "literal everywhere, and said so", (':body use="literal"', ':body use="encoded"'))
def _(wsdl: Wsdl) -> Iterator[str]:
    liees = wsdl.lie("body", "fault", "header", "headerfault")
    yield from (
        f"{n.tag}: {n.get('use')}" for n in liees if n.get("use") != "literal" or n.get("encodingStyle") is not None
    )


@point(
    "R2710",
    "operations differ by the element of their body",
    (
        r'(<wsdl:message name="consulterEtat">.*?<wsdl:message name="consulterDetail">\s*<wsdl:part [^>]*element="ws:)\w+',
        r"\1consulterEtat",
    ),
)
def _(wsdl: Wsdl) -> Iterator[str]:
    corps = Counter(
        part.get("element")
        for lie, message in wsdl.lies()
        if lie.tag == f"{W}input" and message is not None
        for part in message.iterchildren(f"{W}part")
    )
    yield from (f"{element}" for element, fois in corps.items() if fois > 1)


@point("R2711", "ports have distinct addresses, which are absolute", (r'location="https://[^/]*', 'location="'))
def _(wsdl: Wsdl) -> Iterator[str]:
    lieux = Counter(a.get("location", "") for a in wsdl.lie("address"))
    yield from (lieu for lieu, fois in lieux.items() if fois > 1 or not re.match(r"https?://[^/]+/", lieu))
    if len(lieux) != 1:
        yield "not one address"


@point(
    "R2716", "no namespace on what is bound", (r':body use="literal"', ':body use="literal" namespace="urn:esav:ws:1"')
)
def _(wsdl: Wsdl) -> Iterator[str]:
    yield from (
        f"{n.tag}" for n in wsdl.lie("body", "fault", "header", "headerfault") if n.get("namespace") is not None
    )


@point(
    "R2718",
    "the binding has the operations of the portType",
    (r'(<wsdl:binding .*?<wsdl:operation name=")', r"\1autre"),
)
def _(wsdl: Wsdl) -> Iterator[str]:
    yield from sorted(set(wsdl.operations("portType")) ^ set(wsdl.operations("binding")))


@point(
    "R2720 R2749",
    "a bound header names its part by part",
    (
        r'(<soap[0-9]*):body use="literal"/>',
        r'\1:body use="literal"/>\1:header message="ws:a" parts="a" use="literal"/>',
    ),
)
def _(wsdl: Wsdl) -> Iterator[str]:
    entetes = wsdl.lie("header", "headerfault")
    yield from (f"{n.tag}" for n in entetes if n.get("part") is None or n.get("parts") is not None)


@point("R2721 R2754", "soap:fault has the name of its wsdl:fault", (r'(:fault name=")(\w+)(" use)', r"\1Autre\3"))
def _(wsdl: Wsdl) -> Iterator[str]:
    for lie in wsdl.lie("fault"):
        parent = lie.getparent()
        if lie.get("name") is None or parent is None or lie.get("name") != parent.get("name"):
            yield f"{lie.get('name')}"


@point("R2740", "every fault of an operation is bound", (r"(<wsdl:binding .*?)<wsdl:fault .*?</wsdl:fault>", r"\1"))
def _(wsdl: Wsdl) -> Iterator[str]:
    lies = wsdl.operations("binding")
    for nom, operation in wsdl.operations("portType").items():
        declares = {f.get("name") for f in operation.iterchildren(f"{W}fault")}
        trouves = {f.get("name") for o in [lies.get(nom)] if o is not None for f in o.iterchildren(f"{W}fault")}
        yield from (f"{nom}: {fault}" for fault in declares ^ trouves)


@point("R2744 R2745", "every operation has a soapAction of its own", (r'soapAction="[^"]*"', 'soapAction=""'))
def _(wsdl: Wsdl) -> Iterator[str]:
    actions = Counter(o.get("soapAction") or "" for o in wsdl.lie("operation"))
    yield from (f"« {action} »" for action, fois in actions.items() if fois > 1 or not action or '"' in action)
    if sum(actions.values()) != len(wsdl.operations("binding")):
        yield "an operation is not bound"
