"""Plausible values for the fields of example forms."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal, InvalidOperation
from random import Random

from elementpath.regex import RegexError, translate_pattern

from esav_soap.calendar import PARIS
from esav_soap.contract.motifs import MotifIllisible, tirer
from esav_soap.model.catalogue import Nomenclature
from esav_soap.model.formulaire import Champ
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

_PHRASES = (
    "Le client constate une coupure complète depuis ce matin.",
    "Aucun signal optique mesuré à la prise, jarretière remplacée sans effet.",
    "Affaiblissement anormal constaté au réflectomètre, événement situé près du point de mutualisation.",
    "Plusieurs accès du même immeuble sont touchés ; le gardien est prévenu.",
    "Intervention précédente sans résultat, le défaut revient chaque soir.",
)
_MOTS = ("Nord", "Baie 4", "Rue des Lilas", "Local technique", "Bâtiment B", "2e étage", "Zone artisanale", "Poste 12")
_NOMS = ("Claire Martin", "Karim Benali", "Jeanne Le Goff", "Paul Durand", "Inès Caron", "Hugo Fabre")
_JOUR = date(2026, 3, 2)
_ESSAIS = 20


class Tireur:
    """Draws values; days stay within two weeks, so that rules between dates are easily kept."""

    def __init__(self, nomenclatures: Mapping[str, Nomenclature], rng: Random) -> None:
        self._nomenclatures = nomenclatures
        self._rng = rng

    def valeur(self, champ: Champ) -> str:
        """A value that the field's type accepts; one of the catalogue's examples about every other time.

        Raises :class:`esav_soap.contract.motifs.MotifIllisible` when neither the pattern nor an example gives one.
        """
        rng, type_ = self._rng, champ.type
        exemples = [e for e in champ.exemples if isinstance(type_, Texte | TexteLong) and _admis(type_, e)]
        if exemples and rng.random() < 0.5:
            return rng.choice(exemples)
        match type_:
            case Texte() | TexteLong():
                return self._texte(champ, type_, exemples)
            case Entier():
                return str(self._entier(type_))
            case Nombre():
                return self._nombre(type_)
            case Date():
                return self._date(type_)
            case DateHeure():
                jour = _JOUR + timedelta(days=rng.randrange(14))
                instant = datetime(
                    jour.year, jour.month, jour.day, rng.randint(8, 18), 15 * rng.randrange(4), tzinfo=PARIS
                )
                return instant.isoformat(timespec="seconds")
            case OuiNon():
                return rng.choice(("true", "false"))
            case Telephone():
                return f"0{rng.randint(1, 9)}{rng.randrange(10**8):08d}"
            case Courriel():
                return f"{rng.choice(('sav', 'supervision', 'noc', 'c.martin'))}@operateur-{rng.randint(1, 9)}.example"
            case Choisi():
                return rng.choice(self._nomenclatures[type_.nomenclature].acceptees).code

    def autour(self, champ: Champ, litteral: str) -> str | None:
        """A value at or near a constant that a rule names; None when the field cannot take it."""
        type_ = champ.type
        if isinstance(type_, Choisi):
            codes = {v.code for v in self._nomenclatures[type_.nomenclature].acceptees}
            return litteral if litteral in codes and type_.depend_de is None else None
        if isinstance(type_, OuiNon):
            return litteral if litteral in ("true", "false") else None
        if isinstance(type_, Texte | TexteLong):
            return litteral if _admis(type_, litteral) else None
        try:
            nombre = Decimal(litteral) + self._rng.randint(-1, 1)
        except InvalidOperation:
            return None
        if isinstance(type_, Entier) and type_.minimum <= nombre <= type_.maximum and nombre == int(nombre):
            return str(int(nombre))
        if isinstance(type_, Nombre):
            bas = type_.minimum if type_.minimum is not None else nombre
            haut = type_.maximum if type_.maximum is not None else nombre
            return str(nombre) if bas <= nombre <= haut and "." not in str(nombre) else None
        return None

    def _texte(self, champ: Champ, type_: Texte | TexteLong, exemples: list[str]) -> str:
        rng = self._rng
        if isinstance(type_, Texte) and type_.motif is not None:
            for _ in range(_ESSAIS):
                try:
                    texte = tirer(type_.motif, rng)
                except MotifIllisible:
                    break
                if _admis(type_, texte):
                    return texte
            if not exemples:
                raise MotifIllisible(f"{champ.code} : {type_.motif}")
            return rng.choice(exemples)
        if isinstance(type_, Texte):
            texte = rng.choice(_NOMS if "nom" in champ.code.lower() else _MOTS)
        else:
            texte = " ".join(rng.sample(_PHRASES, rng.randint(1, 2)))
        while len(texte) < type_.longueur_min:
            texte += " " + rng.choice(_MOTS)
        coupe = texte[: type_.longueur_max]
        return coupe if coupe == coupe.strip() else coupe[:-1] + "."

    def _entier(self, type_: Entier) -> int:
        bas = type_.minimum if type_.minimum != ENTIER_MIN else min(1, type_.maximum)
        haut = type_.maximum if type_.maximum != ENTIER_MAX else max(100, bas)
        if self._rng.random() < 0.5:
            haut = min(haut, bas + 20)
        return self._rng.randint(bas, haut)

    def _nombre(self, type_: Nombre) -> str:
        bas = type_.minimum if type_.minimum is not None else min(Decimal(0), type_.maximum or Decimal(0))
        haut = type_.maximum if type_.maximum is not None else max(Decimal(100), bas)
        # Fewer decimals than allowed are allowed; bounds may themselves have more.
        decimales = self._rng.randint(0, type_.decimales)
        pas = Decimal(1).scaleb(-decimales)
        premier, dernier = (
            int((bas / pas).to_integral_value(ROUND_CEILING)),
            int((haut / pas).to_integral_value(ROUND_FLOOR)),
        )
        if premier > dernier:
            return format(bas, "f")
        return format(self._rng.randint(premier, dernier) * pas, "f")

    def _date(self, type_: Date) -> str:
        bas = date.fromisoformat(type_.minimum) if type_.minimum else _JOUR
        haut = date.fromisoformat(type_.maximum) if type_.maximum else bas + timedelta(days=13)
        bas = min(bas, haut)
        if bas <= _JOUR <= haut:
            bas = _JOUR
        return (bas + timedelta(days=self._rng.randint(0, min((haut - bas).days, 13)))).isoformat()


def _admis(type_: Texte | TexteLong, texte: str) -> bool:
    if not type_.longueur_min <= len(texte) <= type_.longueur_max:
        return False
    if isinstance(type_, TexteLong) or type_.motif is None:
        return True
    try:
        return (
            re.search(
                translate_pattern(type_.motif, back_references=False, lazy_quantifiers=False, anchors=False), texte
            )
            is not None
        )
    except RegexError:
        return False
