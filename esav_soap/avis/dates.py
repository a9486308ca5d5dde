"""Dates as French sentences tell them, in Paris time."""

from __future__ import annotations

from datetime import datetime

from esav_soap.calendar import en_paris

_JOURS = ("lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche")
_MOIS = (
    *("janvier", "février", "mars", "avril", "mai", "juin"),
    *("juillet", "août", "septembre", "octobre", "novembre", "décembre"),
)


def jour(instant: datetime) -> str:
    """The day: ``1er septembre 2026``."""
    local = en_paris(instant)
    quantieme = "1er" if local.day == 1 else str(local.day)
    return f"{quantieme} {_MOIS[local.month - 1]} {local.year}"


def moment(instant: datetime) -> str:
    """Day and time: ``mardi 1er septembre 2026 à 0 h 00``; which of the two, where Paris clocks show a time twice."""
    local = en_paris(instant)
    dit = f"{_JOURS[local.weekday()]} {jour(instant)} à {local.hour}\u00a0h\u00a0{local.minute:02d}"
    # In spring the skipped times have two offsets too, but no instant has such a time.
    if local.replace(fold=0).utcoffset() == local.replace(fold=1).utcoffset():
        return dit
    return f"{dit} (heure d'{'hiver' if local.fold else 'été'})"
