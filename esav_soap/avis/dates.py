"""Dates as French sentences tell them, in Paris time."""

from __future__ import annotations

from datetime import date, datetime

from esav_soap.calendar import en_paris

_JOURS = ("lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche")
_MOIS = (
    *("janvier", "février", "mars", "avril", "mai", "juin"),
    *("juillet", "août", "septembre", "octobre", "novembre", "décembre"),
)


def jour(instant: datetime) -> str:
    """The day: ``1er septembre 2026``."""
    return _date(en_paris(instant).date())


def _date(quand: date) -> str:
    quantieme = "1er" if quand.day == 1 else str(quand.day)
    return f"{quantieme} {_MOIS[quand.month - 1]} {quand.year}"


def jour_semaine(instant: datetime) -> str:
    """The day with its name: ``mardi 1er septembre 2026``."""
    return date_nommee(en_paris(instant).date())


def date_nommee(quand: date) -> str:
    """The same of a day that is known as such."""
    return f"{_JOURS[quand.weekday()]} {_date(quand)}"


def moment(instant: datetime) -> str:
    """Day and time: ``mardi 1er septembre 2026 à 0 h 00``; which of the two, where Paris clocks show a time twice."""
    local = en_paris(instant)
    dit = f"{jour_semaine(instant)} à {local.hour}\u00a0h\u00a0{local.minute:02d}"
    # In spring the skipped times have two offsets too, but no instant has such a time.
    if local.replace(fold=0).utcoffset() == local.replace(fold=1).utcoffset():
        return dit
    return f"{dit} (heure d'{'hiver' if local.fold else 'été'})"
