"""Spyne's SOAP protocols, made fit: the request arrives as its checked element, faults are readable by every client.

Stock Spyne puts the members of a fault beside ``<detail>``, where no client finds them, and its SOAP 1.2 stops on a
validation fault. Both protocols here write the declared fault as the one child of ``<detail>``.
"""

from __future__ import annotations

from typing import Any

from lxml import etree

from esav_soap.contract import reponses as r
from esav_soap.contract import spyne_compat as s
from esav_soap.contract.ecriture import ecriture_reponse
from esav_soap.contract.services import REPONSES, SERVICES, Traitement, nom_service
from esav_soap.names import NS_SOAP_11, NS_SOAP_12, NS_WS

#: The fault codes that SOAP 1.2 named anew.
_CODES_12 = {"Client": "Sender", "Server": "Receiver"}
_XML_LANG = "{http://www.w3.org/XML/1998/namespace}lang"


class _RequeteEnXml:
    """Gives the operation the element of the SOAP body as it is: ``intake`` reads it, not Spyne."""

    def deserialize(self, ctx: Any, message: Any) -> None:
        ctx.in_object = [ctx.in_body_doc]


class Protocole11(_RequeteEnXml, s.Soap11):  # type: ignore[misc]
    """SOAP 1.1."""

    def fault_to_parent(self, ctx: Any, cls: Any, inst: Any, parent: Any, ns: Any, *_: Any, **__: Any) -> None:
        fault = etree.SubElement(parent, f"{{{NS_SOAP_11}}}Fault")
        etree.SubElement(fault, "faultcode").text = f"{fault.prefix}:{inst.faultcode}"
        etree.SubElement(fault, "faultstring").text = inst.faultstring
        self._get_members_etree(ctx, cls, inst, _detail(etree.SubElement(fault, "detail")))


class Protocole12(_RequeteEnXml, s.Soap12):  # type: ignore[misc]
    """SOAP 1.2, at the same address."""

    def fault_to_parent(self, ctx: Any, cls: Any, inst: Any, parent: Any, ns: Any, *_: Any, **__: Any) -> None:
        espace = f"{{{NS_SOAP_12}}}"
        fault = etree.SubElement(parent, f"{espace}Fault")
        code = etree.SubElement(etree.SubElement(fault, f"{espace}Code"), f"{espace}Value")
        code.text = f"{fault.prefix}:{_CODES_12.get(inst.faultcode, inst.faultcode)}"
        texte = etree.SubElement(etree.SubElement(fault, f"{espace}Reason"), f"{espace}Text", {_XML_LANG: "fr"})
        texte.text = inst.faultstring
        self._get_members_etree(ctx, cls, inst, _detail(etree.SubElement(fault, f"{espace}Detail")))


def _detail(detail: etree._Element) -> etree._Element:
    return etree.SubElement(detail, f"{{{NS_WS}}}ErreurEsav", nsmap={"ws": NS_WS})


class Application(s.Application):  # type: ignore[misc]
    """Runs an operation. Spyne's own version logs every fault with its stack, and with the values in it."""

    def process_request(self, ctx: Any) -> None:
        try:
            ctx.out_object = [self.call_wrapper(ctx)]
        except s.Fault as fault:
            ctx.out_error = fault


class Service(s.ServerBase):  # type: ignore[misc]
    """A running service in one version of SOAP; give it the element of a SOAP body, get the bytes of the answer.

    Made once at start from the table of operations; knows nothing of HTTP, and of no catalogue version.
    """

    transport = "http://schemas.xmlsoap.org/soap/http"

    def __init__(self, service: str, traitement: Traitement, protocole: type[Protocole11] | type[Protocole12]) -> None:
        operations = {nom: _operation(nom, traitement) for nom in SERVICES[service]}
        classe = type(nom_service(service), (s.ServiceBase,), operations)
        super().__init__(
            Application([classe], NS_WS, name=nom_service(service), in_protocol=protocole(), out_protocol=protocole())
        )
        ns_soap = self.app.out_protocol.ns_soap_env
        self._reponses = {
            f"{{{NS_WS}}}{nom}": ecriture_reponse(nom, REPONSES[nom], ns_soap) for nom in SERVICES[service]
        }
        self.operations = frozenset(self._reponses)

    def appeler(self, corps: etree._Element, appel: Any) -> tuple[bytes, bool]:
        """Run the operation of ``corps`` (its tag is one of ``operations``); ``appel`` is given to the traitement.

        Returns the SOAP answer, and whether it is a fault.
        """
        ctx = s.MethodContext(self, s.MethodContext.SERVER)
        ctx.udc = appel
        ctx.in_body_doc = corps
        ctx.method_request_string = corps.tag
        (ctx,) = self.app.in_protocol.generate_method_contexts(ctx)
        self.get_in_object(ctx)
        self.get_out_object(ctx)
        if ctx.out_error is not None:
            return self._ecrire(ctx), True
        return self._reponses[corps.tag](ctx.out_object[0]), False

    def refuser(self, fault: Any) -> bytes:
        """The SOAP answer for a request that names no operation."""
        ctx = s.MethodContext(self, s.MethodContext.SERVER)
        ctx.out_error = fault
        return self._ecrire(ctx)

    def _ecrire(self, ctx: Any) -> bytes:
        self.app.out_protocol.serialize(ctx, s.Soap11.RESPONSE)
        return etree.tostring(ctx.out_document, encoding="UTF-8", xml_declaration=True)


def _operation(nom: str, traitement: Traitement) -> Any:
    def operation(ctx: Any, requete: etree._Element) -> Any:
        return traitement(requete, ctx.udc)

    operation.__name__ = nom
    reponse = REPONSES[nom]
    return s.rpc(
        s.AnyXml,
        _args=["requete"],
        _returns=reponse.type.customize(min_occurs=1, nillable=False),
        _out_variable_name=reponse.nom,
        _throws=[r.ErreurEsav],
        _in_message_name=nom,
        _out_message_name=f"{nom}Response",
    )(operation)
