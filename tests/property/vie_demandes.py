"""What the actors ask for: half of it as the table wants it, the rest as it comes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import strategies as st

from esav_soap.certificats import Role
from esav_soap.rendez_vous import Plage
from esav_soap.signalisation import (
    Action,
    Attendu,
    CauseCloture,
    Cote,
    Etat,
    MotifRejet,
    Responsabilite,
    Visibilite,
)
from esav_soap.signalisation.table import TRANSITIONS, Exige, Transition
from esav_soap.signalisation.transitions import LONGUEUR_COMMENTAIRE, Commande
from esav_soap.usecases.actions import ACTIONS
from esav_soap.usecases.sav import Technicien

MINUTE, HEURE, JOUR = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)

#: Before the two nights that change the clocks, a leap day, ends of months and of the year, a long weekend; and a plain day.
DEPARTS = [
    datetime(2026, 3, 27, 20, 59, 59, 250_000, UTC),
    datetime(2026, 10, 23, 23, 30, tzinfo=UTC),
    datetime(2028, 2, 28, 15, 45, tzinfo=UTC),
    datetime(2026, 12, 30, 8, 0, 0, 1, UTC),
    datetime(2027, 1, 29, 22, 59, tzinfo=UTC),
    datetime(2027, 5, 5, 11, 0, tzinfo=UTC),
    datetime(2026, 7, 1, 10, 0, tzinfo=UTC),
]
#: How time goes on: within a hold, to its end, to the next hours of the day, over nights, delays and the ninety days.
PAS = [MINUTE, 14 * MINUTE, 15 * MINUTE, HEURE, 3 * HEURE, 5 * HEURE, 9 * HEURE, JOUR, 4 * JOUR, 90 * JOUR, 91 * JOUR]
#: By how much the clock of the node that is asked may be behind.
RETARDS = st.sampled_from([timedelta()] * 5 + [MINUTE, 20 * MINUTE])
PLAGES = (Plage.MATIN, Plage.H14)

ANNE = Technicien("Anne")
BOB = Technicien("Bob", plateformes=frozenset({"production"}))
INTRUS = Technicien("Intrus", Role.OPERATEUR)
TECHNICIENS = st.sampled_from([ANNE, ANNE, ANNE, BOB, INTRUS])
#: The opérateur as the oracle sees it.
CLIENT = Technicien("", Role.OPERATEUR)

_COMMENTAIRES = ["", "  ", "Vu. ", "x" * (LONGUEUR_COMMENTAIRE + 1)]
_RETABLIS = [timedelta(), -MINUTE, -HEURE, -400 * JOUR, HEURE]
_CHAMPS: dict[Exige, tuple[str, Any]] = {
    Exige.MOTIF: ("motif", MotifRejet),
    Exige.ATTENDU: ("attendu", Attendu),
    Exige.CAUSE: ("cause", CauseCloture),
    Exige.RESPONSABILITE: ("responsabilite", Responsabilite),
}


@st.composite
def quelconques(draw: st.DrawFn, cote: Cote, instant: datetime) -> Commande:
    retabli: datetime | None = None
    champs: dict[str, Any] = {nom: draw(st.none() | st.sampled_from(nature)) for nom, nature in _CHAMPS.values()}
    if draw(st.booleans()):
        retabli = instant + draw(st.sampled_from(_RETABLIS))
        retabli = retabli.replace(tzinfo=None) if draw(st.integers(0, 5)) == 5 else retabli
    return Commande(
        draw(st.sampled_from(Action)),
        cote,
        commentaire=draw(st.sampled_from(_COMMENTAIRES)),
        visibilite=draw(st.sampled_from(Visibilite)),
        retabli_le=retabli,
        **champs,
    )


def bien_remplie(transition: Transition, cote: Cote, depot_le: datetime, instant: datetime) -> Commande:
    """The shortest command that the row takes."""
    commande = Commande(transition.action, cote)
    for exige in transition.exige:
        if exige in _CHAMPS:
            nom, nature = _CHAMPS[exige]
            commande = replace(commande, **{nom: next(iter(nature))})
    if Exige.COMMENTAIRE in transition.exige:
        commande = replace(commande, commentaire="Le portail est ouvert.")
    if Exige.RETABLI_LE in transition.exige:
        commande = replace(commande, retabli_le=max(depot_le, instant))
    return commande


@st.composite
def justes(draw: st.DrawFn, cote: Cote, etat: Etat, depot_le: datetime, instant: datetime) -> Commande:
    """What that side can do in that state, with what it takes; a delay may be against it. Seldom a comment or a rejection."""
    role = Role.OPERATEUR if cote is Cote.OPERATEUR else Role.FOURNISSEUR
    lignes: Sequence[Transition] = [
        t for t in TRANSITIONS if t.de is etat and cote in t.cotes and t.action in ACTIONS[role]
    ]
    if not lignes:
        return draw(quelconques(cote, instant))
    rares = {Action.REJETER, Action.COMMENTER, Action.GELER}
    frequentes = [t for t in lignes if t.action not in rares]
    choisies = lignes if not frequentes or draw(st.integers(0, 1)) else frequentes
    commande = bien_remplie(draw(st.sampled_from(choisies)), cote, depot_le, instant)
    if commande.action is Action.COMMENTER and cote is Cote.FOURNISSEUR and draw(st.booleans()):
        commande = replace(commande, visibilite=Visibilite.INTERNE)
    return commande


def commandes(cote: Cote, etat: Etat, depot_le: datetime, instant: datetime) -> st.SearchStrategy[Commande]:
    juste = justes(cote, etat, depot_le, instant)
    return st.one_of(juste, juste, juste, quelconques(cote, instant))


@dataclass(frozen=True)
class Pages:
    """How a list is read: what it is filtered by, and how long its pages are."""

    maximum: int
    curseur: int
    etats: frozenset[Etat]
    prestation: str | None
    offre: str | None
    depuis: timedelta | None
    avant: timedelta | None


_BORNES = st.none() | st.sampled_from([-400 * JOUR, -3 * JOUR, -HEURE, timedelta(), MINUTE])
LECTURES = st.builds(
    Pages,
    maximum=st.sampled_from([1, 2, 3, 200]),
    curseur=st.integers(0, 12),
    etats=st.frozensets(st.sampled_from(Etat), max_size=4),
    prestation=st.none() | st.just("P-1"),
    offre=st.sampled_from([None, None, "ACCES_FTTH", "FIBRE_NOIRE"]),
    depuis=_BORNES,
    avant=_BORNES,
)
