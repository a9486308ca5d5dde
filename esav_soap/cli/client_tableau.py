"""Tables that keep their words whole: on a terminal as wide as it is, elsewhere as wide as they need."""

from __future__ import annotations

import re
import sys
import unicodedata
from dataclasses import dataclass, field
from typing import TextIO

from rich import box
from rich.cells import cell_len
from rich.console import Console, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

#: Columns when the output is no terminal: no line is broken there.
SANS_LIMITE = 100_000
#: What a column of :class:`Tableau` adds to its words: blanks on both sides, and one between columns.
_MARGE = 3
_MOTIF = re.compile(r"[\[\]{}\\^|]")


@dataclass(slots=True)
class Tableau:
    """A table of texts. Where its longest words do not fit side by side, each line is a paragraph instead.

    ``entiers``: columns, by rank, whose cells stay on one line.
    """

    colonnes: tuple[str, ...]
    entiers: tuple[int, ...] = (0,)
    lignes: list[list[Text]] = field(default_factory=list)

    def ajouter(self, *cellules: object) -> None:
        self.lignes.append([c if isinstance(c, Text) else texte(c) for c in cellules])

    def montrer(self, console: Console) -> None:
        largeurs = self._largeurs(console)
        if largeurs is None:
            self._paragraphes(console)
            return
        tableau = Table(box=box.SIMPLE_HEAD, padding=(0, 1))
        for colonne, largeur in zip(self.colonnes, largeurs, strict=True):
            tableau.add_column(colonne, width=largeur, overflow="fold")
        for ligne in self.lignes:
            tableau.add_row(*ligne)
        imprimer(console, tableau)

    def _largeurs(self, console: Console) -> list[int] | None:
        """Width of each column; None when the words do not fit."""
        voulues, moindres = [], []
        for rang, colonne in enumerate(self.colonnes):
            cellules = [Text(colonne), *(ligne[rang] for ligne in self.lignes)]
            voulues.append(max(console.measure(cellule).maximum for cellule in cellules))
            moindres.append(voulues[-1] if rang in self.entiers else max(map(_plus_long_mot, cellules)))
        place = console.width - _MARGE * len(self.colonnes) - 1
        return _repartir(moindres, voulues, place) if sum(moindres) <= place else None

    def _paragraphes(self, console: Console) -> None:
        for ligne in self.lignes:
            imprimer(console, Text.assemble("\n", (ligne[0].plain, "bold")))
            for nom, cellule in zip(self.colonnes[1:], ligne[1:], strict=True):
                if cellule.plain:
                    imprimer(console, Padding(Text.assemble(f"{nom} : ", cellule), (0, 0, 0, 2)))
        imprimer(console, "")


def _plus_long_mot(cellule: Text) -> int:
    """Columns of the longest word that has to stay whole: any but a pattern, which nobody reads at a glance."""
    return max((cell_len(mot) for mot in cellule.plain.split() if not _MOTIF.search(mot)), default=0)


def _repartir(moindres: list[int], voulues: list[int], place: int) -> list[int]:
    """Each column what it cannot do without, and a part of the rest after its need."""
    reste = place - sum(moindres)
    besoins = [voulue - moindre for moindre, voulue in zip(moindres, voulues, strict=True)]
    if sum(besoins) <= reste:
        return voulues
    return [moindre + reste * besoin // sum(besoins) for moindre, besoin in zip(moindres, besoins, strict=True)]


def titre(mots: str, style: str = "") -> None:
    imprimer(sortie(), Text(mots, f"bold {style}".strip()))


def fiche(*lignes: tuple[str, object]) -> None:
    """Names and values, one under the other; those without a value are left out."""
    tableau = Table(box=None, show_header=False, padding=(0, 2, 0, 0))
    tableau.add_column(style="dim", no_wrap=True)
    tableau.add_column(overflow="fold")
    for nom, valeur in lignes:
        if valeur:
            tableau.add_row(nom, texte(valeur))
    imprimer(sortie(), tableau)


def imprimer(console: Console, contenu: RenderableType, style: str | None = None) -> None:
    """Print; without the blanks at the ends of lines where there is no terminal to fill."""
    if console.is_terminal:
        console.print(contenu, style=style)
        return
    with console.capture() as capture:
        console.print(contenu, style=style)
    for ligne in capture.get().splitlines():
        console.file.write(f"{ligne.rstrip()}\n")


def texte(valeur: object) -> Text:
    """A cell: without markup, without control characters; nothing for None."""
    return Text(sur("" if valeur is None else str(valeur)))


def sur(recu: str) -> str:
    """Without control characters: what comes from elsewhere must not drive the terminal."""
    return "".join(c for c in recu if c == "\n" or unicodedata.category(c) != "Cc")


def sortie() -> Console:
    """The standard output, as a console."""
    return _console(sys.stdout, stderr=False)


def erreurs() -> Console:
    """The error output, as a console."""
    return _console(sys.stderr, stderr=True)


def _console(flux: TextIO, *, stderr: bool) -> Console:
    largeur = None if flux.isatty() else SANS_LIMITE
    return Console(stderr=stderr, width=largeur, highlight=False, markup=False, emoji=False)
