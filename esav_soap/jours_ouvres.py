"""Jours ouvrés: Monday to Friday outside French public holidays (glossary; art. 1). Days are Paris days.

The holidays are those of the metropole, without the two more of Alsace and Moselle. They are known up to 2100; in a later
year, which only the end of some certificate may name, Monday to Friday count alone.
"""

from __future__ import annotations

from datetime import date, timedelta
from functools import cache

_SAMEDI = 5


@cache
def _feries(annee: int) -> frozenset[date]:
    from holidays import country_holidays  # a tenth of a second, which most commands can do without

    return frozenset(country_holidays("FR", years=annee))


def est_ferie(jour: date) -> bool:
    """Whether it is a public holiday, whatever its day of the week."""
    return jour in _feries(jour.year)


def est_ouvre(jour: date) -> bool:
    """Whether people are at work on that day."""
    return jour.weekday() < _SAMEDI and not est_ferie(jour)


def ajouter(jour: date, n: int) -> date:
    """The ``n``-th jour ouvré after ``jour``, which does not count itself; before it when ``n`` is negative; ``jour`` for 0.

    >>> ajouter(date(2026, 12, 24), 1), ajouter(date(2026, 12, 28), -2)
    (datetime.date(2026, 12, 28), datetime.date(2026, 12, 23))
    """
    pas = timedelta(days=1 if n > 0 else -1)
    reste = abs(n)
    while reste:
        jour += pas
        reste -= est_ouvre(jour)
    return jour
