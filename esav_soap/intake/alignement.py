"""Which children of an element are in place, moved or too many, with as few of the latter two as possible."""

from __future__ import annotations

from collections.abc import Sequence
from enum import Enum


class Place(Enum):
    EN_PLACE = "en place"
    MAL_PLACE = "mal placé"
    EN_TROP = "en trop"


def aligner(rangs: Sequence[int], maxima: Sequence[int]) -> list[Place]:
    """For each child its :class:`Place`.

    ``rangs``: the children in document order, each as its index in the expected sequence; ``maxima``: how often each item
    of that sequence may occur. The children in place are a longest subsequence that keeps the order (one moved child is
    one fault, however far it moved); of the others, those that the maximum leaves no room for are too many.
    """
    retenus = _plus_longue_suite(rangs, maxima)
    nombre = [0] * len(maxima)
    places = [Place.EN_TROP] * len(rangs)
    for i in retenus:
        if nombre[rangs[i]] < maxima[rangs[i]]:
            nombre[rangs[i]] += 1
            places[i] = Place.EN_PLACE
    en_suite = set(retenus)
    for i, rang in enumerate(rangs):
        if i not in en_suite and nombre[rang] < maxima[rang]:
            nombre[rang] += 1
            places[i] = Place.MAL_PLACE
    return places


def _plus_longue_suite(rangs: Sequence[int], maxima: Sequence[int]) -> list[int]:
    """Positions of a longest subsequence in order, strictly growing where an item may occur only once."""
    meilleure = [0] * len(maxima)  # length of the best suite that ends with each item
    fin = [-1] * len(maxima)
    avant: list[int] = []
    for i, rang in enumerate(rangs):
        longueur, precedent = 0, -1
        for j in range(rang):
            if meilleure[j] > longueur:
                longueur, precedent = meilleure[j], fin[j]
        if maxima[rang] > 1 and meilleure[rang] > longueur:
            longueur, precedent = meilleure[rang], fin[rang]
        avant.append(precedent)
        if longueur + 1 > meilleure[rang]:
            meilleure[rang], fin[rang] = longueur + 1, i
    if not rangs:
        return []
    i = fin[max(range(len(maxima)), key=meilleure.__getitem__)]
    suite = []
    while i >= 0:
        suite.append(i)
        i = avant[i]
    return suite[::-1]
