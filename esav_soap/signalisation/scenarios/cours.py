"""When it happens: the events that are due, from the recorded history alone."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from esav_soap.signalisation.actions import Action
from esav_soap.signalisation.objets import Cote, Etat, Evenement, Signalisation
from esav_soap.signalisation.scenarios.etapes import FINS, PAS, SUITES, Etape, etapes
from esav_soap.signalisation.scenarios.objets import MINUTE, Scenario
from esav_soap.signalisation.transitions import Commande, appliquer, joindre


def echeances(scenario: Scenario, depot_le: datetime) -> tuple[Evenement, ...]:
    """The events to come of a signalisation deposited then, with their exact dates; its deposit is not one of them."""
    return tuple(_evenement(etape, depot_le + etape.minutes * MINUTE) for etape in etapes(scenario))


def _evenement(etape: Etape, date: datetime) -> Evenement:
    return Evenement(
        date,
        etape.etat,
        Cote.FOURNISSEUR,
        etape.commentaire,
        etape.action,
        motif=etape.motif,
        attendu=etape.attendu,
        cause=etape.cause,
        responsabilite=etape.responsabilite,
        retabli_le=date if etape.action is Action.CLORE else None,
    )


def echus(scenario: Scenario, signalisation: Signalisation, instant: datetime) -> tuple[Evenement, ...]:
    """The events that are due and not in the history yet, all of which ``signalisation`` has.

    None once the signalisation has left the course of its scenario: a technician has acted, or an appointment has frozen it.
    What ``SUITES`` names takes it up again.
    """
    if not etapes(scenario):
        return ()
    dus: list[Evenement] = []
    while (suivant := _suivant(scenario, signalisation)) is not None and suivant.date <= instant:
        dus.append(suivant)
        signalisation = joindre(signalisation, suivant)
    return tuple(dus)


def au_repos(scenario: Scenario, etat: Etat, depot_le: datetime, modifiee_le: datetime) -> bool:
    """Whether nothing happens by itself to a signalisation of which only that much is known; False may mean perhaps.

    ``modifiee_le``: the date of its last event.
    """
    prevues = etapes(scenario)
    if not prevues or etat is FINS.get(scenario, Etat.CLOS):
        return True
    return etat is prevues[-1].etat and modifiee_le == depot_le + prevues[-1].minutes * MINUTE


def _suivant(scenario: Scenario, suivie: Signalisation) -> Evenement | None:
    """The next event by itself, whenever it is due; none at the end of the course, or when it was left."""
    suite = suivie.evenements[1:]
    if any(_repris(e) for e in suite):
        return None
    rang = _declenchement(suite)
    joues = [e for e in suite[rang:] if e.cote is Cote.FOURNISSEUR and e.action is not Action.COMMENTER]
    depart = suite[rang - 1] if rang else None
    dernier = joues[-1] if joues else depart
    if suivie.etat is not (dernier.etat if dernier else Etat.EN_DEPOT):
        return None
    if depart is None:
        prevus = echeances(scenario, suivie.depot_le)
        return prevus[len(joues)] if len(joues) < len(prevus) else None
    if suivie.etat in (FINS.get(scenario, Etat.CLOS), Etat.EN_REJET):
        return None
    assert depart.action is not None
    pas = SUITES[depart.action] if suivie.etat is Etat.EN_COURS else PAS[suivie.etat]
    date = depart.date + (len(joues) + 1) * MINUTE
    return appliquer(suivie, _commande(pas, date), date)


def _declenchement(suite: Sequence[Evenement]) -> int:
    """The place after the opérateur's last action that makes the scenario go on; 0 without one."""
    rangs = (n for n, e in enumerate(suite, 1) if e.cote is Cote.OPERATEUR and e.action in SUITES)
    return max(rangs, default=0)


def _repris(evenement: Evenement) -> bool:
    """Whether a technician did it: scenarios have no name, and leave the signalisation to people from then on."""
    du_sav = evenement.cote is Cote.FOURNISSEUR and evenement.action is not Action.COMMENTER
    return du_sav and bool(evenement.auteur)


def _commande(pas: Etape, date: datetime) -> Commande:
    return Commande(
        pas.action,
        Cote.FOURNISSEUR,
        commentaire=pas.commentaire,
        cause=pas.cause,
        responsabilite=pas.responsabilite,
        retabli_le=date if pas.action is Action.CLORE else None,
    )
