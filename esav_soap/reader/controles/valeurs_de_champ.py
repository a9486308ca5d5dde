"""Whether a default or an example fits its field: the reader's own word, before any XSD exists."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import TypeVar

from esav_soap.model import (
    Choisi,
    Courriel,
    Date,
    DateHeure,
    Entier,
    Nombre,
    Nomenclature,
    OuiNon,
    Statut,
    Telephone,
    Texte,
    TexteLong,
    Type,
)
from esav_soap.model.types import LONGUEUR_COURRIEL, MOTIF_COURRIEL, MOTIF_DATE_HEURE, MOTIF_TELEPHONE
from esav_soap.reader.controles.motifs import MotifRefuse, schema_de_motif
from esav_soap.reader.lieux import abrege, proche
from esav_soap.reader.valeurs import date_valide

_Mesure = TypeVar("_Mesure", Decimal, str)

_ENTIER = re.compile(r"[+-]?[0-9]{1,18}")
_DECIMAL = re.compile(r"[+-]?([0-9]{1,18}(\.[0-9]{0,18})?|\.[0-9]{1,18})")
_DATE_HEURE = re.compile(MOTIF_DATE_HEURE)
_TELEPHONE = re.compile(MOTIF_TELEPHONE)
_COURRIEL = re.compile(MOTIF_COURRIEL)


def ce_qui_cloche(type_: Type, texte: str, nomenclatures: Mapping[str, Nomenclature]) -> str | None:
    """Why ``texte`` cannot be sent in a field of that type, as the end of a French sentence; None when it can.

    A field whose nomenclature is not known accepts everything: that is told elsewhere.
    """
    match type_:
        case Texte() | TexteLong():
            return _texte(type_, texte)
        case Entier():
            if not _ENTIER.fullmatch(texte):
                return "ce n'est pas un nombre entier"
            return _bornes(Decimal(texte), Decimal(type_.minimum), Decimal(type_.maximum))
        case Nombre():
            return _nombre(type_, texte)
        case Date():
            if not date_valide(texte):
                return "ce n'est pas une date AAAA-MM-JJ"
            return _bornes(texte, type_.minimum, type_.maximum)
        case DateHeure():
            return None if _date_heure_valide(texte) else "ce n'est pas une date et heure avec décalage horaire"
        case OuiNon():
            return None if texte in ("true", "false") else "un champ oui/non vaut true ou false"
        case Telephone():
            return (
                None
                if _TELEPHONE.fullmatch(texte)
                else "ce n'est pas un numéro de téléphone (0123456789 ou +33123456789)"
            )
        case Courriel():
            valable = _COURRIEL.fullmatch(texte) and len(texte) <= LONGUEUR_COURRIEL
            return None if valable else "ce n'est pas une adresse de courriel"
        case Choisi():
            return _code(nomenclatures.get(type_.nomenclature), texte)


def _texte(type_: Texte | TexteLong, texte: str) -> str | None:
    longueur = len(texte)
    if longueur < type_.longueur_min:
        return f"le texte est trop court : longueur {longueur}, {type_.longueur_min} au moins"
    if longueur > type_.longueur_max:
        return f"le texte a {longueur} caractères, {type_.longueur_max} au plus sont admis"
    if isinstance(type_, TexteLong):
        return None
    if "\n" in texte or "\r" in texte:
        return "le texte a plusieurs lignes, le champ n'en a qu'une"
    if type_.motif is None:
        return None
    try:
        convient = schema_de_motif(type_.motif)(texte)
    except MotifRefuse:  # told at the field
        return None
    return None if convient else f"le texte ne respecte pas le motif {abrege(type_.motif)}"


def _nombre(type_: Nombre, texte: str) -> str | None:
    if not _DECIMAL.fullmatch(texte):
        return "ce n'est pas un nombre décimal (écrire 12.5, avec un point)"
    decimales = len(texte.partition(".")[2].rstrip("0"))
    if decimales > type_.decimales:
        return f"le nombre a {decimales} décimales : {type_.decimales} au plus"
    return _bornes(Decimal(texte), type_.minimum, type_.maximum)


def _bornes(valeur: _Mesure, minimum: _Mesure | None, maximum: _Mesure | None) -> str | None:
    if minimum is not None and valeur < minimum:
        return f"la valeur est inférieure au minimum {minimum}"
    if maximum is not None and valeur > maximum:
        return f"la valeur est supérieure au maximum {maximum}"
    return None


def _date_heure_valide(texte: str) -> bool:
    if not _DATE_HEURE.fullmatch(texte):
        return False
    try:
        instant = datetime.fromisoformat(texte)
    except ValueError:
        return False
    decalage = instant.utcoffset()
    return decalage is not None and abs(decalage.total_seconds()) <= 14 * 3600


def _code(nomenclature: Nomenclature | None, texte: str) -> str | None:
    if nomenclature is None:
        return None
    valeur = nomenclature.par_code.get(texte)
    if valeur is None:
        return f"le code n'est pas dans la nomenclature {nomenclature.code}.{proche(texte, nomenclature.par_code)}"
    return "le code est retiré" if valeur.statut is Statut.RETIRE else None
