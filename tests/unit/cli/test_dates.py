"""Days and instants as people write them: one meaning or a refusal, never a fall."""

from __future__ import annotations

from datetime import UTC, date, datetime

import click
import pytest

from esav_soap.cli.archives.communs import filtre
from esav_soap.cli.dates import jour, moment


@pytest.mark.exigence("R3.6")
@pytest.mark.parametrize("texte", ["2026-12-31", " 31/12/2026 "])
def test_un_jour__ok(texte: str) -> None:
    assert jour(texte) == date(2026, 12, 31)


@pytest.mark.exigence("R3.6", "R7.4")
@pytest.mark.parametrize(
    ("texte", "utc"),
    [
        ("2026-07-01 15:30", datetime(2026, 7, 1, 13, 30, tzinfo=UTC)),
        ("01/12/2026 15:30", datetime(2026, 12, 1, 14, 30, tzinfo=UTC)),
        ("2026-10-25T02:30+01:00", datetime(2026, 10, 25, 1, 30, tzinfo=UTC)),
        ("2026-03-29 02:30", datetime(2026, 3, 29, 1, 30, tzinfo=UTC)),
    ],
)
def test_un_instant__ok(texte: str, utc: datetime) -> None:
    assert moment(texte) == utc


@pytest.mark.exigence("R3.2", "R3.6")
@pytest.mark.parametrize("texte", ["0001-01-01", "31/12/9999", "1969-12-31"])
def test_une_annee_impossible__error(texte: str) -> None:
    """At the ends of the calendar there are days that begin, or end, where UTC has no date."""
    for lire in (jour, lambda dit: filtre(None, None, dit, None), lambda dit: filtre(None, None, None, dit)):
        with pytest.raises(click.UsageError, match="hors du calendrier"):
            lire(texte)


@pytest.mark.exigence("R3.2", "R3.6")
@pytest.mark.parametrize("texte", ["0001-01-01 00:00", "0001-01-01T00:00+14:00", "9999-12-31T23:59-12:00"])
def test_un_instant_impossible__error(texte: str) -> None:
    with pytest.raises(click.UsageError, match="hors du calendrier"):
        moment(texte)
