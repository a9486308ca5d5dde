"""What a command does to a signalisation: an event, or a refusal that says what is possible (R3.4, R3.6).

Pure: the signalisation with its events, a command and an instant in, an event out. ``table`` holds the rules.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from itertools import takewhile

from esav_soap.calendar import a_paris, en_francais, en_paris, en_utc
from esav_soap.jours_ouvres import ajouter
from esav_soap.signalisation.actions import Action
from esav_soap.signalisation.commande import (
    LONGUEUR_COMMENTAIRE,
    Commande,
    CommandeIncomplete,
    TransitionInterdite,
    defauts,
)
from esav_soap.signalisation.objets import Cote, Etat, Evenement, Signalisation
from esav_soap.signalisation.table import CLOTURES_MODIFIABLES, FINALS, TRANSITIONS, Exige, Quand, Retour, Transition

__all__ = [
    "DELAI_CONTESTATION",
    "FINALS",
    "LONGUEUR_COMMENTAIRE",
    "TRANSITIONS",
    "Commande",
    "CommandeIncomplete",
    "Exige",
    "Quand",
    "Retour",
    "Transition",
    "TransitionInterdite",
    "appliquer",
    "cloture_en_cours",
    "deposer",
    "fin_contestation",
    "gel_en_cours",
    "joindre",
    "limite_contestation",
    "permises",
]

#: Jours ouvrés after the day of a closure, during which it can be contested.
DELAI_CONTESTATION = 3
#: There nobody waits for a delay to end: an opérateur sees the whole life of a signalisation in minutes (R6.3).
PLATEFORME_SANS_ATTENTE = "integration"

_PAR_CLE: Mapping[tuple[Etat | None, Action, Cote], Transition] = {
    (t.de, t.action, cote): t for t in TRANSITIONS for cote in t.cotes
}
_A_QUI = {Cote.OPERATEUR: "à l'opérateur", Cote.FOURNISSEUR: "au Fournisseur"}


def permises(signalisation: Signalisation, cote: Cote, instant: datetime) -> tuple[Transition, ...]:
    """The rows of the table that this side can use now, in its order: what a screen offers (R3.6)."""
    return tuple(
        t
        for t in TRANSITIONS
        if t.de is signalisation.etat and cote in t.cotes and _est_temps(t, signalisation, instant)
    )


def appliquer(signalisation: Signalisation, commande: Commande, instant: datetime) -> Evenement:
    """The event that the command makes, to be stored after those that ``signalisation`` has, all of them and no more (R3.4).

    Its date is ``instant``, or that of the last event when the clock of another node was ahead: events stay in order.
    Raises ``TransitionInterdite`` naming what is possible, or else ``CommandeIncomplete`` naming all that is wrong at once.
    """
    transition = _PAR_CLE.get((signalisation.etat, commande.action, commande.cote))
    if transition is None or not _est_temps(transition, signalisation, instant):
        raise _interdite(signalisation, commande, instant, transition)
    date = max(en_utc(instant), *(e.date for e in signalisation.evenements[-1:]), signalisation.depot_le)
    erreurs = tuple(defauts(signalisation, commande, date, transition))
    if erreurs:
        raise CommandeIncomplete(erreurs)
    return Evenement(
        date=date,
        etat=_arrivee(transition, signalisation),
        cote=commande.cote,
        commentaire=commande.commentaire.strip(),
        action=commande.action,
        auteur=commande.auteur,
        visibilite=commande.visibilite,
        motif=commande.motif,
        attendu=commande.attendu or transition.implique,
        cause=commande.cause,
        responsabilite=commande.responsabilite,
        retabli_le=en_utc(commande.retabli_le) if commande.retabli_le else None,
    )


def deposer(depot_le: datetime, cote: Cote = Cote.OPERATEUR, auteur: str = "", commentaire: str = "") -> Evenement:
    """The first event of a signalisation; by the FOURNISSEUR when it was taken by the fallback procedure (R7.4)."""
    transition = _PAR_CLE[None, Action.DEPOSER, cote]
    assert isinstance(transition.vers, Etat)
    return Evenement(en_utc(depot_le), transition.vers, cote, commentaire.strip(), Action.DEPOSER, auteur)


def joindre(signalisation: Signalisation, evenement: Evenement) -> Signalisation:
    """The signalisation after one more event. One that was entered late was last changed then, not at its true date (R7.4)."""
    return replace(
        signalisation,
        etat=evenement.etat,
        modifiee_le=max(signalisation.modifiee_le, evenement.date),
        evenements=(*signalisation.evenements, evenement),
    )


def gel_en_cours(evenements: Sequence[Evenement]) -> Evenement | None:
    """The event that froze the signalisation, when it is frozen: what is awaited, and since when (R3.4)."""
    return _debut(evenements, (Etat.GELE,))


def cloture_en_cours(evenements: Sequence[Evenement]) -> Evenement | None:
    """The event that closed the signalisation, when it is closed and can still change."""
    return _debut(evenements, CLOTURES_MODIFIABLES)


def fin_contestation(cloture_le: datetime) -> datetime:
    """From when on a closure of that instant cannot be contested: the end in Paris of the third jour ouvré after it, in UTC."""
    return _fin_du_jour(ajouter(en_paris(cloture_le).date(), DELAI_CONTESTATION))


def limite_contestation(instant: datetime) -> datetime:
    """The same seen from the other end: what was closed before then, and nothing else, cannot be contested at ``instant``.

    It is a midnight in Paris, in UTC, and moves on by night alone.
    """
    jour = en_paris(instant).date()
    while _fin_du_jour(ajouter(jour, DELAI_CONTESTATION)) > instant:
        jour -= timedelta(days=1)
    return _fin_du_jour(jour)


def _fin_du_jour(jour: date) -> datetime:
    """The midnight in Paris that ends it, in UTC."""
    return a_paris(jour + timedelta(days=1))


def _debut(evenements: Sequence[Evenement], etats: Sequence[Etat]) -> Evenement | None:
    """The first event of the last unbroken stay in these states."""
    suite = list(takewhile(lambda e: e.etat in etats, reversed(evenements)))
    return suite[-1] if suite else None


def _arrivee(transition: Transition, signalisation: Signalisation) -> Etat:
    if transition.vers is None:
        return signalisation.etat
    if not isinstance(transition.vers, Retour):
        return transition.vers
    avant = [e.etat for e in signalisation.evenements if e.etat is not Etat.GELE]
    if not avant:
        raise ValueError("a frozen signalisation without its history")
    return avant[-1]


def _fin_du_delai(signalisation: Signalisation) -> datetime:
    cloture = cloture_en_cours(signalisation.evenements)
    if cloture is None:
        raise ValueError("a closed signalisation without its history")
    return fin_contestation(cloture.date)


def _est_temps(transition: Transition, signalisation: Signalisation, instant: datetime) -> bool:
    match transition.quand:
        case Quand.TOUJOURS:
            return True
        case Quand.PENDANT_DELAI:
            return instant < _fin_du_delai(signalisation)
        case Quand.APRES_DELAI:
            sans_attente = signalisation.plateforme == PLATEFORME_SANS_ATTENTE
            return sans_attente or instant >= _fin_du_delai(signalisation)


def _interdite(
    signalisation: Signalisation, commande: Commande, instant: datetime, transition: Transition | None
) -> TransitionInterdite:
    possibles = list(dict.fromkeys(t.action for t in permises(signalisation, commande.cote, instant)))
    action = f"« {commande.action.value} »"
    if transition is None:
        autre = Cote.OPERATEUR if commande.cote is Cote.FOURNISSEUR else Cote.FOURNISSEUR
        etat = f"La signalisation est dans l'état « {signalisation.etat.value} »"
        if (signalisation.etat, commande.action, autre) in _PAR_CLE:
            raison = f"{etat} : {action} revient {_A_QUI[autre]}, et non {_A_QUI[commande.cote]}."
        else:
            raison = f"{etat}, qui ne permet pas {action}."
        return TransitionInterdite(commande.action, raison, possibles)
    fin = _fin_du_delai(signalisation)
    if transition.quand is Quand.PENDANT_DELAI:
        raison = f"Le délai de contestation a pris fin le {en_francais(fin)}."
        return TransitionInterdite(commande.action, raison, possibles)
    raison = f"La clôture peut être contestée jusqu'au {en_francais(fin)} : {action} n'est pas possible avant."
    return TransitionInterdite(commande.action, raison, possibles, reessayer_apres=fin)
