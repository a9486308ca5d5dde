"""The slot search: closed hours, kinds of the Offre, periods; and how a refusal becomes a fault."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from esav_soap.calendar import en_paris
from esav_soap.errors import CodeErreur, FormulaireInvalide
from esav_soap.model import TypeRendezVous
from esav_soap.rendez_vous import MotifRefus, Periode, Plage, PlageLibre, Raison, Refus, chercher, proposer
from tests.unit.rendez_vous.agenda import (
    EXPERTISE,
    JEUDI,
    MARDI,
    MERCREDI,
    OFFRE,
    SAV,
    SAV_PLUS,
    VENDREDI,
    creneau,
    motifs,
    refusee,
)


@pytest.mark.exigence("R4.1")
@pytest.mark.parametrize(
    ("du", "au", "periode"),
    [
        (None, None, (MERCREDI, date(2026, 12, 15))),
        (VENDREDI, None, (VENDREDI, date(2026, 12, 17))),
        (date(2026, 11, 1), VENDREDI, (MERCREDI, VENDREDI)),
        (None, MERCREDI, (MERCREDI, MERCREDI)),
        (JEUDI, JEUDI, (JEUDI, JEUDI)),
        (None, date(2027, 1, 1), (MERCREDI, date(2027, 1, 1))),
    ],
)
def test_periode_cherchee(du: date | None, au: date | None, periode: tuple[date, date]) -> None:
    assert chercher(OFFRE, SAV, MARDI, du, au) == Periode(*periode)


@pytest.mark.exigence("R4.1", "R3.2")
@pytest.mark.parametrize(
    ("du", "au", "motif", "admise"),
    [
        (VENDREDI, JEUDI, "PERIODE_INVERSEE", VENDREDI),
        (date(2026, 12, 1), date(2026, 11, 30), "PERIODE_INVERSEE", MERCREDI),
        (None, date(2026, 12, 1), "PERIODE_TROP_PROCHE", MERCREDI),
        (date(2026, 12, 1), date(2026, 12, 1), "PERIODE_TROP_PROCHE", MERCREDI),
        (None, date(2027, 1, 2), "PERIODE_TROP_LONGUE", date(2027, 1, 1)),
        (JEUDI, date(2027, 1, 3), "PERIODE_TROP_LONGUE", date(2027, 1, 2)),
    ],
)
def test_periode_refusee_avec_ce_qui_est_possible(du: date | None, au: date, motif: str, admise: date) -> None:
    refus = refusee(chercher(OFFRE, SAV, MARDI, du, au))
    assert motifs(refus) == [motif]
    assert refus.raisons[0].admises == (admise.isoformat(),)
    assert f"{admise:%d/%m/%Y}" in refus.raisons[0].message
    assert isinstance(chercher(OFFRE, SAV, MARDI, du, admise), Periode)


@pytest.mark.exigence("R4.1", "R3.2")
@pytest.mark.parametrize("genre", TypeRendezVous)
def test_genres_de_l_offre(genre: TypeRendezVous) -> None:
    rendu = chercher(OFFRE, genre, MARDI)
    if genre in (SAV, EXPERTISE):
        assert isinstance(rendu, Periode)
    else:
        assert motifs(rendu) == ["GENRE_NON_PREVU"]
        assert refusee(rendu).raisons[0].admises == ("SAV", "EXPERTISE_CONTRADICTOIRE")
    sans = refusee(chercher(replace(OFFRE, rendez_vous=()), genre, MARDI))
    assert sans.raisons[0].admises == ()
    assert "Aucun rendez-vous n'est prévu pour l'Offre Accès FTTH" in sans.raisons[0].message


@pytest.mark.exigence("R4.1", "R3.2")
def test_toutes_les_raisons_a_la_fois() -> None:
    erreur = refusee(chercher(OFFRE, SAV_PLUS, MARDI, VENDREDI, JEUDI)).erreur()
    assert isinstance(erreur, FormulaireInvalide)
    assert [(e.champ, e.code.name, e.valeur, e.valeurs_admises) for e in erreur.erreurs] == [
        ("genre", "VALEUR_HORS_LISTE", "SAV_PLUS", ("SAV", "EXPERTISE_CONTRADICTOIRE")),
        ("dateFin", "TROP_PETIT", "2026-12-03", ("2026-12-04",)),
    ]
    assert all(e.libelle and e.message for e in erreur.erreurs)
    assert motifs(chercher(OFFRE, SAV_PLUS, MARDI, au=MARDI.date())) == ["GENRE_NON_PREVU", "PERIODE_TROP_PROCHE"]
    longue = chercher(OFFRE, SAV_PLUS, MARDI, au=date(2027, 6, 1))
    assert motifs(longue) == ["GENRE_NON_PREVU", "PERIODE_TROP_LONGUE"]


@pytest.mark.exigence("R4.3")
@pytest.mark.parametrize(
    ("instant", "reouverture"),
    [
        (datetime(2026, 12, 1, 1, tzinfo=UTC), datetime(2026, 12, 1, 3, tzinfo=UTC)),
        (datetime(2026, 3, 29, 0, 30, tzinfo=UTC), datetime(2026, 3, 29, 2, tzinfo=UTC)),
        (datetime(2026, 10, 25, 0, 30, tzinfo=UTC), datetime(2026, 10, 25, 3, tzinfo=UTC)),
    ],
)
def test_recherche_fermee_dit_quand_elle_rouvre(instant: datetime, reouverture: datetime) -> None:
    """Closed comes before everything else that is wrong, and nothing is refused at the instant that it names."""
    erreur = refusee(chercher(OFFRE, SAV_PLUS, instant)).erreur()
    assert (erreur.code, erreur.reessayer_apres) == (CodeErreur.PLAGES_FERMEES, reouverture)
    assert f"{en_paris(reouverture):%d/%m/%Y} à 04:00" in erreur.message
    assert isinstance(chercher(OFFRE, SAV, reouverture), Periode)
    assert "PLAGES_FERMEES" in motifs(chercher(OFFRE, SAV, reouverture - timedelta(microseconds=1)))


@pytest.mark.exigence("R4.1", "R4.2")
def test_une_plage_complete_propose_les_plus_proches() -> None:
    complet = Refus((Raison(MotifRefus.PLAGE_COMPLETE, "La plage n'a plus de place."),))
    libres = [PlageLibre(creneau(JEUDI, plage), 1) for plage in Plage]
    propose = proposer(complet, libres)
    assert (propose.code, len(propose.raisons[0].admises)) == (CodeErreur.PLAGE_COMPLETE, 5)
    assert propose.raisons[0].admises[:2] == ("2026-12-03 MATIN", "2026-12-03 APRES_MIDI")
    assert "03/12/2026, matin (08:00-12:00)" in propose.erreur().message
    assert "Aucune autre plage" in proposer(complet, []).erreur().message
    autre = refusee(chercher(OFFRE, SAV_PLUS, MARDI))
    assert proposer(autre, libres) == autre


@pytest.mark.exigence("R4.1")
def test_chaque_motif_a_son_code() -> None:
    champs = {"genre", "jour", "plage", "dateFin"}
    for motif in MotifRefus:
        assert motif.sens.endswith(".")
        d_un_champ = motif.code is CodeErreur.FORMULAIRE_INVALIDE or motif is MotifRefus.PLAGE_COMPLETE
        assert d_un_champ == (motif.champ in champs) == bool(motif.champ)
        erreur = Refus((Raison(motif, "dit"),)).erreur()
        assert erreur.code is motif.code
    assert {m.code for m in MotifRefus} == {
        CodeErreur.PLAGES_FERMEES,
        CodeErreur.PLAGE_COMPLETE,
        CodeErreur.REFERENCE_DEJA_UTILISEE,
        CodeErreur.FORMULAIRE_INVALIDE,
        CodeErreur.TRANSITION_INTERDITE,
    }
