"""Good forms made wrong, each in one way that a developer meets: what the invalid messages of the jeu de test are made of.

Nothing here says what the service answers: each form is given to the same check as the service's.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from copy import deepcopy
from dataclasses import dataclass
from decimal import Decimal

from lxml import etree

from esav_soap.model import (
    Branche,
    Choisi,
    Courriel,
    Date,
    DateHeure,
    Entier,
    Feuille,
    Nombre,
    Nomenclature,
    OuiNon,
    Statut,
    Structure,
    Telephone,
    Texte,
    TexteLong,
    Type,
)
from esav_soap.model.types import ENTIER_MAX, ENTIER_MIN

#: A code that no nomenclature has: codes of publishers are words of their trade.
CODE_INCONNU = "CODE_INCONNU"
#: A text longer than that shows nothing to a reader.
_TEXTE_LISIBLE = 120


@dataclass(frozen=True, slots=True)
class Place:
    """A leaf of a form: ``chemin`` is where it stands (ranks of children), ``facultative`` whether it may be left out."""

    chemin: tuple[int, ...]
    feuille: Feuille
    facultative: bool

    def dans(self, forme: etree._Element) -> etree._Element:
        """The leaf's element in ``forme``."""
        for rang in self.chemin:
            forme = forme[rang]
        return forme


def places(forme: etree._Element, structure: Structure) -> list[Place]:
    """The leaves that ``forme`` has, in document order."""
    connus = {enfant.code: enfant for enfant in structure.enfants}
    trouvees = []
    for rang, noeud in enumerate(forme):
        element = connus[etree.QName(noeud).localname]
        if isinstance(element, Feuille):
            trouvees.append(Place((rang,), element, not element.minimum))
        elif isinstance(element, Branche):
            dedans = {enfant.code: enfant for enfant in element.enfants}
            for sous_rang, champ in enumerate(noeud):
                feuille = dedans[etree.QName(champ).localname]
                if isinstance(feuille, Feuille):
                    trouvees.append(Place((rang, sous_rang), feuille, not feuille.minimum))
    return trouvees


def sans(forme: etree._Element, place: Place) -> etree._Element:
    """The form without that leaf."""
    copie = deepcopy(forme)
    noeud = place.dans(copie)
    parent = noeud.getparent()
    assert parent is not None
    parent.remove(noeud)
    return copie


def avec(forme: etree._Element, *valeurs: tuple[Place, str]) -> etree._Element:
    """The form with these values instead of its own."""
    copie = deepcopy(forme)
    for place, valeur in valeurs:
        place.dans(copie).text = valeur
    return copie


def valeur_fausse(genre: Type) -> str | None:
    """A value that the type refuses, like those that are sent by mistake; None where every short text is right."""
    match genre:
        case DateHeure():
            return "2026-11-02T09:15:00"  # no offset
        case Date():
            return "02/11/2026"
        case Entier():
            return _hors_bornes(genre.minimum, genre.maximum, ENTIER_MIN, ENTIER_MAX) or "douze"
        case Nombre():
            haut = genre.maximum
            return format(haut + 1, "f") if haut is not None else "12,5"
        case OuiNon():
            return "oui"
        case Telephone():
            return "02 99 00"
        case Courriel():
            return "sav.operateur.example"
        case Texte(motif=str()):
            return "?"
        case Texte() | TexteLong():
            return "x" * (genre.longueur_max + 1) if genre.longueur_max <= _TEXTE_LISIBLE else None
        case Choisi():
            return None


def _hors_bornes(bas: int, haut: int, infini_bas: int, infini_haut: int) -> str | None:
    if haut != infini_haut:
        return str(haut + 1)
    return str(bas - 1) if bas != infini_bas else None


def codes(genre: Type, nomenclatures: Mapping[str, Nomenclature], statut: Statut) -> list[str]:
    """Codes of that status which the field's nomenclature has."""
    if not isinstance(genre, Choisi):
        return []
    return [v.code for v in nomenclatures[genre.nomenclature].valeurs if v.statut is statut]


def changements(
    forme: etree._Element, structure: Structure, nomenclatures: Mapping[str, Nomenclature]
) -> Iterator[etree._Element]:
    """Forms that differ from ``forme`` by one field, each value being right by itself: some break a rule."""
    presentes = places(forme, structure)
    for place in presentes:
        if place.facultative:
            yield sans(forme, place)
    for place in presentes:
        present = place.dans(forme).text or ""
        for valeur in _autres(place.feuille.champ.type, nomenclatures):
            if valeur != present:
                yield avec(forme, (place, valeur))


def _autres(genre: Type, nomenclatures: Mapping[str, Nomenclature]) -> list[str]:
    match genre:
        case OuiNon():
            return ["true", "false"]
        case Choisi():
            return codes(genre, nomenclatures, Statut.ACTIF)[:8]
        case Entier():
            return [str(b) for b in (genre.minimum, genre.maximum) if b not in (ENTIER_MIN, ENTIER_MAX)]
        case Nombre():
            return [_nombre(b) for b in (genre.minimum, genre.maximum) if b is not None]
        case Date():
            return [b for b in (genre.minimum, genre.maximum) if b is not None]
        case DateHeure():
            return ["2026-01-05T08:00:00+01:00", "2027-12-20T18:00:00+01:00"]
        case _:
            return []


def _nombre(valeur: Decimal) -> str:
    return format(valeur, "f")
