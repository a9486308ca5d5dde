"""Jours ouvrés: weekends, the eleven public holidays of the metropole, the turn of the year, both directions."""

from __future__ import annotations

import subprocess
import sys
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from esav_soap.jours_ouvres import ajouter, est_ouvre

JOURS = st.dates(date(2000, 1, 1), date(2090, 12, 31))
OUVRES = JOURS.filter(est_ouvre)


@pytest.mark.exigence("R6.2")
@pytest.mark.parametrize(
    "jour",
    [
        "2026-01-01",
        "2026-04-06",  # lundi de Pâques
        "2026-05-01",
        "2026-05-08",
        "2026-05-14",  # Ascension
        "2026-05-25",  # lundi de Pentecôte
        "2026-07-14",
        "2028-08-15",
        "2027-11-01",
        "2026-11-11",
        "2026-12-25",
        "2027-03-29",
        "2027-05-06",
        "2027-05-17",
        "2038-04-26",  # the latest Easter that there is
    ],
)
def test_ferie_en_semaine__pas_ouvre(jour: str) -> None:
    ferie = date.fromisoformat(jour)
    assert ferie.weekday() < 5
    assert not est_ouvre(ferie)


@pytest.mark.exigence("R6.2")
@pytest.mark.parametrize("jour", ["2026-11-28", "2026-11-29", "2026-08-15", "2026-11-01"])
def test_fin_de_semaine__pas_ouvre(jour: str) -> None:
    assert not est_ouvre(date.fromisoformat(jour))


@pytest.mark.exigence("R6.2")
@pytest.mark.parametrize(
    "jour",
    [
        "2026-04-03",  # Good Friday: a holiday in Alsace and Moselle alone
        "2028-12-26",  # the same
        "2026-05-15",  # the day after Ascension
        "2026-08-17",  # a holiday on a Saturday is not made up for
        "2026-11-02",
        "2026-12-24",
        "2026-12-31",
    ],
)
def test_jour_ordinaire__ouvre(jour: str) -> None:
    assert est_ouvre(date.fromisoformat(jour))


@pytest.mark.exigence("R6.2")
@pytest.mark.parametrize(
    ("jour", "n", "attendu"),
    [
        ("2026-11-23", 0, "2026-11-23"),
        ("2026-11-28", 0, "2026-11-28"),
        ("2026-11-23", 1, "2026-11-24"),
        ("2026-11-27", 1, "2026-11-30"),
        ("2026-11-28", 1, "2026-11-30"),
        ("2026-11-29", -1, "2026-11-27"),
        ("2026-11-23", 15, "2026-12-14"),
        ("2026-12-18", 15, "2027-01-12"),  # Christmas, New Year
        ("2027-01-12", -15, "2026-12-18"),
        ("2026-12-31", 1, "2027-01-04"),
        ("2027-01-04", -1, "2026-12-31"),
        ("2026-04-02", 2, "2026-04-07"),  # Easter Monday
        ("2026-05-07", 1, "2026-05-11"),  # Friday 8 May
        ("2026-05-13", 1, "2026-05-15"),  # Ascension
        ("2026-05-22", 1, "2026-05-26"),  # Whit Monday
        ("2026-07-13", 1, "2026-07-15"),
        ("2026-04-28", 15, "2026-05-22"),  # 1 May, 8 May, Ascension
    ],
)
def test_ajouter(jour: str, n: int, attendu: str) -> None:
    assert ajouter(date.fromisoformat(jour), n) == date.fromisoformat(attendu)


@pytest.mark.exigence("R6.2")
@given(OUVRES, st.integers(-300, 300))
def test_ajouter_puis_retirer__meme_jour(jour: date, n: int) -> None:
    assert ajouter(ajouter(jour, n), -n) == jour


@pytest.mark.exigence("R6.2")
@given(JOURS, st.integers(1, 60), st.sampled_from([1, -1]))
def test_ajouter__n_jours_ouvres_entre_les_deux(jour: date, n: int, sens: int) -> None:
    arrivee = ajouter(jour, sens * n)
    parcourus = [jour + timedelta(days=sens * i) for i in range(1, abs((arrivee - jour).days) + 1)]
    assert est_ouvre(arrivee)
    assert sum(map(est_ouvre, parcourus)) == n
    assert parcourus[-1] == arrivee


@pytest.mark.exigence("R6.2")
@pytest.mark.parametrize("annee", [2026, 2027, 2028, 2100])
def test_feries_de_la_metropole__onze_par_an(annee: int) -> None:
    jours = [date(annee, 1, 1) + timedelta(days=i) for i in range(366)]
    en_semaine = {jour for jour in jours if jour.year == annee and jour.weekday() < 5}
    fixes = {date(annee, m, j) for m, j in [(1, 1), (5, 1), (5, 8), (7, 14), (8, 15), (11, 1), (11, 11), (12, 25)]}
    assert len({jour for jour in en_semaine if not est_ouvre(jour)} - fixes) == 3  # two Mondays and a Thursday


@pytest.mark.exigence("R6.2")
def test_au_dela_de_la_bibliotheque__les_fins_de_semaine_comptent_encore() -> None:
    assert est_ouvre(date(9999, 12, 31))
    assert ajouter(date(9999, 12, 31), -15) == date(9999, 12, 10)


@pytest.mark.exigence("R6.2")
def test_import__ne_charge_pas_la_bibliotheque_des_feries() -> None:
    code = "import sys, esav_soap.jours_ouvres as j; assert 'holidays' not in sys.modules; print('bon')"
    fait = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert fait.stdout == "bon\n"
