"""How types, occurrences and lists are told in French."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from esav_soap.model.structure import Branche, Element, Feuille
from esav_soap.model.types import (
    ENTIER_MAX,
    ENTIER_MIN,
    Choisi,
    Courriel,
    Date,
    DateHeure,
    Entier,
    Nombre,
    OuiNon,
    Telephone,
    Texte,
    TexteLong,
)

_CITES = 40


def genre(element: Element) -> str:
    """The kind of a field or group: « texte », « entier », « groupe »..."""
    if not isinstance(element, Feuille):
        return "groupe"
    match element.champ.type:
        case Texte():
            return "texte"
        case TexteLong():
            return "texte long"
        case Entier():
            return "entier"
        case Nombre():
            return "nombre décimal"
        case Date():
            return "date"
        case DateHeure():
            return "date et heure"
        case OuiNon():
            return "oui ou non"
        case Telephone():
            return "numéro de téléphone"
        case Courriel():
            return "adresse de courriel"
        case Choisi() as choisi:
            return "code" if choisi.maximum == 1 else "codes"


def decrire(element: Element) -> str:
    """What a field or group holds, in a few words: « entier de 0 à 120000 m »."""
    if isinstance(element, Branche):
        champs = ", ".join(enfant.code for enfant in element.enfants)
        return f"groupe donné {occurrences(element.minimum, element.maximum)} : {champs}"
    if not isinstance(element, Feuille):
        return genre(element)
    match element.champ.type:
        case Texte() | TexteLong() as texte:
            return f"{genre(element)}, {longueurs(texte)}"
        case Entier() | Nombre() | Date() as borne:
            dit = genre(element)
            entre = bornes(borne)
            dit += f" {entre}" if entre else ""
            if isinstance(borne, Nombre):
                dit += f", {pluriel(borne.decimales, 'décimale')} au plus"
            unite = "" if isinstance(borne, Date) or not borne.unite else f" ({borne.unite})"
            return dit + unite
        case Choisi() as choisi:
            combien = f", {choisi.maximum} au plus" if choisi.maximum > 1 else ""
            return f"{genre(element)} de la nomenclature {choisi.nomenclature}{combien}"
        case _:
            return genre(element)


def longueurs(texte: Texte | TexteLong) -> str:
    if texte.longueur_min == texte.longueur_max:
        return pluriel(texte.longueur_max, "caractère")
    return f"{texte.longueur_min} à {texte.longueur_max} caractères"


def bornes(type_: Entier | Nombre | Date) -> str:
    """« de 0 à 10 », « à partir de 0 », « jusqu'à 10 », or ""."""
    bas = None if type_.minimum == ENTIER_MIN else type_.minimum
    haut = None if type_.maximum == ENTIER_MAX else type_.maximum
    if bas is not None and haut is not None:
        return f"de {valeur(bas)} à {valeur(haut)}"
    if bas is not None:
        return f"à partir de {valeur(bas)}"
    return f"jusqu'à {valeur(haut)}" if haut is not None else ""


def valeur(brute: object) -> str:
    return format(brute, "f") if isinstance(brute, Decimal) else str(brute)


def occurrences(minimum: int, maximum: int) -> str:
    """« 1 fois », « 0 à 4 fois »."""
    return f"{maximum} fois" if minimum == maximum else f"{minimum} à {maximum} fois"


def pluriel(combien: int, mot: str) -> str:
    """« 1 code », « 2 codes »; each word of ``mot`` takes an s."""
    return f"{combien} {mot}" if combien < 2 else f"{combien} " + " ".join(f"{m}s" for m in mot.split())


def liste(dits: Sequence[str]) -> str:
    """Items separated by commas; beyond a number that a person reads, how many more there are."""
    if len(dits) <= _CITES:
        return ", ".join(dits)
    return ", ".join(dits[: _CITES - 1]) + f" et {len(dits) - _CITES + 1} autres"
