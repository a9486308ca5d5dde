"""When a failed notification is sent again, and when sending stops."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from esav_soap.notifications import Patience

INSTANT = datetime(2026, 7, 1, 10, 0, tzinfo=UTC)
HEURE = timedelta(hours=1)


@pytest.mark.exigence("R3.5")
def test_l_attente_double_jusqu_au_plafond__ok() -> None:
    patience = Patience(recul=timedelta(seconds=10), plafond=timedelta(minutes=5))
    attentes = [patience.prochain(INSTANT, essais, 1.0) - INSTANT for essais in (0, 1, 2, 5, 24, 10_000)]
    assert [a.total_seconds() for a in attentes] == [10, 20, 40, 300, 300, 300]
    assert patience.prochain(INSTANT, 0, 0.0) - INSTANT == timedelta(seconds=7.5)


@pytest.mark.exigence("R3.5")
def test_l_arret_demande_la_duree_et_les_essais__ok() -> None:
    patience = Patience(arret=72 * HEURE, essais=10)
    assert not patience.epuisee(INSTANT, 9, INSTANT - 500 * HEURE)
    assert not patience.epuisee(INSTANT, 500, INSTANT - 71 * HEURE)
    assert patience.epuisee(INSTANT, 10, INSTANT - 72 * HEURE)


@pytest.mark.exigence("R3.5")
def test_dans_ces_72_heures_il_y_a_bien_plus_de_dix_essais__ok() -> None:
    patience, instant, essais = Patience(), INSTANT, 0
    while not patience.epuisee(instant, essais + 1, INSTANT):
        instant = patience.prochain(instant, essais, 1.0)
        essais += 1
    assert 72 * HEURE <= instant - INSTANT < 73 * HEURE
    assert 100 < essais < 200
    assert essais < patience.essais_max < 1000
