"""What happens in each scenario: the tables that the documents print."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from esav_soap.signalisation.actions import Action
from esav_soap.signalisation.motifs import Attendu, CauseCloture, MotifRejet, Responsabilite
from esav_soap.signalisation.objets import Etat
from esav_soap.signalisation.scenarios.objets import Scenario


@dataclass(frozen=True, slots=True)
class Etape:
    """A change of state, so many ``minutes`` after the deposit, with what the table of transitions wants of it. After an
    action of the opérateur it is taken in its turn instead. A closure says that the service has just been restored."""

    minutes: int
    etat: Etat
    commentaire: str
    action: Action
    motif: MotifRejet | None = None
    attendu: Attendu | None = None
    cause: CauseCloture | None = None
    responsabilite: Responsabilite | None = None


_QUALIFICATION = Etape(1, Etat.EN_QUALIFICATION, "Signalisation reçue par le SAV.", Action.QUALIFIER)
_PRISE_EN_CHARGE = Etape(2, Etat.EN_COURS, "Signalisation prise en charge par un technicien.", Action.PRENDRE)
_CLOTURE = Etape(
    3,
    Etat.CLOS,
    "Défaut réparé : connecteur remplacé, mesure conforme.",
    Action.CLORE,
    cause=CauseCloture.CONNECTIQUE,
    responsabilite=Responsabilite.FOURNISSEUR,
)
_REJET = Etape(
    2,
    Etat.EN_REJET,
    "Signalisation non recevable : le défaut déclaré n'est pas sur la prestation indiquée.",
    Action.REJETER,
    motif=MotifRejet.PRESTATION_ERRONEE,
)
_GEL = Etape(
    3,
    Etat.GELE,
    "Accès au site impossible : un contact sur place est attendu de l'opérateur.",
    Action.GELER,
    attendu=Attendu.PRESENCE_CLIENT,
)

_VALIDATION = Etape(4, Etat.VALIDE, "Avis de clôture envoyé.", Action.VALIDER)
_TABLEAU = Etape(5, Etat.CLOS_TABLEAU_DE_BORD, "Clôture au tableau de bord.", Action.VERROUILLER)

_ETAPES: Mapping[Scenario, tuple[Etape, ...]] = {
    Scenario.QUALIFICATION: (_QUALIFICATION,),
    Scenario.COURS: (_QUALIFICATION, _PRISE_EN_CHARGE),
    Scenario.REJET: (_QUALIFICATION, _REJET),
    Scenario.GEL: (_QUALIFICATION, _PRISE_EN_CHARGE, _GEL),
    Scenario.CLOTURE: (_QUALIFICATION, _PRISE_EN_CHARGE, _CLOTURE),
    Scenario.VALIDATION: (_QUALIFICATION, _PRISE_EN_CHARGE, _CLOTURE, _VALIDATION),
    Scenario.PARCOURS: (_QUALIFICATION, _PRISE_EN_CHARGE, _CLOTURE, _VALIDATION, _TABLEAU),
}

#: What the opérateur's actions lead to, a step a minute from then on: from each state the next step to the closure.
PAS: Mapping[Etat, Etape] = {
    Etat.EN_DEPOT: _QUALIFICATION,
    Etat.EN_QUALIFICATION: _PRISE_EN_CHARGE,
    Etat.EN_COURS: _CLOTURE,
    Etat.GELE: Etape(1, Etat.EN_COURS, "Reprise de la signalisation.", Action.REPRENDRE),
    Etat.CLOS: _VALIDATION,
    Etat.VALIDE: _TABLEAU,
}
#: The actions of the opérateur that make a scenario go on, and the closure that each of them leads to.
SUITES: Mapping[Action, Etape] = {
    Action.COMPLETER: _CLOTURE,
    Action.DEMANDER_CLOTURE: Etape(
        1,
        Etat.CLOS,
        "Signalisation close à la demande de l'opérateur.",
        Action.CLORE,
        cause=CauseCloture.DEMANDE_OPERATEUR,
        responsabilite=Responsabilite.INDETERMINEE,
    ),
    Action.CONTESTER: Etape(
        1,
        Etat.CLOS,
        "Contestation étudiée : nouvelle mesure, conforme. Signalisation close de nouveau.",
        Action.CLORE,
        cause=CauseCloture.NON_CONSTATE,
        responsabilite=Responsabilite.INDETERMINEE,
    ),
}
#: Scenarios that go beyond the closure, and the state that they go to.
FINS: Mapping[Scenario, Etat] = {
    Scenario.VALIDATION: Etat.VALIDE,
    Scenario.PARCOURS: Etat.CLOS_TABLEAU_DE_BORD,
}


def etapes(scenario: Scenario) -> tuple[Etape, ...]:
    """What becomes of an accepted deposit, in time; nothing for a scenario that is about the deposit itself."""
    return _ETAPES.get(scenario, ())
