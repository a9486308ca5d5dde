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


class Places:
    """How many threads serve at a time, without those that wait for their client: slow ones keep nobody out.

    Without :meth:`regler` there is no limit. Who holds the token holds a place, and never waits for one.
    """

    def __init__(self) -> None:
        self._libres: threading.Semaphore | None = None
        self._fil = threading.local()

    def regler(self, nombre: int) -> None:
        """So many places from now on; to be called before any is held."""
        self._libres = threading.Semaphore(nombre)

    @contextmanager
    def tenue(self) -> Iterator[None]:
        """Wait for a place and hold it. Not reentrant."""
        libres = self._libres
        if libres is None:
            yield
            return
        libres.acquire()
        self._fil.tenue = libres
        try:
            yield
        finally:
            self._fil.tenue = None
            libres.release()

    @contextmanager
    def rendue(self) -> Iterator[None]:
        """Leave the place, then wait for one again; nothing for a thread that holds none."""
        libres = getattr(self._fil, "tenue", None)
        if libres is None:
            yield
            return
        libres.release()
        try:
            yield
        finally:
            libres.acquire()


#: The token of this process, and its places.
JETON = Jeton()
PLACES = Places()


@contextmanager
def client_attendu() -> Iterator[None]:
    """Neither the token nor a place is held while a client does what it wants. The place comes back first: who waits for it
    with the token in hand would stop everybody."""
    with JETON.rendu(), PLACES.rendue():
        yield
