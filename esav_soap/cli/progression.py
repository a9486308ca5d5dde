"""Progress of long work, on stderr: a bar for each step on a terminal, one line for each step elsewhere."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from esav_soap.cli.nombres import nombre

if TYPE_CHECKING:
    from esav_soap.usecases.catalogue import Suivi


@contextmanager
def progression() -> Iterator[Suivi]:
    """Gives what use cases tell their progress to."""
    from rich.console import Console

    console = Console(stderr=True)
    if not console.is_terminal:
        vues: set[str] = set()

        def dire(etape: str, fait: int, total: int) -> None:
            if etape not in vues:
                vues.add(etape)
                console.print(_titre(etape) + "…", highlight=False, markup=False, soft_wrap=True)

        yield dire
        return
    from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeElapsedColumn, TimeRemainingColumn

    barres = Progress(
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        TextColumn("{task.percentage:>3.0f} %"),
        TextColumn("{task.fields[compte]}"),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
        console=console,
    )
    taches: dict[str, TaskID] = {}

    def montrer(etape: str, fait: int, total: int) -> None:
        tache = taches.get(etape)
        if tache is None:
            tache = taches[etape] = barres.add_task(_titre(etape), total=None, compte="")
        compte = f"{nombre(fait)} sur {nombre(total)}" if total > 1 else ""
        # An empty step is a done one, not one of unknown length.
        barres.update(tache, completed=fait if total else 1, total=total or 1, compte=compte)

    with barres:
        yield montrer


def _titre(etape: str) -> str:
    return etape[:1].upper() + etape[1:]
