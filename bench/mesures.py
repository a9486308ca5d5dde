"""What is kept of the runs, and its arithmetic: medians over rounds, ratios of the same round, percentiles."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from statistics import median

from bench.charge import Tir


def centile(valeurs: Sequence[float], pourcent: float) -> float:
    """The smallest value that is not below ``pourcent`` % of them (nearest rank). Raises ``ValueError`` for none."""
    if not valeurs:
        raise ValueError("aucune mesure")
    tries = sorted(valeurs)
    return tries[max(0, math.ceil(len(tries) * pourcent / 100) - 1)]


@dataclass(frozen=True)
class Tour:
    """One round on one target. ``debit``: acknowledged deposits per second; ``p50``, ``p99`` in milliseconds;
    ``processeur``: microseconds of the target's processor time for each deposit, None where it is not known."""

    debit: float
    p50: float
    p99: float
    processeur: float | None = None


def tour(tir: Tir, processeur_s: float | None = None) -> Tour:
    """A round from what the load gave and the processor seconds that it took. Raises ``ValueError`` when nothing was
    acknowledged, or anything was refused: refusals must not count as speed."""
    if tir.refuses or not tir.acceptes:
        raise ValueError(f"{tir.refuses} refus, {tir.acceptes} accusés")
    cout = None if processeur_s is None else processeur_s / tir.acceptes * 1e6
    return Tour(tir.acceptes / tir.secondes, centile(tir.durees, 50), centile(tir.durees, 99), cout)


@dataclass
class Resultat:
    """All rounds of one target, in order."""

    nom: str
    tours: list[Tour] = field(default_factory=list)

    @property
    def debit(self) -> float:
        return median(t.debit for t in self.tours)

    @property
    def p50(self) -> float:
        return median(t.p50 for t in self.tours)

    @property
    def p99(self) -> float:
        return median(t.p99 for t in self.tours)

    @property
    def processeur(self) -> float | None:
        connus = [t.processeur for t in self.tours if t.processeur is not None]
        return median(connus) if connus else None


def rapport(numerateur: Resultat, denominateur: Resultat, valeur: Callable[[Tour], float] = lambda t: t.debit) -> float:
    """Median over the rounds of the ratio within a round: what slows the machine for a while slows both."""
    return median(valeur(n) / valeur(d) for n, d in zip(numerateur.tours, denominateur.tours, strict=True))


@dataclass(frozen=True)
class Exigence:
    """A promise of the project, as measured. ``mesure``: the figure in words."""

    enonce: str
    mesure: str
    tenue: bool


def au_moins(enonce: str, valeur: float, seuil: float) -> Exigence:
    return Exigence(enonce, f"{nombre(valeur, 2)} (au moins {nombre(seuil, 2)})", valeur >= seuil)


def au_plus(enonce: str, valeur: float, seuil: float) -> Exigence:
    return Exigence(enonce, f"{nombre(valeur, 2)} (au plus {nombre(seuil, 2)})", valeur <= seuil)


def nombre(valeur: float | None, decimales: int = 0) -> str:
    """A number as French writes it: ``1 234,5``."""
    if valeur is None:
        return "—"
    return f"{valeur:,.{decimales}f}".replace(",", "\u202f").replace(".", ",")
