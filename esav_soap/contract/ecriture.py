"""Writing answers, and calls of receivers: the Spyne types of ``contract.reponses``, compiled once into functions that make
their elements.

Spyne walks the types anew for each answer, which costs a deposit more than judging its form; what is written is the same.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable, Mapping
from typing import Any

from lxml import etree

from esav_soap.contract import spyne_compat as s
from esav_soap.contract.services import Reponse
from esav_soap.names import NS_SOAP_11, NS_WS

#: Writes a value below an element: nothing for None, one element, or one for each of a list.
Ecriture = Callable[[etree._Element, Any], None]

_TEXTES: Mapping[Any, Callable[[Any], str]] = {
    s.Unicode: str,
    s.Integer32: str,
    s.DateTime: lambda instant: instant.isoformat(),  # a Date is one, too
    s.Boolean: lambda vrai: "true" if vrai else "false",
    s.ByteArray: lambda morceaux: b64encode(b"".join(morceaux)).decode("ascii"),
}


def ecriture_reponse(operation: str, reponse: Reponse, ns_soap: str) -> Callable[[Any], bytes]:
    """The writer of the whole SOAP message that answers ``operation``. Raises ``TypeError`` for a type it does not know."""
    enveloppant = f"{{{NS_WS}}}{operation}Response"
    ecrire = _ecriture(reponse.nom, reponse.type.customize(min_occurs=1))
    return _message(ns_soap, lambda corps, valeur: ecrire(etree.SubElement(corps, enveloppant), valeur))


def ecriture_requete(operation: str, requete: Any) -> Callable[[Any], bytes]:
    """The writer of the whole SOAP 1.1 message that calls ``operation`` of a receiver; ``requete``: type of its members."""
    return _message(NS_SOAP_11, _complexe(f"{{{NS_WS}}}{operation}", requete))


def _message(ns_soap: str, ecrire: Ecriture) -> Callable[[Any], bytes]:
    """The whole message; ``ecrire`` writes into its body."""
    enveloppe, corps = f"{{{ns_soap}}}Envelope", f"{{{ns_soap}}}Body"
    espaces = {"soapenv": ns_soap, "ws": NS_WS}

    def message(valeur: Any) -> bytes:
        racine = etree.Element(enveloppe, nsmap=espaces)
        ecrire(etree.SubElement(racine, corps), valeur)
        return etree.tostring(racine, encoding="UTF-8", xml_declaration=True)

    return message


def _ecriture(nom: str, type_: Any) -> Ecriture:
    balise = f"{{{NS_WS}}}{nom}"
    minimum, plusieurs = type_.Attributes.min_occurs, type_.Attributes.max_occurs > 1
    un = _complexe(balise, type_) if issubclass(type_, s.ComplexModel) else _simple(balise, type_)

    def ecrire(parent: etree._Element, valeur: Any) -> None:
        if valeur is None:
            if minimum:
                # The contract has no xsi:nil: better no answer than one that no client can read.
                raise ValueError(f"une réponse n'a pas de {nom}")
        elif plusieurs:
            for element in valeur:
                un(parent, element)
        else:
            un(parent, valeur)

    return ecrire


def _complexe(balise: str, type_: Any) -> Ecriture:
    membres = [(nom, _ecriture(nom, membre)) for nom, membre in type_._type_info.items()]

    def ecrire(parent: etree._Element, valeur: Any) -> None:
        element = etree.SubElement(parent, balise)
        for nom, ecrire_membre in membres:
            ecrire_membre(element, getattr(valeur, nom))

    return ecrire


def _simple(balise: str, type_: Any) -> Ecriture:
    texte = next((ecrit for connu, ecrit in _TEXTES.items() if issubclass(type_, connu)), None)
    if texte is None:
        raise TypeError(f"une réponse ne sait pas écrire {type_!r}")

    def ecrire(parent: etree._Element, valeur: Any) -> None:
        etree.SubElement(parent, balise).text = texte(valeur)

    return ecrire


def ecrire_fault(fault: Any) -> bytes:
    """The whole SOAP 1.1 message of a declared fault (``contract.reponses.ErreurEsav``), as the server sends it.

    The server's goes through Spyne; the jeu de test, run against the server, proves that they are the same bytes.
    """
    racine = etree.Element(f"{{{NS_SOAP_11}}}Envelope", nsmap={"soap11env": NS_SOAP_11})
    noeud = etree.SubElement(etree.SubElement(racine, f"{{{NS_SOAP_11}}}Body"), f"{{{NS_SOAP_11}}}Fault")
    etree.SubElement(noeud, "faultcode").text = f"soap11env:{fault.faultcode}"
    etree.SubElement(noeud, "faultstring").text = fault.faultstring
    detail = etree.SubElement(etree.SubElement(noeud, "detail"), f"{{{NS_WS}}}ErreurEsav", nsmap={"ws": NS_WS})
    for nom, membre in type(fault)._type_info.items():
        _ecriture(nom, membre)(detail, getattr(fault, nom))
    return etree.tostring(racine, encoding="UTF-8", xml_declaration=True)
