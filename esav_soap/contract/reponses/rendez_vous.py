"""Answers about appointments (R4.1). Days are those of Paris; instants carry their offset."""

from __future__ import annotations

from esav_soap.contract import spyne_compat as s
from esav_soap.contract.reponses.commun import Avertissement
from esav_soap.contract.reponses.membres import liste, option, type_reponse, un

_PLAGE = [
    ("genre", un(s.Unicode, "SAV, SAV_PLUS ou EXPERTISE_CONTRADICTOIRE")),
    ("jour", un(s.Date, "Jour")),
    ("plage", un(s.Unicode, "Code de la plage")),
    ("libellePlage", un(s.Unicode, "Libellé de la plage")),
    ("dateHeureDebut", un(s.DateTime, "Début de la plage")),
    ("dateHeureFin", un(s.DateTime, "Fin de la plage")),
]

PlageLibre = type_reponse(
    "PlageLibre",
    "Une plage qui peut être réservée.",
    [*_PLAGE, ("places", un(s.Integer32, "Places libres"))],
)

PlagesLibres = type_reponse(
    "PlagesLibres",
    "Plages libres, par date.",
    [
        ("plageLibre", liste(PlageLibre, "Plages libres")),
        ("avertissement", liste(Avertissement, "Avertissements")),
    ],
)

_RENDEZ_VOUS = [
    ("numeroRendezVous", un(s.Unicode, "Numéro du rendez-vous")),
    ("referenceRendezVous", un(s.Unicode, "Référence de l'opérateur")),
    ("numeroSignalisation", un(s.Unicode, "Numéro de la signalisation")),
    ("etat", un(s.Unicode, "TENUE, CONFIRMEE, ANNULEE, EXPIREE ou DEPLACEE")),
    ("libelleEtat", un(s.Unicode, "Libellé de l'état")),
    *_PLAGE,
    ("dateHeureReservation", un(s.DateTime, "Instant de la réservation")),
    ("dateHeureFinTenue", option(s.DateTime, "Jusqu'à quand la place est tenue, si elle est à confirmer")),
    ("dateHeureConfirmation", option(s.DateTime, "Instant de la confirmation")),
    ("remplace", option(s.Unicode, "Numéro du rendez-vous d'avant le déplacement")),
    ("remplacePar", option(s.Unicode, "Numéro du rendez-vous d'après le déplacement")),
]

RendezVous = type_reponse("RendezVous", "Un rendez-vous.", _RENDEZ_VOUS)

RendezVousRendu = type_reponse(
    "RendezVousRendu",
    "Le rendez-vous tel qu'il est après la demande.",
    [
        ("rendezVous", un(RendezVous, "Le rendez-vous")),
        ("dejaFait", un(s.Boolean, "Vrai si la même demande avait déjà été satisfaite")),
        ("avertissement", liste(Avertissement, "Avertissements")),
    ],
)

ListeRendezVous = type_reponse(
    "ListeRendezVous",
    "Les rendez-vous d'une signalisation, du plus ancien au plus récent.",
    [
        ("rendezVous", liste(RendezVous, "Rendez-vous")),
        ("avertissement", liste(Avertissement, "Avertissements")),
    ],
)
