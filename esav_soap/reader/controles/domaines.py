"""The few values of a field that stand for all, given what a rule asks of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from itertools import combinations

from esav_soap.model import (
    Champ,
    Choisi,
    Courriel,
    Date,
    DateHeure,
    Entier,
    Nombre,
    Nomenclature,
    OuiNon,
    Telephone,
    Texte,
    TexteLong,
)
from esav_soap.reader.controles.observation import Inexact, Questions
from esav_soap.reader.controles.valeurs_de_champ import ce_qui_cloche

#: Texts of one field: none when absent, several for a multiple choice.
Textes = tuple[str, ...]

#: A character that no rule names: what is made of it differs from every literal.
_NEUTRE = "\ue000"
_CODES_MULTIPLES_MAX = 6
_TEMOINS = {
    Date: "2026-01-15",
    DateHeure: "2026-01-15T10:00:00+01:00",
    Telephone: "0123456789",
    Courriel: "nom@exemple.fr",
}


def domaine(champ: Champ, questions: Questions, nomenclatures: Mapping[str, Nomenclature]) -> list[Textes]:
    """Contents to try for a field that is present. Raises :class:`Inexact` when a few cannot stand for all."""
    type_ = champ.type
    if isinstance(type_, Choisi):
        return _codes(type_, questions, nomenclatures.get(type_.nomenclature))
    match type_:
        case OuiNon():
            return _uns(["true", "false", "1", "0"])
        case Entier():
            return _uns(_nombres(questions, Decimal(type_.minimum), Decimal(type_.maximum), Decimal(1)))
        case Nombre():
            return _uns(_nombres(questions, type_.minimum, type_.maximum, Decimal(1).scaleb(-type_.decimales)))
        case Texte() | TexteLong():
            return _uns(_textes(type_, questions, nomenclatures))
        case Date() | DateHeure() | Telephone() | Courriel():
            if questions.longueurs or questions.morceaux:
                raise Inexact
            admis = [t for t in sorted(questions.textes) if ce_qui_cloche(type_, t, nomenclatures) is None]
            if isinstance(type_, Telephone):
                admis += [str(n) for n in _voisins(questions.nombres, Decimal(1))]
            temoin = _TEMOINS[type(type_)]
            return _uns([*admis, *([] if temoin in admis else [temoin])])


def _uns(textes: Iterable[str]) -> list[Textes]:
    return [(texte,) for texte in dict.fromkeys(textes)]


def _codes(type_: Choisi, questions: Questions, nomenclature: Nomenclature | None) -> list[Textes]:
    if nomenclature is None or questions.longueurs or questions.nombres:
        raise Inexact
    admis = [valeur.code for valeur in nomenclature.acceptees]
    cites = [code for code in admis if code in questions.textes]
    autres = [code for code in admis if code not in questions.textes]
    tous = questions.complet or bool(questions.morceaux)
    if type_.maximum == 1:
        return _uns(admis if tous else cites + autres[:2])
    retenus = cites + autres[:1]
    if tous or questions.compte or len(retenus) > _CODES_MULTIPLES_MAX:
        raise Inexact
    tailles = range(1, min(type_.maximum, len(retenus)) + 1)
    return [choisis for taille in tailles for choisis in combinations(retenus, taille)]


def _nombres(questions: Questions, minimum: Decimal | None, maximum: Decimal | None, pas: Decimal) -> list[str]:
    if questions.longueurs or questions.morceaux:
        raise Inexact
    cites = set(questions.nombres)
    textes = []
    for texte in sorted(questions.textes):
        try:
            cites.add(Decimal(texte))
            textes.append(texte)
        except ArithmeticError:
            continue
    voisins = _voisins(cites, pas) | {b for b in (minimum, maximum) if b is not None} or {Decimal(0)}
    admis = [n for n in sorted(voisins) if (minimum is None or n >= minimum) and (maximum is None or n <= maximum)]
    dedans = [
        t for t in textes if (minimum is None or Decimal(t) >= minimum) and (maximum is None or Decimal(t) <= maximum)
    ]
    return dedans + [f"{n:f}" for n in admis]


def _voisins(nombres: Iterable[Decimal], pas: Decimal) -> set[Decimal]:
    """Each number, rounded down and up to the step, and one step further on both sides."""
    voisins: set[Decimal] = set()
    for nombre in nombres:
        for arrondi in (ROUND_FLOOR, ROUND_CEILING):
            entier = (nombre / pas).to_integral_value(arrondi) * pas
            voisins |= {entier - pas, entier, entier + pas}
    return voisins


def _textes(type_: Texte | TexteLong, questions: Questions, nomenclatures: Mapping[str, Nomenclature]) -> list[str]:
    genres = [bool(questions.longueurs), bool(questions.nombres), bool(questions.morceaux)]
    if sum(genres) > 1 or len(questions.morceaux) > 1 or (sum(genres) and questions.complet):
        raise Inexact
    admis = [texte for texte in sorted(questions.textes) if ce_qui_cloche(type_, texte, nomenclatures) is None]
    bornes = {type_.longueur_min, type_.longueur_max}
    longueurs = {n for n in questions.longueurs if type_.longueur_min <= n <= type_.longueur_max}
    if questions.longueurs:
        return admis + [_NEUTRE * n for n in sorted(longueurs | bornes)]
    if questions.nombres:
        nombres = questions.nombres | _voisins(questions.nombres, Decimal(1))
        return [*admis, *(f"{n:f}" for n in sorted(nombres)), _NEUTRE]
    for morceau in questions.morceaux:
        admis += [morceau, f"{morceau}{_NEUTRE}", f"{_NEUTRE}{morceau}"]
    return [*admis, _NEUTRE]
