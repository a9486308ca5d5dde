"""The table of transitions: the one place that says what may be done to a signalisation, when, and by whom (R3.4, R3.6, R4.1).

``transitions`` applies it; docs/etats.md prints and draws it. What is not in the table is refused. ``CLOS_TABLEAU_DE_BORD``
and ``EN_REJET`` have no rows: nothing follows them (art. 4.2.2).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from esav_soap.signalisation.actions import Action
from esav_soap.signalisation.motifs import Attendu
from esav_soap.signalisation.objets import Cote, Etat


class Retour(Enum):
    """A state that the history tells, not the table."""

    RETOUR = "l'état d'avant le gel"


class Exige(Enum):
    """What an action needs. Value: name of the element in messages; ``libelle`` for people."""

    champ: str
    libelle: str

    def __new__(cls, champ: str, libelle: str) -> Exige:
        membre = object.__new__(cls)
        membre._value_ = champ
        membre.champ, membre.libelle = champ, libelle
        return membre

    COMMENTAIRE = "commentaire", "Commentaire"
    MOTIF = "motif", "Motif du rejet"
    ATTENDU = "attendu", "Ce qui est attendu"
    CAUSE = "cause", "Cause"
    RESPONSABILITE = "responsabilite", "Responsabilité"
    RETABLI_LE = "dateHeureRetablissement", "Date et heure du rétablissement"


class Quand(Enum):
    """Whether an action depends on the delay for contesting a closure."""

    TOUJOURS = ""
    PENDANT_DELAI = "pendant le délai de contestation"
    APRES_DELAI = "après le délai de contestation"


RETOUR = Retour.RETOUR
_OPERATEUR = frozenset({Cote.OPERATEUR})
_FOURNISSEUR = frozenset({Cote.FOURNISSEUR})
_TOUS = frozenset(Cote)
_RIEN: frozenset[Exige] = frozenset()
_COMMENTAIRE = frozenset({Exige.COMMENTAIRE})
_BILAN = frozenset({Exige.CAUSE, Exige.RESPONSABILITE, Exige.RETABLI_LE})


@dataclass(frozen=True, slots=True)
class Transition:
    """One row. ``de`` None: the signalisation does not exist yet; ``vers`` None: the state stays. ``implique``: what a freeze
    awaits when the action itself says it. ``note``: French, for the documentation."""

    de: Etat | None
    action: Action
    vers: Etat | Retour | None
    cotes: frozenset[Cote]
    exige: frozenset[Exige] = _RIEN
    note: str = ""
    quand: Quand = Quand.TOUJOURS
    implique: Attendu | None = None


_DEPOT, _QUALIFICATION, _COURS, _GELE = Etat.EN_DEPOT, Etat.EN_QUALIFICATION, Etat.EN_COURS, Etat.GELE
_OUVERTS = (_DEPOT, _QUALIFICATION, _COURS, _GELE)
#: Closures that can still change.
CLOTURES_MODIFIABLES = (Etat.CLOS, Etat.VALIDE)

_N_DEPOT = (
    "Par le Fournisseur : saisie après coup d'une signalisation prise par la procédure de secours, à sa vraie date."
)
_N_RDV = "Le rendez-vous pris est attendu : la garantie est suspendue jusqu'à la reprise."
_N_CONTESTE = "Pendant le délai de contestation, compté depuis la clôture."

#: Every permitted change, and nothing else.
TRANSITIONS: tuple[Transition, ...] = (
    Transition(None, Action.DEPOSER, _DEPOT, _TOUS, note=_N_DEPOT),
    # Admission and work
    Transition(_DEPOT, Action.QUALIFIER, _QUALIFICATION, _FOURNISSEUR, note="La signalisation est recevable."),
    *(Transition(e, Action.REJETER, Etat.EN_REJET, _FOURNISSEUR, frozenset({Exige.MOTIF})) for e in _OUVERTS[:2]),
    Transition(_QUALIFICATION, Action.PRENDRE, _COURS, _FOURNISSEUR, note="Un technicien s'en charge."),
    *(
        Transition(e, Action.CLORE, Etat.CLOS, _FOURNISSEUR, _BILAN, "Rétablie à distance." if e is not _COURS else "")
        for e in (_QUALIFICATION, _COURS)
    ),
    # Freeze: something is awaited from the opérateur
    *(Transition(e, Action.GELER, _GELE, _FOURNISSEUR, frozenset({Exige.ATTENDU})) for e in _OUVERTS[:3]),
    Transition(_GELE, Action.COMPLETER, RETOUR, _OPERATEUR, _COMMENTAIRE, "Sa réponse à ce qui est attendu."),
    Transition(_GELE, Action.REPRENDRE, RETOUR, _FOURNISSEUR),
    # Appointments: a booked one is a freeze until its day
    Transition(_DEPOT, Action.PRENDRE_RENDEZ_VOUS, None, _OPERATEUR, note="La recevabilité reste à étudier."),
    *(
        Transition(e, Action.PRENDRE_RENDEZ_VOUS, _GELE, _OPERATEUR, note=_N_RDV, implique=Attendu.RENDEZ_VOUS)
        for e in (_QUALIFICATION, _COURS)
    ),
    Transition(_GELE, Action.PRENDRE_RENDEZ_VOUS, None, _OPERATEUR, note="Le gel dure jusqu'à la reprise."),
    *(Transition(e, Action.DEPLACER_RENDEZ_VOUS, None, _TOUS) for e in _OUVERTS),
    *(Transition(e, Action.ANNULER_RENDEZ_VOUS, None, _TOUS) for e in _OUVERTS[:3]),
    Transition(_GELE, Action.ANNULER_RENDEZ_VOUS, None, _OPERATEUR, note="Le gel dure jusqu'à une réponse."),
    Transition(_GELE, Action.ANNULER_RENDEZ_VOUS, RETOUR, _FOURNISSEUR, _COMMENTAIRE, "La garantie court de nouveau."),
    *(
        Transition(e, Action.ANNULER_RENDEZ_VOUS, None, _TOUS, note="Il n'a plus d'objet.")
        for e in CLOTURES_MODIFIABLES
    ),
    # Closure
    *(Transition(e, Action.DEMANDER_CLOTURE, None, _OPERATEUR, note="Le SAV décide.") for e in _OUVERTS),
    *(
        Transition(e, Action.CONTESTER, _COURS, _OPERATEUR, _COMMENTAIRE, _N_CONTESTE, Quand.PENDANT_DELAI)
        for e in CLOTURES_MODIFIABLES
    ),
    Transition(Etat.CLOS, Action.VALIDER, Etat.VALIDE, _FOURNISSEUR, note="L'avis de clôture part."),
    Transition(
        Etat.VALIDE,
        Action.VERROUILLER,
        Etat.CLOS_TABLEAU_DE_BORD,
        _FOURNISSEUR,
        note="À la fin du délai de contestation, par e-SAV lui-même ; sur la plate-forme d'intégration, un technicien peut le faire sans "
        "attendre.",
        quand=Quand.APRES_DELAI,
    ),
    *(Transition(e, Action.COMMENTER, None, _TOUS, _COMMENTAIRE) for e in (*_OUVERTS, *CLOTURES_MODIFIABLES)),
)

#: States that nothing follows.
FINALS = frozenset(Etat) - {t.de for t in TRANSITIONS if t.de}
