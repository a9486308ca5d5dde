"""Days and instants as people write them."""

from __future__ import annotations

from datetime import date, datetime

import click

_JOURS = ("%Y-%m-%d", "%d/%m/%Y")
_INSTANTS = ("%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M", "%d/%m/%Y %H:%M")


def jour(texte: str) -> date:
    """A day: ``2026-12-31`` or ``31/12/2026``. Raises ``click.UsageError``."""
    for forme in _JOURS:
        try:
            return datetime.strptime(texte.strip(), forme).date()  # noqa: DTZ007 - a day, not an instant
        except ValueError:
            continue
    raise click.UsageError(f"« {texte} » n'est pas une date, comme 2026-12-31 ou 31/12/2026")


def moment(texte: str) -> datetime:
    """An instant, in UTC: Paris time is read, unless an offset is told. Raises ``click.UsageError``."""
    from esav_soap.calendar import PARIS, en_utc

    dit = texte.strip()
    for forme in _INSTANTS:
        try:
            return en_utc(datetime.strptime(dit, forme).replace(tzinfo=PARIS))
        except ValueError:
            continue
    try:
        lu = datetime.fromisoformat(dit)
    except ValueError:
        lu = None
    if lu is None or lu.tzinfo is None:
        raise click.UsageError(f"« {texte} » n'est pas une date et heure, comme 2026-12-31 15:30 ou 31/12/2026 15:30")
    return en_utc(lu)
