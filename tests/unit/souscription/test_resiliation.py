"""Two calendar months of notice at least, to the end of the day in Paris: months' ends, leap years, clock changes."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from esav_soap.calendar import PARIS, en_paris, instant_plus_mois
from esav_soap.souscription import Acces, Souscription
from esav_soap.souscription.regles import (
    CodeDenonciation,
    DenonciationRefusee,
    denoncer,
    dernier_jour,
    fin_de_preavis,
)
from tests.unit.souscription.exemples import BON

INSTANTS = st.datetimes(datetime(2000, 1, 1), datetime(2090, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001
ACTIVEE = Souscription("OPA", BON, datetime(2026, 1, 1, tzinfo=UTC))


def a_paris(texte: str) -> datetime:
    return datetime.fromisoformat(texte).replace(tzinfo=PARIS)


@pytest.mark.exigence("R6.6")
@pytest.mark.parametrize(
    ("recue", "fin"),
    [
        ("2026-11-20T00:00", "2027-01-21T00:00"),
        ("2026-11-20T10:30", "2027-01-21T00:00"),
        ("2026-11-20T23:59:59", "2027-01-21T00:00"),
        ("2026-12-28T09:00", "2027-03-01T00:00"),
        ("2026-12-29T09:00", "2027-03-01T00:00"),
        ("2026-12-30T09:00", "2027-03-01T00:00"),
        ("2026-12-31T09:00", "2027-03-01T00:00"),
        ("2027-12-29T09:00", "2028-03-01T00:00"),  # leap year
        ("2027-12-28T09:00", "2028-02-29T00:00"),
        ("2028-02-29T09:00", "2028-04-30T00:00"),
        ("2026-07-31T09:00", "2026-10-01T00:00"),
        ("2026-08-31T09:00", "2026-11-01T00:00"),  # over the end of summer time
        ("2026-08-24T12:00", "2026-10-25T00:00"),  # the night before clocks change
        ("2027-01-28T02:30", "2027-03-29T00:00"),  # 02:30 does not exist on 28 March
        ("2026-08-25T02:30", "2026-10-26T00:00"),  # 02:30 comes twice on 25 October
    ],
)
def test_fin_de_preavis__ok(recue: str, fin: str) -> None:
    assert fin_de_preavis(a_paris(recue)) == a_paris(fin)


@pytest.mark.exigence("R6.6")
@given(INSTANTS)
@example(datetime(2026, 12, 30, 22, 59, 59, tzinfo=UTC))
@example(datetime(2026, 10, 25, 0, 30, tzinfo=UTC))
def test_jamais_moins_de_deux_mois_ni_un_jour_de_plus(recue: datetime) -> None:
    fin, deux_mois = fin_de_preavis(recue), instant_plus_mois(recue, 2)
    assert deux_mois < fin <= deux_mois + timedelta(hours=25)
    local = en_paris(fin)
    assert (local.hour, local.minute, local.second, local.microsecond) == (0, 0, 0, 0)


@pytest.mark.exigence("R6.6")
def test_denoncer__ok() -> None:
    recue = a_paris("2026-11-20T10:30")
    finie = denoncer(ACTIVEE, recue)
    assert (finie.denoncee_le, finie.fin) == (recue, a_paris("2027-01-21T00:00"))
    assert finie.fin is not None
    assert finie.fin.tzinfo is UTC
    assert dernier_jour(finie.fin) == "20/01/2027"
    assert finie.ouverte(Acces.INTEGRE, finie.fin - timedelta(microseconds=1))
    assert not finie.ouverte(Acces.INTEGRE, finie.fin)


@pytest.mark.exigence("R6.6")
def test_fin_souhaitee_plus_tard__ok() -> None:
    recue, voulue = a_paris("2026-11-20T10:30"), a_paris("2027-04-01T00:00")
    assert denoncer(ACTIVEE, recue, voulue).fin == voulue
    au_plus_tot = fin_de_preavis(recue)
    assert denoncer(ACTIVEE, recue, au_plus_tot).fin == au_plus_tot


@pytest.mark.exigence("R6.6")
def test_fin_souhaitee_trop_tot__error() -> None:
    recue = a_paris("2026-11-20T10:30")
    au_plus_tot = fin_de_preavis(recue)
    with pytest.raises(DenonciationRefusee, match=r"Dernier jour d'accès au plus tôt : 20/01/2027\.") as refus:
        denoncer(ACTIVEE, recue, au_plus_tot - timedelta(microseconds=1))
    assert (refus.value.code, refus.value.au_plus_tot) == (CodeDenonciation.PREAVIS_TROP_COURT, au_plus_tot)


@pytest.mark.exigence("R6.6")
def test_deja_denoncee__error() -> None:
    recue = a_paris("2026-11-20T00:00")
    finie = denoncer(ACTIVEE, recue)
    assert denoncer(finie, recue) == finie
    for autre, voulue in ((recue + timedelta(days=1), None), (recue, a_paris("2027-04-01T00:00"))):
        with pytest.raises(DenonciationRefusee, match=r"20/11/2026 .* 20/01/2027") as refus:
            denoncer(finie, autre, voulue)
        assert refus.value.code is CodeDenonciation.DEJA_DENONCEE


@pytest.mark.exigence("R6.6")
def test_sans_fuseau__error() -> None:
    with pytest.raises(ValueError, match="fuseau"):
        denoncer(ACTIVEE, datetime(2026, 11, 20))  # noqa: DTZ001
