"""Judging one value against its type: what is wrong with it, in French, exactly when the XSD refuses it (R3.2).

libxml2 judges, with a small schema for each type; Python only says why. So the two cannot disagree on a value.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import lru_cache

from lxml import etree

from esav_soap.errors import CodeChamp
from esav_soap.intake.attendus import nombre
from esav_soap.intake.proches import proche
from esav_soap.model.catalogue import Nomenclature, Statut
from esav_soap.model.types import (
    ENTIER_MAX,
    ENTIER_MIN,
    LONGUEUR_COURRIEL,
    MOTIF_COURRIEL,
    MOTIF_DATE,
    MOTIF_DATE_HEURE,
    MOTIF_TELEPHONE,
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
    Type,
)
from esav_soap.names import NS_XSD

Nomenclatures = Mapping[str, Nomenclature]


@dataclass(frozen=True, slots=True)
class Defaut:
    """Why a value is refused. ``raison`` continues the sentence « Champ » : ..."""

    code: CodeChamp
    raison: str
    admises: tuple[str, ...] = ()


def blancs_comptent(type_: Type) -> bool:
    """Whether blanks around a value belong to it: they do in texts, and in no other type."""
    return isinstance(type_, Texte | TexteLong) and not isinstance(type_, Fichier)


def codes_admis(type_: Type, nomenclatures: Nomenclatures) -> tuple[str, ...]:
    """The codes that a nomenclature field accepts; empty for other types."""
    if not isinstance(type_, Choisi):
        return ()
    return tuple(v.code for v in nomenclatures[type_.nomenclature].acceptees)


def juger(type_: Type, valeur: str, nomenclatures: Nomenclatures) -> Defaut | None:
    """What is wrong with ``valeur`` (for types other than texts: without blanks around it), or None when the XSD accepts it."""
    if isinstance(type_, Choisi):
        return _choisi(nomenclatures[type_.nomenclature], valeur)
    if _accepte(type_, valeur):
        return None
    match type_:
        case Fichier():
            return Defaut(CodeChamp.TYPE_INVALIDE, "le contenu n'est pas écrit en base64")
        case Texte() | TexteLong():
            return _texte(type_, valeur)
        case Entier():
            return _entier(type_, valeur)
        case Nombre():
            return _nombre(type_, valeur)
        case Date():
            return _date(type_, valeur)
        case DateHeure():
            return _date_heure(valeur)
        case OuiNon():
            return Defaut(
                CodeChamp.TYPE_INVALIDE,
                f"« {_court(valeur)} » n'est pas admis pour un champ oui ou non",
                ("true", "false", "1", "0"),
            )
        case Telephone():
            return Defaut(CodeChamp.MOTIF_NON_RESPECTE, f"« {_court(valeur)} » n'est pas un numéro de téléphone")
        case Courriel():
            if len(valeur) > LONGUEUR_COURRIEL:
                return Defaut(CodeChamp.TROP_LONG, f"{len(valeur)} caractères, {LONGUEUR_COURRIEL} au plus")
            return Defaut(CodeChamp.MOTIF_NON_RESPECTE, f"« {_court(valeur)} » n'est pas une adresse de courriel")


def _court(valeur: str) -> str:
    return valeur if len(valeur) <= 40 else valeur[:39] + "…"


def _choisi(nomenclature: Nomenclature, code: str) -> Defaut | None:
    valeur = nomenclature.par_code.get(code)
    if valeur is not None and valeur.statut is not Statut.RETIRE:
        return None
    admises = tuple(v.code for v in nomenclature.acceptees)
    if valeur is not None:
        suite = f" ; employer « {valeur.remplacement} »" if valeur.remplacement else ""
        return Defaut(CodeChamp.VALEUR_RETIREE, f"le code « {code} » ({valeur.libelle}) a été retiré{suite}", admises)
    voisin = proche(code, admises)
    suite = f" ; vouliez-vous « {voisin} » ?" if voisin else ""
    lieu = f"la nomenclature « {nomenclature.libelle} »"
    return Defaut(CodeChamp.VALEUR_HORS_LISTE, f"le code « {_court(code)} » n'est pas dans {lieu}{suite}", admises)


def _texte(type_: Texte | TexteLong, valeur: str) -> Defaut:
    longueur = len(valeur)
    if longueur < type_.longueur_min:
        return Defaut(CodeChamp.TROP_COURT, f"{nombre(longueur, 'caractère')}, {type_.longueur_min} au moins")
    if longueur > type_.longueur_max:
        return Defaut(CodeChamp.TROP_LONG, f"{longueur} caractères, {type_.longueur_max} au plus")
    return Defaut(CodeChamp.MOTIF_NON_RESPECTE, f"« {_court(valeur)} » n'a pas la forme attendue")


_ENTIER = re.compile(r"([+-]?)0*([0-9]+)", re.ASCII)
_NOMBRE = re.compile(r"[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)", re.ASCII)


def _entier(type_: Entier, valeur: str) -> Defaut:
    lu = _ENTIER.fullmatch(valeur)
    if lu is None:
        return Defaut(CodeChamp.TYPE_INVALIDE, f"« {_court(valeur)} » n'est pas un entier")
    lue = int(lu[1] + lu[2][:20])  # 20 digits are already beyond 32 bits; int() refuses thousands
    if lue < type_.minimum:
        return Defaut(CodeChamp.TROP_PETIT, f"{_court(valeur)} est inférieur à {type_.minimum}", _bornes(type_))
    return Defaut(CodeChamp.TROP_GRAND, f"{_court(valeur)} est supérieur à {type_.maximum}", _bornes(type_))


def _nombre(type_: Nombre, valeur: str) -> Defaut:
    if _NOMBRE.fullmatch(valeur) is None:
        virgule = " ; le séparateur décimal est le point" if "," in valeur else ""
        return Defaut(CodeChamp.TYPE_INVALIDE, f"« {_court(valeur)} » n'est pas un nombre décimal{virgule}")
    lue = Decimal(valeur)
    if type_.minimum is not None and lue < type_.minimum:
        return Defaut(CodeChamp.TROP_PETIT, f"{_court(valeur)} est inférieur à {type_.minimum}", _bornes(type_))
    if type_.maximum is not None and lue > type_.maximum:
        return Defaut(CodeChamp.TROP_GRAND, f"{_court(valeur)} est supérieur à {type_.maximum}", _bornes(type_))
    if len(valeur.partition(".")[2].rstrip("0")) > type_.decimales:
        return Defaut(CodeChamp.TROP_DE_DECIMALES, f"{_court(valeur)} a plus de {nombre(type_.decimales, 'décimale')}")
    return Defaut(CodeChamp.TYPE_INVALIDE, f"« {_court(valeur)} » ne peut pas être lu comme nombre décimal")


def _date(type_: Date, valeur: str) -> Defaut:
    if re.fullmatch(MOTIF_DATE, valeur) is None:
        fuseau = " : une date s'écrit sans fuseau" if re.match(MOTIF_DATE + r"(Z|[+-]\d)", valeur) else ""
        return Defaut(CodeChamp.TYPE_INVALIDE, f"« {_court(valeur)} » n'est pas une date AAAA-MM-JJ{fuseau}")
    try:
        jour = date.fromisoformat(valeur)
    except ValueError:
        return Defaut(CodeChamp.TYPE_INVALIDE, f"« {valeur} » n'existe pas dans le calendrier")
    if type_.minimum is not None and jour < date.fromisoformat(type_.minimum):
        return Defaut(CodeChamp.TROP_PETIT, f"{valeur} est avant le {type_.minimum}", _bornes(type_))
    if type_.maximum is not None and jour > date.fromisoformat(type_.maximum):
        return Defaut(CodeChamp.TROP_GRAND, f"{valeur} est après le {type_.maximum}", _bornes(type_))
    return Defaut(CodeChamp.TYPE_INVALIDE, f"« {valeur} » ne peut pas être lu comme date")


_SANS_DECALAGE = re.compile(r"[12]\d{3}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?", re.ASCII)


def _date_heure(valeur: str) -> Defaut:
    if _SANS_DECALAGE.fullmatch(valeur):
        return Defaut(CodeChamp.FUSEAU_MANQUANT, f"« {valeur} » n'a pas de décalage horaire")
    if re.fullmatch(MOTIF_DATE_HEURE, valeur):
        return Defaut(CodeChamp.TYPE_INVALIDE, f"« {valeur} » n'existe pas dans le calendrier")
    return Defaut(CodeChamp.TYPE_INVALIDE, f"« {_court(valeur)} » n'est pas une date et heure")


def _bornes(type_: Entier | Nombre | Date) -> tuple[str, ...]:
    bornes = (type_.minimum, type_.maximum)
    return tuple(
        f"{mot} {borne}" for mot, borne in zip(("minimum", "maximum"), bornes, strict=True) if borne is not None
    )


def _accepte(type_: Type, valeur: str) -> bool:
    element = etree.Element("v")
    element.text = valeur
    return _schema(type_).validate(element)


@lru_cache(maxsize=4096)
def _schema(type_: Type) -> etree.XMLSchema:
    """A schema with the one element ``v`` of that type, with the facets that the contract's XSD gives it."""
    base, facettes = _restriction(type_)
    racine = etree.Element(f"{{{NS_XSD}}}schema")
    element = etree.SubElement(racine, f"{{{NS_XSD}}}element", name="v")
    simple = etree.SubElement(element, f"{{{NS_XSD}}}simpleType")
    restriction = etree.SubElement(simple, f"{{{NS_XSD}}}restriction", base=f"xs:{base}", nsmap={"xs": NS_XSD})
    for nom, valeur in facettes:
        if valeur is not None:
            etree.SubElement(
                restriction,
                f"{{{NS_XSD}}}{nom}",
                value=format(valeur, "f") if isinstance(valeur, Decimal) else str(valeur),
            )
    return etree.XMLSchema(racine)


def _restriction(type_: Type) -> tuple[str, list[tuple[str, object]]]:
    match type_:
        case Fichier():
            return "base64Binary", []
        case Texte() | TexteLong():
            motif = type_.motif if isinstance(type_, Texte) else None
            return "string", [("minLength", type_.longueur_min), ("maxLength", type_.longueur_max), ("pattern", motif)]
        case Entier():
            bas = None if type_.minimum == ENTIER_MIN else type_.minimum
            haut = None if type_.maximum == ENTIER_MAX else type_.maximum
            return "int", [("minInclusive", bas), ("maxInclusive", haut)]
        case Nombre():
            bornes = [("minInclusive", type_.minimum), ("maxInclusive", type_.maximum)]
            return "decimal", [("fractionDigits", type_.decimales), *bornes]
        case Date():
            bornes_date = [("minInclusive", type_.minimum), ("maxInclusive", type_.maximum)]
            return "date", [("pattern", MOTIF_DATE), *bornes_date]
        case DateHeure():
            return "dateTime", [("pattern", MOTIF_DATE_HEURE)]
        case OuiNon():
            return "boolean", []
        case Telephone():
            return "string", [("pattern", MOTIF_TELEPHONE)]
        case Courriel():
            return "string", [("maxLength", LONGUEUR_COURRIEL), ("pattern", MOTIF_COURRIEL)]
        case Choisi():
            raise TypeError("a code is judged by its nomenclature")
