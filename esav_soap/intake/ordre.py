"""The order of a refusal's errors: that of the form, so that they can be corrected from its top to its end (R3.2)."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator, Sequence

from esav_soap.errors import CodeChamp, ErreurChamp
from esav_soap.model.structure import Branche, Element, Structure

_PAS = re.compile(r"([^\[]+)(?:\[([0-9]+)\])?")
_FIN = sys.maxsize

#: Index and rank of each step from the form down to an element.
_Cle = tuple[int, ...]


def ranger(
    marche: Sequence[ErreurChamp], autres: Sequence[ErreurChamp], structure: Structure, base: str = ""
) -> list[ErreurChamp]:
    """The walk's errors in their own order, which is the document's, with the others at the place of their field.

    ``base``: path of the element of ``structure``, with its final ``/``. Of the others, those that name no field of the form
    come first, and a rule that is shown at no field comes after the fields of its form or group.
    """
    indices = dict(_indices(structure.enfants, ""))
    rangees: list[tuple[_Cle, ErreurChamp]] = []
    atteint: _Cle = ()
    for erreur in marche:
        if erreur.code is not CodeChamp.CHAMP_MAL_PLACE:  # a moved element stands where it was found
            atteint = max(atteint, _cle(erreur, base, indices))
        rangees.append((atteint, erreur))
    rangees += [(_cle(erreur, base, indices), erreur) for erreur in autres]
    return [erreur for _, erreur in sorted(rangees, key=lambda rangee: rangee[0])]


def _indices(enfants: Sequence[Element], chemin: str) -> Iterator[tuple[str, tuple[int, bool]]]:
    """Path -> its index among its siblings, and whether it is a field."""
    for i, enfant in enumerate(enfants):
        ici = f"{chemin}{enfant.code}"
        yield ici, (i, not isinstance(enfant, Branche))
        if isinstance(enfant, Branche):
            yield from _indices(enfant.enfants, f"{ici}/")


def _cle(erreur: ErreurChamp, base: str, indices: dict[str, tuple[int, bool]]) -> _Cle:
    """Where the form has the element of an error's path; () when nowhere."""
    if not f"{erreur.chemin}/".startswith(base):
        return ()
    cle: list[int] = []
    structurel, feuille = "", False
    for pas in erreur.chemin[len(base) :].split("/"):
        lu = _PAS.fullmatch(pas)
        connu = indices.get(structurel + lu[1]) if lu else None
        if lu is None or connu is None:
            break
        indice, feuille = connu
        cle += (indice, int(lu[2] or 1))
        structurel += f"{lu[1]}/"
    if erreur.code is CodeChamp.REGLE_NON_RESPECTEE and not feuille:
        cle.append(_FIN)
    return tuple(cle)
