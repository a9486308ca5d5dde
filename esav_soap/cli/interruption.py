"""Ctrl-C at the wrong moment: a short writing is ended first, so that nobody is left in doubt of its outcome."""

from __future__ import annotations

import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import click

#: Exit code of a command that Ctrl-C ended.
INTERROMPU = 130


@contextmanager
def ecriture_protegee() -> Iterator[Callable[[], None]]:
    """Gives a function after whose call Ctrl-C and Ctrl-Z wait for the end of this block.

    The writing is one short transaction: to stop it half-way would leave the user in doubt of its outcome, and to suspend
    it would hold up every deposit.
    """
    anciens: dict[int, object] = {}

    def attendre(_numero: int, _cadre: object) -> None:
        click.echo("\nÉcriture en cours : elle se termine d'abord, dans quelques secondes.", err=True)

    def proteger() -> None:
        for numero in (signal.SIGINT, signal.SIGTSTP):
            anciens[numero] = signal.signal(numero, attendre)

    try:
        yield proteger
    finally:
        for numero, ancien in anciens.items():
            signal.signal(numero, ancien)  # type: ignore[arg-type]
        sys.stderr.flush()
