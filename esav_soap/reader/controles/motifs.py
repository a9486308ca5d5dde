"""Patterns of text fields: they must mean the same in libxml2, xmlschema and browsers, and never take long to match.

A pattern is read with a small parser of the common subset. Danger is ambiguity inside a repetition: a text that can be
cut in several ways is tried in all of them by a backtracking matcher.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

from elementpath.regex import RegexError, translate_pattern
from lxml import etree

from esav_soap.names import NS_XSD
from esav_soap.reader.codes import CodeProbleme

LONGUEUR_MOTIF = 500
_REPETITION_MAX = 1000
_PROFONDEUR_MAX = 20
#: Up to how many characters the ways to cut a bounded repetition, or to read an ambiguous one, are still few.
_COUPES_MAX = 30
_LECTURES_MAX = 8
#: How many overlapping loops may follow each other: each is one more power in the time to match.
_BOUCLES_MAX = 2

_AUTRE = "\x00"
_TOUS = frozenset({chr(c) for c in range(32, 127)} | {"\t", _AUTRE})
_ECHAPPES = frozenset("\\|.?*+(){}[]^$")
_ECHAPPES_CLASSE = _ECHAPPES | {"-"}
_ACCOLADES = re.compile(r"\{([0-9]{1,6})(?:(,)([0-9]{1,6})?)?\}")


class MotifRefuse(ValueError):
    """The pattern cannot be used. ``code`` says why; the message ends a sentence, in French."""

    def __init__(self, code: CodeProbleme, phrase: str) -> None:
        super().__init__(phrase)
        self.code = code


@dataclass(frozen=True, slots=True)
class Portee:
    """What a piece of a pattern can match: lengths, first characters, and those that can prolong a complete match."""

    minimum: int = 0
    maximum: int | None = 0
    premiers: frozenset[str] = frozenset()
    suites: frozenset[str] = frozenset()
    ambigu: bool = False
    boucles: int = 0
    boucle: bool = False


@lru_cache(maxsize=4096)
def analyser_motif(motif: str) -> Portee:
    """Lengths that the pattern can match. Raises :class:`MotifRefuse`."""
    if len(motif) > LONGUEUR_MOTIF:
        raise MotifRefuse(CodeProbleme.MOTIF_NON_PORTABLE, f"il a {len(motif)} caractères, {LONGUEUR_MOTIF} au plus")
    schema_de_motif(motif)
    try:
        re.compile(translate_pattern(motif, back_references=False, lazy_quantifiers=False, anchors=False))
    except (RegexError, re.error, OverflowError, RecursionError) as exc:
        raise MotifRefuse(CodeProbleme.MOTIF_INVALIDE, "xmlschema ne sait pas le lire") from exc
    lecteur = _Lecteur(motif)
    portee = lecteur.alternative(0)
    if lecteur.position < len(motif):
        raise MotifRefuse(CodeProbleme.MOTIF_INVALIDE, "une parenthèse fermante est de trop")
    if portee.boucles > _BOUCLES_MAX:
        raise MotifRefuse(
            CodeProbleme.MOTIF_DANGEREUX,
            "trop de répétitions qui se suivent admettent les mêmes caractères : les borner",
        )
    return portee


@lru_cache(maxsize=4096)
def schema_de_motif(motif: str) -> Callable[[str], bool]:
    """libxml2's verdict on a text. Raises :class:`MotifRefuse` when libxml2 does not read the pattern."""
    schema = etree.Element(f"{{{NS_XSD}}}schema", nsmap={"xs": NS_XSD})
    element = etree.SubElement(schema, f"{{{NS_XSD}}}element", name="v")
    simple = etree.SubElement(element, f"{{{NS_XSD}}}simpleType")
    restriction = etree.SubElement(simple, f"{{{NS_XSD}}}restriction", base="xs:string")
    etree.SubElement(restriction, f"{{{NS_XSD}}}pattern", value=motif)
    try:
        valideur = etree.XMLSchema(schema)
    except etree.XMLSchemaParseError as exc:
        raise MotifRefuse(CodeProbleme.MOTIF_INVALIDE, "ce n'est pas une expression régulière de XML Schema") from exc

    def verdict(texte: str) -> bool:
        valeur = etree.Element("v")
        valeur.text = texte
        try:
            return bool(valideur.validate(valeur))
        except etree.XMLSchemaValidateError:  # libxml2 gave up: the pattern is refused where it stands
            return False

    return verdict


class _Lecteur:
    """Recursive descent over the common subset; every refusal says what to write instead."""

    def __init__(self, motif: str) -> None:
        self.motif = motif
        self.position = 0

    def _vu(self) -> str:
        return self.motif[self.position : self.position + 1]

    def alternative(self, profondeur: int) -> Portee:
        if profondeur > _PROFONDEUR_MAX:
            raise MotifRefuse(CodeProbleme.MOTIF_NON_PORTABLE, "ses parenthèses sont trop imbriquées")
        branches = [self._suite(profondeur)]
        while self._vu() == "|":
            self.position += 1
            branches.append(self._suite(profondeur))
        if len(branches) == 1:
            return branches[0]
        premiers: frozenset[str] = frozenset()
        ambigu = any(branche.ambigu for branche in branches)
        for branche in branches:
            ambigu = ambigu or bool(premiers & branche.premiers)
            premiers |= branche.premiers
        maxima = [branche.maximum for branche in branches]
        return Portee(
            min(branche.minimum for branche in branches),
            None if None in maxima else max(maximum or 0 for maximum in maxima),
            premiers,
            frozenset().union(*(branche.suites for branche in branches)),
            ambigu,
            max(branche.boucles for branche in branches),
        )

    def _suite(self, profondeur: int) -> Portee:
        tout = Portee()
        while (vu := self._vu()) and vu not in "|)":
            atome = self._repetition(self._atome(profondeur))
            chevauche = atome.boucle and bool(tout.suites & atome.premiers)
            tout = Portee(
                tout.minimum + atome.minimum,
                None if tout.maximum is None or atome.maximum is None else tout.maximum + atome.maximum,
                tout.premiers | (atome.premiers if tout.minimum == 0 else frozenset()),
                atome.suites | (tout.suites | atome.premiers if atome.minimum == 0 else frozenset()),
                tout.ambigu or atome.ambigu or bool(tout.suites & atome.premiers),
                tout.boucles + atome.boucles + int(chevauche),
            )
        return tout

    def _atome(self, profondeur: int) -> Portee:
        vu = self._vu()
        self.position += 1
        if vu == "(":
            if self._vu() == "?":
                raise MotifRefuse(CodeProbleme.MOTIF_NON_PORTABLE, "« (? » n'existe pas en XML Schema")
            portee = self.alternative(profondeur + 1)
            if self._vu() != ")":
                raise MotifRefuse(CodeProbleme.MOTIF_INVALIDE, "une parenthèse n'est pas fermée")
            self.position += 1
            return portee
        if vu == "[":
            return _un(self._classe())
        if vu == ".":
            return _un(_TOUS)
        if vu == "\\":
            return _un(frozenset({_cle(self._echappe(_ECHAPPES))}))
        if vu in "^$":
            raise MotifRefuse(
                CodeProbleme.MOTIF_NON_PORTABLE,
                f"« {vu} » est inutile (tout le texte doit convenir) : le retirer ou l'écrire \\{vu}",
            )
        if vu in "?*+{}]":
            raise MotifRefuse(CodeProbleme.MOTIF_NON_PORTABLE, f"« {vu} » ne peut pas être là : écrire \\{vu}")
        return _un(frozenset({_cle(vu)}))

    def _echappe(self, admis: frozenset[str]) -> str:
        vu = self._vu()
        self.position += 1
        if vu not in admis or vu == "$":
            conseil = (
                "écrire le caractère sans \\" if vu in "-$/" else "écrire une classe, par exemple [0-9] ou [A-Za-z]"
            )
            raise MotifRefuse(CodeProbleme.MOTIF_NON_PORTABLE, f"« \\{vu} » n'est pas lu partout de même : {conseil}")
        return vu

    def _classe(self) -> frozenset[str]:
        negation = self._vu() == "^"
        self.position += int(negation)
        membres: set[str] = set()
        while (vu := self._vu()) != "]":
            if not vu:
                raise MotifRefuse(CodeProbleme.MOTIF_INVALIDE, "un crochet n'est pas fermé")
            debut = self._membre()
            if self._vu() == "-" and self.motif[self.position + 1 : self.position + 2] not in ("]", ""):
                self.position += 1
                fin = self._membre()
                membres |= {_cle(chr(c)) for c in range(ord(debut), min(ord(fin), 127) + 1)}
                if ord(fin) > 126:
                    membres.add(_AUTRE)
            else:
                membres.add(_cle(debut))
        self.position += 1
        return _TOUS - membres | {_AUTRE} if negation else frozenset(membres)

    def _membre(self) -> str:
        vu = self._vu()
        self.position += 1
        if vu == "\\":
            return self._echappe(_ECHAPPES_CLASSE)
        if vu in "-[^()|{}&~" or (vu in "!#%,:;<=>@`" and self._vu() == vu):
            conseil = (
                f"écrire \\{vu}" if vu in _ECHAPPES_CLASSE else "ne l'écrire qu'une fois, hors des crochets au besoin"
            )
            raise MotifRefuse(
                CodeProbleme.MOTIF_NON_PORTABLE, f"« {vu} » entre crochets n'est pas lu partout de même : {conseil}"
            )
        return vu

    def _repetition(self, atome: Portee) -> Portee:
        vu = self._vu()
        if not vu or vu not in "?*+{":
            return atome
        minimum, maximum = self._bornes(vu)
        if self._vu() and self._vu() in "?*+{":
            raise MotifRefuse(CodeProbleme.MOTIF_NON_PORTABLE, "deux répétitions se suivent : entourer de parenthèses")
        if atome.minimum == 0 and minimum > 1:  # libxml2 then refuses the empty text, which other tools accept
            raise MotifRefuse(CodeProbleme.MOTIF_NON_PORTABLE, "une répétition imposée porte sur ce qui peut être vide")
        if maximum is None or maximum > 1:
            _refuser_ambigu(atome, maximum)
        variable = maximum is None or maximum > minimum
        return Portee(
            atome.minimum * minimum,
            None if maximum is None or atome.maximum is None else atome.maximum * maximum,
            atome.premiers,
            atome.suites | (atome.premiers if variable and maximum != 1 else frozenset()),
            atome.ambigu
            or (maximum != 1 and bool(atome.suites & atome.premiers))
            or (atome.minimum == 0 and minimum != maximum),  # empty in two ways
            atome.boucles,
            boucle=variable and (maximum is None or maximum > _COUPES_MAX),
        )

    def _bornes(self, vu: str) -> tuple[int, int | None]:
        if vu != "{":
            self.position += 1
            return {"?": (0, 1), "*": (0, None), "+": (1, None)}[vu]
        accolades = _ACCOLADES.match(self.motif, self.position)
        if accolades is None:
            raise MotifRefuse(CodeProbleme.MOTIF_INVALIDE, "ses accolades ne disent pas {n}, {n,} ni {n,m}")
        self.position = accolades.end()
        minimum = int(accolades[1])
        maximum = (int(accolades[3]) if accolades[3] else None) if accolades[2] else minimum
        if maximum is not None and maximum < minimum:
            raise MotifRefuse(CodeProbleme.MOTIF_INVALIDE, f"{accolades[0]} est à l'envers")
        if max(minimum, maximum or 0) > _REPETITION_MAX:
            raise MotifRefuse(CodeProbleme.MOTIF_DANGEREUX, f"{accolades[0]} dépasse {_REPETITION_MAX} répétitions")
        return minimum, maximum


def _refuser_ambigu(atome: Portee, maximum: int | None) -> None:
    etendue = None if maximum is None or atome.maximum is None else maximum * atome.maximum
    if atome.minimum == 0 and maximum is None:
        raise MotifRefuse(CodeProbleme.MOTIF_DANGEREUX, "une répétition sans fin porte sur ce qui peut être vide")
    if atome.suites & atome.premiers and (etendue is None or etendue > _COUPES_MAX):
        raise MotifRefuse(
            CodeProbleme.MOTIF_DANGEREUX,
            "une répétition en contient une autre qui admet les mêmes caractères : les séparer",
        )
    if atome.ambigu and (etendue is None or etendue > _LECTURES_MAX):
        raise MotifRefuse(
            CodeProbleme.MOTIF_DANGEREUX,
            "une répétition porte sur ce qui se lit de plusieurs façons : regrouper les débuts communs, séparer les suites",
        )


def _un(caracteres: frozenset[str]) -> Portee:
    return Portee(1, 1, caracteres)


def _cle(caractere: str) -> str:
    return caractere if caractere in _TOUS else _AUTRE
