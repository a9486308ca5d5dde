"""Formulaires as publishers write them: sections of fields and groups, and cross-field rules (R1.3)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import Enum

from esav_soap.model.types import Type


class Usage(Enum):
    """What an Offre says of a field or group (R1.2)."""

    OBLIGATOIRE = "obligatoire"
    FACULTATIF = "facultatif"
    ABSENT = "absent"


class GenreRegle(Enum):
    """Kinds of cross-field rules; the value is the element's name in a formulaire."""

    REGLE = "regle"
    OBLIGATOIRE_SI = "obligatoireSi"
    INTERDIT_SI = "interditSi"


@dataclass(frozen=True, slots=True)
class Regle:
    """A cross-field rule.

    ``condition`` is XPath 1.0; unprefixed names are field codes, seen from the form's element (or from the group's, for
    a rule inside a group). ``REGLE``: the condition must hold. ``OBLIGATOIRE_SI``/``INTERDIT_SI``: when it holds,
    ``champ`` must be present/absent. ``champ`` is the field that the error is shown at (optional for ``REGLE``).
    """

    code: str
    genre: GenreRegle
    condition: str
    message: str
    champ: str | None = None

    @property
    def expression(self) -> str:
        """XPath 1.0 that is true when the rule is kept, whatever its kind."""
        match self.genre:
            case GenreRegle.REGLE:
                return f"boolean({self.condition})"
            case GenreRegle.OBLIGATOIRE_SI:
                return f"not({self.condition}) or boolean({self.champ})"
            case GenreRegle.INTERDIT_SI:
                return f"not({self.condition}) or not({self.champ})"


@dataclass(frozen=True, slots=True)
class Champ:
    """A field. ``code`` is its element name; ``usage`` is the default, which an Offre may change."""

    code: str
    libelle: str
    type: Type
    usage: Usage = Usage.FACULTATIF
    aide: str = ""
    defaut: str | None = None
    exemples: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Groupe:
    """A group of fields, given ``minimum`` to ``maximum`` times when its usage is mandatory, else 0 to ``maximum``."""

    code: str
    libelle: str
    champs: tuple[Champ, ...]
    minimum: int = 1
    maximum: int = 1
    usage: Usage = Usage.FACULTATIF
    aide: str = ""
    regles: tuple[Regle, ...] = ()


Noeud = Champ | Groupe


@dataclass(frozen=True, slots=True)
class Section:
    """A titled part of a formulaire. Sections are for the eye: they are not elements on the wire."""

    code: str
    libelle: str
    noeuds: tuple[Noeud, ...]
    aide: str = ""


@dataclass(frozen=True, slots=True)
class Formulaire:
    """A form, which one or several Offres use, each with its own usage of the fields.

    ``defaut_declare``: code of the field that says the declared fault, shown in the follow-up (art. 4.2.2).
    """

    code: str
    libelle: str
    sections: tuple[Section, ...]
    aide: str = ""
    regles: tuple[Regle, ...] = field(default=())
    defaut_declare: str | None = None

    def noeuds(self) -> Iterator[Noeud]:
        """Fields and groups of all sections, in wire order."""
        for section in self.sections:
            yield from section.noeuds
