"""The XPath 1.0 of the rules: read with elementpath, so that names are found by the grammar and not by guessing.

A rule looks at the fields of its own form and nowhere else, so only a part of XPath 1.0 is open (:data:`FONCTIONS`,
:data:`AXES`). That part means the same in libxml2 (service), elementpath (publication) and browsers (maquettes).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from elementpath import XPath1Parser, XPathToken
from elementpath.exceptions import ElementPathError
from lxml import etree


class ExpressionInvalide(ValueError):
    """The expression is not XPath 1.0, or uses what rules may not use. The message is French."""


#: Prefix that :func:`qualifier` puts before names; evaluate with ``namespaces={PREFIXE: <namespace of the Offre>}``.
PREFIXE = "f"

#: Bounds of an expression. Both parsers recurse: beyond these, one of them could exhaust the stack.
LONGUEUR_MAX = 4000
PROFONDEUR_MAX = 20
OPERATEURS_MAX = 120

#: Functions that a rule may call.
FONCTIONS = frozenset(
    {
        *("boolean", "not", "true", "false", "count", "position", "last"),
        *("sum", "number", "floor", "ceiling", "round"),
        *("string", "concat", "contains", "starts-with", "string-length", "normalize-space", "translate"),
        *("substring", "substring-before", "substring-after"),
    }
)
#: Axes that a rule may follow; the others leave the form, or see what is not a field.
AXES = frozenset(
    {"child", "self", "parent", "descendant", "descendant-or-self", "following-sibling", "preceding-sibling"}
)
OPERATEURS = frozenset({"or", "and", "=", "!=", "<", "<=", ">", ">=", "+", "-", "*", "div", "mod", "|"})
_CHEMINS = frozenset({"/", "//", "[", "(", ".", "..", "node"})
#: Tokens that carry a value; the others are told by their symbol.
FEUILLES = frozenset({"(name)", "(string)", "(integer)", "(decimal)"})
_ADMIS = FONCTIONS | AXES | OPERATEURS | _CHEMINS | FEUILLES

_LEXEME = re.compile(r"\"[^\"]*\"|'[^']*'|[^\W\d][\w.\-]*|[\d.]+|\S")
_LIEU = re.compile(r"line \d+, column (\d+)")
_INCONNUE = re.compile(r"unknown function '([^']*)'")


@lru_cache(maxsize=256)
def analyser(expression: str) -> XPathToken:
    """The syntax tree of a rule's expression, shared between callers: read it only.

    Raises :class:`ExpressionInvalide`: not XPath 1.0, too long, too deep, or a construct outside of what rules may use.
    """
    _mesurer(expression)
    try:
        racine = XPath1Parser().parse(expression)
        tokens = list(racine.iter())
    except RecursionError as exc:
        raise ExpressionInvalide("expression XPath trop profonde : la couper en plusieurs règles") from exc
    except (ElementPathError, ArithmeticError, ValueError, TypeError, KeyError) as exc:
        raise ExpressionInvalide(_en_francais(expression, exc)) from exc
    for token in tokens:
        if token.symbol not in _ADMIS or (token.symbol in ("/", "//") and len(token) < 2):
            raise ExpressionInvalide(_refus(token))
    return racine


def noms(expression: str) -> frozenset[str]:
    """Element names (field codes) that the expression looks at. Raises :class:`ExpressionInvalide`."""
    return frozenset(str(token.value) for token in _noms(analyser(expression)))


def qualifier(expression: str) -> str:
    """The same expression with ``f:`` before each element name, for evaluation on a namespaced form.

    Raises :class:`ExpressionInvalide`.
    """
    positions = sorted({token.span[0] for token in _noms(analyser(expression))}, reverse=True)
    for position in positions:
        expression = f"{expression[:position]}{PREFIXE}:{expression[position:]}"
    return expression


def compiler(expression: str, espace: str) -> etree.XPath:
    """The expression compiled by libxml2 for a form in namespace ``espace``; call it with the form's element.

    Raises :class:`ExpressionInvalide`.
    """
    try:
        return etree.XPath(qualifier(expression), namespaces={PREFIXE: espace}, regexp=False, smart_strings=False)
    except etree.XPathSyntaxError as exc:
        raise ExpressionInvalide(f"expression XPath refusée : « {_abrege(expression)} »") from exc


def _noms(token: XPathToken) -> Iterator[XPathToken]:
    yield from token.iter("(name)")


def _mesurer(expression: str) -> None:
    """Refuse what could exhaust the stack of a parser, before any parser sees it."""
    if len(expression) > LONGUEUR_MAX:
        raise ExpressionInvalide(f"expression XPath de {len(expression)} caractères : {LONGUEUR_MAX} au plus")
    profondeur = operateurs = 0
    for lexeme in _LEXEME.findall(expression):
        if lexeme in ("(", "["):
            profondeur += 1
            if profondeur > PROFONDEUR_MAX:
                raise ExpressionInvalide(f"expression XPath trop imbriquée : {PROFONDEUR_MAX} niveaux au plus")
        elif lexeme in (")", "]"):
            profondeur -= 1
        elif lexeme in OPERATEURS or lexeme == "!":
            operateurs += 1
    if operateurs > OPERATEURS_MAX:
        raise ExpressionInvalide(
            f"expression XPath de {operateurs} opérateurs : {OPERATEURS_MAX} au plus, la couper en plusieurs règles"
        )


def _en_francais(expression: str, exc: Exception) -> str:
    texte = str(exc)
    inconnue = _INCONNUE.search(texte)
    if inconnue:
        return f"la fonction « {inconnue[1]} » n'existe pas ; fonctions admises : {', '.join(sorted(FONCTIONS))}"
    lieu = _LIEU.search(texte)
    colonne = int(lieu[1]) - 1 if lieu else 0
    pres = _abrege(expression[colonne:]) if expression[colonne:].strip() else "la fin"
    if "XPST0017" in texte:
        return f"mauvais nombre d'arguments près de « {pres} »"
    return f"expression XPath invalide près de « {pres} »"


def _refus(token: XPathToken) -> str:
    if token.symbol in ("/", "//"):
        pourquoi = "un chemin part du formulaire ou du groupe, jamais de la racine du message"
    elif token.symbol in ("$", "@", "attribute", "namespace"):
        pourquoi = "ni variables ni attributs n'existent dans un formulaire"
    elif token.symbol == ":":
        pourquoi = "les champs s'écrivent sans préfixe"
    elif token.symbol == "(float)":
        pourquoi = "XPath 1.0 n'écrit pas les nombres avec un exposant"
    else:
        pourquoi = "une règle ne regarde que les champs de son formulaire"
    return f"« {token.symbol} » ne peut pas servir ici : {pourquoi}"


def _abrege(texte: str) -> str:
    texte = " ".join(texte.split())
    return texte if len(texte) <= 40 else f"{texte[:39]}…"
