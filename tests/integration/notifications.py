"""Opérateurs that are notified: a clock set by hand, receivers in memory, what is due."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from esav_soap.notifications import Abonnement
from esav_soap.store import Magasin
from esav_soap.usecases.notifications import (
    IssueNotification,
    Notifications,
    trouver_abonnement,
)
from esav_soap.usecases.ports.notifications import EchecNotification, Notification
from tests.integration.exemples import DEPOT_LE, nouvelle

ADRESSE = "https://sav.opa.example/esav"
BAIL = timedelta(minutes=5)
MINUTE, HEURE = timedelta(minutes=1), timedelta(hours=1)


class Montre:
    """A clock that is set by hand."""

    def __init__(self) -> None:
        self.present = DEPOT_LE

    def __call__(self) -> datetime:
        return self.present


class Recepteur:
    """Receivers in memory. ``refuser``: the next notifications come to nothing; ``avant``: what happens while one is sent."""

    def __init__(self) -> None:
        self.recues: list[Notification] = []
        self.refuser: EchecNotification | Exception | None = None
        self.avant: Callable[[], object] = lambda: None

    def notifier(self, adresse: str, notification: Notification) -> None:
        assert adresse.startswith("https://")
        self.avant()
        if self.refuser is not None:
            raise self.refuser
        self.recues.append(notification)

    @property
    def rangs(self) -> list[int]:
        return [un.evenement.rang for recue in self.recues for un in recue.evenements]


def deposer(magasin: Magasin, nombre: int, prefixe: str = "R", **changements: str) -> list[str]:
    return [magasin.deposer(nouvelle(f"{prefixe}-{rang}", **changements)).numero for rang in range(nombre)]


def suivi(magasin: Magasin, operateur: str = "OPA", plateforme: str = "production") -> Abonnement:
    return trouver_abonnement(magasin, plateforme, operateur).abonnement


def tours(envoi: Notifications) -> list[IssueNotification]:
    """All that is due, one turn after the other."""
    issues = []
    while (issue := envoi.suivante()) is not None:
        issues.append(issue)
    return issues
