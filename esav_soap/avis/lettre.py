"""A letter: what it says once, written out twice, as plain text and as HTML."""

from __future__ import annotations

import re
import textwrap
from dataclasses import dataclass

from jinja2 import Environment, PackageLoader, StrictUndefined

#: Width of the plain text (R2.2): what every mail reader shows unbroken.
COLONNES = 72


@dataclass(frozen=True, slots=True)
class Paragraphe:
    texte: str
    fort: bool = False
    genre: str = "paragraphe"


@dataclass(frozen=True, slots=True)
class Titre:
    texte: str
    genre: str = "titre"


@dataclass(frozen=True, slots=True)
class Element:
    """An item of a list. ``lien``: an address that stands on a line of its own; ``sous``: items below it."""

    texte: str
    lien: str = ""
    sous: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Liste:
    elements: tuple[Element, ...]
    genre: str = "liste"


Bloc = Paragraphe | Titre | Liste


@dataclass(frozen=True, slots=True)
class Lettre:
    """``sujet``: one line."""

    sujet: str
    blocs: tuple[Bloc, ...]


def en_texte(lettre: Lettre) -> str:
    """Plain text of 72 columns at most; only an address may be longer, for it must stay whole."""
    return "\n\n".join(_texte(bloc) for bloc in lettre.blocs) + "\n"


def _texte(bloc: Bloc) -> str:
    match bloc:
        case Titre():
            lignes = _plier(bloc.texte.upper())
            return "\n".join([*lignes, "-" * max(map(len, lignes))])
        case Liste():
            return "\n".join(ligne for element in bloc.elements for ligne in _element(element))
        case Paragraphe():
            return "\n".join(_plier(bloc.texte))


def _element(element: Element) -> list[str]:
    lignes = _plier(element.texte, "- ", "  ")
    if element.lien:
        lignes.append(f"  {element.lien}")
    for sous in element.sous:
        lignes += _plier(sous, "  . ", "    ")
    return lignes


def _plier(texte: str, premier: str = "", suite: str = "") -> list[str]:
    return textwrap.wrap(
        typographie(texte),
        COLONNES,
        initial_indent=premier,
        subsequent_indent=suite,
        break_long_words=False,
        break_on_hyphens=False,
    )


def en_html(lettre: Lettre) -> str:
    """A whole HTML document without anything from elsewhere: no image, no script, no style sheet to fetch."""
    return _environnement.get_template("lettre.html").render(lettre=lettre)


def typographie(texte: str) -> str:
    """No-break spaces where French wants them, so that no line begins with a colon or ends with an opening quote."""
    return re.sub(r" (?=[:;?!»])", "\u00a0", texte.replace("« ", "«\u00a0"))


_environnement = Environment(
    loader=PackageLoader("esav_soap.avis.gabarits", "."),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
    keep_trailing_newline=True,
)
_environnement.filters["typographie"] = typographie
