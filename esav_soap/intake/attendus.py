"""What a field accepts, in French."""

from __future__ import annotations

from decimal import Decimal

from esav_soap.model.formulaire import Champ
from esav_soap.model.requetes import FORME_CLE, MOTIF_CLE
from esav_soap.model.types import (
    ENTIER_MAX,
    ENTIER_MIN,
    Choisi,
    Courriel,
    Date,
    DateHeure,
    Entier,
    Fichier,
    Nombre,
    OuiNon,
    Telephone,
    Texte,
    TexteLong,
)

#: Patterns that have a French name.
_FORMES = {MOTIF_CLE: FORME_CLE}


def attendu(champ: Champ) -> str:
    """A short description of the accepted values: « entier de 0 à 100 (dB) »; "" when a list of them goes with the error."""
    match champ.type:
        case Fichier():
            return "fichier en base64"
        case Texte(motif=str(motif)) as type_:
            return _longueurs(type_, _FORMES.get(motif, "caractères")) + _forme(motif, champ.exemples)
        case Texte() | TexteLong() as type_:
            return _longueurs(type_, "caractères")
        case Entier() as type_:
            bas = None if type_.minimum == ENTIER_MIN else type_.minimum
            haut = None if type_.maximum == ENTIER_MAX else type_.maximum
            return f"nombre entier{_entre(bas, haut)}{_unite(type_.unite)}"
        case Nombre() as type_:
            decimales = f", {nombre(type_.decimales, 'décimale')} au plus"
            return f"nombre décimal{_entre(type_.minimum, type_.maximum)}{decimales}{_unite(type_.unite)}"
        case Date() as type_:
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
            return ""


def nombre(combien: int, mot: str) -> str:
    """« 1 décimale », « 2 décimales »; ``mot`` takes an s."""
    return f"{combien} {mot}" if combien < 2 else f"{combien} {mot}s"


def _longueurs(type_: Texte | TexteLong, caracteres: str) -> str:
    if type_.longueur_min < type_.longueur_max:
        return f"texte de {type_.longueur_min} à {type_.longueur_max} {caracteres}"
    return f"texte de {type_.longueur_max} {caracteres if type_.longueur_max > 1 else 'caractère'}"


def _forme(motif: str, exemples: tuple[str, ...]) -> str:
    """What people read most easily: an example; a regular expression only where the catalogue has nothing better."""
    if exemples:
        return f", par exemple {exemples[0]}"
    return "" if motif in _FORMES else f", de la forme {motif}"


def _entre(bas: int | Decimal | str | None, haut: int | Decimal | str | None) -> str:
    if bas is not None and haut is not None:
        return f" de {bas} à {haut}"
    if bas is not None:
        return f" à partir de {bas}"
    return f" jusqu'à {haut}" if haut is not None else ""


def _unite(unite: str | None) -> str:
    return f" ({unite})" if unite else ""
