"""A subscription to notifications: where the events of an opérateur go, and how far that is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import Enum


class EtatAbonnement(Enum):
    """Names are stored. ``SUSPENDU``: by a person; ``ARRETE``: by e-SAV, after too many failures."""

    ACTIF = "actif"
    SUSPENDU = "suspendu"
    ARRETE = "arrêté"


@dataclass(frozen=True, slots=True)
class Abonnement:
    """Of one opérateur on one platform.

    ``curseur``: everything up to that place in its events was received. ``bail``: how many times somebody took it up, which
    tells one from the next; ``essais``: how many of these since the receiver's last answer. ``prochain``: when it is looked at
    again, None unless ``ACTIF``. ``recu_le``: the receiver's last answer; ``echecs_depuis``: the first attempt that came to
    nothing since then; ``arrete_le``: when it was stopped or suspended; ``erreur``: the last failure, French.
    """

    plateforme: str
    operateur: str
    adresse: str
    curseur: int
    cree_le: datetime
    etat: EtatAbonnement = EtatAbonnement.ACTIF
    bail: int = 0
    essais: int = 0
    prochain: datetime | None = None
    recu_le: datetime | None = None
    echecs_depuis: datetime | None = None
    arrete_le: datetime | None = None
    erreur: str = ""


@dataclass(frozen=True, slots=True)
class AbonnementSuivi:
    """A subscription as a person sees it. ``dernier``: the place of the opérateur's newest event."""

    abonnement: Abonnement
    dernier: int

    @property
    def retard(self) -> int:
        """How many events wait."""
        return max(0, self.dernier - self.abonnement.curseur)
