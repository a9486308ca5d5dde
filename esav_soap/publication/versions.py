"""Which versions are live: a pure function of recorded dates and an instant (R2.3-R2.5). Half-open intervals, UTC."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import Enum

#: Versions live in production at the same instant, at most (R2.3).
MAXIMUM_VIVES = 2


def rang_version(version: str) -> tuple[int, ...]:
    """How versions compare: by year, then by rank (2026.10 follows 2026.9). Raises ``ValueError`` for another text."""
    return tuple(int(partie) for partie in version.split("."))


class EtatVersion(Enum):
    """Life of a catalogue version; names go over the wire in ``listerVersions``."""

    ANNONCEE = "annoncée"
    EN_VIGUEUR = "en vigueur"
    RETIREE = "retirée"
    ANNULEE = "annonce retirée"


@dataclass(frozen=True, slots=True)
class VersionPubliee:
    """Recorded dates of a version: open in production in ``[ouverture, retrait)``; no ``retrait``: no end is known.

    ``annulation``: when its announcement was withdrawn, before it opened; it is never used again, nor is its number.
    """

    version: str
    annonce: datetime
    ouverture: datetime
    retrait: datetime | None = None
    remplacante: str | None = None
    annulation: datetime | None = None

    def etat(self, instant: datetime) -> EtatVersion:
        if self.annulation is not None and instant >= self.annulation:
            return EtatVersion.ANNULEE
        if self.retrait is not None and instant >= self.retrait:
            return EtatVersion.RETIREE
        if instant >= self.ouverture:
            return EtatVersion.EN_VIGUEUR
        return EtatVersion.ANNONCEE

    def utilisable(self, plateforme: str, instant: datetime) -> bool:
        """Whether messages of this version are taken: on integration from the announcement on (R2.5)."""
        etat = self.etat(instant)
        if plateforme == "integration":
            return etat in (EtatVersion.ANNONCEE, EtatVersion.EN_VIGUEUR) and instant >= self.annonce
        return etat is EtatVersion.EN_VIGUEUR


def vives(versions: Iterable[VersionPubliee], plateforme: str, instant: datetime) -> tuple[VersionPubliee, ...]:
    """The versions that can be used on ``plateforme`` at ``instant``, by opening date, the newest last."""
    utilisables = [v for v in versions if v.utilisable(plateforme, instant)]
    return tuple(sorted(utilisables, key=lambda v: v.ouverture))


def surnombre(
    avant: Collection[VersionPubliee], apres: Collection[VersionPubliee], depuis: datetime
) -> tuple[datetime, tuple[VersionPubliee, ...]] | None:
    """Where a change of the recorded dates breaks the limit of live versions (R2.3), for dates that no rule gave.

    The first instant from ``depuis`` on, and who is live then; None when ``apres`` never has more than two, or nowhere
    more than ``avant`` had.
    """
    dates = {d for v in (*avant, *apres) for d in (v.ouverture, v.retrait) if d is not None and d > depuis}
    for instant in (depuis, *sorted(dates)):
        vivantes = vives(apres, "production", instant)
        if len(vivantes) > max(MAXIMUM_VIVES, len(vives(avant, "production", instant))):
            return instant, vivantes
    return None
