"""Where a problem stands, and the list that collects problems."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable
from typing import Any, NamedTuple

from esav_soap.errors import Probleme
from esav_soap.reader.codes import CodeProbleme

#: What XML 1.0 has no place for: a problem may be told in a SOAP answer.
_IMPOSSIBLES = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")


class Lieu(NamedTuple):
    """A line of a file of the pack; line 0 is the whole file. libxml2 counts the line where a start tag ends."""

    fichier: str
    ligne: int = 0


def premiere_entree(journal: Any) -> Any:
    """First entry of an error log of libxml2, or None."""
    return next(iter(journal), None)


def lieu_de(fichier: str, noeud: Any) -> Lieu:
    """Place of a node of libxml2's tree."""
    return Lieu(fichier, noeud.sourceline or 0)


class Problemes:
    """Collects the defects of a pack; the same defect at the same place counts once.

    Beyond ``maximum`` only the count goes on, so that a hostile pack cannot fill the memory with messages.
    """

    def __init__(self, maximum: int = 20_000) -> None:
        self._maximum = maximum
        self._problemes: dict[Probleme, None] = {}
        self._tus = 0

    def ajouter(self, code: CodeProbleme, lieu: Lieu, message: str) -> None:
        self._ajouter(Probleme(lieu.fichier, lieu.ligne, code.name, message))

    def reprendre(self, autres: Problemes) -> None:
        """Take over what another list collected."""
        for probleme in autres._problemes:
            self._ajouter(probleme)
        self._tus += autres._tus

    def _ajouter(self, probleme: Probleme) -> None:
        if len(self._problemes) < self._maximum:
            self._problemes[probleme] = None
        elif probleme not in self._problemes:
            self._tus += 1

    def __len__(self) -> int:
        return len(self._problemes)

    def tries(self) -> tuple[Probleme, ...]:
        """All problems by file, line, code, message; a last one says how many more there are."""
        problemes = sorted(self._problemes)
        if self._tus:
            message = f"{self._tus} autres problèmes ne sont pas cités : corriger d'abord ceux-ci."
            problemes.append(Probleme("", 0, CodeProbleme.TROP_DE_PROBLEMES.name, message))
        return tuple(problemes)


def proche(nom: str, connus: Iterable[str]) -> str:
    """A hint for an unknown name: the nearest known one, or the few that exist, or nothing. Starts with a blank."""
    noms = sorted(set(connus))
    voisins = difflib.get_close_matches(nom, noms, n=1, cutoff=0.6) or [n for n in noms if n.lower() == nom.lower()]
    if voisins:
        return f" Vouliez-vous écrire « {voisins[0]} » ?"
    if 0 < len(noms) <= 8:
        return f" Admis : {', '.join(noms)}."
    return ""


def phrase(texte: str) -> str:
    """The text with a full stop, when nothing ends it yet."""
    return texte if texte.endswith((".", "?")) else f"{texte}."


def abrege(texte: str, maximum: int = 60) -> str:
    """A value as messages quote it: on one line, shortened, without what XML cannot carry."""
    texte = _IMPOSSIBLES.sub("?", " ".join(texte.split()))
    return texte if len(texte) <= maximum else f"{texte[: maximum - 1]}…"
