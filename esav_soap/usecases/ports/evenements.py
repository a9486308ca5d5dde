"""Changes of signalisations, as the use cases need them (R3.4, R3.5)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from esav_soap.avis import Envoi
from esav_soap.signalisation import Etat, Evenement


@dataclass(frozen=True, slots=True)
class EvenementSuivi:
    """An event, and the signalisation that it is of."""

    numero: str
    reference: str
    evenement: Evenement


@dataclass(frozen=True, slots=True)
class PageEvenements:
    """``curseur``: where the next page begins. ``dernier``: the place of the newest event that the opérateur may see; less than
    ``curseur`` when that one is none that this store gave."""

    evenements: tuple[EvenementSuivi, ...]
    curseur: int
    dernier: int

    @property
    def encore(self) -> bool:
        """Whether there is more to read at once."""
        return self.curseur < self.dernier


class Evenements(Protocol):
    """Changes of signalisations, and the sequence of them that each opérateur reads. Methods are thread-safe."""

    def evenements_depuis(self, plateforme: str, operateur: str, curseur: int, maximum: int) -> PageEvenements:
        """Up to ``maximum`` (one at least) of the events after ``curseur`` that the opérateur may see, in their order.

        0 is the beginning. Internal events have no place in it, and a page is empty only when nothing is left. An
        event that is committed later stands after every cursor given before, and the same cursor gives the same events again.
        """
        ...

    def changer(
        self,
        plateforme: str,
        operateur: str,
        numero: str,
        attendu: int,
        un: Evenement,
        envois: Sequence[Envoi] = (),
    ) -> bool:
        """Append the event if the signalisation has exactly ``attendu`` of them, internal ones included, and take its state.

        One transaction, with the notices that the change sends. False, and nothing written, when it is not there or somebody
        else has changed it meanwhile.
        """
        ...


class Deroulements(Protocol):
    """Changes of state that no human makes: those of the scenarios of the plate-forme d'intégration."""

    def ajouter_evenements(
        self,
        plateforme: str,
        operateur: str,
        numero: str,
        attendus: int,
        evenements: Sequence[Evenement],
        envois: Sequence[Envoi] = (),
    ) -> Etat | None:
        """Append the events if the signalisation has exactly ``attendus`` of them, and take the state and date of the last.

        One transaction, with the notices that the changes send. None, and nothing written, when it is not there or has another number of events.
        """
        ...
