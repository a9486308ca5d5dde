"""What notices are made from, in memory: versions, opérateurs, deposits, certificates, subscriptions."""

from __future__ import annotations

from esav_soap.notifications import AbonnementSuivi
from esav_soap.signalisation import Signalisation
from tests.faux import FausseBase
from tests.faux_acces import FauxAcces
from tests.faux_publication import FaussesPublications


class BaseAvis(FaussesPublications, FauxAcces):
    """Both fakes at once, and the queue."""

    def __init__(self, base: FausseBase | None = None) -> None:
        FaussesPublications.__init__(self, base)
        FauxAcces.__init__(self)
        self.suivis_notifications: list[AbonnementSuivi] = []

    def abonnements(self) -> tuple[AbonnementSuivi, ...]:
        return tuple(self.suivis_notifications)

    def retrouver(self, numero: str) -> Signalisation | None:
        return self.base.retrouver(numero)
