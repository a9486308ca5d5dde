"""What a notice is, before it is written out as a message."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import Enum


class GenreAvis(Enum):
    """Kinds of notices; names are stored. The object of those about the catalogue is a version's number; of those about
    certificates the fingerprint and the step, ``<64 hexadecimal digits>:PREPARER``; of a closure the number of the
    signalisation and the place of its validation in the history, ``7K3M9QX2TBX:5``; of a stop of the notifications the platform
    and when it was."""

    VERSION_ANNONCEE = "annonce d'une version du catalogue"
    ANNONCE_RETIREE = "retrait d'une annonce"
    RAPPEL_RETRAIT = "rappel : une version encore employée va être retirée"
    RAPPEL_CERTIFICAT = "rappel : un certificat arrive à son terme"
    AVIS_CLOTURE = "avis de clôture d'une signalisation"
    NOTIFICATIONS_ARRETEES = "arrêt de l'envoi des notifications"


@dataclass(frozen=True, slots=True)
class Operateur:
    """Where an opérateur's notices go. ``courriel``: one address, of its Correspondant e-SAV."""

    code: str
    raison_sociale: str
    courriel: str


@dataclass(frozen=True, slots=True)
class Envoi:
    """A notice to be sent to one opérateur. ``objet``: what it is about, which its genre tells how to read.

    Its text is made when it is sent, from what is recorded of its object, so that the queue stays small.
    """

    genre: GenreAvis
    objet: str
    operateur: str

    @property
    def cle(self) -> str:
        """The same notice is queued once only: its genre, object and opérateur."""
        return f"{self.genre.name}:{self.objet}:{self.operateur}"


class EtatEnvoi(Enum):
    """Life of a queued notice; names are stored. ``REBUT``: given up, waits for a person (``esav envois``)."""

    EN_ATTENTE = "en attente"
    ENVOYE = "envoyé"
    REBUT = "au rebut"


@dataclass(frozen=True, slots=True)
class EnvoiPris:
    """A notice leased by a worker. ``numero``: in the queue; ``essais``: attempts before this one."""

    numero: int
    envoi: Envoi
    essais: int


@dataclass(frozen=True, slots=True)
class EnvoiSuivi:
    """A queued notice as an operator of the system sees it. ``prochain``: next attempt, while it waits."""

    numero: int
    envoi: Envoi
    etat: EtatEnvoi
    essais: int
    cree_le: datetime
    prochain: datetime | None
    envoye_le: datetime | None
    erreur: str
