"""Appointments on the test prestations: which places are opened, when, and when the search is closed (R4.1, R4.3, R6.3)."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from esav_soap.model import TypeRendezVous
from esav_soap.rendez_vous import Capacite, Creneau, Periode, Plage
from esav_soap.usecases.agenda_essai import AgendaEssai, fermeture_essai

SAV = TypeRendezVous.SAV
#: A Thursday, at noon in Paris.
JEUDI = datetime(2026, 7, 2, 10, tzinfo=UTC)
NUIT = datetime(2026, 7, 2, 0, 30, tzinfo=UTC)  # 02:30 in Paris
PERIODE = Periode(date(2026, 7, 3), date(2026, 7, 8))


@dataclass
class Base:
    """The store, as far as it is asked."""

    ouvertes: list[tuple[str, str, date, Plage]] = field(default_factory=list)
    appels: list[str] = field(default_factory=list)

    def ouvrir_places(self, places: Sequence[Capacite]) -> None:
        self.appels.append("ouvrir")
        self.ouvertes += [(une.zone, une.genre.name, une.jour, une.plage) for une in places]

    def capacites(self, *_: object) -> tuple[tuple[()], tuple[()]]:
        self.appels.append("capacites")
        return (), ()

    def seance(self, *_: object, **__: object) -> AbstractContextManager[None]:
        self.appels.append("seance")
        return nullcontext()


@pytest.fixture
def base() -> Base:
    return Base()


def agenda(base: Base, instant: datetime = JEUDI) -> AgendaEssai:
    outil: Any = base
    return AgendaEssai(outil, lambda: instant)


@pytest.mark.exigence("R4.1", "R6.3")
def test_la_recherche_ouvre_les_jours_ouvres__ok(base: Base) -> None:
    agenda(base).capacites("integration", "ESSAI", SAV, PERIODE)
    assert base.appels == ["ouvrir", "capacites"]
    assert [j.day for _, _, j, plage in base.ouvertes if plage is Plage.MATIN] == [3, 6, 7, 8]
    assert {(zone, genre) for zone, genre, _, _ in base.ouvertes} == {("ESSAI", "SAV")}


@pytest.mark.exigence("R6.3")
def test_un_jour_ouvert_ne_l_est_plus__ok(base: Base) -> None:
    """A process writes what it does not know to be there, and nothing else."""
    une = agenda(base)
    for _ in range(3):
        une.capacites("integration", "ESSAI", SAV, PERIODE)
    assert base.appels == ["ouvrir", "capacites", "capacites", "capacites"]
    base.ouvertes.clear()
    une.capacites("integration", "ESSAI", SAV, Periode(PERIODE.du, PERIODE.au + timedelta(days=1)))
    une.capacites("integration", "ESSAI", TypeRendezVous.SAV_PLUS, PERIODE)
    assert {(genre, jour.day) for _, genre, jour, _ in base.ouvertes} == {
        ("SAV", 9),
        *(("SAV_PLUS", jour) for jour in (3, 6, 7, 8)),
    }


@pytest.mark.exigence("R4.1", "R6.3")
def test_une_reservation_ouvre_son_jour__ok(base: Base) -> None:
    """Also one that nobody has searched for, on the area where the search is closed."""
    voulu = Creneau("integration", "ESSAI-NUIT", SAV, date(2026, 7, 6), Plage.MATIN)
    with agenda(base).seance("integration", "OPA", "7K3M9QX2TBX", voulu=voulu):
        pass
    assert base.appels == ["ouvrir", "seance"]
    assert {(zone, jour) for zone, _, jour, _ in base.ouvertes} == {("ESSAI-NUIT", voulu.jour)}


@pytest.mark.exigence("R6.3", "R4.2")
@pytest.mark.parametrize(("plateforme", "zone"), [("production", "ESSAI"), ("integration", "75"), ("integration", "")])
def test_ailleurs_rien_ne_s_ouvre__error(base: Base, plateforme: str, zone: str) -> None:
    une = agenda(base)
    une.capacites(plateforme, zone, SAV, PERIODE)
    with une.seance(plateforme, "OPA", "N1", voulu=Creneau(plateforme, zone, SAV, PERIODE.du, Plage.MATIN)):
        pass
    with une.seance("integration", "OPA", "N1"):
        pass
    assert base.ouvertes == []


@pytest.mark.exigence("R6.3")
def test_pas_de_jours_lointains_ni_passes__error(base: Base) -> None:
    """Nobody fills the store by searching for the years to come."""
    une = agenda(base)
    une.capacites("integration", "ESSAI", SAV, Periode(date(2030, 1, 7), date(2030, 2, 6)))
    une.capacites("integration", "ESSAI", SAV, Periode(date(2026, 6, 1), date(2026, 7, 2)))
    assert base.ouvertes == []
    une.capacites("integration", "ESSAI", SAV, Periode(date(2026, 6, 1), date(2036, 6, 1)))
    assert max(jour for _, _, jour, _ in base.ouvertes) == date(2026, 9, 2)


@pytest.mark.exigence("R4.3", "R6.3")
def test_quand_la_recherche_est_fermee__ok() -> None:
    quatre_heures = datetime(2026, 7, 2, 2, tzinfo=UTC)
    assert fermeture_essai("integration", "ESSAI", NUIT) is None
    assert fermeture_essai("integration", "ESSAI-NUIT", NUIT) == quatre_heures
    assert fermeture_essai("integration", "ESSAI-NUIT", JEUDI) == quatre_heures + timedelta(days=1)
    for plateforme, zone in (("integration", "75"), ("production", "ESSAI"), ("production", "ESSAI-NUIT")):
        assert fermeture_essai(plateforme, zone, NUIT) == quatre_heures
        assert fermeture_essai(plateforme, zone, JEUDI) is None
