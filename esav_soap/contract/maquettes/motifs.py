"""XSD regular expressions in the syntax of the HTML attribute ``pattern``.

Browsers read ``pattern`` as a JavaScript expression, with the flag ``v`` (recent ones) or ``u``. The two languages look
alike and differ in details that silently change what is accepted: ``^`` and ``$`` are plain characters in XSD, ``\\d``
means every Unicode digit, ``\\w`` excludes the underscore, classes can be subtracted. So each construct is read and
written anew, in the part of the syntax that means the same under both flags.
"""

from __future__ import annotations

_ECHAPPES = {"n": r"\n", "r": r"\r", "t": r"\t"}
#: Content of a JavaScript class for each XSD multi-character escape; upper case is the complement.
_CLASSES = {
    "d": r"\p{Nd}",
    "s": r" \t\n\r",
    "i": r":A-Z_a-z\u00C0-\u00D6\u00D8-\u00F6\u00F8-\u02FF\u0370-\u037D\u037F-\u1FFF\u200C\u200D\u2070-\u218F"
    r"\u2C00-\u2FEF\u3001-\uD7FF\uF900-\uFDCF\uFDF0-\uFFFD",
    "c": r"\-.0-9:A-Z_a-z\u00B7\u00C0-\u00D6\u00D8-\u00F6\u00F8-\u037D\u037F-\u1FFF\u200C\u200D\u203F\u2040"
    r"\u2070-\u218F\u2C00-\u2FEF\u3001-\uD7FF\uF900-\uFDCF\uFDF0-\uFFFD",
}
#: ``\w`` is defined by what it excludes; as categories share out all characters, it can be said both ways.
_NON_MOT = r"\p{P}\p{Z}\p{C}"
_MOT = r"\p{L}\p{M}\p{N}\p{S}"
_SYNTAXE = frozenset("^$\\.*+?()[]{}|/")
_SYNTAXE_CLASSE = frozenset("^\\()[]{}|/-")


class _Intraduisible(Exception):
    """The expression uses what JavaScript cannot say (Unicode blocks), or is not an XSD expression."""


def motif_html(motif: str) -> str | None:
    """``motif`` (XSD, whole value) for the attribute ``pattern``; ``None`` when browsers have no equivalent.

    >>> motif_html(r"[A-Z]{2}-[0-9]{4}"), motif_html("a$|b/c")
    ('[A-Z]{2}-[0-9]{4}', 'a\\\\$|b\\\\/c')
    """
    lecteur = _Lecteur(motif)
    try:
        resultat = lecteur.alternatives()
        if lecteur.reste():
            return None
    except (_Intraduisible, IndexError):
        return None
    return resultat


class _Lecteur:
    """Recursive reader of one expression; ``i`` is the position in ``texte``. Reading past the end raises IndexError."""

    def __init__(self, texte: str) -> None:
        self.texte = texte
        self.i = 0

    def reste(self) -> bool:
        return self.i < len(self.texte)

    def suivant(self) -> str:
        return self.texte[self.i] if self.reste() else ""

    def prendre(self) -> str:
        caractere = self.texte[self.i]
        self.i += 1
        return caractere

    def alternatives(self) -> str:
        branches = [self.suite()]
        while self.suivant() == "|":
            self.i += 1
            branches.append(self.suite())
        return "|".join(branches)

    def suite(self) -> str:
        morceaux: list[str] = []
        while self.reste() and self.suivant() not in "|)":
            atome = self.atome()
            morceaux.append(atome + self.quantite())
        return "".join(morceaux)

    def quantite(self) -> str:
        if self.suivant() and self.suivant() in "?*+":
            return self.prendre()
        if self.suivant() != "{":
            return ""
        fin = self.texte.index("}", self.i) if "}" in self.texte[self.i :] else -1
        bornes = self.texte[self.i + 1 : fin]
        minimum, _, maximum = bornes.partition(",")
        if fin < 0 or not minimum.isdecimal() or (maximum and not maximum.isdecimal()):
            raise _Intraduisible
        self.i = fin + 1
        return f"{{{bornes}}}"

    def atome(self) -> str:
        c = self.prendre()
        match c:
            case "(":
                contenu = self.alternatives()
                if self.prendre() != ")":
                    raise _Intraduisible
                return f"(?:{contenu})"
            case "[":
                return self.classe()
            case ".":
                return r"[^\n\r]"
            case "\\":
                return self.echappement()
            case "?" | "*" | "+" | "{" | "}" | "]":
                raise _Intraduisible
        return f"\\{c}" if c in _SYNTAXE else c

    def echappement(self) -> str:
        c = self.prendre()
        if c in "pP":
            return self.propriete(c)
        if c in "wW":
            return f"[{_MOT if c == 'w' else _NON_MOT}]"
        if c.lower() in _CLASSES:
            return f"[{'^' if c.isupper() else ''}{_CLASSES[c.lower()]}]"
        return _ECHAPPES.get(c) or self.litteral(c, _SYNTAXE)

    def propriete(self, lettre: str) -> str:
        if self.prendre() != "{":
            raise _Intraduisible
        fin = self.texte.index("}", self.i) if "}" in self.texte[self.i :] else -1
        nom = self.texte[self.i : fin]
        if fin < 0 or not nom.isalpha() or len(nom) > 2:
            raise _Intraduisible
        self.i = fin + 1
        return f"\\{lettre}{{{nom}}}"

    @staticmethod
    def litteral(c: str, syntaxe: frozenset[str]) -> str:
        return f"\\{c}" if c in syntaxe else c

    def classe(self) -> str:
        """A class after its ``[``; a subtraction becomes a look-ahead, which both flags have."""
        negation = ""
        if self.suivant() == "^":
            self.i += 1
            negation = "^"
        # Membership is kept once each: the flag v gives a meaning to doubled punctuation ("&&", "!!").
        membres: dict[str, None] = {}
        while self.suivant() != "]":
            if self.texte.startswith("-[", self.i):
                self.i += 2
                retire = self.classe()
                if self.prendre() != "]":
                    raise _Intraduisible
                return f"(?:(?!{retire})[{negation}{''.join(membres)}])"
            membres[self.membre()] = None
        self.i += 1
        if not membres:
            raise _Intraduisible
        return f"[{negation}{''.join(membres)}]"

    def membre(self) -> str:
        debut = self.element()
        intervalle = self.suivant() == "-" and not self.texte.startswith(("-]", "-["), self.i)
        if not intervalle or len(debut) > 2:
            return debut
        self.i += 1
        return f"{self.borne(debut)}-{self.borne(self.element())}"

    @staticmethod
    def borne(element: str) -> str:
        """An end of a range; punctuation as a number, lest it be doubled by its neighbour."""
        caractere = element.removeprefix("\\") if element not in _ECHAPPES.values() else "a"
        return f"\\x{ord(caractere):02X}" if caractere.isascii() and not caractere.isalnum() else element

    def element(self) -> str:
        c = self.prendre()
        if c == "[":
            raise _Intraduisible
        if c != "\\":
            return self.litteral(c, _SYNTAXE_CLASSE)
        c = self.prendre()
        if c in "pP":
            return self.propriete(c)
        if c in "wW" or (c.isupper() and c.lower() in _CLASSES):
            return self.complement(c)
        return _CLASSES.get(c) or _ECHAPPES.get(c) or self.litteral(c, _SYNTAXE_CLASSE)

    @staticmethod
    def complement(c: str) -> str:
        """``\\w`` and complements inside a class, where the flag u cannot nest one class in another."""
        if c in "wW":
            return _MOT if c == "w" else _NON_MOT
        if c == "D":
            return r"\P{Nd}"
        raise _Intraduisible
