"""The name that was probably meant."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches
from unicodedata import normalize

#: Beyond this length a name is not a slip of the pen, and comparing would only cost time.
_LONGUEUR_MAX = 80


def proche(nom: str, connus: Iterable[str]) -> str | None:
    """The known name nearest to ``nom``: the same but for case, accents and separators, or a few letters apart."""
    if len(nom) > _LONGUEUR_MAX:
        return None
    par_forme = {_forme(connu): connu for connu in connus}
    forme = _forme(nom)
    if forme in par_forme:
        return par_forme[forme]
    voisins = get_close_matches(forme, par_forme, 1, 0.7)
    return par_forme[voisins[0]] if voisins else None


def _forme(nom: str) -> str:
    lettres = normalize("NFKD", nom).casefold()
    return "".join(lettre for lettre in lettres if lettre.isalnum())
