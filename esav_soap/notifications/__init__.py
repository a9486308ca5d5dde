"""Notifications to opérateurs: their events are sent to them as they come. What is pure of it."""

from esav_soap.notifications.adresse import (
    AdresseRefusee,
    CodeAdresse,
    Destination,
    Ip,
    Reseau,
    admise,
    lire_adresse,
    lire_reseaux,
)
from esav_soap.notifications.cadence import Patience
from esav_soap.notifications.objets import Abonnement, AbonnementSuivi, EtatAbonnement

__all__ = [
    "Abonnement",
    "AbonnementSuivi",
    "AdresseRefusee",
    "CodeAdresse",
    "Destination",
    "EtatAbonnement",
    "Ip",
    "Patience",
    "Reseau",
    "admise",
    "lire_adresse",
    "lire_reseaux",
]
