"""One thread of a process computes at a time, so that threads do not fight for the interpreter's lock.

Every short call into C (libxml2, SQLite, a socket) gives CPython's lock away and asks for it back. With eight threads at
work each of these calls wakes another one, up to 240 times a request, which doubles what a deposit costs. Whoever holds the
token runs alone; it is given back around whatever waits: a client, a commit, the database's server.
"""

from __future__ import annotations

import os
import threading
import weakref
from collections.abc import Iterator
from contextlib import contextmanager


class Jeton:
    """A lock that its holder puts down while it waits. Not reentrant; a forked child finds it free."""

    def __init__(self) -> None:
        self._liberer()
        moi = weakref.ref(self)

        def apres_fork() -> None:
            if (jeton := moi()) is not None:
                jeton._liberer()

        os.register_at_fork(after_in_child=apres_fork)

    def _liberer(self) -> None:
        self._verrou = threading.Lock()
        self._porteur: int | None = None

    @contextmanager
    def tenu(self) -> Iterator[None]:
        """Wait for the token and hold it."""
        self._prendre()
        try:
            yield
        finally:
            self._poser()

    @contextmanager
    def rendu(self) -> Iterator[None]:
        """Put the token down for what may wait, then wait for it again; nothing for a thread that does not hold it."""
        if self._porteur != threading.get_ident():
            yield
            return
        self._poser()
        try:
            yield
        finally:
            self._prendre()

    def _prendre(self) -> None:
        self._verrou.acquire()
        self._porteur = threading.get_ident()

    def _poser(self) -> None:
        self._porteur = None
        self._verrou.release()


#: The token of this process.
JETON = Jeton()
