"""Every operation on stored signalisations, on a store of few and one of many, call by call in turn (R3.5, R4).

At the level of the use cases, over the real store and without HTTP: what HTTP and XML add is the same on both sides, and would
hide a difference. A page has the same length on both sides. Changes are made on signalisations of today, as in life.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from time import perf_counter

from bench import stock as s
from bench.banc import Banc
from bench.cibles import Suivi as Annonce
from bench.messages import catalogue_livre
from bench.mesures import Exigence, au_plus, centile
from bench.operations import OPERATIONS, PAGE, PAGES, Appel, Liste, Operation
from bench.remplissage import nombre_evenements, remplir
from bench.serveurs import postgresql
from bench.stock import Stock
from esav_soap.store import ouvrir

#: What an operation may take at the largest size, of what it takes at the smallest.
RAPPORT_MAX = 2.0


@dataclass(frozen=True)
class Mesure:
    """An operation on both stores. ``petit``, ``grand``: p50 in milliseconds; ``rapport``: median over the rounds of the ratio
    of the round's p50."""

    nom: str
    petit: float
    grand: float
    rapport: float
    change: bool = False


@dataclass(frozen=True)
class PlanSuivi:
    """``tailles``: signalisations of both stores; ``appels``: of each operation, on each of them, in a round."""

    tailles: tuple[int, int] = (1_000, 1_000_000)
    tours: int = 5
    appels: int = 20
    postgresql: bool = False


SUIVI_RAPIDE = PlanSuivi((1_000, 20_000), 3, 10)


@dataclass
class PartieSuivi:
    """One table: an engine. ``tailles``: signalisations on each side; ``evenements``, ``remplissage_s``: of the largest."""

    titre: str
    tailles: tuple[int, int]
    mesures: list[Mesure] = field(default_factory=list)
    evenements: int = 0
    remplissage_s: float = 0.0
    exigences: list[Exigence] = field(default_factory=list)


def mesurer_suivi(plan: PlanSuivi, dossier: Path, annoncer: Annonce) -> Iterator[PartieSuivi]:
    """A table for SQLite, and one for PostgreSQL when the plan wants it and it is installed."""
    urls = [f"sqlite:///{dossier}/suivi-{taille}.db" for taille in plan.tailles]
    yield _moteur("SQLite", urls, plan, annoncer)
    for fichier in dossier.glob("suivi-*"):
        fichier.unlink()
    with ExitStack() as pile:
        if not plan.postgresql or (premiere := pile.enter_context(postgresql())) is None:
            return
        seconde = pile.enter_context(postgresql())
        assert seconde is not None
        yield _moteur("PostgreSQL", [premiere, seconde], plan, annoncer)


def _moteur(nom: str, urls: list[str], plan: PlanSuivi, annoncer: Annonce) -> PartieSuivi:
    catalogue = catalogue_livre()
    formulaires = s.formulaires(catalogue)
    partie = PartieSuivi(f"Suivi, {nom}", plan.tailles)
    with ExitStack() as pile:
        bancs = []
        for url, taille in zip(urls, plan.tailles, strict=True):
            annoncer(f"suivi, {nom} : remplissage")
            stock = Stock(taille, s.instant(), formulaires)
            debut = perf_counter()
            remplir(url, stock, annoncer)
            partie.remplissage_s = perf_counter() - debut
            bancs.append(Banc(pile.enter_context(ouvrir(url)), stock, catalogue))
        partie.evenements = nombre_evenements(urls[-1])
        partie.mesures = list(mesurer((bancs[0], bancs[1]), plan.tours, plan.appels, annoncer))
    partie.exigences = [exigence(nom, partie.mesures)]
    return partie


def exigence(nom: str, mesures: list[Mesure]) -> Exigence:
    """Of the operation that grows most."""
    pire = max(mesures, key=lambda mesure: mesure.rapport)
    return au_plus(f"suivi, {nom} : {pire.nom.strip()}, grand / petit", pire.rapport, RAPPORT_MAX)


def mesurer(bancs: tuple[Banc, Banc], tours: int, appels: int, annoncer: Annonce) -> Iterator[Mesure]:
    """Every operation, ``appels`` calls in each round, one side after the other in turn. A round goes through all operations:
    what slows the machine for some seconds does not meet all calls of one."""
    operations = [Operation(nom, page_mesuree(liste, bancs[0])) for nom, liste in PAGES.items()] + list(OPERATIONS)
    medianes: list[tuple[list[float], list[float]]] = [([], []) for _ in operations]
    for rang in range(tours):
        for operation, cotes in zip(operations, medianes, strict=True):
            annoncer(f"suivi, tour {rang + 1}/{tours} : {operation.nom.strip()}")
            _un_tour(operation, bancs, 1 if rang else 3)
            for cote, durees in zip(cotes, _un_tour(operation, bancs, appels), strict=True):
                cote.append(centile(durees, 50))
    for operation, (petit, grand) in zip(operations, medianes, strict=True):
        rapport = median(g / p for p, g in zip(petit, grand, strict=True))
        yield Mesure(operation.nom, median(petit), median(grand), rapport, operation.change)


def page_mesuree(liste: Liste, petit: Banc) -> Callable[[Banc], Appel]:
    """A page of as many as the small store has: so both sides give as many."""
    trouvees = [len(liste(petit, PAGE).signalisations) for _ in range(5)]
    maximum = int(median(trouvees)) or PAGE

    def preparer(banc: Banc) -> Appel:
        return lambda: liste(banc, maximum)

    return preparer


def _un_tour(operation: Operation, bancs: tuple[Banc, Banc], appels: int) -> tuple[list[float], list[float]]:
    """Milliseconds of each call, by side."""
    durees: tuple[list[float], list[float]] = [], []
    for rang in range(appels):
        prets = [operation.preparer(banc) for banc in bancs]
        for cote in (0, 1) if rang % 2 else (1, 0):
            debut = perf_counter()
            prets[cote]()
            durees[cote].append((perf_counter() - debut) * 1000)
    return durees
