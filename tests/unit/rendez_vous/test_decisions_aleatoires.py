"""Any opérateurs, in any order, on clocks that disagree: never more appointments than places."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import count

import pytest
from hypothesis import event, given
from hypothesis import strategies as st

from esav_soap.rendez_vous import (
    DUREE_TENUE,
    ENGAGES,
    Capacite,
    Creneau,
    Decision,
    Effet,
    EtatReservation,
    Plage,
    Refus,
    confronter,
    expirees,
    libres,
    occupe,
)
from tests.unit.rendez_vous.agenda import JEUDI, MARDI, VENDREDI, Agenda, capacite, creneau, demande

CRENEAUX = (creneau(JEUDI), creneau(JEUDI, Plage.APRES_MIDI), creneau(VENDREDI))
#: Whether an appointment is known to the signalisation, as the effects tell it.
PRIS = {Effet.PRENDRE_RENDEZ_VOUS: 1, Effet.DEPLACER_RENDEZ_VOUS: 0, Effet.ANNULER_RENDEZ_VOUS: -1, Effet.AUCUN: 0}


@dataclass(frozen=True)
class Geste:
    """One request: who does what, at how many minutes after (or before) the first instant; ``fois``: sent that often."""

    nom: str
    minutes: int
    reference: int
    cible: int
    signalisation: int
    ou: int
    ferme: bool
    fournisseur: bool
    fois: int


gestes = st.builds(
    Geste,
    st.sampled_from(["reserver", "reserver", "confirmer", "deplacer", "annuler", "changer les places"]),
    # Within and around the end of holds, and now and then a day or two later; not in order.
    st.one_of(st.integers(0, 40), st.integers(0, 40), st.integers(24 * 60, 72 * 60)),
    st.integers(0, 7),
    st.integers(0, 7),
    st.integers(0, 4),
    st.integers(0, len(CRENEAUX) - 1),
    st.booleans(),
    st.booleans(),
    st.integers(1, 2),
)


class AgendaNumerote(Agenda):
    """Draws a number for each request, as the platform does: a repetition cannot hide behind the same number."""

    def __init__(self, *capacites: Capacite) -> None:
        super().__init__(*capacites)
        self.numeros = map("N{:03d}".format, count())


def jouer(monde: AgendaNumerote, geste: Geste, numero: str | None, instant: datetime) -> Decision | Refus | None:
    dite = demande(str(geste.reference), CRENEAUX[geste.ou], signalisation=f"S{geste.signalisation}", ferme=geste.ferme)
    dite = replace(dite, numero=next(monde.numeros))
    if geste.nom == "reserver":
        return monde.reserver(dite, instant)
    if geste.nom == "changer les places":
        changer_les_places(monde, capacite(geste.reference % 3, CRENEAUX[geste.ou]), instant)
        return None
    if numero is None:
        return None
    if geste.nom == "confirmer":
        return monde.confirmer(numero, instant)
    if geste.nom == "deplacer":
        return monde.deplacer(numero, dite, instant, par_le_fournisseur=geste.fournisseur)
    return monde.annuler(numero, instant, par_le_fournisseur=geste.fournisseur)


def changer_les_places(monde: Agenda, voulue: Capacite, instant: datetime) -> None:
    """As a file of one line does it: what is over is written first, the line is refused when the places are engaged."""
    du_creneau = [r for r in monde.reservations.values() if r.creneau == voulue.creneau]
    monde.reservations.update({r.numero: r for r in expirees(du_creneau, instant)})
    places = {c: capa.places for c, capa in monde.places.items()}
    if not list(confronter([(2, voulue)], places, engagees(monde))):
        monde.places[voulue.creneau] = voulue


def engagees(monde: Agenda) -> Counter[Creneau]:
    return Counter(r.creneau for r in monde.reservations.values() if r.etat in ENGAGES)


def derouler(
    suite: list[Geste], places: tuple[int, ...], apres: Callable[[Agenda, Geste, datetime, object], None]
) -> None:
    monde = AgendaNumerote(*(capacite(n, c) for n, c in zip(places, CRENEAUX, strict=True)))
    for geste in suite:
        instant = MARDI + timedelta(minutes=geste.minutes)
        numeros = list(monde.reservations)
        numero = numeros[geste.cible % len(numeros)] if numeros else None
        for _ in range(geste.fois):
            rendue = jouer(monde, geste, numero, instant)
            apres(monde, geste, instant, rendue)


places_de_depart = st.tuples(*(st.integers(0, 2) for _ in CRENEAUX))
suites = st.lists(gestes, min_size=5, max_size=40)


@pytest.mark.exigence("R4.2")
@given(suites, places_de_depart)
def test_jamais_plus_de_reservations_que_de_places(suite: list[Geste], places: tuple[int, ...]) -> None:
    """After each decision, as stored, hence at whatever instant one looks; and a signalisation never has two to come."""

    def verifier(monde: Agenda, geste: Geste, instant: datetime, rendue: object) -> None:
        for c, prises in engagees(monde).items():
            assert prises <= monde.places[c].places
        for regard in (MARDI, instant, MARDI + timedelta(days=9)):
            reservations = monde.reservations.values()
            restent = libres(monde.places.values(), reservations, regard)
            for c, capa in monde.places.items():
                assert restent[c] + sum(r.creneau == c and occupe(r, regard) for r in reservations) == capa.places
        passees = {r.numero for r in monde.reservations.values() if r.creneau.fin <= MARDI + timedelta(hours=72)}
        for s in range(5):
            a_venir = [
                r
                for r in monde.reservations.values()
                if r.signalisation == f"S{s}" and r.etat in ENGAGES and r.numero not in passees
            ]
            assert len(a_venir) <= 1
        if isinstance(rendue, Refus):
            event(rendue.motifs[0].name)
        elif isinstance(rendue, Decision):
            event(f"{geste.nom}: {'deja faite' if rendue.deja_faite else rendue.reservation.etat.name}")

    derouler(suite, places, verifier)


@pytest.mark.exigence("R4.1", "R3.3")
@given(suites, places_de_depart)
def test_la_meme_demande_deux_fois_ne_fait_rien_de_plus(suite: list[Geste], places: tuple[int, ...]) -> None:
    """The repetition of what was granted writes nothing, has no effect, and answers the same; no reference has two."""
    precedente: list[tuple[Geste, object]] = []

    def verifier(monde: Agenda, geste: Geste, instant: datetime, rendue: object) -> None:
        if precedente and precedente[-1][0] is geste and isinstance(avant := precedente[-1][1], Decision):
            assert isinstance(rendue, Decision)
            assert (rendue.ecrites, rendue.effet, rendue.deja_faite) == ((), Effet.AUCUN, True)
            assert rendue.reservation == avant.reservation
        precedente.append((geste, rendue))
        references = Counter(r.reference for r in monde.reservations.values())
        assert set(references.values()) <= {1}

    derouler(suite, places, verifier)


@pytest.mark.exigence("R4.1")
@given(suites, places_de_depart)
def test_la_signalisation_apprend_tout_et_une_seule_fois(suite: list[Geste], places: tuple[int, ...]) -> None:
    """The sum of the effects is what is stored: confirmed appointments, no more, no less; what is final stays."""
    appris: Counter[str] = Counter()
    finals: dict[str, EtatReservation] = {}

    def verifier(monde: Agenda, geste: Geste, instant: datetime, rendue: object) -> None:
        if isinstance(rendue, Decision):
            appris[rendue.reservation.signalisation] += PRIS[rendue.effet]
            assert all(r.modifiee_le == instant for r in rendue.ecrites)
        for r in monde.reservations.values():
            assert finals.get(r.numero, r.etat) is r.etat
            if r.etat not in ENGAGES:
                finals[r.numero] = r.etat
            if r.etat is EtatReservation.TENUE:
                assert r.tenue_jusqu_a is not None
                assert r.tenue_jusqu_a <= r.creee_le + DUREE_TENUE or r.remplace is not None
        confirmees = Counter(
            r.signalisation for r in monde.reservations.values() if r.etat is EtatReservation.CONFIRMEE
        )
        assert +appris == confirmees

    derouler(suite, places, verifier)
