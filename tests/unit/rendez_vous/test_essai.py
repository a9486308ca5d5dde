"""The places of the test prestations, by the day alone (R4.1, R6.3)."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from esav_soap.calendar import en_paris
from esav_soap.jours_ouvres import est_ouvre
from esav_soap.model import TypeRendezVous
from esav_soap.reader import lire_catalogue
from esav_soap.reader.sources import depuis_dossiers
from esav_soap.rendez_vous import PlageLibre, plages_libres, premier_jour, reouverture
from esav_soap.rendez_vous.essai import COMPLETES, JOURS_OUVERTS, LIBRES, places_essai
from esav_soap.rendez_vous.recherche import JOURS_MAX, JOURS_ORDINAIRES

RACINE = Path(__file__).parents[3]
GENRES = st.sampled_from(TypeRendezVous)
JOURS = st.dates(date(2026, 1, 1), date(2035, 1, 1))
INSTANTS = st.datetimes(datetime(2026, 1, 1), datetime(2035, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001


@pytest.mark.exigence("R4.1", "R6.3")
@given(genre=GENRES, aujourd_hui=JOURS, avance=st.integers(-3, 70))
def test_chaque_jour_ouvre_a_ses_places__ok(genre: TypeRendezVous, aujourd_hui: date, avance: int) -> None:
    jour = aujourd_hui + timedelta(days=avance)
    places = places_essai("integration", "ESSAI", genre, jour, aujourd_hui)
    ouvert = 0 < avance <= JOURS_OUVERTS and est_ouvre(jour)
    assert bool(places) is ouvert
    for une in places:
        assert (une.plateforme, une.zone, une.genre, une.jour) == ("integration", "ESSAI", genre, jour)
        assert sum(une.plage.recouvre(autre.plage) for autre in places) == 1, "no technician is counted twice"
    if ouvert:
        assert {une.plage for une in places if une.places > 999} == set(LIBRES[genre])
        assert [une.plage for une in places if not une.places] == [COMPLETES[genre]]
        assert len(LIBRES[genre]) > 1, "to be moved"


@pytest.mark.exigence("R4.1", "R6.3")
@given(genre=GENRES, instant=INSTANTS)
def test_la_recherche_ordinaire_en_trouve_toujours__ok(genre: TypeRendezVous, instant: datetime) -> None:
    """Whatever the day, on the last day of the search too, which is far enough to be changed."""
    premier, aujourd_hui = premier_jour(instant), en_paris(instant).date()
    assert premier + timedelta(days=JOURS_MAX - 1) <= aujourd_hui + timedelta(days=JOURS_OUVERTS)
    jours = [premier + timedelta(days=n) for n in range(JOURS_ORDINAIRES)]
    places = [une for jour in jours for une in places_essai("integration", "ESSAI", genre, jour, aujourd_hui)]
    trouvees: tuple[PlageLibre, ...] = plages_libres(places, (), instant)
    assert {libre.creneau.jour for libre in trouvees} == {jour for jour in jours if est_ouvre(jour)}
    assert (trouvees[-1].creneau.jour - aujourd_hui).days > 7


@pytest.mark.exigence("R4.1", "R6.3")
def test_chaque_genre_est_possible_dans_chaque_version__ok() -> None:
    for version in ("2026.1", "2026.2"):
        offres = lire_catalogue(depuis_dossiers(RACINE, version)).offres
        assert {genre for offre in offres for genre in offre.rendez_vous} == set(TypeRendezVous)


@pytest.mark.exigence("R4.1", "R6.3")
def test_demi_journees_et_heures__ok() -> None:
    plages = {plage for genre in TypeRendezVous for plage in LIBRES[genre]}
    assert {"MATIN", "APRES_MIDI", "H08", "H13"} <= {plage.name for plage in plages}


@pytest.mark.exigence("R4.3")
@given(instant=INSTANTS)
def test_la_reouverture_est_la_prochaine__ok(instant: datetime) -> None:
    rouvre = reouverture(instant)
    assert instant < rouvre <= instant + timedelta(hours=25)
    assert (en_paris(rouvre).hour, en_paris(rouvre).minute, en_paris(rouvre).second) == (4, 0, 0)
