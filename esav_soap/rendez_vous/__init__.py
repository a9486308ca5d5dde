"""Appointments: slots and their places, the search, what may be reserved, moved and cancelled, and when (R4, art. 4.2, 10.1)."""

from esav_soap.rendez_vous.capacites import CodeCapacite, ProblemeCapacite, confronter, lire_capacites
from esav_soap.rendez_vous.decisions import (
    Decision,
    Demande,
    Situation,
    annuler,
    commentaire,
    confirmer,
    deplacer,
    reserver,
)
from esav_soap.rendez_vous.horaires import DUREE_TENUE, fermeture, limite_changement, premier_jour, reouverture
from esav_soap.rendez_vous.objets import (
    ENGAGES,
    LIBELLES,
    Capacite,
    Creneau,
    Effet,
    EtatReservation,
    Plage,
    PlageLibre,
    Reservation,
)
from esav_soap.rendez_vous.places import etat_a, expirees, libres, occupe, plages_libres, vue
from esav_soap.rendez_vous.recherche import Periode, chercher
from esav_soap.rendez_vous.refus import MotifRefus, Raison, Refus, proposer

__all__ = [
    "DUREE_TENUE",
    "ENGAGES",
    "LIBELLES",
    "Capacite",
    "CodeCapacite",
    "Creneau",
    "Decision",
    "Demande",
    "Effet",
    "EtatReservation",
    "MotifRefus",
    "Periode",
    "Plage",
    "PlageLibre",
    "ProblemeCapacite",
    "Raison",
    "Refus",
    "Reservation",
    "Situation",
    "annuler",
    "chercher",
    "commentaire",
    "confirmer",
    "confronter",
    "deplacer",
    "etat_a",
    "expirees",
    "fermeture",
    "libres",
    "limite_changement",
    "lire_capacites",
    "occupe",
    "plages_libres",
    "premier_jour",
    "proposer",
    "reouverture",
    "reserver",
    "vue",
]
