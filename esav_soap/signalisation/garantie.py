"""The service guarantee (GTR): by when a signalisation must be closed, and whether it was (R3.5, art. 4.2.2).

Hours are counted from the deposit, around the clock or during the working hours of the SAV, while the Fournisseur is at
work on it. They stand still while it is frozen, and from its closure until that is contested. All instants are aware; due
times are in UTC. A due time is the first instant at which the guaranteed hours have been counted: ending at it holds.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import pairwise, takewhile

from esav_soap.calendar import a_paris, en_paris, en_utc
from esav_soap.jours_ouvres import est_ferie
from esav_soap.signalisation.objets import CLOTURES, Etat, Evenement

#: Working hours of the SAV, Paris clock, Monday to Saturday outside public holidays (art. 11).
OUVERTURE, FERMETURE = time(8), time(18)
_DIMANCHE = 6
_JOUR = timedelta(days=1)
_ZERO = timedelta()
#: In these the Fournisseur is at work, and hours count.
_COURT = frozenset({Etat.EN_DEPOT, Etat.EN_QUALIFICATION, Etat.EN_COURS})
_TEXTE = re.compile(r"GTR_([1-9][0-9]{0,2})H(?:_S([12]))?", re.ASCII | re.IGNORECASE)

Intervalle = tuple[datetime, datetime]


@dataclass(frozen=True, slots=True)
class Garantie:
    """So many hours, counted ``continue_`` (24 hours, 7 days) or during working hours."""

    heures: int
    continue_: bool

    @property
    def duree(self) -> timedelta:
        return timedelta(hours=self.heures)


def lire(texte: str) -> Garantie | None:
    """The guarantee that a prestation's text tells; None for a text that tells none, and then nothing is ever due.

    >>> lire("GTR_4H"), lire("GTR_10H_S2"), lire("GTR_J1")
    (Garantie(heures=4, continue_=False), Garantie(heures=10, continue_=True), None)
    """
    lu = _TEXTE.fullmatch(texte.strip())
    return Garantie(int(lu[1]), lu[2] == "2") if lu else None


def compte(garantie: Garantie, evenements: Sequence[Evenement], instant: datetime) -> timedelta:
    """The time counted up to ``instant``, of a history in order; it goes on after the guarantee is used up."""
    return sum((b - a for a, b in _comptes(garantie, evenements, en_utc(instant))), _ZERO)


def echeance(garantie: Garantie | None, evenements: Sequence[Evenement]) -> datetime | None:
    """By when the signalisation must be closed, as its history stands.

    None when nothing is due: no guarantee, rejected, or frozen with hours left, since nobody knows how long. For a closed
    one, the due time that it had when it was closed.
    """
    if garantie is None or not evenements or evenements[-1].etat is Etat.EN_REJET:
        return None
    repere = _repere(evenements)
    reste = garantie.duree
    for debut, fin in _comptes(garantie, evenements, repere.date):
        if fin - debut >= reste:
            return debut + reste
        reste -= fin - debut
    return None if repere.etat is Etat.GELE else _plus(garantie, repere.date, reste)


def tenue(garantie: Garantie | None, evenements: Sequence[Evenement], instant: datetime) -> bool | None:
    """Whether the guarantee is held at ``instant``: True when closed in time, False when its due time has passed without
    a closure, None while it is open in time, or nothing is guaranteed."""
    due = echeance(garantie, evenements)
    if due is None:
        return None
    repere = _repere(evenements)
    if repere.etat in CLOTURES:
        return repere.date <= due
    return False if en_utc(instant) > due else None


def _repere(evenements: Sequence[Evenement]) -> Evenement:
    """The event that closed the signalisation when it is closed, else the last one."""
    clos = list(takewhile(lambda e: e.etat in CLOTURES, reversed(evenements)))
    return clos[-1] if clos else evenements[-1]


def _comptes(garantie: Garantie, evenements: Sequence[Evenement], jusqu_a: datetime) -> Iterator[Intervalle]:
    """The counted intervals of a history up to then, in UTC, in order."""
    bornes = [(en_utc(e.date), e.etat in _COURT) for e in evenements if e.date < jusqu_a]
    for (debut, court), (fin, _) in pairwise([*bornes, (jusqu_a, False)]):
        if court:
            yield from ((debut, fin),) if garantie.continue_ else _ouvres(debut, fin)


def _ouvres(debut: datetime, fin: datetime) -> Iterator[Intervalle]:
    """The working hours of an interval. In UTC: a night with another offset must not lengthen or shorten them."""
    jour = en_paris(debut).date()
    while (plage := _plage(jour))[0] < fin:
        if _travaille(jour) and max(debut, plage[0]) < min(fin, plage[1]):
            yield max(debut, plage[0]), min(fin, plage[1])
        jour += _JOUR


def _plus(garantie: Garantie, debut: datetime, reste: timedelta) -> datetime:
    """When ``reste``, not zero, has been counted from ``debut`` on."""
    if garantie.continue_:
        return en_utc(debut) + reste
    jour = en_paris(debut).date()
    while True:
        ouverture, fermeture = _plage(jour)
        depuis = max(en_utc(debut), ouverture)
        if _travaille(jour) and depuis < fermeture:
            if fermeture - depuis >= reste:
                return depuis + reste
            reste -= fermeture - depuis
        jour += _JOUR


def _plage(jour: date) -> Intervalle:
    return a_paris(jour, OUVERTURE), a_paris(jour, FERMETURE)


def _travaille(jour: date) -> bool:
    return jour.weekday() != _DIMANCHE and not est_ferie(jour)
