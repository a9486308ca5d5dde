"""What an opérateur must have done on the plate-forme d'intégration before production (R6.3, art. 5.2.1)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import Enum


class Domaine(Enum):
    """Domains of application; names are stored."""

    SIGNALISATION = "signalisation"
    TEST = "test"


#: Services of each domain; those that stand in none need no homologation.
DOMAINES = {
    "depot": Domaine.SIGNALISATION,
    "suivi": Domaine.SIGNALISATION,
    "rendez-vous": Domaine.SIGNALISATION,
    "test": Domaine.TEST,
}


@dataclass(frozen=True, slots=True)
class Homologation:
    """The first successful call of an opérateur in a domain, on integration. ``requete``: its id, found in the log."""

    operateur: str
    domaine: Domaine
    date: datetime
    operation: str
    requete: str
