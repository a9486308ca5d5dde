"""The scenarios of the plate-forme d'intégration: what happens to a signalisation on a prestation of the jeu de test (R6.3).

So that an opérateur can try everything without a human at the other end. What happens, and when, depends on the name of
the prestation and on the instant of the deposit alone; ``docs/plate-forme-integration.md`` and the guide of the pack print
this table.
"""

from __future__ import annotations

import zlib
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum

from esav_soap.errors import CodeErreur, ErreurEsav
from esav_soap.signalisation.actions import Action
from esav_soap.signalisation.motifs import Attendu, CauseCloture, MotifRejet, Responsabilite
from esav_soap.signalisation.objets import Cote, Etat, Evenement, Prestation, Signalisation

#: Where the scenarios are played; nowhere else.
PLATEFORME = "integration"
#: Prefix of the test prestations. What follows has no other hyphens than those between its parts.
PREFIXE = "JDT-"
#: As ``identifiantPrestation`` of a request: longer names are shortened.
LONGUEUR_MAX = 40

#: Where the test prestations are: appointments can be tried as soon as places are imported for it.
ZONE_ESSAI = "ESSAI"
#: After what time LENT answers.
PAUSE = timedelta(seconds=3)
#: LIMITE refuses until that second of each minute.
_LIMITE_S = 30
_MINUTE = timedelta(minutes=1)


class Scenario(Enum):
    """What a test prestation does. Value: the same in French, as the documents print it."""

    REJET = "La signalisation est examinée, puis rejetée ; le commentaire du dernier événement en donne le motif."
    GEL = "La signalisation est prise en charge, puis gelée : elle attend une action de l'opérateur."
    CLOTURE = "La signalisation est traitée, puis close. Elle reste dans cet état."
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


@dataclass(frozen=True, slots=True)
class Etape:
    """A change of state, so many ``minutes`` after the deposit, with what the table of transitions wants of it. A closure
    says that the service has just been restored."""

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

_ETAPES: Mapping[Scenario, tuple[Etape, ...]] = {
    Scenario.REJET: (_QUALIFICATION, _REJET),
    Scenario.GEL: (_QUALIFICATION, _PRISE_EN_CHARGE, _GEL),
    Scenario.CLOTURE: (_QUALIFICATION, _PRISE_EN_CHARGE, _CLOTURE),
    Scenario.PARCOURS: (
        _QUALIFICATION,
        _PRISE_EN_CHARGE,
        _CLOTURE,
        Etape(4, Etat.VALIDE, "Avis de clôture envoyé.", Action.VALIDER),
        Etape(5, Etat.CLOS_TABLEAU_DE_BORD, "Clôture au tableau de bord.", Action.VERROUILLER),
    ),
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
    """The events that are due and not in the history yet.

    None once the signalisation has left the course of its scenario: someone else has changed its state.
    """
    prevus = echeances(scenario, signalisation.depot_le)
    faits = {(e.date, e.etat, e.cote) for e in signalisation.evenements}
    joues = 0
    while joues < len(prevus) and (prevus[joues].date, prevus[joues].etat, prevus[joues].cote) in faits:
        joues += 1
    attendu = prevus[joues - 1].etat if joues else Etat.EN_DEPOT
    if signalisation.etat is not attendu:
        return ()
    return tuple(e for e in prevus[joues:] if e.date <= instant)


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
        ZONE_ESSAI,
    )


def _nomme(identifiant: str) -> Scenario | None:
    """The scenario that a name tells. Codes of Offres have no hyphen, and no scenario is eight hexadecimal digits."""
    parties = identifiant.split("-", 2)
    return Scenario.__members__.get(parties[1]) if len(parties) == 3 else None
