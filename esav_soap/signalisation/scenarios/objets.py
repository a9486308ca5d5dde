"""The scenarios by name."""

from __future__ import annotations

from datetime import timedelta
from enum import Enum

#: After what time LENT answers.
PAUSE = timedelta(seconds=3)
#: LIMITE refuses until that second of each minute.
LIMITE_S = 30
#: A step of a scenario, or of a refusal.
MINUTE = timedelta(minutes=1)


class Scenario(Enum):
    """What a test prestation does. Value: the same in French, as the documents print it."""

    QUALIFICATION = "La signalisation est acceptée ; elle attend un technicien, et reste dans cet état."
    COURS = "La signalisation est prise en charge par un technicien, et reste en cours."
    REJET = "La signalisation est examinée, puis rejetée ; le commentaire du dernier événement en donne le motif."
    GEL = "La signalisation est prise en charge, puis gelée : elle attend une action de l'opérateur, et reste dans cet état."
    CLOTURE = "La signalisation est traitée, puis close. Elle reste dans cet état."
    VALIDATION = "La signalisation est close, puis validée : l'avis de clôture est envoyé. Elle le reste pendant le délai de contestation."
    PARCOURS = "La signalisation va jusqu'au bout : close, validée, puis close au tableau de bord."
    LENT = (
        f"Le dépôt est enregistré tout de suite, mais son accusé de réception n'est rendu qu'après {PAUSE.seconds} secondes : un "
        "client qui n'attend pas aussi longtemps envoie de nouveau le même message, et reçoit alors l'accusé, avec "
        "« dejaDeposee » à vrai. Peu de dépôts attendent à la fois : les autres sont refusés par LIMITATION_DEBIT."
    )
    LIMITE = (
        f"Pendant les {LIMITE_S} premières secondes de chaque minute, tout dépôt est refusé par LIMITATION_DEBIT, et "
        f"« reessayerApres » est la {LIMITE_S}e seconde. Ensuite il est accepté."
    )
    MAINTENANCE = (
        "Pendant les minutes paires de chaque heure, tout dépôt est refusé par MAINTENANCE, et « reessayerApres » est le "
        "début de la minute suivante. Ensuite il est accepté."
    )
    PANNE = "Tout dépôt est refusé par ERREUR_INTERNE, sans que rien soit enregistré : un client doit y survivre."
    NUIT = (
        "La signalisation reste en dépôt. La recherche de plages y est toujours fermée, comme elle l'est ailleurs de 01:00 à "
        "04:00 : PLAGES_FERMEES, et « reessayerApres » est 04:00. Réserver une plage connue y reste possible."
    )
