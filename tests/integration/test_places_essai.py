"""Places that are opened on demand: what was there stays, and many who open at once open them once (R4.2, R6.3)."""

from __future__ import annotations

import threading
from datetime import UTC, date, datetime, timedelta

import pytest

from esav_soap.model import TypeRendezVous
from esav_soap.rendez_vous import Capacite, Periode, Plage
from esav_soap.rendez_vous.essai import places_essai
from esav_soap.store import Magasin
from esav_soap.usecases.agenda_essai import AgendaEssai

SAV, SAV_PLUS = TypeRendezVous.SAV, TypeRendezVous.SAV_PLUS
INSTANT = datetime(2026, 12, 1, 11, tzinfo=UTC)
JEUDI, VENDREDI = date(2026, 12, 3), date(2026, 12, 4)
DEUX_JOURS = Periode(JEUDI, VENDREDI)


def essai(jour: date, genre: TypeRendezVous = SAV) -> tuple[Capacite, ...]:
    return places_essai("integration", "ESSAI", genre, jour, date(2026, 12, 1))


def toutes(magasin: Magasin, genre: TypeRendezVous = SAV) -> set[tuple[date, str, int]]:
    """Those without places too."""
    lues = magasin.occupations("integration", JEUDI, VENDREDI, INSTANT, "ESSAI", genre)
    assert len({lue.capacite.creneau for lue in lues}) == len(lues)
    return {(lue.capacite.jour, lue.capacite.plage.name, lue.capacite.places) for lue in lues}


def attendues(*places: Capacite) -> set[tuple[date, str, int]]:
    return {(une.jour, une.plage.name, une.places) for une in places}


@pytest.mark.exigence("R4.1", "R6.3")
def test_les_jours_absents_sont_ouverts(magasin: Magasin) -> None:
    agenda = AgendaEssai(magasin, lambda: INSTANT)
    for _ in range(2):
        libres, prises = agenda.capacites("integration", "ESSAI", SAV, DEUX_JOURS)
        assert {une.places for une in libres} == {10_000}
        assert prises == ()
    assert toutes(magasin) == attendues(*essai(JEUDI), *essai(VENDREDI))
    assert toutes(magasin, SAV_PLUS) == set(), "nobody has asked for it"


@pytest.mark.exigence("R4.2", "R6.3")
def test_les_places_importees_sont_les_bonnes(magasin: Magasin) -> None:
    """A day and kind that has any, if only a closed one, is left to who imported it; and an import changes the others."""
    importee = Capacite("integration", "ESSAI", SAV, JEUDI, Plage.APRES_MIDI, 2)
    fermee = Capacite("integration", "ESSAI", SAV_PLUS, JEUDI, Plage.MATIN, 0)
    assert magasin.importer_capacites([(2, importee), (3, fermee)], INSTANT).ajoutees == 2
    agenda = AgendaEssai(magasin, lambda: INSTANT)
    for genre in (SAV, SAV_PLUS):
        agenda.capacites("integration", "ESSAI", genre, DEUX_JOURS)
    assert toutes(magasin) == attendues(importee, *essai(VENDREDI))
    assert toutes(magasin, SAV_PLUS) == attendues(fermee, *essai(VENDREDI, SAV_PLUS))
    matin = Capacite("integration", "ESSAI", SAV, VENDREDI, Plage.MATIN, 1)
    assert magasin.importer_capacites([(2, matin)], INSTANT).modifiees == 1
    AgendaEssai(magasin, lambda: INSTANT).capacites("integration", "ESSAI", SAV, DEUX_JOURS)
    assert (VENDREDI, "MATIN", 1) in toutes(magasin)


@pytest.mark.exigence("R4.2", "R6.3")
def test_plusieurs_a_la_fois_ouvrent_une_fois(magasin: Magasin) -> None:
    fils, depart, erreurs = 8, threading.Barrier(8), []

    def ouvrir() -> None:
        agenda = AgendaEssai(magasin, lambda: INSTANT)  # as another process, which remembers nothing
        depart.wait(30)
        try:
            agenda.capacites("integration", "ESSAI", SAV, Periode(JEUDI, JEUDI + timedelta(days=30)))
        except Exception as exc:
            erreurs.append(exc)

    lances = [threading.Thread(target=ouvrir) for _ in range(fils)]
    for un in lances:
        un.start()
    for un in lances:
        un.join(60)
    assert erreurs == []
    assert toutes(magasin) == attendues(*essai(JEUDI), *essai(VENDREDI))


@pytest.mark.exigence("R6.3")
def test_rien_a_ouvrir_n_ecrit_rien(magasin: Magasin) -> None:
    magasin.ouvrir_places(())
    assert toutes(magasin) == set()
