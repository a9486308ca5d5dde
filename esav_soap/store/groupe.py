"""Group commit: what several threads submit at once is written by one of them, in one transaction."""

from __future__ import annotations

import os
import threading
import weakref
from collections import deque
from collections.abc import Callable, Sequence
from typing import Generic, TypeVar

from esav_soap.jeton import JETON

D = TypeVar("D")
R = TypeVar("R")


class _Attente(Generic[D, R]):
    """A caller that waits: for its result, or for its turn to write."""

    __slots__ = ("demande", "erreur", "mene", "resultat", "reveil")

    def __init__(self, demande: D) -> None:
        self.demande = demande
        self.reveil = threading.Lock()
        self.reveil.acquire()
        self.mene = False
        self.resultat: R | None = None
        self.erreur: BaseException | None = None

    def attendre(self, delai_s: float) -> bool:
        """Whether it was woken within this delay."""
        with JETON.rendu():
            return self.reveil.acquire(timeout=delai_s)


class Groupe(Generic[D, R]):
    """Gathers the demands of waiting threads while another group is being written.

    No thread of its own, no delay: the first caller writes at once; whoever comes meanwhile waits, and the first of those
    then writes for all. ``ecrire`` gets one to ``maximum`` demands in the order of arrival and returns, after the commit, one
    result for each; a result that is an exception is raised for its caller alone. What ``ecrire`` raises concerns all.
    Nobody waits for others longer than ``delai_s``: then :class:`TimeoutError`, and whether it was written is not known.
    """

    def __init__(
        self, ecrire: Callable[[Sequence[D]], Sequence[R | Exception]], *, maximum: int, delai_s: float
    ) -> None:
        self._ecrire = ecrire
        self._maximum = maximum
        self._delai_s = delai_s
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
            moi.mene = not self._occupe
            self._occupe = True
        try:
            repondu = moi.mene or moi.attendre(self._delai_s)
        except BaseException:  # an interruption of this thread: the others must not wait for it
            if not self._quitter(moi):
                self._mener()
            raise
        if not repondu and self._quitter(moi):
            raise TimeoutError("Le magasin n'a pas répondu à temps : un autre processus le retient.")
        if moi.mene:
            self._mener()
        if moi.erreur is not None:
            raise moi.erreur
        return moi.resultat  # type: ignore[return-value]  # set before the caller is woken

    def _quitter(self, moi: _Attente[D, R]) -> bool:
        """Wait no longer; false when it has just become this caller's turn to write."""
        with self._verrou:
            if moi in self._file and not moi.mene:
                self._file.remove(moi)
            return not moi.mene

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
                suivante.mene = True
        if suivante is not None:
            suivante.reveil.release()
        for attente in lot:
            attente.reveil.release()
