"""Which versions are live: half-open intervals, decided by recorded dates and an instant alone."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from esav_soap.publication import EtatVersion, VersionPubliee, surnombre, vives

INSTANTS = st.datetimes(datetime(2026, 1, 1), datetime(2026, 12, 31), timezones=st.just(UTC))  # noqa: DTZ001
TIC = timedelta(microseconds=1)
ANNONCE, OUVERTURE, RETRAIT = (datetime(2026, mois, 1, tzinfo=UTC) for mois in (1, 3, 6))
VERSION = VersionPubliee("2026.1", ANNONCE, OUVERTURE, RETRAIT)


@st.composite
def versions(draw: st.DrawFn, nom: str = "2026.1") -> VersionPubliee:
    dates = sorted(draw(st.lists(INSTANTS, min_size=3, max_size=3)))
    return VersionPubliee(nom, dates[0], dates[1], draw(st.sampled_from([None, dates[2]])))


@pytest.mark.exigence("R2.3", "R2.4")
@pytest.mark.parametrize(
    ("instant", "etat"),
    [
        (ANNONCE - TIC, EtatVersion.ANNONCEE),
        (OUVERTURE - TIC, EtatVersion.ANNONCEE),
        (OUVERTURE, EtatVersion.EN_VIGUEUR),
        (RETRAIT - TIC, EtatVersion.EN_VIGUEUR),
        (RETRAIT, EtatVersion.RETIREE),
        (RETRAIT + TIC, EtatVersion.RETIREE),
    ],
)
def test_etat_aux_instants_exacts__ok(instant: datetime, etat: EtatVersion) -> None:
    assert VERSION.etat(instant) is etat
    assert VERSION.etat(instant.astimezone(ZoneInfo("Europe/Paris"))) is etat, "the same instant in another zone"
    assert VERSION.utilisable("production", instant) == (etat is EtatVersion.EN_VIGUEUR)


@pytest.mark.exigence("R2.5")
@pytest.mark.parametrize(
    ("instant", "utilisable"),
    [(ANNONCE - TIC, False), (ANNONCE, True), (OUVERTURE, True), (RETRAIT - TIC, True), (RETRAIT, False)],
)
def test_integration_des_l_annonce__ok(instant: datetime, utilisable: bool) -> None:
    assert VERSION.utilisable("integration", instant) is utilisable


@pytest.mark.exigence("R2.3", "R2.4", "R2.5")
@given(version=versions(), instant=INSTANTS)
def test_la_production_suit_les_dates__ok(version: VersionPubliee, instant: datetime) -> None:
    ouverte = version.ouverture <= instant and (version.retrait is None or instant < version.retrait)
    assert version.utilisable("production", instant) is ouverte
    if ouverte:
        assert version.utilisable("integration", instant), "what production takes, integration takes"


@pytest.mark.exigence("R2.4")
@given(version=versions(), instants=st.lists(INSTANTS, min_size=2, max_size=2).map(sorted))
def test_une_vie_ne_revient_jamais_en_arriere__ok(version: VersionPubliee, instants: list[datetime]) -> None:
    ordre = list(EtatVersion)
    avant, apres = (ordre.index(version.etat(i)) for i in instants)
    assert avant <= apres


@pytest.mark.exigence("R2.3", "R2.4")
@given(dates=st.lists(INSTANTS, min_size=2, max_size=6, unique=True).map(sorted), instant=INSTANTS)
def test_une_suite_de_versions_n_a_ni_trou_ni_doublon__ok(dates: list[datetime], instant: datetime) -> None:
    """When each ends at the instant at which the next opens, exactly one is live at every instant from the first on."""
    suite = [
        VersionPubliee(f"2026.{rang + 1}", debut, debut, fin)
        for rang, (debut, fin) in enumerate(zip(dates, [*dates[1:], None], strict=True))
    ]
    assume(instant >= dates[0])
    for moment in (instant, *dates):
        assert len(vives(suite, "production", moment)) == 1
    assert vives(reversed(suite), "production", dates[0] - TIC) == ()


@pytest.mark.exigence("R2.3")
@given(un=versions("2026.1"), deux=versions("2026.2"), instant=INSTANTS)
def test_vives_par_date_d_ouverture__ok(un: VersionPubliee, deux: VersionPubliee, instant: datetime) -> None:
    rendues = vives([deux, un], "integration", instant)
    assert set(rendues) == {v for v in (un, deux) if v.utilisable("integration", instant)}
    assert [v.ouverture for v in rendues] == sorted(v.ouverture for v in rendues)


@pytest.mark.exigence("R2.3")
def test_le_surnombre_dit_quand_et_qui__error() -> None:
    un = VersionPubliee("2026.1", ANNONCE, ANNONCE)
    deux = VersionPubliee("2026.2", ANNONCE, ANNONCE, RETRAIT)
    trois = VersionPubliee("2026.3", ANNONCE, OUVERTURE)
    assert surnombre([un, deux], [un, deux, trois], ANNONCE) == (OUVERTURE, (un, deux, trois))
    assert surnombre([un, deux], [un, deux, replace(trois, ouverture=RETRAIT)], ANNONCE) is None
    assert surnombre([un, deux], [un, deux, replace(trois, annulation=ANNONCE)], ANNONCE) is None
    assert surnombre([un, deux, trois], [un, deux, trois], ANNONCE) is None, "no worse than before"
    longue = replace(deux, retrait=RETRAIT + TIC)
    assert surnombre([un, deux, trois], [un, longue, trois], ANNONCE) == (RETRAIT, (un, longue, trois))
    assert surnombre([un, deux], [un, deux, trois], RETRAIT) is None, "what is past is past"
