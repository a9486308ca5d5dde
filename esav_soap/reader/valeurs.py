"""The values that attributes and simple elements of the publishers' files may have: one checker for each kind."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from esav_soap.model.types import ENTIER_MAX, ENTIER_MIN
from esav_soap.names import MOTIF_CHAMP, MOTIF_CODE, MOTIF_FORMULAIRE, MOTIF_REGLE, MOTIF_VERSION
from esav_soap.reader.codes import CodeProbleme
from esav_soap.reader.lieux import abrege

LONGUEUR_CODE = 40
LONGUEUR_CODE_REGLE = 60
LONGUEUR_MAX_TEXTE = 20_000

#: A defect of a value: its code, and the end of the sentence « <where> vaut « x » : ... ».
Defaut = tuple[CodeProbleme, str]

_BLANCS = re.compile(r"[ \t\r\n]+")
_ENTIER = re.compile(r"[+-]?[0-9]{1,18}")
_DECIMAL = re.compile(r"[+-]?([0-9]{1,18}(\.[0-9]{0,18})?|\.[0-9]{1,18})")
_DATE = re.compile(r"[12][0-9]{3}-[0-9]{2}-[0-9]{2}")
_CHEMIN = re.compile(rf"{MOTIF_CHAMP.pattern}(/{MOTIF_CHAMP.pattern})?")


def en_jeton(texte: str) -> str:
    """Blanks collapsed as ``xs:token`` does (XML's four blanks only: a non-breaking space stays)."""
    return _BLANCS.sub(" ", texte).strip(" ")


@dataclass(frozen=True, slots=True)
class TypeValeur:
    """A kind of value. ``verifier`` gets the normalised text and returns its defect, or None."""

    verifier: Callable[[str], Defaut | None]
    jeton: bool = True

    def normaliser(self, texte: str) -> str:
        return en_jeton(texte) if self.jeton else texte


def _code(motif: re.Pattern[str], longueur: int, forme: str) -> TypeValeur:
    def verifier(texte: str) -> Defaut | None:
        if not motif.fullmatch(texte):
            return CodeProbleme.CODE_INVALIDE, f"« {abrege(texte)} » n'a pas la forme attendue ({forme})"
        if len(texte) > longueur:
            return CodeProbleme.CODE_TROP_LONG, f"« {abrege(texte)} » a {len(texte)} caractères : {longueur} au plus"
        return None

    return TypeValeur(verifier)


def _texte(longueur: int) -> TypeValeur:
    def verifier(texte: str) -> Defaut | None:
        if not texte:
            return CodeProbleme.TEXTE_VIDE, "le texte est vide"
        if len(texte) > longueur:
            return CodeProbleme.TEXTE_TROP_LONG, f"le texte a {len(texte)} caractères : {longueur} au plus"
        return None

    return TypeValeur(verifier)


def choix(*admis: str) -> TypeValeur:
    """One word out of ``admis``."""

    def verifier(texte: str) -> Defaut | None:
        if texte in admis:
            return None
        return (
            CodeProbleme.VALEUR_INVALIDE,
            f"« {abrege(texte)} » n'est pas admis ; admis : {', '.join(admis)}",
        )

    return TypeValeur(verifier)


def entier(minimum: int, maximum: int) -> TypeValeur:
    """An integer between two bounds, inclusive."""

    def verifier(texte: str) -> Defaut | None:
        if not _ENTIER.fullmatch(texte):
            return CodeProbleme.ENTIER_INVALIDE, f"« {abrege(texte)} » n'est pas un nombre entier"
        if not minimum <= int(texte) <= maximum:
            return CodeProbleme.NOMBRE_HORS_BORNES, f"{texte} n'est pas entre {minimum} et {maximum}"
        return None

    return TypeValeur(verifier)


def _decimal(texte: str) -> Defaut | None:
    if _DECIMAL.fullmatch(texte):
        return None
    return (
        CodeProbleme.DECIMAL_INVALIDE,
        f"« {abrege(texte)} » n'est pas un nombre décimal (écrire 12.5, avec un point)",
    )


def _date(texte: str) -> Defaut | None:
    if date_valide(texte):
        return None
    return CodeProbleme.DATE_INVALIDE, f"« {abrege(texte)} » n'est pas une date (écrire AAAA-MM-JJ, sans fuseau)"


def date_valide(texte: str) -> bool:
    """Whether the text is a day of the calendar written ``AAAA-MM-JJ``, years 1000 to 2999."""
    if not _DATE.fullmatch(texte):
        return False
    try:
        date.fromisoformat(texte)
    except ValueError:
        return False
    return True


def _codes(texte: str) -> Defaut | None:
    for mot in texte.split():
        defaut = CODE.verifier(mot)
        if defaut:
            return defaut
    return None


CODE = _code(MOTIF_CODE, LONGUEUR_CODE, "majuscules, chiffres et _, par exemple ACCES_FTTH")
CODES = TypeValeur(_codes)
CODE_CHAMP = _code(
    MOTIF_CHAMP, LONGUEUR_CODE, "minuscule puis lettres et chiffres sans accent, par exemple referencePto"
)
CODE_FORMULAIRE = _code(MOTIF_FORMULAIRE, LONGUEUR_CODE, "minuscules, chiffres et -, par exemple acces-ftth")
CODE_REGLE = _code(MOTIF_REGLE, LONGUEUR_CODE_REGLE, "majuscules, chiffres, _ ou -, par exemple RG-01")
CHEMIN_CHAMP = _code(_CHEMIN, 2 * LONGUEUR_CODE + 1, "champ ou groupe/champ")
VERSION = _code(MOTIF_VERSION, 10, "année et rang dans l'année, par exemple 2026.1")
LIBELLE = _texte(120)
AIDE = _texte(1000)
CONDITION = _texte(2000)
UNITE = _texte(20)
LIBRE = TypeValeur(lambda _texte: None, jeton=False)
OUI_NON = choix("oui", "non")
USAGE = choix("obligatoire", "facultatif", "absent")
STATUT = choix("actif", "deprecie", "retire")
CANAL = choix("WS", "EN_LIGNE")
RENDEZ_VOUS = choix("SAV", "SAV_PLUS", "EXPERTISE_CONTRADICTOIRE")
TEST_PREALABLE = choix("aucun", "facultatif", "obligatoire")
LONGUEUR = entier(1, LONGUEUR_MAX_TEXTE)
ENTIER_32 = entier(ENTIER_MIN, ENTIER_MAX)
DECIMALES = entier(1, 6)
OCCURRENCE = entier(1, 100)
CHOIX_MULTIPLE = entier(1, 50)
DECIMAL = TypeValeur(_decimal)
DATE = TypeValeur(_date)


def en_decimal(texte: str) -> Decimal:
    """The number that a text checked by :data:`DECIMAL` means."""
    return Decimal(texte)
