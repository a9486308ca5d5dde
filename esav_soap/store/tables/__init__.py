"""The tables, in the field's words. ``migrations`` makes them; a test proves that both say the same.

Every access path of the ports is a key or an index here; nothing else is indexed, since each index costs every deposit.
"""

from __future__ import annotations

from esav_soap.store.tables.acces import (
    autorite,
    certificat,
    demande_certificat,
    homologation,
    revision_acces,
    souscription,
)
from esav_soap.store.tables.archives import archive_evenement, archive_reservation, archive_signalisation
from esav_soap.store.tables.catalogue import version_catalogue
from esav_soap.store.tables.commun import tables
from esav_soap.store.tables.envois import abonnement_notification, envoi, operateur
from esav_soap.store.tables.instant import Instant, instant_lu, instant_sqlite
from esav_soap.store.tables.parc import prestation
from esav_soap.store.tables.rendez_vous import capacite, reservation
from esav_soap.store.tables.signalisations import compteur_evenements, evenement, signalisation

__all__ = [
    "Instant",
    "abonnement_notification",
    "archive_evenement",
    "archive_reservation",
    "archive_signalisation",
    "autorite",
    "capacite",
    "certificat",
    "compteur_evenements",
    "demande_certificat",
    "envoi",
    "evenement",
    "homologation",
    "instant_lu",
    "instant_sqlite",
    "operateur",
    "prestation",
    "reservation",
    "revision_acces",
    "signalisation",
    "souscription",
    "tables",
    "version_catalogue",
]
