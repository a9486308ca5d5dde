"""When to stop: on a signal, or when the server that started this process is gone."""

from __future__ import annotations

import os
import select
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress

#: Seconds between two looks whether the parent is still there: nothing wakes us at its end.
REGARD_S = 1.0


class Arret:
    """A wish to stop that a signal handler may utter and that wakes who waits. ``parent``: pid that must stay our parent."""

    def __init__(self, parent: int | None = None) -> None:
        self._parent = parent
        # A lock would not do: the handler may come while its own thread holds it.
        self._lu, self._ecrit = os.pipe()
        os.set_blocking(self._ecrit, False)
        self._demande = False

    def demander(self, *_: object) -> None:
        """Stop after what is in hand. Safe in a signal handler."""
        self._demande = True
        with suppress(BlockingIOError):
            os.write(self._ecrit, b"!")

    def demande(self) -> bool:
        """Whether to stop."""
        return self._demande or (self._parent is not None and os.getppid() != self._parent)

    def attendre(self, secondes: float) -> None:
        """Wait that long, or until it is asked to stop."""
        fin = time.monotonic() + secondes
        while not self.demande() and (reste := fin - time.monotonic()) > 0:
            select.select([self._lu], [], [], min(REGARD_S, reste))

    @contextmanager
    def sur_signal(self) -> Iterator[None]:
        """SIGTERM and SIGINT ask to stop, within this block."""
        anciens = {numero: signal.signal(numero, self.demander) for numero in (signal.SIGTERM, signal.SIGINT)}
        try:
            yield
        finally:
            for numero, ancien in anciens.items():
                signal.signal(numero, ancien)

    def fermer(self) -> None:
        """Give the pipe back."""
        os.close(self._lu)
        os.close(self._ecrit)
