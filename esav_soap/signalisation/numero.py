"""The numéro de signalisation: short, with a check character, unique across nodes, not guessable (R3.1).

Ten characters carry 50 random bits, the eleventh is a check character (Luhn modulo 32). The alphabet is Crockford's:
digits and capitals without I, L, O and U, so that a number survives the telephone and handwriting. Canonical form, stored
and sent: eleven characters without separators, ``7K3M9QX2TBX``.
"""

from __future__ import annotations

from stdnum import luhn
from stdnum.exceptions import ValidationError

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
LONGUEUR = 11
#: How many random bytes ``tirer`` wants at least.
OCTETS = 7

_BITS = 5
_RANGS = range((LONGUEUR - 2) * _BITS, -1, -_BITS)
#: What people write instead: Crockford's look-alikes, and separators.
_CONFUSIONS = str.maketrans({"O": "0", "I": "1", "L": "1", " ": None, "-": None, "\u00a0": None, "\u202f": None})


def tirer(octets: bytes) -> str:
    """The number made of the last 50 bits of ``octets``, which come from a cryptographic source.

    Two draws are equal once in 2**50: the store's unique index decides, the caller draws again.
    Raises ``ValueError`` for fewer than ``OCTETS`` bytes.
    """
    if len(octets) < OCTETS:
        raise ValueError(f"{OCTETS} octets au moins sont nécessaires")
    bits = int.from_bytes(octets, "big")
    corps = "".join([ALPHABET[bits >> rang & 31] for rang in _RANGS])
    return corps + luhn.calc_check_digit(corps, ALPHABET)


def normaliser(texte: str) -> str | None:
    """The canonical form of a number as a person or a system wrote it, or ``None`` when it cannot be one.

    Case, blanks and hyphens do not count; O stands for 0, I and L for 1. The check character finds every single wrong
    character and every exchange of two neighbours but 0 with Z.

    >>> normaliser("7k3m-9qx2-tbx"), normaliser("7K3M9QX2TB0")
    ('7K3M9QX2TBX', None)
    """
    if len(texte) > 4 * LONGUEUR:
        return None
    # Only ASCII is put in capitals: 'ı'.upper() is 'I', and would pass for a 1.
    numero = "".join(c.upper() if c.isascii() else c for c in texte).translate(_CONFUSIONS)
    if len(numero) != LONGUEUR:
        return None
    try:
        return str(luhn.validate(numero, ALPHABET))
    except ValidationError:
        return None
