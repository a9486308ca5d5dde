"""Whether a pattern surely accepts every text that another one accepts, by the shape of the two.

Reads the common subset of XSD expressions that catalogues may use: literals, classes, groups, alternatives, quantifiers.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

_SANS_FIN = 1 << 30
_DERNIER = 0x10FFFF
#: Steps of a proof, beyond which it is given up.
_EFFORT_MAX = 20_000
_QUANTITE = re.compile(r"\{([0-9]+)(,([0-9]*))?\}")

#: Characters as growing, disjoint intervals of code points, both ends included.
_Ensemble = tuple[tuple[int, int], ...]


@dataclass(frozen=True)
class _Pas:
    """``atome`` repeated: a set of characters, or alternatives of sequences."""

    atome: _Ensemble | _Alternatives
    minimum: int = 1
    maximum: int = 1


@dataclass(frozen=True)
class _Alternatives:
    suites: tuple[tuple[_Pas, ...], ...]


class _Illisible(ValueError):
    """Not in the subset, or too long to prove."""


def admet_tout(large: str, etroit: str) -> bool:
    """True: every text that ``etroit`` matches is matched by ``large``. False: it is not known."""
    try:
        return _Preuve().dans(_Lecteur(etroit).tout(), _Lecteur(large).tout())
    except (_Illisible, RecursionError):
        return False


class _Preuve:
    """The search for how the one goes into the other; gives up (:class:`_Illisible`) when it takes long."""

    def __init__(self) -> None:
        self._reste = _EFFORT_MAX

    def dans(self, etroit: _Alternatives, large: _Alternatives) -> bool:
        return all(any(self._suite(suite, autre) for autre in large.suites) for suite in etroit.suites)

    def _suite(self, etroite: Sequence[_Pas], large: Sequence[_Pas]) -> bool:
        """Each step of the wide sequence takes none, one or several steps of the narrow one, in order."""
        # possible[i]: the narrow sequence from i on goes into what is left of the wide one
        possible = [False] * len(etroite) + [True]
        for pas in reversed(large):
            possible = [
                any(possible[fin] and self._prend(pas, etroite[i:fin]) for fin in range(i, len(etroite) + 1))
                for i in range(len(etroite) + 1)
            ]
        return possible[0]

    def _prend(self, pas: _Pas, suite: Sequence[_Pas]) -> bool:
        """Whether one step of the wide sequence takes the whole of ``suite``: step by step, or as one occurrence."""
        self._reste -= 1
        if self._reste < 0:
            raise _Illisible
        minimum, maximum = sum(p.minimum for p in suite), sum(p.maximum for p in suite)
        if pas.minimum <= minimum and maximum <= pas.maximum and all(self._atome(p.atome, pas.atome) for p in suite):
            return True
        seule = len(suite) > 1 and pas.minimum <= 1 <= pas.maximum and isinstance(pas.atome, _Alternatives)
        return seule and self.dans(_Alternatives((tuple(suite),)), _alternatives(pas.atome))

    def _atome(self, etroit: _Ensemble | _Alternatives, large: _Ensemble | _Alternatives) -> bool:
        if not isinstance(etroit, _Alternatives) and not isinstance(large, _Alternatives):
            return all(any(bas <= debut and fin <= haut for bas, haut in large) for debut, fin in etroit)
        return self.dans(_alternatives(etroit), _alternatives(large))


def _alternatives(atome: _Ensemble | _Alternatives) -> _Alternatives:
    return atome if isinstance(atome, _Alternatives) else _Alternatives(((_Pas(atome),),))


class _Lecteur:
    """Recursive descent; raises :class:`_Illisible`."""

    def __init__(self, motif: str) -> None:
        self._motif = motif
        self._i = 0

    def tout(self) -> _Alternatives:
        lu = self._lire_alternatives()
        if self._i < len(self._motif):
            raise _Illisible
        return lu

    def _vu(self) -> str:
        return self._motif[self._i : self._i + 1]

    def _prendre(self) -> str:
        vu = self._vu()
        if not vu:
            raise _Illisible
        self._i += 1
        return vu

    def _lire_alternatives(self) -> _Alternatives:
        suites = [self._suite()]
        while self._vu() == "|":
            self._i += 1
            suites.append(self._suite())
        return _Alternatives(tuple(suites))

    def _suite(self) -> tuple[_Pas, ...]:
        pas: list[_Pas] = []
        while self._vu() and self._vu() not in "|)":
            pas.append(_Pas(self._atome(), *self._quantite()))
        return tuple(pas)

    def _atome(self) -> _Ensemble | _Alternatives:
        vu = self._prendre()
        if vu == "(":
            dedans = self._lire_alternatives()
            if self._prendre() != ")":
                raise _Illisible
            return dedans
        if vu == "[":
            return self._classe()
        if vu == ".":
            return _complement([(10, 10), (13, 13)])
        if vu == "\\":
            vu = self._echappe()
        elif vu in "^$?*+{}]":
            raise _Illisible
        return ((ord(vu), ord(vu)),)

    def _echappe(self) -> str:
        vu = self._prendre()
        if vu not in "\\|.?*+(){}[]^-":
            raise _Illisible  # \d, \p{L}...: classes that catalogues may not use
        return vu

    def _classe(self) -> _Ensemble:
        negation = self._vu() == "^"
        self._i += negation
        membres: list[tuple[int, int]] = []
        while self._vu() != "]":
            debut = fin = self._membre()
            if self._vu() == "-" and self._motif[self._i + 1 : self._i + 2] not in ("]", ""):
                self._i += 1
                fin = self._membre()
            membres.append((ord(debut), ord(fin)))
        self._i += 1
        return _complement(membres) if negation else _complement(_complement(membres))

    def _membre(self) -> str:
        vu = self._prendre()
        if vu == "[":
            raise _Illisible
        return self._echappe() if vu == "\\" else vu

    def _quantite(self) -> tuple[int, int]:
        vu = self._vu()
        if vu in ("?", "*", "+"):
            self._i += 1
            return {"?": (0, 1), "*": (0, _SANS_FIN), "+": (1, _SANS_FIN)}[vu]
        if vu != "{":
            return 1, 1
        lue = _QUANTITE.match(self._motif, self._i)
        if lue is None:
            raise _Illisible
        self._i = lue.end()
        bas = int(lue[1])
        return bas, bas if lue[2] is None else int(lue[3]) if lue[3] else _SANS_FIN


def _complement(membres: Sequence[tuple[int, int]]) -> _Ensemble:
    """All other characters."""
    trous, suivant = [], 0
    for debut, fin in sorted(membres):
        if debut > suivant:
            trous.append((suivant, debut - 1))
        suivant = max(suivant, fin + 1)
    if suivant <= _DERNIER:
        trous.append((suivant, _DERNIER))
    return tuple(trous)
