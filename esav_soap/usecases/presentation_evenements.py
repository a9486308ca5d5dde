"""Changes of signalisations as messages tell them: answers of ``suivi`` and notifications are the same.

Who did it is told by its side alone: no name of a person goes out (R3.7).
"""

from __future__ import annotations

from typing import Any

from esav_soap.contract import reponses as r
from esav_soap.signalisation import Evenement
from esav_soap.usecases.ports.evenements import EvenementSuivi
from esav_soap.usecases.presentation import heure


def membres_evenement(un: Evenement) -> dict[str, Any]:
    """What ``reponses.signalisation.MEMBRES_EVENEMENT`` holds."""
    return {
        "dateHeure": heure(un.date),
        "etat": un.etat.name,
        "libelleEtat": un.etat.value,
        "auteur": un.cote.name,
        "action": un.action and un.action.name,
        "libelleAction": un.action and un.action.value,
        "attendu": un.attendu and un.attendu.name,
        "libelleAttendu": un.attendu and un.attendu.value,
        "aupresDe": un.attendu and un.attendu.aupres_de.name,
        "motif": un.motif and un.motif.name,
        "libelleMotif": un.motif and un.motif.value,
        "cause": un.cause and un.cause.name,
        "libelleCause": un.cause and un.cause.value,
        "responsabilite": un.responsabilite and un.responsabilite.name,
        "libelleResponsabilite": un.responsabilite and un.responsabilite.value,
        "dateHeureRetablissement": heure(un.retabli_le) if un.retabli_le else None,
        "commentaire": un.commentaire or None,
    }


def evenement_suivi(suivi: EvenementSuivi) -> Any:
    """A change at its place in the opérateur's sequence."""
    return r.EvenementSuivi(
        rang=str(suivi.evenement.rang),
        numeroSignalisation=suivi.numero,
        referenceOperateur=suivi.reference,
        **membres_evenement(suivi.evenement),
    )
