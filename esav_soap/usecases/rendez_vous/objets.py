"""What is asked for: what an appointment is for, which slot, by whom."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from esav_soap.rendez_vous import Plage
from esav_soap.signalisation import Cote


@dataclass(frozen=True, slots=True)
class Cible:
    """What an appointment is for: a signalisation, by its number or by the opérateur's reference. ``prestation``: a search
    may name one before anything is deposited on it."""

    numero: str | None = None
    reference: str | None = None
    prestation: str | None = None


@dataclass(frozen=True, slots=True)
class Souhait:
    """A slot as an opérateur asks for it. ``reference``: its own, of the appointment; ``ferme``: confirmed at once."""

    reference: str
    jour: date
    plage: Plage
    ferme: bool = False


@dataclass(frozen=True, slots=True)
class Acteur:
    """Who acts. The delay before an appointment binds the opérateur alone; ``auteur``: the person or system."""

    cote: Cote = Cote.OPERATEUR
    auteur: str = ""

    @property
    def fournisseur(self) -> bool:
        return self.cote is Cote.FOURNISSEUR


#: The opérateur's system.
OPERATEUR = Acteur()
