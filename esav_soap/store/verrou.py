"""A lock between processes that is fair enough, held in a file beside the database."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


class Verrou:
    """``flock`` on a file of its own; each holder opens the file anew, so threads and forks exclude one another too.

    SQLite's own waiting is by polling: with eight writers some waited for seconds. Whoever holds this gate finds the
    database's lock free. The system drops the lock of a process that dies.
    """

    def __init__(self, chemin: Path) -> None:
        self.chemin = chemin

    @contextmanager
    def tenu(self) -> Iterator[None]:
        descripteur = os.open(self.chemin, os.O_RDONLY | os.O_CREAT | os.O_CLOEXEC, 0o644)
        try:
            fcntl.flock(descripteur, fcntl.LOCK_EX)
            yield
        finally:
            os.close(descripteur)
