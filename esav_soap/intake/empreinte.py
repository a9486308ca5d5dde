"""Fingerprint of a request's content, to tell a retry from another deposit under the same reference (R3.3)."""

from __future__ import annotations

from hashlib import sha256

from lxml import etree


def empreinte(*elements: etree._Element) -> bytes:
    """SHA-256 (32 bytes) over the names, nesting and texts of ``elements``; they must hold no comments.

    Prefixes, blanks between elements and around values do not count, nor does the order of the codes of one multiple
    choice (repeated leaves); that of the occurrences of a group does. The namespace of a form names its Offre and version.
    For a deposit, give ``Verdict.contenu``: the typed and the generic deposit of one content are then equal.
    """
    morceaux: list[str] = []
    ajouter = morceaux.append
    precedent, debut = "", 0  # name of the leaf before, and where in ``morceaux`` the leaves of that name begin
    for element in elements:
        for noeud in element.iter():
            nom = noeud.tag
            texte = noeud.text
            enfants = len(noeud)
            ajouter(nom)
            if enfants:  # a container counts its children, so that the same leaves nested otherwise differ
                ajouter(f"\x02{enfants}")
                precedent = ""
                continue
            ajouter(texte.strip(" \t\r\n") if texte else "")
            if nom == precedent and _suit_son_pareil(noeud):
                morceaux[debut::2] = sorted(morceaux[debut::2])
            else:
                precedent, debut = nom, len(morceaux) - 1
    return sha256("\x00".join(morceaux).encode("utf-8", "surrogatepass")).digest()


def _suit_son_pareil(noeud: etree._Element) -> bool:
    """Whether the sibling before is a leaf of the same name: the leaf before in the document may have another parent."""
    frere = noeud.getprevious()
    return frere is not None and frere.tag == noeud.tag and not len(frere)
