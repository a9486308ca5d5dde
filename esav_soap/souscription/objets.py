"""What is ordered, and from when to when. All instants are aware and in UTC."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import Enum


class Acces(Enum):
    """Kinds of access that a Bon de commande can ask for; names are stored."""

    EN_LIGNE = "e-SAV en ligne"
    INTEGRE = "e-SAV intégré"


@dataclass(frozen=True, slots=True)
class Interlocuteur:
    """The Correspondant e-SAV, whom the opérateur may name."""

    nom: str
    fonction: str = ""
    telephone: str = ""
    courriel: str = ""


@dataclass(frozen=True, slots=True)
class BonDeCommande:
    """The fields of annexe 3; those without a default are mandatory. ``adresse``: one to three lines."""

    reference_contrat: str
    affaire: str
    raison_sociale: str
    siret: str
    representant: str
    telephone: str
    courriel: str
    adresse: tuple[str, ...]
    acces: frozenset[Acces]
    interlocuteur: Interlocuteur | None = None
    commentaires: str = ""
    fait_a: str = ""
    fait_le: date | None = None
    signataire: str = ""


@dataclass(frozen=True, slots=True)
class Souscription:
    """An opérateur's subscription. ``activee_le``: Date d'Activation; ``denoncee_le``: when the letter that ends it was
    received; ``fin``: the first instant without access, two months later or more."""

    operateur: str
    bon: BonDeCommande
    activee_le: datetime
    denoncee_le: datetime | None = None
    fin: datetime | None = None

    def ouverte(self, acces: Acces, instant: datetime) -> bool:
        """Whether that access is open at that instant."""
        return self.activee_le <= instant and self.ouverte_apres(acces, instant)

    def ouverte_apres(self, acces: Acces, instant: datetime) -> bool:
        """Whether that access is open at that instant or later."""
        return acces in self.bon.acces and (self.fin is None or instant < self.fin)
