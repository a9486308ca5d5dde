"""A lock between processes that is fair enough, held in a file beside the database."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from esav_soap.jeton import JETON


class Verrou:
    """``flock`` on a file of its own; each holder opens the file anew, so threads and forks exclude one another too.

    SQLite's own waiting is by polling: with eight writers some waited for seconds. Whoever holds this gate finds the
    database's lock free. The system drops the lock of a process that dies.

    ``ephemere``: the file goes with its last holder, for a lock that is rarely taken. All holders must agree on it.
    """

    def __init__(self, chemin: Path, *, ephemere: bool = False) -> None:
        self.chemin = chemin
        self.ephemere = ephemere

    @contextmanager
    def tenu(self) -> Iterator[None]:
        descripteur = self._prendre()
        try:
            yield
        finally:
            if self.ephemere:
                self.chemin.unlink(missing_ok=True)
            os.close(descripteur)

    def _prendre(self) -> int:
        while True:
            descripteur = os.open(self.chemin, os.O_RDONLY | os.O_CREAT | os.O_CLOEXEC, 0o644)
            try:
                self._attendre(descripteur)
                if not self.ephemere or self._en_place(descripteur):
                    return descripteur
            except BaseException:
                os.close(descripteur)
                raise
            os.close(descripteur)  # the file that was waited for is gone: others lock its successor

    @staticmethod
    def _attendre(descripteur: int) -> None:
        try:
            fcntl.flock(descripteur, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            with JETON.rendu():
                fcntl.flock(descripteur, fcntl.LOCK_EX)

    def _en_place(self, descripteur: int) -> bool:
        try:
            return os.path.samestat(os.fstat(descripteur), self.chemin.stat())
        except FileNotFoundError:
            return False
