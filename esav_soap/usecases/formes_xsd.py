"""XSD components in a form that can be compared: without prefixes, blanks and documentation."""

from __future__ import annotations

from collections.abc import Iterator

from lxml import etree

from esav_soap.names import NS_XSD

_XSD = f"{{{NS_XSD}}}"
_QNAMES = frozenset({"type", "base", "ref", "itemType"})
#: Tag, attributes, children: equal when the components mean the same.
Forme = tuple[str, tuple[tuple[str, str], ...], "tuple[Forme, ...]"]
#: Kind (``complexType``) and name of a global component.
Nom = tuple[str, str]


def forme(noeud: etree._Element) -> Forme:
    """What a component says, documentation apart: a client's generated code does not depend on it."""
    attributs = tuple(sorted((str(nom), _valeur(noeud, str(nom), str(v))) for nom, v in noeud.attrib.items()))
    enfants = tuple(
        forme(enfant) for enfant in noeud.iterchildren(tag=etree.Element) if enfant.tag != f"{_XSD}annotation"
    )
    return str(noeud.tag), attributs, enfants


def composants(schema: etree._Element) -> Iterator[tuple[Nom, etree._Element]]:
    """Global components of a schema, imports and documentation apart."""
    for noeud in schema.iterchildren(tag=etree.Element):
        nom = noeud.get("name")
        if nom is not None:
            yield (etree.QName(noeud).localname, nom), noeud


def nom_qualifie(noeud: etree._Element, valeur: str) -> str:
    """``ws:Pack`` -> ``{urn:esav:ws:1}Pack``, as declared at ``noeud``."""
    prefixe, deux_points, local = valeur.rpartition(":")
    espace = noeud.nsmap.get(prefixe if deux_points else None)
    return f"{{{espace or ''}}}{local}"


def _valeur(noeud: etree._Element, nom: str, valeur: str) -> str:
    return nom_qualifie(noeud, valeur) if nom in _QNAMES else valeur
