"""Values as people and programs write them, and what goes over the wire."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal

import pytest

from esav_soap.client import Champ
from esav_soap.client.valeurs import sur_le_fil

PARIS_ETE = timezone(timedelta(hours=2))


def champ(genre: str) -> Champ:
    return Champ("c", "Champ", genre, 1, 1)


@pytest.mark.exigence("R1.3", "R9")
@pytest.mark.parametrize(
    ("genre", "valeur", "attendu"),
    [
        ("texte", " deux  mots ", " deux  mots "),
        ("texte", 12, "12"),
        ("entier", "12", "12"),
        ("entier", " +7 ", "7"),
        ("entier", "\u22123", "-3"),
        ("entier", "007", "7"),
        ("entier", 12, "12"),
        ("decimal", "-27,5", "-27.5"),
        ("decimal", "-27.50", "-27.50"),
        ("decimal", ",5", "0.5"),
        ("decimal", "\u221221,4", "-21.4"),
        ("decimal", "3", "3"),
        ("decimal", Decimal("1E-7"), "0.0000001"),
        ("decimal", 0.1, "0.1"),
        ("decimal", 1e-7, "0.0000001"),
        ("decimal", -2, "-2"),
        ("date", "2026-11-05", "2026-11-05"),
        ("date", "05/11/2026", "2026-11-05"),
        ("date", "5/1/2026", "2026-01-05"),
        ("date", date(2026, 11, 5), "2026-11-05"),
        ("date", datetime(2026, 7, 1, 23, 30, tzinfo=UTC), "2026-07-02"),
        ("dateHeure", "2026-11-05T09:15:00+01:00", "2026-11-05T09:15:00+01:00"),
        ("dateHeure", "2026-11-05T09:15:00Z", "2026-11-05T09:15:00+00:00"),
        ("dateHeure", "2026-11-05T09:15:00-0430", "2026-11-05T09:15:00-04:30"),
        ("dateHeure", "2026-11-05T09:15", "2026-11-05T09:15:00+01:00"),
        ("dateHeure", "2026-07-01 09:15", "2026-07-01T09:15:00+02:00"),
        ("dateHeure", "05/11/2026 9h15", "2026-11-05T09:15:00+01:00"),
        ("dateHeure", "05/11/2026 à 9h15", "2026-11-05T09:15:00+01:00"),
        ("dateHeure", "2026-11-05T09:15:07.25", "2026-11-05T09:15:07.250000+01:00"),
        ("dateHeure", datetime(2026, 7, 1, 9, 15), "2026-07-01T09:15:00+02:00"),  # noqa: DTZ001
        ("dateHeure", datetime(2026, 7, 1, 9, 15, tzinfo=PARIS_ETE), "2026-07-01T09:15:00+02:00"),
        # The night when clocks go forward has no 02:30; when they go back, the first of the two 02:30 is meant.
        ("dateHeure", "2026-03-29T02:30", "2026-03-29T03:30:00+02:00"),
        ("dateHeure", "2026-10-25T02:30", "2026-10-25T02:30:00+02:00"),
        ("ouiNon", "oui", "true"),
        ("ouiNon", "NON", "false"),
        ("ouiNon", "true", "true"),
        ("ouiNon", "0", "false"),
        ("ouiNon", True, "true"),
        ("ouiNon", False, "false"),
        ("telephone", "02 99 00.00-00", "0299000000"),
        ("telephone", "+33 (2) 99 00 00 00", "+33299000000"),
        ("nomenclature", " PBO ", "PBO"),
        ("courriel", "a@b.fr ", "a@b.fr"),
    ],
)
def test_valeur__ok(genre: str, valeur: object, attendu: str) -> None:
    assert sur_le_fil(champ(genre), valeur) == attendu


REFUSEES: dict[str, list[object]] = {
    "entier": ["", "1,5", "douze", "1e3", "\u0663", True, 1.5, None],
    "decimal": ["", ".", "1e3", "1.2.3", "abc", True, float("nan"), Decimal("Infinity"), "\u0663"],
    "date": ["", "2026-02-30", "31/02/2026", "2026-1-1", "demain", 20261105, "5/1/26"],
    "dateHeure": [
        *("", "2026-11-05", "2026-11-05T25:00", "2026-11-05T24:00:00", "09:15", 12),
        *("2026-11-05T09:15+99:00", "2026-02-30T09:15"),
    ],
    "ouiNon": ["", "peut-être", 1, None],
    "texte": [None, True, b"octets", {}],
}


@pytest.mark.exigence("R1.3", "R9")
@pytest.mark.parametrize(("genre", "valeur"), [(genre, v) for genre, valeurs in REFUSEES.items() for v in valeurs])
def test_valeur__error(genre: str, valeur: object) -> None:
    with pytest.raises(ValueError, match="attendu"):
        sur_le_fil(champ(genre), valeur)
