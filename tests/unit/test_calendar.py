"""Paris time: the months' ends, the leap days, the two nights of the year when clocks change."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from esav_soap.calendar import (
    PARIS,
    en_francais,
    en_paris,
    en_utc,
    http_date,
    instant_plus_jours,
    instant_plus_mois,
    plus_mois,
    sur_le_fil,
)

INSTANTS = st.datetimes(datetime(2000, 1, 1), datetime(2090, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001


@pytest.mark.exigence("R2.3")
@pytest.mark.parametrize(
    ("jour", "mois", "attendu"),
    [
        ("2027-01-31", 1, "2027-02-28"),
        ("2028-01-31", 1, "2028-02-29"),
        ("2028-01-30", 1, "2028-02-29"),
        ("2028-02-29", 12, "2029-02-28"),
        ("2028-02-29", 48, "2032-02-29"),
        ("2100-01-31", 1, "2100-02-28"),
        ("2026-03-31", 1, "2026-04-30"),
        ("2026-10-31", 6, "2027-04-30"),
        ("2026-12-31", 2, "2027-02-28"),
        ("2026-12-15", 1, "2027-01-15"),
        ("2026-01-15", -1, "2025-12-15"),
        ("2026-03-31", -1, "2026-02-28"),
        ("2026-05-15", 0, "2026-05-15"),
    ],
)
def test_plus_mois__ok(jour: str, mois: int, attendu: str) -> None:
    assert plus_mois(date.fromisoformat(jour), mois) == date.fromisoformat(attendu)


@pytest.mark.exigence("R2.3")
@given(jour=st.dates(date(1990, 1, 1), date(2090, 1, 1)), mois=st.integers(-60, 60))
def test_plus_mois_reste_dans_le_mois_voulu__ok(jour: date, mois: int) -> None:
    rendu = plus_mois(jour, mois)
    assert (rendu.year * 12 + rendu.month) - (jour.year * 12 + jour.month) == mois
    assert rendu.day == jour.day or (rendu.day < jour.day and (rendu + timedelta(days=1)).day == 1)


@pytest.mark.exigence("R2.3")
@pytest.mark.parametrize(
    ("depart", "mois", "attendu"),
    [
        # Same clock time in Paris, whatever the offset of the day.
        ("2026-03-15T10:00:00+01:00", 1, "2026-04-15T10:00:00+02:00"),
        ("2026-10-15T00:00:00+02:00", 1, "2026-11-15T00:00:00+01:00"),
        # 02:30 does not exist on 29 March 2026: one hour of clock later.
        ("2026-02-28T02:30:00+01:00", 1, "2026-03-28T02:30:00+01:00"),
        ("2026-01-29T02:30:00+01:00", 2, "2026-03-29T03:30:00+02:00"),
        # 02:30 exists twice on 25 October 2026: the first.
        ("2026-09-25T02:30:00+02:00", 1, "2026-10-25T02:30:00+02:00"),
        # From the second 02:30 of that night: its clock time counts, and it is single a month later.
        ("2026-10-25T02:30:00+01:00", 1, "2026-11-25T02:30:00+01:00"),
        ("2026-10-25T02:30:00+01:00", 0, "2026-10-25T02:30:00+02:00"),
        ("2026-01-31T00:00:00+01:00", 1, "2026-02-28T00:00:00+01:00"),
        # 31 December 23:30 UTC is 1 January in Paris: the day counts in Paris.
        ("2026-12-31T23:30:00+00:00", 1, "2027-02-01T00:30:00+01:00"),
    ],
)
def test_instant_plus_mois__ok(depart: str, mois: int, attendu: str) -> None:
    rendu = instant_plus_mois(datetime.fromisoformat(depart), mois)
    assert rendu == datetime.fromisoformat(attendu)
    assert rendu.utcoffset() == timedelta(0)


@pytest.mark.exigence("R2.3")
@given(instant=INSTANTS, mois=st.integers(1, 12))
def test_un_mois_avance_toujours_et_garde_l_heure_de_paris__ok(instant: datetime, mois: int) -> None:
    rendu = instant_plus_mois(instant, mois)
    assert timedelta(days=27 * mois) < rendu - instant < timedelta(days=32 * mois)
    avant, apres = en_paris(instant), en_paris(rendu)
    ecart = timedelta(hours=apres.hour - avant.hour, minutes=apres.minute - avant.minute)
    assert ecart in (timedelta(0), timedelta(hours=1))
    if ecart:
        assert (apres.month, apres.hour) == (3, 3), "only in the night that skips an hour"


@pytest.mark.exigence("R2.3")
@given(instant=INSTANTS)
def test_aller_et_retour__ok(instant: datetime) -> None:
    assert en_utc(en_paris(instant)) == instant
    assert en_paris(instant).tzinfo is PARIS
    relu = datetime.fromisoformat(sur_le_fil(instant))
    assert relu == instant.replace(microsecond=0)
    assert relu.utcoffset() in (timedelta(hours=1), timedelta(hours=2))


@pytest.mark.exigence("R3.5")
def test_les_deux_2h30_de_la_nuit_d_octobre_se_distinguent__ok() -> None:
    assert sur_le_fil(datetime(2026, 10, 25, 0, 30, tzinfo=UTC)) == "2026-10-25T02:30:00+02:00"
    assert sur_le_fil(datetime(2026, 10, 25, 1, 30, tzinfo=UTC)) == "2026-10-25T02:30:00+01:00"
    un = datetime(2026, 10, 25, 2, 30, tzinfo=PARIS)
    assert en_utc(un.replace(fold=1)) - en_utc(un) == timedelta(hours=1)


@pytest.mark.exigence("R3.5")
@pytest.mark.parametrize("fonction", [en_utc, en_paris, sur_le_fil, http_date, lambda i: instant_plus_mois(i, 1)])
def test_un_instant_sans_fuseau_est_refuse__error(fonction: object) -> None:
    with pytest.raises(ValueError, match="fuseau"):
        fonction(datetime(2026, 1, 1))  # type: ignore[operator]  # noqa: DTZ001


@pytest.mark.exigence("R2.4")
def test_date_http__ok() -> None:
    assert http_date(datetime(2026, 7, 1, 12, 0, tzinfo=PARIS)) == "Wed, 01 Jul 2026 10:00:00 GMT"


@pytest.mark.exigence("R2.2", "R2.3")
@pytest.mark.parametrize(
    ("instant", "dit"),
    [
        ("2026-07-01T10:00:59+00:00", "01/07/2026 à 12:00"),
        ("2026-12-31T23:30:00+00:00", "01/01/2027 à 00:30"),
        ("2026-10-25T00:30:00+00:00", "25/10/2026 à 02:30 (heure d'été)"),
        ("2026-10-25T01:30:00+00:00", "25/10/2026 à 02:30 (heure d'hiver)"),
        ("2026-10-24T23:59:59+00:00", "25/10/2026 à 01:59"),
        ("2026-10-25T02:00:00+00:00", "25/10/2026 à 03:00"),
        ("2026-03-29T01:00:00+00:00", "29/03/2026 à 03:00"),
    ],
)
def test_un_instant_pour_les_gens__ok(instant: str, dit: str) -> None:
    assert en_francais(datetime.fromisoformat(instant)) == dit


@pytest.mark.exigence("R2.2")
@given(instant=INSTANTS, jours=st.integers(0, 400))
@example(instant=datetime(2027, 3, 13, 1, 30, tzinfo=UTC), jours=15)
def test_jours_calendaires_a_la_meme_heure_de_paris__ok(instant: datetime, jours: int) -> None:
    avant, apres = en_paris(instant), en_paris(instant_plus_jours(instant, jours))
    assert apres.date() - avant.date() == timedelta(days=jours)
    if apres.time() != avant.time():
        sautee = datetime.combine(apres.date(), avant.time(), PARIS)
        assert en_utc(apres) == en_utc(sautee), "the hour that a spring night skips"
        assert (apres.month, apres.hour) == (3, 3)
