"""When the slot search is closed, from which day on a slot can be booked, until when it can be changed."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from esav_soap.calendar import PARIS, en_paris
from esav_soap.jours_ouvres import est_ouvre
from esav_soap.rendez_vous import Plage, fermeture, limite_changement, premier_jour
from tests.unit.rendez_vous.agenda import creneau

#: Any second of twenty years.
instants = st.integers(0, 20 * 366 * 86400).map(lambda s: datetime(2020, 1, 1, tzinfo=UTC) + timedelta(seconds=s))


def utc(texte: str) -> datetime:
    return datetime.fromisoformat(texte).astimezone(UTC)


@pytest.mark.exigence("R4.3")
@pytest.mark.parametrize(
    ("instant", "reouverture"),
    [
        ("2026-12-01T00:59:59.999999+01:00", None),
        ("2026-12-01T01:00:00+01:00", "2026-12-01T04:00:00+01:00"),
        ("2026-12-01T03:59:59.999999+01:00", "2026-12-01T04:00:00+01:00"),
        ("2026-12-01T04:00:00+01:00", None),
        ("2026-12-01T13:00:00+01:00", None),
        ("2026-07-01T01:00:00Z", "2026-07-01T02:00:00Z"),
        ("2026-07-01T02:00:00Z", None),
        # The night that skips 02:00-03:00: closed for two hours.
        ("2026-03-29T00:59:59+01:00", None),
        ("2026-03-29T01:00:00+01:00", "2026-03-29T04:00:00+02:00"),
        ("2026-03-29T01:59:59+01:00", "2026-03-29T04:00:00+02:00"),
        ("2026-03-29T03:00:00+02:00", "2026-03-29T04:00:00+02:00"),
        ("2026-03-29T04:00:00+02:00", None),
        # The night that has 02:00-03:00 twice: closed for four hours.
        ("2026-10-25T00:59:59+02:00", None),
        ("2026-10-25T01:00:00+02:00", "2026-10-25T04:00:00+01:00"),
        ("2026-10-25T02:30:00+02:00", "2026-10-25T04:00:00+01:00"),
        ("2026-10-25T02:30:00+01:00", "2026-10-25T04:00:00+01:00"),
        ("2026-10-25T03:59:59+01:00", "2026-10-25T04:00:00+01:00"),
        ("2026-10-25T04:00:00+01:00", None),
    ],
)
def test_recherche_fermee_et_sa_reouverture(instant: str, reouverture: str | None) -> None:
    assert fermeture(utc(instant)) == (utc(reouverture) if reouverture else None)


@pytest.mark.exigence("R4.3")
@pytest.mark.parametrize(
    ("nuit", "heures"), [("2026-03-29", 2), ("2026-10-25", 4), ("2026-12-01", 3), ("2026-07-01", 3)]
)
def test_duree_de_la_fermeture(nuit: str, heures: int) -> None:
    """Minute by minute of real time through the night."""
    minuit = datetime.combine(date.fromisoformat(nuit), datetime.min.time(), PARIS).astimezone(UTC)
    fermees = [m for m in range(8 * 60) if fermeture(minuit + timedelta(minutes=m)) is not None]
    assert fermees == list(range(60, 60 + heures * 60))


@pytest.mark.exigence("R4.3")
@given(instants)
def test_la_reouverture_est_le_premier_instant_ouvert(instant: datetime) -> None:
    reouverture = fermeture(instant)
    if reouverture is None:
        assert en_paris(instant).hour not in (1, 2, 3)
    else:
        assert en_paris(instant).hour in (1, 2, 3)
        assert instant < reouverture <= instant + timedelta(hours=4)
        assert reouverture.tzinfo is UTC
        assert fermeture(reouverture) is None
        assert fermeture(reouverture - timedelta(microseconds=1)) == reouverture


@pytest.mark.exigence("R4.3")
def test_un_instant_sans_fuseau_n_a_pas_de_sens__error() -> None:
    with pytest.raises(ValueError, match="fuseau"):
        fermeture(datetime(2026, 12, 1, 2))  # noqa: DTZ001 - what is tested


@pytest.mark.exigence("R4.1")
@pytest.mark.parametrize(
    ("instant", "jour"),
    [
        ("2026-12-01T12:00:00+01:00", "2026-12-02"),
        ("2026-12-04T12:00:00+01:00", "2026-12-07"),  # Friday
        ("2026-12-05T12:00:00+01:00", "2026-12-07"),  # Saturday
        ("2026-12-24T12:00:00+01:00", "2026-12-28"),  # Thursday before Christmas
        ("2026-12-01T23:30:00Z", "2026-12-03"),  # already the 2nd in Paris
        ("2026-11-30T22:30:00Z", "2026-12-01"),  # still the 30th in Paris
    ],
)
def test_premier_jour_reservable(instant: str, jour: str) -> None:
    assert premier_jour(datetime.fromisoformat(instant)) == date.fromisoformat(jour)


@pytest.mark.exigence("R4.1")
@given(instants)
def test_premier_jour_est_ouvre_et_a_venir(instant: datetime) -> None:
    jour, aujourd_hui = premier_jour(instant), en_paris(instant).date()
    assert est_ouvre(jour)
    assert jour > aujourd_hui
    assert not any(est_ouvre(aujourd_hui + timedelta(days=n)) for n in range(1, (jour - aujourd_hui).days))


@pytest.mark.exigence("R4.1")
@pytest.mark.parametrize(
    ("jour", "limite"),
    [
        (date(2026, 12, 3), "2026-12-02T18:00:00+01:00"),
        (date(2026, 7, 1), "2026-06-30T18:00:00+02:00"),
        (date(2026, 3, 29), "2026-03-28T18:00:00+01:00"),  # clocks change between the two
        (date(2026, 10, 26), "2026-10-25T18:00:00+01:00"),
        (date(2027, 1, 1), "2026-12-31T18:00:00+01:00"),
    ],
)
def test_limite_est_la_veille_a_18_h(jour: date, limite: str) -> None:
    assert limite_changement(creneau(jour)) == utc(limite)


@pytest.mark.exigence("R4.1")
def test_debut_et_fin_sont_aux_horloges_de_paris() -> None:
    assert creneau(date(2026, 7, 1), Plage.MATIN).debut == utc("2026-07-01T08:00:00+02:00")
    assert creneau(date(2026, 12, 1), Plage.APRES_MIDI).fin == utc("2026-12-01T18:00:00+01:00")
    assert creneau(date(2026, 12, 1), Plage.H13).libelle == "01/12/2026, 13:00-14:00"
    assert creneau(date(2026, 12, 1), Plage.MATIN).libelle == "01/12/2026, matin (08:00-12:00)"


@pytest.mark.exigence("R4.1")
def test_plages_qui_se_recouvrent() -> None:
    heures = [p for p in Plage if p.value[1] - p.value[0] == 1]
    assert [p.name for p in heures if p.recouvre(Plage.MATIN)] == ["H08", "H09", "H10", "H11"]
    assert [p.name for p in heures if p.recouvre(Plage.APRES_MIDI)] == ["H13", "H14", "H15", "H16", "H17"]
    assert not Plage.MATIN.recouvre(Plage.APRES_MIDI)
    assert all(a.recouvre(b) == (a is b) for a in heures for b in heures)
