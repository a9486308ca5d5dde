"""What a field accepts, in French."""

from __future__ import annotations

from decimal import Decimal

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
    Type,
)


def attendu(type_: Type) -> str:
    """A short description of the accepted values: « entier de 0 à 100 (dB) »."""
    match type_:
        case Texte() | TexteLong():
            motif = isinstance(type_, Texte) and type_.motif
            forme = f", de la forme {motif}" if motif else ""
            return f"texte de {type_.longueur_min} à {type_.longueur_max} caractères{forme}"
        case Entier():
            bas = None if type_.minimum == ENTIER_MIN else type_.minimum
            haut = None if type_.maximum == ENTIER_MAX else type_.maximum
            return f"nombre entier{_entre(bas, haut)}{_unite(type_.unite)}"
        case Nombre():
            decimales = f", {type_.decimales} décimale(s) au plus"
            return f"nombre décimal{_entre(type_.minimum, type_.maximum)}{decimales}{_unite(type_.unite)}"
        case Date():
            return f"date AAAA-MM-JJ{_entre(type_.minimum, type_.maximum)}"
        case DateHeure():
            return "date et heure avec décalage, par exemple 2026-03-02T14:30:00+01:00"
        case OuiNon():
            return "true ou false"
        case Telephone():
            return "10 chiffres commençant par 0, ou + suivi de 6 à 15 chiffres, sans espaces"
        case Courriel():
            return "adresse de courriel, par exemple nom@domaine.fr"
        case Choisi():
            return "un code de la nomenclature"


def _entre(bas: int | Decimal | str | None, haut: int | Decimal | str | None) -> str:
    if bas is not None and haut is not None:
        return f" de {bas} à {haut}"
    if bas is not None:
        return f" à partir de {bas}"
    return f" jusqu'à {haut}" if haut is not None else ""


def _unite(unite: str | None) -> str:
    return f" ({unite})" if unite else ""
