"""Numbers in sentences: grouped by thousands, the words after them in agreement."""

from __future__ import annotations


def nombre(valeur: int) -> str:
    """``12345`` -> ``12 345``, with narrow no-break spaces."""
    return f"{valeur:,}".replace(",", "\u202f")


def compte(valeur: int, mot: str) -> str:
    """The number and its word.

    >>> compte(1, "prestation"), compte(2, "prestation"), compte(0, "modifiée")
    ('1 prestation', '2 prestations', '0 modifiée')
    """
    return f"{nombre(valeur)} {mot}{'s' if abs(valeur) > 1 else ''}"
