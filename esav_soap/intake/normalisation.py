"""Bringing a request into the form in which it is judged, without touching what it says.

What the standard or SOAP allows and a validator may stumble over goes: comments, blanks around values other than texts
(libxml2 and the standard differ there), blanks in an element that has no content, SOAP's own attributes. Numbers lose
their ``+``, which XPath 1.0 cannot read, and yes/no is ``true`` or ``false``.

A date, or date and time, that is a direct member of the request is a plain one in the WSDL (``contract.wsdl``): there some
stacks add what the contract does not want and cannot be kept from it, which goes too: the zone of a date (strong-soap), an
``xsi:type`` of XML Schema (Axis 1.4).
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from lxml import etree

from esav_soap.intake.messages import BLANCS
from esav_soap.intake.valeurs import blancs_comptent
from esav_soap.model.structure import Choix, Element, Feuille, Structure
from esav_soap.model.types import MOTIF_DATE, Date, DateHeure, Entier, Nombre, OuiNon, Type
from esav_soap.names import NS_SOAP_11, NS_SOAP_12, NS_WS, NS_XSD, NS_XSI

_XSI_TYPE = f"{{{NS_XSI}}}type"
_DATE_ZONEE = re.compile(rf"({MOTIF_DATE})(?:Z|[+-][0-9]{{2}}:[0-9]{{2}})")
_POSITIF = re.compile(r"\+[0-9.]+")
_ATTRIBUTS_SOAP = (f"{{{NS_SOAP_11}}}encodingStyle", f"{{{NS_SOAP_12}}}encodingStyle")


def sans_commentaires(element: etree._Element) -> None:
    """Remove comments and processing instructions in place: they would hide the end of a value from ``.text``."""
    etree.strip_tags(element, etree.Comment, etree.ProcessingInstruction)


def normaliser(element: etree._Element, structure: Structure) -> None:
    """Normalise in place; what ``structure`` does not know stays as it is."""
    etree.strip_attributes(element, *_ATTRIBUTS_SOAP)
    _enfants(element, structure.enfants, structure.espace)
    if structure.espace == NS_WS:  # a request, not a form by itself
        _dates_directes(element, structure)


def _dates_directes(requete: etree._Element, structure: Structure) -> None:
    dates = {
        f"{{{structure.espace}}}{attendu.code}": attendu.champ.type
        for attendu in structure.enfants
        if isinstance(attendu, Feuille) and isinstance(attendu.champ.type, Date | DateHeure)
    }
    for enfant in requete:
        type_ = dates.get(enfant.tag)
        if type_ is None:
            continue
        prefixe, deux_points, _ = enfant.get(_XSI_TYPE, "").strip(BLANCS).rpartition(":")
        if _XSI_TYPE in enfant.attrib and enfant.nsmap.get(prefixe if deux_points else None) == NS_XSD:
            del enfant.attrib[_XSI_TYPE]
        if isinstance(type_, Date) and (zonee := _DATE_ZONEE.fullmatch(enfant.text or "")):
            enfant.text = zonee[1]


def _enfants(parent: etree._Element, attendus: Sequence[Element], espace: str) -> None:
    if not len(parent) and not (parent.text or "").strip(BLANCS):
        parent.text = None
    connus = {f"{{{espace}}}{attendu.code}": attendu for attendu in attendus}
    for enfant in parent:
        attendu = connus.get(enfant.tag)
        if attendu is None:
            continue
        if isinstance(attendu, Feuille):
            if not len(enfant) and enfant.text and not blancs_comptent(attendu.champ.type):
                enfant.text = _valeur(attendu.champ.type, enfant.text.strip(BLANCS)) or None
        elif isinstance(attendu, Choix):
            _choix(enfant, attendu)
        else:
            _enfants(enfant, attendu.enfants, espace)


def _valeur(type_: Type, valeur: str) -> str:
    match type_:
        case OuiNon():
            return {"1": "true", "0": "false"}.get(valeur, valeur)
        case Entier() | Nombre() if _POSITIF.fullmatch(valeur):
            return valeur[1:]
        case _:
            return valeur


def _choix(element: etree._Element, choix: Choix) -> None:
    structures = {f"{{{choix.espace}}}{structure.nom}": structure for structure in choix.structures}
    for enfant in element:
        structure = structures.get(enfant.tag)
        if structure is not None:
            _enfants(enfant, structure.enfants, structure.espace)
