"""What was read, with the place of each thing: the model's objects beside their lines, for the cross-checks.

Objects are built as well as the file allows: a refused attribute counts as absent, so that one defect is told once.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from unicodedata import normalize

from esav_soap.model import Champ, Formulaire, Groupe, Nomenclature, Offre, Regle, Usage, Valeur
from esav_soap.reader.lieux import Lieu


def forme(code: str) -> str:
    """A code without what makes it invalid (accents, blanks, signs) and without capitals."""
    return "".join(lettre for lettre in normalize("NFKD", code).casefold() if lettre.isalnum())


@dataclass(frozen=True, slots=True)
class ChampLu:
    """A field. ``invalides``: attributes that were refused; checks that need them are skipped."""

    champ: Champ
    lieu: Lieu
    invalides: frozenset[str] = frozenset()
    exemples: tuple[tuple[str, Lieu], ...] = ()

    @property
    def code(self) -> str:
        return self.champ.code


@dataclass(frozen=True, slots=True)
class RegleLue:
    """A rule; ``lisible``: its condition has text to look at."""

    regle: Regle
    lieu: Lieu
    lieu_condition: Lieu
    lisible: bool
    invalides: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class GroupeLu:
    """A group with its fields and rules."""

    groupe: Groupe
    lieu: Lieu
    champs: tuple[ChampLu, ...]
    regles: tuple[RegleLue, ...]
    invalides: frozenset[str] = frozenset()

    @property
    def code(self) -> str:
        return self.groupe.code


@dataclass(frozen=True, slots=True)
class SectionLue:
    """A section with its nodes."""

    code: str
    lieu: Lieu
    noeuds: tuple[ChampLu | GroupeLu, ...]
    invalides: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class FormulaireLu:
    """A formulaire with its sections and rules.

    ``egares``: forms of the codes that could not be read well; a reference to one is not a second mistake.
    """

    formulaire: Formulaire
    lieu: Lieu
    sections: tuple[SectionLue, ...]
    regles: tuple[RegleLue, ...]
    invalides: frozenset[str] = frozenset()
    egares: frozenset[str] = frozenset()

    @property
    def code(self) -> str:
        return self.formulaire.code

    def egare(self, code: str) -> bool:
        """Whether ``code``, which no field has, may be that of one that could not be read."""
        return forme(code) in self.egares or "" in self.egares

    def noeuds(self) -> Iterator[ChampLu | GroupeLu]:
        for section in self.sections:
            yield from section.noeuds

    def chemins(self) -> Iterator[tuple[str, ChampLu | GroupeLu]]:
        """Every field and group with its path (``champ``, ``groupe``, ``groupe/champ``), in wire order."""
        for noeud in self.noeuds():
            yield noeud.code, noeud
            if isinstance(noeud, GroupeLu):
                for champ in noeud.champs:
                    yield f"{noeud.code}/{champ.code}", champ


@dataclass(frozen=True, slots=True)
class ValeurLue:
    """A value of a nomenclature."""

    valeur: Valeur
    lieu: Lieu
    invalides: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class NomenclatureLue:
    """A nomenclature with its values."""

    nomenclature: Nomenclature
    lieu: Lieu
    valeurs: tuple[ValeurLue, ...]
    invalides: frozenset[str] = frozenset()

    @property
    def code(self) -> str:
        return self.nomenclature.code


@dataclass(frozen=True, slots=True)
class UsageLu:
    """What an Offre says of a field; ``usage`` is None when the word was refused."""

    chemin: str
    usage: Usage | None
    lieu: Lieu
    lisible: bool = True


@dataclass(frozen=True, slots=True)
class OffreLue:
    """An Offre with its usages, and the words of its repeated elements with their lines."""

    offre: Offre
    lieu: Lieu
    usages: tuple[UsageLu, ...]
    repetes: tuple[tuple[str, str, Lieu], ...]
    lieu_test: Lieu
    invalides: frozenset[str] = frozenset()

    @property
    def code(self) -> str:
        return self.offre.code


@dataclass(frozen=True, slots=True)
class PackLu:
    """A whole pack as read. ``illisibles``: codes by kind whose file exists but could not be read."""

    version: str | None
    lieu: Lieu
    libelle: str
    notes: tuple[str, ...]
    offres: tuple[OffreLue, ...]
    formulaires: tuple[FormulaireLu, ...]
    nomenclatures: tuple[NomenclatureLue, ...]
    formulaires_illisibles: frozenset[str]
    nomenclatures_illisibles: frozenset[str]
