"""Paris time: business rules count in it, the wire carries explicit offsets, the store keeps UTC.

Nothing here reads the clock: an instant is always an argument.
"""

from __future__ import annotations

import calendar as _calendar
from datetime import UTC, date, datetime, time, timedelta
from email.utils import format_datetime
from zoneinfo import ZoneInfo

#: « Heure Métropole » of the contract.
PARIS = ZoneInfo("Europe/Paris")


def en_utc(instant: datetime) -> datetime:
    """The same instant in UTC. Raises ``ValueError`` for a naive one: its meaning is not known."""
    if instant.tzinfo is None:
        raise ValueError("instant sans fuseau horaire")
    return instant.astimezone(UTC)


def en_paris(instant: datetime) -> datetime:
    """The same instant as Paris clocks show it, with its offset. Raises ``ValueError`` for a naive one."""
    return en_utc(instant).astimezone(PARIS)


def a_paris(jour: date, heure: time = time()) -> datetime:
    """When Paris clocks show that time of that day, in UTC; without a time, when the day begins.

    A clock time that a daylight-saving night skips becomes the instant one hour of clock later; one that it has twice
    is the first.

    >>> a_paris(date(2026, 7, 1)), a_paris(date(2026, 10, 25), time(2, 30))
    (datetime.datetime(2026, 6, 30, 22, 0, tzinfo=datetime.timezone.utc), datetime.datetime(2026, 10, 25, 0, 30, tzinfo=datetime.timezone.utc))
    """
    return datetime.combine(jour, heure, PARIS).astimezone(UTC)


def sur_le_fil(instant: datetime) -> str:
    """How an instant goes over the wire: Paris time, seconds, explicit offset.

    >>> sur_le_fil(datetime(2026, 7, 1, 10, 0, 0, tzinfo=UTC))
    '2026-07-01T12:00:00+02:00'
    """
    return en_paris(instant).isoformat(timespec="seconds")


def http_date(instant: datetime) -> str:
    """Date of an HTTP header (RFC 9110), always GMT: ``Wed, 01 Jul 2026 10:00:00 GMT``."""
    return format_datetime(en_utc(instant), usegmt=True)


def en_francais(instant: datetime) -> str:
    """How people read an instant: Paris clock, to the minute; of the hour that an autumn night has twice, which one.

    >>> en_francais(datetime(2026, 7, 1, 10, 0, 0, tzinfo=UTC)), en_francais(datetime(2026, 10, 25, 1, 30, tzinfo=UTC))
    ('01/07/2026 à 12:00', "25/10/2026 à 02:30 (heure d'hiver)")
    """
    local = en_paris(instant)
    dit = f"{local:%d/%m/%Y à %H:%M}"
    if local.utcoffset() == local.replace(fold=1 - local.fold).utcoffset():
        return dit
    saison = "hiver" if local.fold else "été"
    return f"{dit} (heure d'{saison})"


def plus_mois(jour: date, mois: int) -> date:
    """``mois`` calendar months later; the last day of the month when that day does not exist there.

    >>> plus_mois(date(2027, 1, 31), 1), plus_mois(date(2028, 2, 29), 12)
    (datetime.date(2027, 2, 28), datetime.date(2029, 2, 28))
    """
    rang = jour.year * 12 + jour.month - 1 + mois
    annee, m = divmod(rang, 12)
    return date(annee, m + 1, min(jour.day, _calendar.monthrange(annee, m + 1)[1]))


def instant_plus_mois(instant: datetime, mois: int) -> datetime:
    """``mois`` calendar months later at the same Paris clock time, in UTC (R2.3); clock changes as in :func:`a_paris`."""
    local = en_paris(instant)
    return a_paris(plus_mois(local.date(), mois), local.time().replace(fold=0))


def instant_plus_jours(instant: datetime, jours: int) -> datetime:
    """``jours`` calendar days later at the same Paris clock time, in UTC (R2.2); clock changes as in :func:`a_paris`."""
    local = en_paris(instant)
    return a_paris(local.date() + timedelta(days=jours), local.time().replace(fold=0))
