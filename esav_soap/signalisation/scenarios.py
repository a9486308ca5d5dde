"""The scenarios of the plate-forme d'intégration: what happens to a signalisation on a prestation of the jeu de test (R6.3).

So that an opérateur can try everything without a human at the other end. What happens, and when, depends on the name of
the prestation and on the recorded history alone: the instant of the deposit, then those of what the opérateur did.
``docs/plate-forme-integration.md`` and the guide of the pack print these tables.
"""

from __future__ import annotations

import zlib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum

from esav_soap.errors import CodeErreur, ErreurEsav
from esav_soap.signalisation.actions import Action
from esav_soap.signalisation.motifs import Attendu, CauseCloture, MotifRejet, Responsabilite
from esav_soap.signalisation.objets import Cote, Etat, Evenement, Prestation, Signalisation
from esav_soap.signalisation.transitions import Commande, appliquer, joindre

#: Where the scenarios are played; nowhere else.
PLATEFORME = "integration"
#: Prefix of the test prestations. What follows has no other hyphens than those between its parts.
PREFIXE = "JDT-"
#: As ``identifiantPrestation`` of a request: longer names are shortened.
LONGUEUR_MAX = 40

#: Where the test prestations are: it has places without any import (``rendez_vous.essai``).
ZONE_ESSAI = "ESSAI"
#: The same, where the slot search is always closed, as at night.
ZONE_NUIT = "ESSAI-NUIT"
#: After what time LENT answers.
PAUSE = timedelta(seconds=3)
#: LIMITE refuses until that second of each minute.
_LIMITE_S = 30
_MINUTE = timedelta(minutes=1)


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
        f"Pendant les {_LIMITE_S} premières secondes de chaque minute, tout dépôt est refusé par LIMITATION_DEBIT, et "
        f"« reessayerApres » est la {_LIMITE_S}e seconde. Ensuite il est accepté."
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
_PAS: Mapping[Etat, Etape] = {
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
_FINS: Mapping[Scenario, Etat] = {
    Scenario.VALIDATION: Etat.VALIDE,
    Scenario.PARCOURS: Etat.CLOS_TABLEAU_DE_BORD,
}


def etapes(scenario: Scenario) -> tuple[Etape, ...]:
    """What becomes of an accepted deposit, in time; nothing for a scenario that is about the deposit itself."""
    return _ETAPES.get(scenario, ())


def echeances(scenario: Scenario, depot_le: datetime) -> tuple[Evenement, ...]:
    """The events to come of a signalisation deposited then, with their exact dates; its deposit is not one of them."""
    return tuple(_evenement(etape, depot_le + etape.minutes * _MINUTE) for etape in etapes(scenario))


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
    if not prevues or etat is _FINS.get(scenario, Etat.CLOS):
        return True
    return etat is prevues[-1].etat and modifiee_le == depot_le + prevues[-1].minutes * _MINUTE


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
    if suivie.etat in (_FINS.get(scenario, Etat.CLOS), Etat.EN_REJET):
        return None
    assert depart.action is not None
    pas = SUITES[depart.action] if suivie.etat is Etat.EN_COURS else _PAS[suivie.etat]
    date = depart.date + (len(joues) + 1) * _MINUTE
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


def refus(scenario: Scenario, instant: datetime) -> ErreurEsav | None:
    """The fault that a deposit gets then, if it gets one."""
    minute = instant.replace(second=0, microsecond=0)
    match scenario:
        case Scenario.LIMITE if instant.second < _LIMITE_S:
            return _refuser(scenario, CodeErreur.LIMITATION_DEBIT, minute + timedelta(seconds=_LIMITE_S))
        case Scenario.MAINTENANCE if instant.minute % 2 == 0:
            return _refuser(scenario, CodeErreur.MAINTENANCE, minute + _MINUTE)
        case Scenario.PANNE:
            return _refuser(scenario, CodeErreur.ERREUR_INTERNE, None)
        case _:
            return None


def trop_d_attentes(instant: datetime) -> ErreurEsav:
    """The fault for a deposit that LENT cannot keep waiting, because too many wait already."""
    return _refuser(Scenario.LENT, CodeErreur.LIMITATION_DEBIT, instant + PAUSE)


def _refuser(scenario: Scenario, code: CodeErreur, apres: datetime | None) -> ErreurEsav:
    return ErreurEsav(code, f"{code.value} (Scénario {scenario.name} du jeu de test.)", reessayer_apres=apres)


# Names of the prestations


def prestation_essai(offre: str, scenario: Scenario | None = None) -> str:
    """Identifiant of a test prestation of an Offre, the same in every version of the catalogue: ``JDT-<OFFRE>`` for the
    ordinary one, ``JDT-<SCENARIO>-<OFFRE>`` for that of a scenario. 40 characters at most."""
    debut = f"{PREFIXE}{scenario.name}-" if scenario else PREFIXE
    if len(debut) + len(offre) <= LONGUEUR_MAX:
        return debut + offre
    debut += f"{zlib.crc32(offre.encode()):08X}-"
    return debut + offre[: LONGUEUR_MAX - len(debut)]


def scenario_de(identifiant: str, offre: str) -> Scenario | None:
    """The scenario of the prestation of that name, which is of that Offre; None for any other prestation."""
    scenario = _nomme(identifiant)
    return scenario if scenario and prestation_essai(offre, scenario) == identifiant else None


def prestation_virtuelle(operateur: str, identifiant: str, offres: Collection[str]) -> Prestation | None:
    """The test prestation of that name, of one of these Offres; every opérateur has it, on integration only."""
    if not identifiant.startswith(PREFIXE):
        return None
    scenario = _nomme(identifiant)
    entiere = identifiant.removeprefix(prestation_essai("", scenario))
    # A name that is shortened fills all the room.
    possibles = offres if len(identifiant) == LONGUEUR_MAX else (entiere,) if entiere in offres else ()
    offre = next((offre for offre in possibles if prestation_essai(offre, scenario) == identifiant), None)
    if offre is None:
        return None
    complement = "Prestation du jeu de test" + (f", scénario {scenario.name}" if scenario else "")
    return Prestation(
        PLATEFORME,
        operateur,
        identifiant,
        offre,
        "Extrémité A d'essai",
        "Extrémité B d'essai",
        complement,
        "GTR_4H",
        ZONE_NUIT if scenario is Scenario.NUIT else ZONE_ESSAI,
    )


def _nomme(identifiant: str) -> Scenario | None:
    """The scenario that a name tells. Codes of Offres have no hyphen, and no scenario is eight hexadecimal digits."""
    parties = identifiant.split("-", 2)
    return Scenario.__members__.get(parties[1]) if len(parties) == 3 else None
