"""The map of a formulaire that rules are checked with: nodes by path, kinds of values."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum

from esav_soap.reader.codes import CodeProbleme
from esav_soap.reader.lus import ChampLu, FormulaireLu, GroupeLu

#: Path of the form itself; others are ``champ``, ``groupe``, ``groupe/champ``.
RACINE = ""

Signaler = Callable[[CodeProbleme, str], None]


class Genre(Enum):
    """The four kinds of XPath 1.0 values."""

    NOEUDS = "des champs"
    TEXTE = "un texte"
    NOMBRE = "un nombre"
    BOOLEEN = "un booléen"


@dataclass(frozen=True, slots=True)
class Resultat:
    """Kind of a value; for nodes, the paths that it may hold."""

    genre: Genre
    chemins: frozenset[str] = frozenset()


class Carte:
    """The nodes of a formulaire by path, and their children by code. ``egare``: see the formulaire.

    ``complete``: all of the formulaire could be read, so that forms can be made of it.
    """

    def __init__(self, formulaire: FormulaireLu) -> None:
        self.egare = formulaire.egare
        self.complete = not formulaire.egares
        self.noeuds: dict[str, ChampLu | GroupeLu] = {}
        self.enfants: dict[str, dict[str, str]] = {RACINE: {}}
        for chemin, noeud in formulaire.chemins():
            self.noeuds.setdefault(chemin, noeud)
            if isinstance(noeud, GroupeLu):  # whose fields may all be unreadable
                self.enfants.setdefault(chemin, {})
            parent, _, code = chemin.rpartition("/")
            self.enfants.setdefault(parent, {})[code] = chemin

    def champ(self, chemin: str) -> ChampLu | None:
        noeud = self.noeuds.get(chemin)
        return noeud if isinstance(noeud, ChampLu) else None

    def des(self, chemins: frozenset[str]) -> dict[str, set[str]]:
        """Children of some nodes: code -> paths."""
        trouves: dict[str, set[str]] = {}
        for chemin in chemins:
            for code, enfant in self.enfants.get(chemin, {}).items():
                trouves.setdefault(code, set()).add(enfant)
        return trouves

    def descendants(self, chemins: frozenset[str]) -> frozenset[str]:
        """The nodes and all that they contain."""
        tous = set(chemins)
        for _ in range(2):  # form, group, field
            tous |= {enfant for chemin in tous for enfant in self.enfants.get(chemin, {}).values()}
        return frozenset(tous)
