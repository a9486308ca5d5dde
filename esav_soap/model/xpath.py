"""The XPath 1.0 of the rules: read with elementpath, so that names are found by the grammar and not by guessing."""

from __future__ import annotations

from collections.abc import Iterator

from elementpath import XPath1Parser, XPathToken
from elementpath.exceptions import ElementPathError


class ExpressionInvalide(ValueError):
    """The expression is not XPath 1.0, or uses what rules may not use. The message is French."""


#: Prefix that :func:`qualifier` puts before names; evaluate with ``namespaces={PREFIXE: <namespace of the Offre>}``.
PREFIXE = "f"


def _analyser(expression: str) -> XPathToken:
    try:
        racine = XPath1Parser().parse(expression)
    except (ElementPathError, ValueError, TypeError, KeyError) as exc:
        raise ExpressionInvalide(f"expression XPath invalide : {exc}") from exc
    for token in racine.iter():
        if token.symbol in INTERDITS or (token.symbol in ("/", "//") and len(token) < 2):
            raise ExpressionInvalide(
                f"« {token.symbol} » ne peut pas servir ici : une règle ne regarde que les champs de son formulaire"
            )
    return racine


#: Variables, attributes, and steps that leave the form have no meaning in a rule.
INTERDITS = frozenset({"$", "@", "attribute", "namespace", "ancestor", "ancestor-or-self", "preceding", "following"})


def _noms(token: XPathToken) -> Iterator[XPathToken]:
    yield from token.iter("(name)")


def noms(expression: str) -> frozenset[str]:
    """Element names (field codes) that the expression looks at. Raises :class:`ExpressionInvalide`."""
    return frozenset(str(token.value) for token in _noms(_analyser(expression)))


def qualifier(expression: str) -> str:
    """The same expression with ``f:`` before each element name, for evaluation on a namespaced form.

    Raises :class:`ExpressionInvalide`.
    """
    positions = sorted({token.span[0] for token in _noms(_analyser(expression))}, reverse=True)
    for position in positions:
        expression = f"{expression[:position]}{PREFIXE}:{expression[position:]}"
    return expression
