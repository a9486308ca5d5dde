"""Writing answers: the Spyne types of ``contract.reponses``, compiled once into functions that make their elements.

Spyne walks the types anew for each answer, which costs a deposit more than judging its form; what is written is the same.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable, Mapping
from typing import Any

from lxml import etree

from esav_soap.contract import spyne_compat as s
from esav_soap.contract.services import Reponse
from esav_soap.names import NS_WS

#: Writes a value below an element: nothing for None, one element, or one for each of a list.
Ecriture = Callable[[etree._Element, Any], None]

_TEXTES: Mapping[Any, Callable[[Any], str]] = {
    s.Unicode: str,
    s.Integer32: str,
    s.DateTime: lambda instant: instant.isoformat(),
    s.Boolean: lambda vrai: "true" if vrai else "false",
    s.ByteArray: lambda morceaux: b64encode(b"".join(morceaux)).decode("ascii"),
}


def ecriture_reponse(operation: str, reponse: Reponse, ns_soap: str) -> Callable[[Any], bytes]:
    """The writer of the whole SOAP message that answers ``operation``. Raises ``TypeError`` for a type it does not know."""
    enveloppe, corps = f"{{{ns_soap}}}Envelope", f"{{{ns_soap}}}Body"
    enveloppant = f"{{{NS_WS}}}{operation}Response"
    espaces = {"soapenv": ns_soap, "ws": NS_WS}
    ecrire = _ecriture(reponse.nom, reponse.type.customize(min_occurs=1))

    def message(valeur: Any) -> bytes:
        racine = etree.Element(enveloppe, nsmap=espaces)
        ecrire(etree.SubElement(etree.SubElement(racine, corps), enveloppant), valeur)
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
