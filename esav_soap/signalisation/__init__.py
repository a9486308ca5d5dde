"""The signalisation: what is stored of it, its number, its states."""

from esav_soap.signalisation.actions import Action, Visibilite
from esav_soap.signalisation.motifs import Attendu, CauseCloture, MotifRejet, Responsabilite
from esav_soap.signalisation.objets import (
    CLOTURES,
    FERMES,
    Contact,
    Cote,
    Depot,
    Etat,
    Evenement,
    NouvelleSignalisation,
    Prestation,
    Signalisation,
)

__all__ = [
    "CLOTURES",
    "FERMES",
    "Action",
    "Attendu",
    "CauseCloture",
    "Contact",
    "Cote",
    "Depot",
    "Etat",
    "Evenement",
    "MotifRejet",
    "NouvelleSignalisation",
    "Prestation",
    "Responsabilite",
    "Signalisation",
    "Visibilite",
]
