"""Threads for the tests: their result or exception comes back, and nobody waits for ever."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any

from esav_soap.jeton import Jeton

DELAI_S = 20


class Fil:
    """A thread that has started; its result, or what it raised, is had once it ends."""

    def __init__(self, travail: Callable[[], Any]) -> None:
        self._travail = travail
        self._resultat: Any = None
        self._erreur: BaseException | None = None
        self._fil = threading.Thread(target=self._faire, daemon=True)
        self._fil.start()

    def _faire(self) -> None:
        try:
            self._resultat = self._travail()
        except BaseException as erreur:
            self._erreur = erreur

    @property
    def fini(self) -> bool:
        return not self._fil.is_alive()

    def resultat(self, delai_s: float = DELAI_S) -> Any:
        self._fil.join(delai_s)
        assert self.fini, "the thread still waits"
        if self._erreur is not None:
            raise self._erreur
        return self._resultat


def libre(jeton: Jeton, delai_s: float = 0) -> bool:
    """Whether another thread than those that work could have the token within that time."""
    pris = jeton._verrou.acquire(timeout=delai_s)
    if pris:
        jeton._verrou.release()
    return pris


def attendre(condition: Callable[[], bool]) -> None:
    limite = time.monotonic() + DELAI_S
    while not condition():
        assert time.monotonic() < limite
        time.sleep(0.001)
