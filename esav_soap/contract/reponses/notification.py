"""What e-SAV sends to the receivers of opérateurs, and the acknowledgement that it awaits."""

from __future__ import annotations

from esav_soap.contract import spyne_compat as s
from esav_soap.contract.reponses.membres import liste, type_reponse, un
from esav_soap.contract.reponses.signalisation import EvenementSuivi

NotificationEvenements = type_reponse(
    "NotificationEvenements",
    "Notification de changements de signalisations, dans l'ordre ; sans changement, c'est un essai.",
    [
        ("plateforme", un(s.Unicode, "production ou integration")),
        ("operateur", un(s.Unicode, "Code de l'opérateur")),
        ("evenement", liste(EvenementSuivi, "Changements, dans l'ordre")),
        ("curseur", un(s.Unicode, "Place où finit cette notification, nombre entier : à rendre dans l'accusé")),
    ],
)

AccuseNotification = type_reponse(
    "AccuseNotification",
    "Accusé d'une notification : tous ses changements sont enregistrés chez l'opérateur.",
    [("curseur", un(s.Unicode, "Le curseur de la notification"))],
)
