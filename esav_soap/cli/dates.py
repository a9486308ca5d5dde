"""Days and instants as people write them."""

from __future__ import annotations

from datetime import date, datetime
from typing import TypeVar

import click

_D = TypeVar("_D", date, datetime)

_JOURS = ("%Y-%m-%d", "%d/%m/%Y")
#: Any other is a slip of the pen, and at the ends of the calendar there are instants that UTC does not have.
_ANNEES = range(1970, 3000)
_INSTANTS = ("%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M", "%d/%m/%Y %H:%M")


def jour(texte: str) -> date:
    """A day: ``2026-12-31`` or ``31/12/2026``. Raises ``click.UsageError``."""
    for forme in _JOURS:
        try:
            lu = datetime.strptime(texte.strip(), forme).date()  # noqa: DTZ007 - a day, not an instant
        except ValueError:
            continue
        return _verifie(texte, lu)
    raise click.UsageError(f"« {texte} » n'est pas une date, comme 2026-12-31 ou 31/12/2026")


def moment(texte: str) -> datetime:
    """An instant, in UTC: Paris time is read, unless an offset is told. Raises ``click.UsageError``."""
    from esav_soap.calendar import PARIS, en_utc

    dit = texte.strip()
    for forme in _INSTANTS:
        try:
            lu = datetime.strptime(dit, forme).replace(tzinfo=PARIS)
        except ValueError:
            continue
        return en_utc(_verifie(texte, lu))
    try:
        ailleurs = datetime.fromisoformat(dit)
    except ValueError:
        ailleurs = None
    if ailleurs is None or ailleurs.tzinfo is None:
        raise click.UsageError(f"« {texte} » n'est pas une date et heure, comme 2026-12-31 15:30 ou 31/12/2026 15:30")
    return en_utc(_verifie(texte, ailleurs))


def _verifie(texte: str, lu: _D) -> _D:
    if lu.year not in _ANNEES:
        raise click.UsageError(f"« {texte} » est hors du calendrier : années {_ANNEES[0]} à {_ANNEES[-1]}")
    return lu
