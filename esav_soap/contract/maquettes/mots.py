"""What a maquette says of a field in words: what is accepted, an example, the technical line."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal

from esav_soap.calendar import en_paris
from esav_soap.model import (
    Choisi,
    Courriel,
    Date,
    DateHeure,
    Entier,
    Feuille,
    Nombre,
    OuiNon,
    Telephone,
    Texte,
    TexteLong,
    Type,
)
from esav_soap.model.types import ENTIER_MAX, ENTIER_MIN, LONGUEUR_TEXTE

ESPACE_FINE = "\u202f"

#: Names of the types, as publishers write them in a formulaire.
NOMS_TYPES: dict[type[Type], str] = {
    Texte: "texte",
    TexteLong: "texteLong",
    Entier: "entier",
    Nombre: "decimal",
    Date: "date",
    DateHeure: "dateHeure",
    OuiNon: "ouiNon",
    Telephone: "telephone",
    Courriel: "courriel",
    Choisi: "nomenclature",
}


def nombre(valeur: Decimal) -> str:
    """Plain notation, without exponent: ``-40``, ``0.001``."""
    return f"{valeur:f}"


def francais(valeur: int | Decimal | str) -> str:
    texte = nombre(valeur) if isinstance(valeur, Decimal) else str(valeur)
    return texte.replace(".", ",").replace("-", "\u2212")


def _jour(iso: str) -> str:
    return "/".join(reversed(iso.split("-")))


def admis(genre: Type, parent: str) -> str:
    """What is accepted, in words."""
    match genre:
        case Texte() | TexteLong():
            return _admis_longueur(genre)
        case Entier():
            bas = None if genre.minimum == ENTIER_MIN else genre.minimum
            haut = None if genre.maximum == ENTIER_MAX else genre.maximum
            return _admis_bornes(bas, haut, genre.unite, "Nombre entier")
        case Nombre():
            pluriel = "s" if genre.decimales > 1 else ""
            bornes = _admis_bornes(genre.minimum, genre.maximum, genre.unite, "Nombre")
            return f"{bornes}, {genre.decimales} décimale{pluriel} au plus"
        case Date(minimum=bas, maximum=haut):
            mots: list[str] = [f"à partir du {_jour(bas)}"] if bas else []
            return " ".join([*mots, *([f"jusqu’au {_jour(haut)}"] if haut else [])]).capitalize()
        case DateHeure():
            return "Heure de Paris"
        case Telephone():
            return "10 chiffres, ou format international (+33…)"
        case Choisi(maximum=maximum, depend_de=depend_de):
            mots = [f"Liste selon « {parent} »"] if depend_de and parent else []
            return " ; ".join([*mots, *([f"{maximum} choix au plus"] if maximum > 1 else [])])
        case OuiNon() | Courriel():
            return ""


def _admis_longueur(genre: Texte | TexteLong) -> str:
    bas, haut = genre.longueur_min, genre.longueur_max
    if bas == haut:
        return f"{bas} caractère{'s' if bas > 1 else ''}"
    if bas > 1:
        return f"De {bas} à {haut} caractères"
    return "" if isinstance(genre, Texte) and haut >= LONGUEUR_TEXTE else f"{haut} caractères au plus"


def _admis_bornes(bas: int | Decimal | None, haut: int | Decimal | None, unite: str | None, defaut: str) -> str:
    suffixe = f"{ESPACE_FINE}{unite}" if unite else ""
    if bas is not None and haut is not None:
        return f"De {francais(bas)} à {francais(haut)}{suffixe}"
    if bas is not None:
        return f"{francais(bas)}{suffixe} au moins"
    return f"{francais(haut)}{suffixe} au plus" if haut is not None else defaut


def en_clair(genre: Type, exemple: str, libelles: Mapping[str, str]) -> str:
    match genre:
        case Choisi() | OuiNon():
            return libelles.get(exemple, exemple)
        case Entier() | Nombre():
            return francais(exemple)
        case Date():
            return _jour(exemple)
        case DateHeure():
            return en_paris(datetime.fromisoformat(exemple)).strftime("%d/%m/%Y %H:%M")
        case _:
            return exemple


def technique(feuille: Feuille) -> str:
    """The field as a developer wants it: type, occurrences, facets."""
    genre = feuille.champ.type
    parties = [f"{NOMS_TYPES[type(genre)]} [{feuille.minimum}..{feuille.maximum}]"]
    match genre:
        case Texte() | TexteLong():
            parties.append(f"longueur {genre.longueur_min}..{genre.longueur_max}")
        case Entier():
            parties.append(f"min {genre.minimum}, max {genre.maximum}")
        case Nombre():
            parties += [
                f"{nom} {nombre(b)}" for nom, b in (("min", genre.minimum), ("max", genre.maximum)) if b is not None
            ]
            parties.append(f"décimales {genre.decimales}")
        case Date():
            parties += [f"{nom} {b}" for nom, b in (("min", genre.minimum), ("max", genre.maximum)) if b]
        case DateHeure():
            parties.append("xs:dateTime avec décalage")
        case Choisi():
            parties.append(genre.nomenclature)
            parties += [f"dépend de {genre.depend_de}"] if genre.depend_de else []
        case OuiNon() | Telephone() | Courriel():
            pass
    if feuille.champ.defaut is not None:
        parties.append(f"défaut {feuille.champ.defaut}")
    return " · ".join(parties)
