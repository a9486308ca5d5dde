"""Locking what is validated and cannot be contested any more, without anybody's asking (R3.4): from there it can be archived.

A signalisation is looked for in the list of those validated, by the instant of its deposit. Nothing is closed before it was
deposited, so the list ends where the delay of nothing that follows can be over; what stands in it and waits is told by its row
alone. The command itself is the technicians', with their check: whoever contests or locks at the same time wins or loses, and
two workers do no harm.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from datetime import datetime
from typing import Protocol

from esav_soap.names import PLATEFORMES
from esav_soap.signalisation import Action, Cote, Etat, Signalisation
from esav_soap.signalisation.commande import TransitionInterdite
from esav_soap.signalisation.scenarios import PLATEFORME
from esav_soap.signalisation.transitions import Commande, cloture_en_cours, fin_contestation, limite_contestation
from esav_soap.usecases.actions import Avancer, ModifieeEntretemps, agir
from esav_soap.usecases.catalogue import Suivi
from esav_soap.usecases.ports.evenements import Evenements
from esav_soap.usecases.ports.suivi import Filtre, Listes, Place, Resume

_journal = logging.getLogger(__name__)

#: Who the events name.
AUTEUR = "e-SAV"
#: Signalisations that a step looks at, and seconds between two: deposits wait for nothing longer than one locking.
PAS = 100
PAUSE_S = 0.02
#: Seconds between two steps of the worker, after one that locked something, and after the last of a round.
WORKER_S, WORKER_FINI_S = 1.0, 600.0

_COMMANDE = Commande(Action.VERROUILLER, Cote.FOURNISSEUR, auteur=AUTEUR)
_ETAPE = "Verrouillage"


class BaseVerrouillage(Listes, Evenements, Protocol):
    """What it needs of the store."""


class Verrouillage:
    """Rounds of steps, all platforms in a round. ``verrouillees``: how many it locked.

    On integration, where a technician need not wait for the delay, this does: opérateurs try there how they contest.
    ``avancer`` brings a signalisation of integration up to date. To be used by one thread.
    """

    def __init__(self, base: BaseVerrouillage, avancer: Avancer, horloge: Callable[[], datetime]) -> None:
        self._base = base
        self._avancer = avancer
        self._horloge = horloge
        self._plateformes: tuple[str, ...] = PLATEFORMES
        self._apres: Place | None = None
        self.verrouillees = 0

    def __call__(self) -> float:
        """One step of the worker; gives the seconds until the next."""
        avant = self.verrouillees
        fini = self.pas()
        nombre = self.verrouillees - avant
        if nombre:
            _journal.info("verrouillage : %d signalisations", nombre)
        return WORKER_FINI_S if fini else WORKER_S if nombre else PAUSE_S

    def tout(self) -> int:
        """A round, or the rest of one; gives how many it locked."""
        avant = self.verrouillees
        while not self.pas():
            pass
        return self.verrouillees - avant

    def pas(self) -> bool:
        """Look at the next ones, lock those whose delay is over; whether the round ends with them.

        What raises is behind the place where the next step begins, so that it does not stand in the way of the others.
        """
        instant = self._horloge()
        limite = limite_contestation(instant)
        page = self._base.lister(_filtre(self._plateformes[0], limite), self._apres, PAS, anciennes_d_abord=True)
        for resume in page.signalisations:
            self._apres = Place(resume.depot_le, resume.numero)
            if _echue(resume, limite):
                self.verrouillees += self._verrouiller(resume.numero, instant)
        self._apres = page.suite
        if page.suite is not None:
            return False
        self._plateformes = self._plateformes[1:] or PLATEFORMES
        return self._plateformes == PLATEFORMES

    def _verrouiller(self, numero: str, instant: datetime) -> bool:
        """Whether this did it: others may have locked it meanwhile, or opened it again."""
        lue = self._lire(numero)
        cloture = cloture_en_cours(lue.evenements)
        if cloture is None or instant < fin_contestation(cloture.date):
            return False
        try:
            agir(lambda: self._lire(numero), _COMMANDE, self._base, instant, lue=lue)
        except (TransitionInterdite, ModifieeEntretemps):
            return False
        return True

    def _lire(self, numero: str) -> Signalisation:
        lue = self._base.retrouver(numero)
        if lue is None:
            raise LookupError(f"{numero} is in a list and nowhere else")
        return self._avancer(lue) if lue.plateforme == PLATEFORME else lue


def verrouiller_echues(
    base: BaseVerrouillage,
    avancer: Avancer,
    horloge: Callable[[], datetime],
    suivi: Suivi,
    attendre: Callable[[float], None] = time.sleep,
) -> int:
    """Lock all that is due now, in small steps; gives how many. Interrupted anywhere, what is locked is, the rest is not."""
    total = nombre_echues(base, horloge())
    tour = Verrouillage(base, avancer, horloge)
    suivi(_ETAPE, 0, total)
    fini = False
    while not fini:
        fini = tour.pas()
        suivi(_ETAPE, tour.verrouillees, max(tour.verrouillees, total))
        attendre(PAUSE_S)
    return tour.verrouillees


def nombre_echues(base: Listes, instant: datetime) -> int:
    """How many are due at that instant."""
    limite = limite_contestation(instant)
    nombre = 0
    for plateforme in PLATEFORMES:
        apres: Place | None = None
        while True:
            page = base.lister(_filtre(plateforme, limite), apres, PAS, anciennes_d_abord=True)
            nombre += sum(_echue(resume, limite) for resume in page.signalisations)
            apres = page.suite
            if apres is None:
                break
    return nombre


def _filtre(plateforme: str, limite: datetime) -> Filtre:
    return Filtre(plateforme, etats=frozenset({Etat.VALIDE}), avant=limite)


def _echue(resume: Resume, limite: datetime) -> bool:
    return resume.clos_le is not None and resume.clos_le < limite
