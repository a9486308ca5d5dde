"""The notice that notifications are sent no more: what is known of the stop."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from esav_soap.avis import Envoi
from esav_soap.avis.faits import NotificationsArretees
from esav_soap.notifications import AbonnementSuivi, EtatAbonnement
from esav_soap.usecases.courrier import EchecDefinitif


class BaseArret(Protocol):
    """What these notices are made from; see :mod:`esav_soap.usecases.ports.notifications`."""

    def abonnements(self) -> tuple[AbonnementSuivi, ...]: ...


def faits_arret(base: BaseArret, envoi: Envoi) -> NotificationsArretees:
    """What the notice of a stop tells. Raises :class:`EchecDefinitif` once they are sent again."""
    plateforme, _, quand = envoi.objet.partition(":")
    arrete_le = datetime.fromisoformat(quand)
    for suivi in base.abonnements():
        un = suivi.abonnement
        if (
            (un.plateforme, un.operateur) == (plateforme, envoi.operateur)
            and un.etat is EtatAbonnement.ARRETE
            and un.arrete_le == arrete_le
        ):
            depuis = un.echecs_depuis or arrete_le
            return NotificationsArretees(
                plateforme, un.adresse, arrete_le, depuis, un.essais, un.erreur.rstrip("."), suivi.retard
            )
    raise EchecDefinitif("Les notifications ont repris depuis, ou l'abonnement est retiré : l'avis n'a plus d'objet.")
