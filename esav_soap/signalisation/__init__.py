"""The signalisation: what is stored of it, its number, its states."""

from esav_soap.signalisation.objets import (
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
    "Contact",
    "Cote",
    "Depot",
    "Etat",
    "Evenement",
    "NouvelleSignalisation",
    "Prestation",
    "Signalisation",
]
