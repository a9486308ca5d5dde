"""How the types of answers and their members are declared: nothing is nillable, everything carries its documentation."""

from __future__ import annotations

from typing import Any

from esav_soap.contract import spyne_compat as s
from esav_soap.names import NS_WS


def _membre(type_: Any, doc: str, minimum: int, maximum: int | str) -> Any:
    occurrences = {"min_occurs": minimum, "max_occurs": maximum, "nillable": False}
    if not issubclass(type_, s.ComplexModel):  # a complex type carries its own documentation
        occurrences["doc"] = doc
    return type_.customize(**occurrences)


def un(type_: Any, doc: str) -> Any:
    """A member that is always there."""
    return _membre(type_, doc, 1, 1)


def option(type_: Any, doc: str) -> Any:
    """A member that may be missing."""
    return _membre(type_, doc, 0, 1)


def liste(type_: Any, doc: str) -> Any:
    """A member that is repeated, or missing."""
    return _membre(type_, doc, 0, "unbounded")


def type_reponse(nom: str, doc: str, membres: list[tuple[str, Any]], base: Any = s.ComplexModel) -> Any:
    """A complex type of the services' namespace."""
    return s.type_complexe(nom, NS_WS, membres, doc, base)
