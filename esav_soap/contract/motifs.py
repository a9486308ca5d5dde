"""A text that matches an XSD regular expression, drawn at random; for example forms and the jeu de test.

Reads the part of the syntax that catalogues use: literals, escapes, classes, groups, alternatives, quantifiers.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from random import Random

#: Upper bound of open quantifiers (``*``, ``+``, ``{2,}``).
_REPETITIONS = 4
_CHIFFRES = "0123456789"
_LETTRES = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_ENSEMBLES = {"d": _CHIFFRES, "s": " ", "w": _LETTRES + _CHIFFRES, "n": "\n", "t": "\t", "r": "\r"}
_TOUS = _LETTRES + _LETTRES.lower() + _CHIFFRES + "-/_ "
_QUANTITE = re.compile(r"\{([0-9]+)(,([0-9]*))?\}")

_Tirage = Callable[[Random], str]


class MotifIllisible(ValueError):
    """The expression uses syntax that this sampler does not read."""


def tirer(motif: str, rng: Random) -> str:
    """A text that the whole of ``motif`` matches. Raises :class:`MotifIllisible`."""
    lecteur = _Lecteur(motif)
    tirage = lecteur.alternatives()
    if lecteur.reste():
        raise MotifIllisible(motif)
    return tirage(rng)


class _Lecteur:
    def __init__(self, motif: str) -> None:
        self._motif = motif
        self._i = 0

    def reste(self) -> str:
        return self._motif[self._i :]

    def alternatives(self) -> _Tirage:
        choix = [self._suite()]
        while self._voir("|"):
            choix.append(self._suite())
        return lambda rng: rng.choice(choix)(rng)

    def _suite(self) -> _Tirage:
        morceaux: list[_Tirage] = []
        while self._i < len(self._motif) and self._motif[self._i] not in "|)":
            morceaux.append(self._repete(self._atome()))
        return lambda rng: "".join(morceau(rng) for morceau in morceaux)

    def _repete(self, atome: _Tirage) -> _Tirage:
        bas, haut = 1, 1
        if self._voir("?"):
            bas, haut = 0, 1
        elif self._voir("*"):
            bas, haut = 0, _REPETITIONS
        elif self._voir("+"):
            bas, haut = 1, _REPETITIONS
        elif quantite := _QUANTITE.match(self._motif, self._i):
            self._i = quantite.end()
            bas = int(quantite[1])
            haut = bas if quantite[2] is None else int(quantite[3]) if quantite[3] else bas + _REPETITIONS
        return lambda rng: "".join(atome(rng) for _ in range(rng.randint(bas, haut)))

    def _atome(self) -> _Tirage:
        if self._voir("("):
            groupe = self.alternatives()
            self._exiger(")")
            return groupe
        if self._voir("["):
            return _un_de(self._classe())
        if self._voir("."):
            return _un_de(_TOUS)
        return _un_de(self._caractere("?*+{}()[]|"))

    def _classe(self) -> str:
        exclus = self._voir("^")
        admis: list[str] = []
        while not self._voir("]"):
            premiers = self._caractere("[")
            if (
                len(premiers) == 1
                and self._motif.startswith("-", self._i)
                and not self._motif.startswith("-]", self._i)
            ):
                self._i += 1
                dernier = self._caractere("[")
                if len(dernier) != 1:
                    raise MotifIllisible(self._motif)
                admis += map(chr, range(ord(premiers), ord(dernier) + 1))
            else:
                admis += premiers
        lettres = [c for c in _TOUS if c not in admis] if exclus else admis
        if not lettres:
            raise MotifIllisible(self._motif)
        return "".join(lettres)

    def _caractere(self, reserves: str) -> str:
        """The characters that one literal or escape stands for."""
        if self._i >= len(self._motif):
            raise MotifIllisible(self._motif)
        caractere = self._motif[self._i]
        self._i += 1
        if caractere != "\\":
            if caractere in reserves:
                raise MotifIllisible(self._motif)
            return caractere
        suivant = self._motif[self._i : self._i + 1]
        self._i += 1
        if suivant in _ENSEMBLES and suivant:
            return _ENSEMBLES[suivant]
        if not suivant or suivant.isalnum():
            raise MotifIllisible(self._motif)
        return suivant

    def _voir(self, texte: str) -> bool:
        if self._motif.startswith(texte, self._i):
            self._i += 1
            return True
        return False

    def _exiger(self, texte: str) -> None:
        if not self._voir(texte):
            raise MotifIllisible(self._motif)


def _un_de(caracteres: str) -> _Tirage:
    return lambda rng: rng.choice(caracteres)
