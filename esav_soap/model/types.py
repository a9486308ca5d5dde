"""The types that a field of a formulaire can have (R1.3).

Each is a frozen dataclass that holds only what the catalogue says. How a type looks in XSD, in HTML or in an explanation
is the business of ``contract`` and ``intake``.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

#: The longest text that a field may have.
LONGUEUR_MAX = 20_000
LONGUEUR_TEXTE = 255
LONGUEUR_TEXTE_LONG = 4000
ENTIER_MIN = -(2**31)
ENTIER_MAX = 2**31 - 1


@dataclass(frozen=True, slots=True)
class Texte:
    """One line of text. ``motif`` is an XSD regular expression (the whole value must match). Lengths in characters."""

    longueur_min: int = 1
    longueur_max: int = LONGUEUR_TEXTE
    motif: str | None = None


@dataclass(frozen=True, slots=True)
class Fichier(Texte):
    """A file, written in base64 (``xs:base64Binary``): in requests of services only, no formulaire has one."""


@dataclass(frozen=True, slots=True)
class TexteLong:
    """Text of several lines; lengths in characters, a line end counts for one."""

    longueur_min: int = 1
    longueur_max: int = LONGUEUR_TEXTE_LONG


@dataclass(frozen=True, slots=True)
class Entier:
    """Integer of 32 bits; bounds are inclusive."""

    minimum: int = ENTIER_MIN
    maximum: int = ENTIER_MAX
    unite: str | None = None


@dataclass(frozen=True, slots=True)
class Nombre:
    """Decimal number (element ``decimal``) with at most ``decimales`` digits after the point; bounds are inclusive."""

    minimum: Decimal | None = None
    maximum: Decimal | None = None
    decimales: int = 2
    unite: str | None = None


@dataclass(frozen=True, slots=True)
class Date:
    """Calendar date without a time zone (``xs:date``), Paris calendar; bounds are inclusive, ``AAAA-MM-JJ``."""

    minimum: str | None = None
    maximum: str | None = None


@dataclass(frozen=True, slots=True)
class DateHeure:
    """Instant, always with an offset from UTC (``xs:dateTime``)."""


@dataclass(frozen=True, slots=True)
class OuiNon:
    """Yes or no (``xs:boolean``)."""


@dataclass(frozen=True, slots=True)
class Telephone:
    """Phone number: French (10 digits) or international (``+`` and 6 to 15 digits); see :data:`MOTIF_TELEPHONE`."""


@dataclass(frozen=True, slots=True)
class Courriel:
    """E-mail address; see :data:`MOTIF_COURRIEL`."""


@dataclass(frozen=True, slots=True)
class Choisi:
    """A code of a nomenclature (element ``nomenclature``).

    ``maximum`` > 1 means several codes, as a repeated element. With ``depend_de`` (code of a single-choice field that
    stands before it in the same list of fields) only values attached to the parent's chosen code are accepted.
    """

    nomenclature: str
    maximum: int = 1
    depend_de: str | None = None


Type = Texte | TexteLong | Entier | Nombre | Date | DateHeure | OuiNon | Telephone | Courriel | Choisi

#: XSD regular expressions; written in the part of the syntax that libxml2, xmlschema and browsers read alike.
MOTIF_TELEPHONE = r"0[1-9][0-9]{8}|\+[1-9][0-9]{5,14}"
MOTIF_COURRIEL = r"[A-Za-z0-9._%+\-]{1,64}@[A-Za-z0-9\-]{1,63}(\.[A-Za-z0-9\-]{1,63}){1,8}"
LONGUEUR_COURRIEL = 254
#: Four-digit year, no ``24:00:00``, an offset: what every client library and Python read alike.
MOTIF_DATE_HEURE = (
    r"[12][0-9]{3}-[0-9]{2}-[0-9]{2}T([01][0-9]|2[0-3]):[0-9]{2}:[0-9]{2}(\.[0-9]{1,6})?(Z|[+\-][0-9]{2}:[0-9]{2})"
)
MOTIF_DATE = r"[12][0-9]{3}-[0-9]{2}-[0-9]{2}"
