"""Fingerprint of a request's content, to tell a retry from another deposit under the same reference (R3.3)."""

from __future__ import annotations

from hashlib import sha256

from lxml import etree


def empreinte(*elements: etree._Element) -> bytes:
    """SHA-256 (32 bytes) over the names, nesting and texts of ``elements``; they must hold no comments.

    Prefixes, blanks between elements and around values do not count; the namespace of a form names its Offre and
    version. For a deposit, give ``Verdict.contenu``: the typed and the generic deposit of one content are then equal.
    """
    morceaux: list[str] = []
    ajouter = morceaux.append
    for element in elements:
        for noeud in element.iter():
            # A container counts its children, so that the same leaves nested otherwise differ.
            ajouter(noeud.tag)
            texte = noeud.text
            enfants = len(noeud)
            ajouter(f"\x02{enfants}" if enfants else texte.strip(" \t\r\n") if texte else "")
    return sha256("\x00".join(morceaux).encode("utf-8", "surrogatepass")).digest()
