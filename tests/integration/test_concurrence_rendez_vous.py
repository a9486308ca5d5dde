"""No slot beyond its places, whatever the concurrency (R4.2): threads, nodes, processes, clocks that differ."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import datetime
from functools import partial
from threading import Barrier
from typing import Any

import pytest

from esav_soap.errors import CodeErreur, ErreurEsav
from esav_soap.rendez_vous import DUREE_TENUE, Decision, EtatReservation, Periode, Plage, Reservation
from esav_soap.signalisation import Action
from esav_soap.store import Magasin, ouvrir
from esav_soap.usecases.rendez_vous import Cible
from tests.integration.test_contrat_rendez_vous import (
    JEUDI,
    MARDI,
    OPA,
    SAV,
    VENDREDI,
    capacite,
    engagees,
    garnir,
    guichet,
    souhait,
    suite,
)
from tests.integration.test_processus_store import lignes, processus

CLIENTS = 50


def tenter(appel: Callable[[], Decision]) -> Decision | CodeErreur:
    try:
        return appel()
    except ErreurEsav as refus:
        return refus.code


def ensemble(appels: Sequence[Callable[[], Any]]) -> list[Any]:
    """All of them at the same moment, each in a thread of its own."""
    depart = Barrier(len(appels), timeout=60)

    def un(appel: Callable[[], Any]) -> Any:
        depart.wait()
        return appel()

    with ThreadPoolExecutor(len(appels)) as fils:
        return list(fils.map(un, appels))


@contextmanager
def deux_noeuds(magasin: Magasin, url: str) -> Iterator[tuple[Magasin, Magasin]]:
    with ouvrir(url, creer=False) as autre:
        yield magasin, autre


def prendre(magasin: Magasin, numero: str, reference: str, instant: datetime = MARDI) -> Callable[[], Any]:
    return partial(tenter, partial(guichet(magasin).reserver, OPA, Cible(numero), SAV, souhait(reference), instant))


@pytest.mark.exigence("R4.2")
def test_cinquante_clients_veulent_la_derniere_place(magasin: Magasin, url: str) -> None:
    numeros = garnir(magasin, capacite(2), nombre=CLIENTS + 1)
    premier = prendre(magasin, numeros[0], "PREMIER")()
    with deux_noeuds(magasin, url) as noeuds:
        rendus = ensemble([prendre(noeuds[n % 2], numero, f"R{n}") for n, numero in enumerate(numeros[1:])])
    gagnants = [rendu for rendu in rendus if isinstance(rendu, Decision)]
    assert len(gagnants) == 1
    assert Counter(rendu for rendu in rendus if isinstance(rendu, CodeErreur)) == {
        CodeErreur.PLAGE_COMPLETE: CLIENTS - 1
    }
    assert {une.numero for une in engagees(magasin)} == {premier.reservation.numero, gagnants[0].reservation.numero}
    # The event is with the one that has the place, and with nobody else.
    avec = [n for n in numeros[1:] if [a for a, _ in suite(magasin, n)] == [Action.DEPOSER, Action.PRENDRE_RENDEZ_VOUS]]
    assert avec == [gagnants[0].reservation.signalisation]
    assert sum(len(suite(magasin, numero)) for numero in numeros) == CLIENTS + 1 + 2


@pytest.mark.exigence("R4.1", "R4.2")
def test_la_meme_demande_vingt_fois_a_la_fois(magasin: Magasin, url: str) -> None:
    (numero,) = garnir(magasin, capacite(20))
    with deux_noeuds(magasin, url) as noeuds:
        rendus = ensemble([prendre(noeuds[n % 2], numero, "R1") for n in range(20)])
    assert all(isinstance(rendu, Decision) for rendu in rendus)
    assert [rendu.deja_faite for rendu in rendus].count(False) == 1
    assert len({rendu.reservation.numero for rendu in rendus}) == len(engagees(magasin)) == 1
    assert len(suite(magasin, numero)) == 2


@pytest.mark.exigence("R4.1", "R3.3")
def test_une_reference_pour_vingt_signalisations(magasin: Magasin, url: str) -> None:
    """Different slots too: they have no lock in common, and the reference decides."""
    numeros = garnir(magasin, capacite(20), capacite(20, VENDREDI), nombre=20)

    def demande(n: int, ou: Magasin) -> Callable[[], Any]:
        voulu = souhait("R1", (JEUDI, VENDREDI)[n // 2 % 2])
        return partial(tenter, partial(guichet(ou).reserver, OPA, Cible(numeros[n]), SAV, voulu, MARDI))

    with deux_noeuds(magasin, url) as noeuds:
        rendus = ensemble([demande(n, noeuds[n % 2]) for n in range(20)])
    assert Counter(r if isinstance(r, CodeErreur) else "pris" for r in rendus) == {
        "pris": 1,
        CodeErreur.REFERENCE_DEJA_UTILISEE: 19,
    }
    _, prises = magasin.capacites("production", "75", SAV, Periode(JEUDI, VENDREDI))
    assert len(prises) == 1
    assert sum(len(suite(magasin, numero)) for numero in numeros) == 21


@pytest.mark.exigence("R4.1", "R4.2")
def test_une_signalisation_n_a_qu_un_rendez_vous(magasin: Magasin, url: str) -> None:
    (numero,) = garnir(magasin, capacite(20), capacite(20, VENDREDI))

    def demande(n: int, ou: Magasin) -> Callable[[], Any]:
        voulu = souhait(f"R{n}", (JEUDI, VENDREDI)[n // 2 % 2])
        return partial(tenter, partial(guichet(ou).reserver, OPA, Cible(numero), SAV, voulu, MARDI))

    with deux_noeuds(magasin, url) as noeuds:
        rendus = ensemble([demande(n, noeuds[n % 2]) for n in range(12)])
    assert sum(isinstance(r, Decision) for r in rendus) == 1
    assert {r for r in rendus if isinstance(r, CodeErreur)} == {CodeErreur.TRANSITION_INTERDITE}
    assert len(suite(magasin, numero)) == 2


@pytest.mark.exigence("R4.2")
def test_une_tenue_qui_finit_a_un_seul_suivant(magasin: Magasin, url: str) -> None:
    """Clocks differ: for some nodes the hold goes on, and its holder confirms it, for others it is over. One has the place."""
    tours = 8
    plages = [p for p in Plage if p.name.startswith("H")][:tours]
    numeros = garnir(magasin, *(capacite(1, plage=p) for p in plages), nombre=tours * 6)
    apres = MARDI + DUREE_TENUE
    issues: Counter[str] = Counter()
    with deux_noeuds(magasin, url) as noeuds:
        for plage in plages:
            holder, *autres = [numeros.pop() for _ in range(6)]
            voulu = souhait(f"T-{plage.name}", plage=plage, ferme=False)
            tenue = guichet(magasin).reserver(OPA, Cible(holder), SAV, voulu, MARDI).reservation
            appels = [partial(tenter, partial(guichet(noeuds[0]).confirmer, OPA, tenue.numero, MARDI))]
            for n, numero in enumerate(autres):
                dit = souhait(f"{plage.name}-{n}", plage=plage)
                appels.append(
                    partial(tenter, partial(guichet(noeuds[n % 2]).reserver, OPA, Cible(numero), SAV, dit, apres))
                )
            random.Random(plage.name).shuffle(appels)
            rendus = ensemble(appels)
            assert sum(isinstance(r, Decision) for r in rendus) == 1, rendus
            (prise,) = engagees(magasin, plage)
            assert prise.etat is EtatReservation.CONFIRMEE
            issues["gardée" if prise.numero == tenue.numero else "cédée"] += 1
    assert issues.total() == tours


@pytest.mark.parametrize(
    "moteur",
    [pytest.param("postgresql", marks=pytest.mark.postgresql), pytest.param("sqlite", marks=pytest.mark.long)],
    indirect=True,
)
@pytest.mark.exigence("R4.2")
def test_des_processus_et_des_horloges_qui_different(magasin: Magasin, url: str) -> None:
    """Five nodes with ten clients each, on slots of 1, 3 and 7 places; of two nodes the clock is ahead or behind."""
    places = {Plage.H08: 1, Plage.H09: 3, Plage.H10: 7}
    garnir(magasin, *(capacite(n, plage=p) for p, n in places.items()), nombre=CLIENTS)
    decalages = [0, 0, 0, 20, -20]
    commandes = [("rendez_vous", url, str(rang), "10", str(d)) for rang, d in enumerate(decalages)]
    with processus(*commandes) as lances:
        dites = lignes(lances)
    assert len(dites) == CLIENTS
    issues = Counter(issue for _, issue in dites)
    assert {Plage[nom]: nombre for nom, nombre in issues.items() if nom != "COMPLET"} == places
    for plage, nombre in places.items():
        assert len(engagees(magasin, plage)) == nombre
    obtenus = {numero for numero, issue in dites if issue != "COMPLET"}
    assert {une.signalisation for plage in places for une in engagees(magasin, plage)} == obtenus


@pytest.mark.exigence("R4.2")
def test_tout_a_la_fois_sans_attente_en_cercle(magasin: Magasin, url: str) -> None:
    """Bookings, moves, confirmations, cancellations, imports, at random, on two nodes: no deadlock, and the books are right."""
    jours = (JEUDI, VENDREDI)
    plages = (Plage.MATIN, Plage.APRES_MIDI)
    capacites = [capacite(2, jour, plage) for jour in jours for plage in plages]
    numeros = garnir(magasin, *capacites, nombre=12)

    def agir(graine: int, ou: Magasin) -> Counter[str]:
        alea, g, fait = random.Random(graine), guichet(ou), Counter[str]()
        for tour in range(30):
            numero = alea.choice(numeros)
            instant = MARDI + alea.choice((0, 1, 2)) * DUREE_TENUE * 0.6
            voulu = souhait(f"{graine}-{tour}", alea.choice(jours), alea.choice(plages), ferme=alea.random() < 0.5)
            siennes = g.lister(OPA, Cible(numero), instant)
            visee = alea.choice(siennes).numero if siennes else ""
            actions: dict[str, Callable[[], Any]] = {
                "reserver": partial(g.reserver, OPA, Cible(numero), SAV, voulu, instant),
                "confirmer": partial(g.confirmer, OPA, visee, instant),
                "modifier": partial(g.modifier, OPA, visee, voulu, instant),
                "annuler": partial(g.annuler, OPA, visee, instant),
            }
            nom = alea.choice(["reserver", "reserver", "modifier", "modifier", "confirmer", "annuler", "import"])
            if nom == "import":
                places = [(n, capacite(alea.choice((2, 2, 3)), c.jour, c.plage)) for n, c in enumerate(capacites, 2)]
                fait[nom] += not ou.importer_capacites(alea.sample(places, 3), instant).problemes
            else:
                fait[nom] += isinstance(tenter(actions[nom]), Decision)
        return fait

    with deux_noeuds(magasin, url) as noeuds:
        faits = sum(ensemble([partial(agir, graine, noeuds[graine % 2]) for graine in range(8)]), Counter[str]())
    assert set(faits) == {"reserver", "modifier", "confirmer", "annuler", "import"}
    assert min(faits.values()) > 0
    places, prises = magasin.capacites("production", "75", SAV, Periode(JEUDI, VENDREDI))
    compte = Counter(une.creneau for une in prises)
    assert all(compte[une.creneau] <= une.places for une in places)
    for numero in numeros:
        _compter(magasin.reservations("production", "OPA", numero), [a for a, _ in suite(magasin, numero)])


def _compter(toutes: Sequence[Reservation], actions: Sequence[Action | None]) -> None:
    """What the reservations of a signalisation say, and its events: the same."""
    assert sum(une.etat is EtatReservation.CONFIRMEE for une in toutes) <= 1
    nombres = Counter(actions)
    en_cours = nombres[Action.PRENDRE_RENDEZ_VOUS] - nombres[Action.ANNULER_RENDEZ_VOUS]
    assert en_cours == sum(une.etat is EtatReservation.CONFIRMEE for une in toutes)
    par_numero = {une.numero: une for une in toutes}
    for une in toutes:
        if une.remplacee_par is not None:
            assert une.etat is EtatReservation.DEPLACEE
            assert par_numero[une.remplacee_par].remplace == une.numero
    confirmees_puis_deplacees = [u for u in toutes if u.etat is EtatReservation.DEPLACEE and u.confirmee_le is not None]
    assert nombres[Action.DEPLACER_RENDEZ_VOUS] == len(confirmees_puis_deplacees)
