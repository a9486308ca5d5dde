"""Group commit: what several threads submit at once is written by one of them, in one transaction."""

from __future__ import annotations

import os
import threading
import weakref
from collections import deque
from collections.abc import Callable, Sequence
from typing import Generic, TypeVar

D = TypeVar("D")
R = TypeVar("R")


class _Attente(Generic[D, R]):
    """A caller that waits: for its result, or for its turn to write."""

    __slots__ = ("demande", "erreur", "fini", "resultat", "reveil")

    def __init__(self, demande: D) -> None:
        self.demande = demande
        self.reveil = threading.Lock()
        self.reveil.acquire()
        self.fini = False
        self.resultat: R | None = None
        self.erreur: BaseException | None = None


class Groupe(Generic[D, R]):
    """Gathers the demands of waiting threads while another group is being written.

    No thread of its own, no delay: the first caller writes at once; whoever comes meanwhile waits, and the first of those
    then writes for all. ``ecrire`` gets one to ``maximum`` demands in the order of arrival and returns, after the commit, one
    result for each; a result that is an exception is raised for its caller alone. What ``ecrire`` raises concerns all.
    """

    def __init__(self, ecrire: Callable[[Sequence[D]], Sequence[R | Exception]], maximum: int) -> None:
        self._ecrire = ecrire
        self._maximum = maximum
        self._vider()
        moi = weakref.ref(self)

        def apres_fork() -> None:
            if (groupe := moi()) is not None:
                groupe._vider()

        # The threads that wait do not exist in a forked child, and a lock may have been held.
        os.register_at_fork(after_in_child=apres_fork)

    def _vider(self) -> None:
        self._verrou = threading.Lock()
        self._file: deque[_Attente[D, R]] = deque()
        self._occupe = False

    def soumettre(self, demande: D) -> R:
        """The result of this demand, once its transaction is committed. Raises what befell it."""
        moi: _Attente[D, R] = _Attente(demande)
        with self._verrou:
            self._file.append(moi)
            mon_tour = not self._occupe
            self._occupe = True
        if not mon_tour:
            moi.reveil.acquire()
        if not moi.fini:
            self._mener()
        if moi.erreur is not None:
            raise moi.erreur
        return moi.resultat  # type: ignore[return-value]  # set together with ``fini``

    def _mener(self) -> None:
        """Write the waiting demands, of which the caller's is the first, then hand on."""
        with self._verrou:
            lot = [self._file.popleft() for _ in range(min(len(self._file), self._maximum))]
        try:
            resultats = self._ecrire([attente.demande for attente in lot])
            for attente, resultat in zip(lot, resultats, strict=True):
                if isinstance(resultat, Exception):
                    attente.erreur = resultat
                else:
                    attente.resultat = resultat
        except BaseException as erreur:
            for attente in lot:
                attente.erreur = erreur
        with self._verrou:
            suivante = self._file[0] if self._file else None
            self._occupe = suivante is not None
        if suivante is not None:
            suivante.reveil.release()
        for attente in lot:
            attente.fini = True
            attente.reveil.release()
