"""Differences between the cross-field rules of a form or group."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from decimal import Decimal

from elementpath import XPathToken
from lxml import etree

from esav_soap.model.formulaire import GenreRegle, Regle
from esav_soap.model.structure import Branche, Element
from esav_soap.model.xpath import FEUILLES, analyser, compiler, noms
from esav_soap.publication.ecarts.objets import CodeEcart, Ecart, Lieu

_ESPACE = "urn:esav:ecarts"


def comparer_regles(
    lieu_de: Callable[[str | None], Lieu],
    anciennes: Sequence[Regle],
    nouvelles: Sequence[Regle],
    connus: tuple[frozenset[str], frozenset[str]],
) -> Iterator[tuple[str | None, Ecart]]:
    """Each difference with the code of the field that the rule is shown at (None: at the form or group itself).

    ``lieu_de``: the place of a field of that code; ``connus``: codes that the Offre's form has at any level, on each side. A
    rule that looks at none of them always says the same: when it is always kept, the Offre has no such rule.
    """
    avant = {regle.code: regle for regle in anciennes if not _inerte(regle, connus[0])}
    apres = {regle.code: regle for regle in nouvelles if not _inerte(regle, connus[1])}
    for code, regle in avant.items():
        if code not in apres:
            dit = f"la règle {code} n'est plus appliquée : « {regle.message} »"
            yield regle.champ, lieu_de(regle.champ).ecart(CodeEcart.REGLE_RETIREE, dit, _ecrite(regle), "", code)
    for code, regle in apres.items():
        ancienne, lieu = avant.get(code), lieu_de(regle.champ)
        if ancienne is None:
            dit = f"nouvelle règle {code} : « {regle.message} » Soit : {_ecrite(regle)}"
            yield regle.champ, lieu.ecart(CodeEcart.REGLE_AJOUTEE, dit, "", _ecrite(regle), code)
        elif _forme(analyser(ancienne.expression)) != _forme(analyser(regle.expression)):
            un, autre = _ecrite(ancienne), _ecrite(regle)
            moins = plus_souple(ancienne, regle)
            nature = CodeEcart.REGLE_ASSOUPLIE if moins else CodeEcart.REGLE_CHANGEE
            verbe = "est assouplie" if moins else "change"
            dit = f"la règle {code} {verbe} : « {regle.message} » Avant : {un}. Désormais : {autre}"
            yield regle.champ, lieu.ecart(nature, dit, un, autre, code)
        elif (ancienne.message, ancienne.champ) != (regle.message, regle.champ):
            dit = f"la règle {code} se dit autrement : « {regle.message} »"
            yield regle.champ, lieu.ecart(CodeEcart.REGLE_EXPLIQUEE, dit, ancienne.message, regle.message, code)


def plus_souple(ancienne: Regle, nouvelle: Regle) -> bool:
    """Whether every form that kept the old rule surely keeps the new one, by the shape of the two conditions.

    « A » -> « A and B » for what makes a field mandatory or forbidden, « A » -> « A or B » for what must hold, « x < 5 » -> « x
    < 6 », and what is made of these. False means that it is not known.
    """
    if ancienne.genre is not nouvelle.genre:
        return False
    if ancienne.genre is GenreRegle.REGLE:
        return _implique(ancienne.condition, nouvelle.condition)
    return ancienne.champ == nouvelle.champ and _implique(nouvelle.condition, ancienne.condition)


def _implique(forte: str, faible: str) -> bool:
    """Whether ``forte`` true surely makes ``faible`` true."""
    return _Preuve().implique(analyser(forte), analyser(faible))


class _Preuve:
    """A proof by the shape of two conditions; what it does not find it does not claim."""

    def __init__(self) -> None:
        self._vues: dict[tuple[int, int], bool] = {}

    def implique(self, forte: XPathToken, faible: XPathToken) -> bool:
        cle = id(forte), id(faible)
        if cle not in self._vues:  # else nested alternatives would be looked at again and again
            self._vues[cle] = self._cherche(_nu(forte), _nu(faible))
        return self._vues[cle]

    def _cherche(self, forte: XPathToken, faible: XPathToken) -> bool:
        if _forme(forte) == _forme(faible):
            return True
        if forte.symbol == "or":
            return all(self.implique(cas, faible) for cas in forte)
        if faible.symbol == "and":
            return all(self.implique(forte, part) for part in faible)
        if faible.symbol == "or" and any(self.implique(forte, cas) for cas in faible):
            return True
        if forte.symbol == "and":
            return any(self.implique(part, faible) for part in forte)
        if forte.symbol == faible.symbol == "not":
            return self.implique(faible[0], forte[0])
        return _seuil_plus_large(forte, faible)


def _forme(token: XPathToken) -> tuple[object, ...]:
    """What the expression says, without blanks and needless parentheses."""
    token = _nu(token)
    valeur = str(token.value) if token.symbol in FEUILLES else ""
    return (token.symbol, valeur, *(_forme(enfant) for enfant in token))


def _nu(token: XPathToken) -> XPathToken:
    """Without the parentheses around it."""
    while token.symbol == "(" and len(token) == 1:
        token = token[0]
    return token


def _seuil_plus_large(forte: XPathToken, faible: XPathToken) -> bool:
    """« x < 5 » -> « x < 6 »: the same comparison of the same thing with a wider constant."""
    if (
        forte.symbol != faible.symbol
        or forte.symbol not in ("<", "<=", ">", ">=")
        or _forme(forte[0]) != _forme(faible[0])
    ):
        return False
    un, autre = _constante(forte[1]), _constante(faible[1])
    if un is None or autre is None:
        return False
    return autre >= un if forte.symbol in ("<", "<=") else autre <= un


def _constante(token: XPathToken) -> Decimal | None:
    if token.symbol == "-" and len(token) == 1:
        valeur = _constante(token[0])
        return None if valeur is None else -valeur
    return Decimal(str(token.value)) if token.symbol in ("(integer)", "(decimal)") else None


def noms_connus(enfants: Sequence[Element]) -> frozenset[str]:
    """Codes of all fields and groups, at any level."""
    dedans = [noms_connus(enfant.enfants) for enfant in enfants if isinstance(enfant, Branche)]
    return frozenset(enfant.code for enfant in enfants).union(*dedans)


def _inerte(regle: Regle, connus: frozenset[str]) -> bool:
    """Whether no form of the Offre can break the rule, for it looks only at fields that the Offre does not use."""
    conditions = [regle.expression]
    if regle.genre is not GenreRegle.REGLE:
        conditions.append(f"not({regle.condition})")
    return any(_toujours_vraie(condition, connus) for condition in conditions)


def _toujours_vraie(expression: str, connus: frozenset[str]) -> bool:
    if not connus.isdisjoint(noms(expression)) or any(
        token.symbol in ("node", "position", "last") or (token.symbol == "*" and not len(token))
        for token in analyser(expression).iter()
    ):
        return False
    return compiler(expression, _ESPACE)(etree.Element("formulaire")) is True


def _ecrite(regle: Regle) -> str:
    condition = " ".join(regle.condition.split())
    return {
        GenreRegle.REGLE: condition,
        GenreRegle.OBLIGATOIRE_SI: f"obligatoire si {condition}",
        GenreRegle.INTERDIT_SI: f"interdit si {condition}",
    }[regle.genre]
