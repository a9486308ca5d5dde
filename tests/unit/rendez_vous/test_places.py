"""What time makes of reservations, and the places that are left."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from esav_soap.rendez_vous import (
    DUREE_TENUE,
    ENGAGES,
    Effet,
    EtatReservation,
    Plage,
    PlageLibre,
    Reservation,
    etat_a,
    expirees,
    libres,
    plages_libres,
    vue,
)
from tests.unit.rendez_vous.agenda import JEUDI, MARDI, MERCREDI, VENDREDI, capacite, creneau

TENUE, CONFIRMEE, ANNULEE, EXPIREE, DEPLACEE = EtatReservation
POSEE = Reservation("N1", "OPA", "R1", "S1", creneau(), TENUE, MARDI, MARDI, MARDI + DUREE_TENUE)
INSTANT_LIMITE = MARDI + DUREE_TENUE


@pytest.mark.exigence("R4.1")
def test_une_tenue_finit_a_l_instant_dit() -> None:
    assert etat_a(POSEE, INSTANT_LIMITE - timedelta(microseconds=1)) is TENUE
    assert etat_a(POSEE, INSTANT_LIMITE) is EXPIREE
    assert vue(POSEE, MARDI) == POSEE
    assert vue(POSEE, INSTANT_LIMITE) == replace(POSEE, etat=EXPIREE)


@pytest.mark.exigence("R4.1")
def test_une_tenue_sans_fin_ne_peut_pas_etre__error() -> None:
    with pytest.raises(ValueError, match="fin"):
        replace(POSEE, tenue_jusqu_a=None)


#: Few enough for an instant to be the very end of a hold now and then.
instants = st.integers(-20, 20).map(lambda minutes: MARDI + timedelta(minutes=minutes))


@pytest.mark.exigence("R4.1")
@given(st.sampled_from(EtatReservation), instants, instants)
def test_l_expiration_ne_depend_que_du_temps(etat: EtatReservation, fin: datetime, instant: datetime) -> None:
    """It changes once, at the end of the hold, of held ones alone; asking twice or in another zone changes nothing."""
    posee = replace(POSEE, etat=etat, tenue_jusqu_a=fin)
    attendu = EXPIREE if etat is TENUE and instant >= fin else etat
    assert etat_a(posee, instant) is attendu
    assert vue(vue(posee, instant), instant) == vue(posee, instant)
    assert [r.etat for r in expirees([posee], instant)] == ([EXPIREE] if attendu is not etat else [])


@pytest.mark.exigence("R4.1")
def test_ce_qui_est_ecrit_d_une_expiration() -> None:
    autres = [replace(POSEE, numero=f"N-{e.name}", etat=e) for e in EtatReservation if e is not TENUE]
    plus_tard = INSTANT_LIMITE + timedelta(hours=1)
    assert expirees([*autres, POSEE], plus_tard) == (replace(POSEE, etat=EXPIREE, modifiee_le=plus_tard),)


@pytest.mark.exigence("R4.2")
@given(st.lists(st.tuples(st.sampled_from(EtatReservation), instants), max_size=8), st.integers(0, 5), instants)
def test_places_libres(posees: list[tuple[EtatReservation, datetime]], places: int, instant: datetime) -> None:
    reservations = [
        replace(POSEE, numero=f"N{n}", etat=etat, tenue_jusqu_a=fin) for n, (etat, fin) in enumerate(posees)
    ]
    ailleurs = replace(POSEE, numero="A", creneau=creneau(zone="2A"), etat=CONFIRMEE)
    prises = sum(etat is CONFIRMEE or (etat is TENUE and instant < fin) for etat, fin in posees)
    assert libres([capacite(places, creneau())], [*reservations, ailleurs], instant) == {
        creneau(): max(0, places - prises)
    }


@pytest.mark.exigence("R4.1", "R4.2")
def test_plages_a_proposer() -> None:
    """By time; neither full ones nor those that are too near; a hold that is over is free."""
    jeudi_soir = creneau(JEUDI, Plage.APRES_MIDI)
    aujourd_hui = creneau(MARDI.date(), Plage.APRES_MIDI)
    capacites = [
        capacite(3, creneau(VENDREDI, zone="2A")),
        capacite(2, jeudi_soir),
        capacite(1, creneau(JEUDI)),
        capacite(0, creneau(MERCREDI)),
        capacite(1, creneau(MERCREDI, Plage.APRES_MIDI)),
        capacite(9, aujourd_hui),
    ]
    prise = replace(POSEE, numero="N2", creneau=jeudi_soir, etat=CONFIRMEE)
    assert plages_libres(capacites, [POSEE, prise], MARDI) == (
        PlageLibre(creneau(MERCREDI, Plage.APRES_MIDI), 1),
        PlageLibre(jeudi_soir, 1),
        PlageLibre(creneau(VENDREDI, zone="2A"), 3),
    )
    assert PlageLibre(creneau(JEUDI), 1) in plages_libres(capacites, [POSEE, prise], INSTANT_LIMITE)


@pytest.mark.exigence("R4.1")
def test_codes_promis() -> None:
    """Stored and sent: they never change. The effects bear the names of the signalisation's actions."""
    assert [e.name for e in EtatReservation] == ["TENUE", "CONFIRMEE", "ANNULEE", "EXPIREE", "DEPLACEE"]
    assert [e.name for e in ENGAGES] == ["TENUE", "CONFIRMEE"]
    assert [e.name for e in Effet] == [
        "AUCUN",
        "PRENDRE_RENDEZ_VOUS",
        "DEPLACER_RENDEZ_VOUS",
        "ANNULER_RENDEZ_VOUS",
    ]
    heures = ["H08", "H09", "H10", "H11", "H13", "H14", "H15", "H16", "H17"]
    assert [p.name for p in Plage] == ["MATIN", "APRES_MIDI", *heures]
