"""What a publisher asks of a node, done in a process of its own: it takes a minute of computing, and deposits go on."""

from __future__ import annotations

import multiprocessing
import os
import threading
from collections.abc import Callable, Collection, Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import TypeVar

from esav_soap.errors import CodeErreur, ErreurEsav, PackInvalide
from esav_soap.jeton import JETON
from esav_soap.publication import VersionPubliee
from esav_soap.reader.sources import depuis_zip
from esav_soap.store import Magasin, ouvrir
from esav_soap.usecases.catalogue import sans_suivi, sources_de
from esav_soap.usecases.publication import Candidate, Depart, annoncer, elaborer, rassembler, retirer_annonce
from esav_soap.usecases.publieur import Annonce, Essai
from esav_soap.usecases.registre import charger
from esav_soap.usecases.repetition import simuler

T = TypeVar("T")

#: Deposits come first.
_POLITESSE = 10
#: Jobs that a process of the server takes in, the one at work included. Each holds a thread of the server all along, and
#: the others are for the deposits.
_PLACES = 2
_RETOUR = timedelta(minutes=1)


class PublieurDuNoeud:
    """The port :class:`~esav_soap.usecases.publieur.Publieur`; one job at a time, another may wait for its turn.

    Any further is refused at once (``LIMITATION_DEBIT``), with when to try again.
    """

    def __init__(self, magasin: Magasin, url: str, base_url: str) -> None:
        self._magasin = magasin
        self._url = url
        self._base_url = base_url
        self._verrou = threading.Lock()
        self._bassin: ProcessPoolExecutor | None = None
        self._places = threading.BoundedSemaphore(_PLACES)

    def simuler(self, archive: bytes, jours: int, instant: datetime) -> Essai:
        with self._place(instant), JETON.rendu():
            depart = rassembler(_sources(archive), self._base_url, self._magasin, instant)
            return self._ailleurs(_essayer, depart, self._url, instant - timedelta(days=jours))

    def annoncer(
        self, archive: bytes, ouverture: datetime | None, acceptees: Collection[str], instant: datetime, *, a_tous: bool
    ) -> Annonce:
        with self._place(instant), JETON.rendu():
            depart = rassembler(_sources(archive), self._base_url, self._magasin, instant, ouverture, tuple(acceptees))
            candidate: Candidate = self._ailleurs(elaborer, depart)
            publiee = annoncer(candidate, acceptees, self._magasin, self._magasin, instant, a_tous=a_tous)
            return Annonce(publiee, candidate.ecarts)

    def retirer_annonce(self, version: str, instant: datetime) -> VersionPubliee:
        with JETON.rendu():
            return retirer_annonce(version, self._magasin, self._magasin, instant)

    @contextmanager
    def _place(self, instant: datetime) -> Iterator[None]:
        if not self._places.acquire(blocking=False):
            raise ErreurEsav(
                CodeErreur.LIMITATION_DEBIT,
                "Ce service essaie ou annonce déjà d'autres versions, ce qui peut demander quelques minutes : rien n'a été fait"
                " de cette demande. La renvoyer plus tard.",
                reessayer_apres=instant + _RETOUR,
            )
        try:
            yield
        finally:
            self._places.release()

    def _ailleurs(self, fonction: Callable[..., T], *arguments: object) -> T:
        with self._verrou:
            if self._bassin is None:
                contexte = multiprocessing.get_context("spawn")
                self._bassin = ProcessPoolExecutor(
                    1, contexte, initializer=os.nice, initargs=(_POLITESSE,), max_tasks_per_child=1
                )
            bassin = self._bassin
        try:
            return bassin.submit(fonction, *arguments).result()
        except BrokenProcessPool:  # killed, perhaps for want of memory: the next job gets a new process
            with self._verrou:
                if self._bassin is bassin:
                    self._bassin = None
            raise


def _sources(archive: bytes) -> Mapping[str, bytes]:
    fichiers, problemes = depuis_zip(archive)
    if problemes:
        raise PackInvalide(problemes)
    return sources_de(fichiers)


def _essayer(depart: Depart, url: str, depuis: datetime) -> Essai:
    """In the other process: verify the candidate, then replay with a store of its own."""
    candidate = elaborer(depart)
    with ouvrir(url, creer=False) as magasin:
        rapport = simuler(charger(candidate.pack), magasin, depuis, sans_suivi)
    return Essai(candidate.catalogue.version, depuis, candidate.decision.au_plus_tot, candidate.ecarts, rapport)
