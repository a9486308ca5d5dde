"""What the opérateur's actions lead to on the test prestations of integration, by themselves (R6.3, R3.6)."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from esav_soap.signalisation import Action, CauseCloture, Cote, Etat, Evenement, Signalisation
from esav_soap.signalisation.scenarios import SUITES, Scenario, au_repos, echeances, echus, etapes
from esav_soap.signalisation.transitions import Commande, TransitionInterdite, appliquer, joindre
from tests.unit.signalisation.exemples import signalisation

MINUTE = timedelta(minutes=1)
DEPOT = datetime(2026, 7, 1, 10, 0, 17, 250000, tzinfo=UTC)
DEMANDEES = st.tuples(
    st.integers(0, 1500),
    st.sampled_from([*SUITES, Action.COMMENTER, Action.PRENDRE_RENDEZ_VOUS, Action.ANNULER_RENDEZ_VOUS]),
)


def vue(scenario: Scenario, suivie: Signalisation, minutes: float) -> Signalisation:
    """As whoever looks at it so long after the deposit finds it."""
    for evenement in echus(scenario, suivie, suivie.depot_le + minutes * MINUTE):
        suivie = joindre(suivie, evenement)
    return suivie


def faite(scenario: Scenario, suivie: Signalisation, minutes: float, action: Action) -> Signalisation:
    """After an action of the opérateur, who looks first."""
    suivie = vue(scenario, suivie, minutes)
    commande = Commande(action, Cote.OPERATEUR, "OPA", "Fait.")
    return joindre(suivie, appliquer(suivie, commande, suivie.depot_le + minutes * MINUTE))


def deposee() -> Signalisation:
    return signalisation(depot_le=DEPOT, plateforme="integration")


def suite(suivie: Signalisation, apres: int) -> list[tuple[float, Action | None, Etat]]:
    """Minutes after the deposit, action and state of the events after so many."""
    return [((e.date - DEPOT) / MINUTE, e.action, e.etat) for e in suivie.evenements[apres:]]


@pytest.mark.exigence("R6.3", "R3.6")
def test_la_reponse_au_gel_mene_a_la_cloture__ok() -> None:
    suivie = faite(Scenario.GEL, deposee(), 10.5, Action.COMPLETER)
    assert (suivie.etat, len(suivie.evenements)) == (Etat.EN_COURS, 5)
    assert vue(Scenario.GEL, suivie, 11.4).etat is Etat.EN_COURS
    suivie = vue(Scenario.GEL, suivie, 900)
    assert suite(suivie, 5) == [(11.5, Action.CLORE, Etat.CLOS)]


@pytest.mark.exigence("R6.3", "R3.6")
@pytest.mark.parametrize(
    ("scenario", "fin"),
    [
        (Scenario.CLOTURE, [(6, Action.CLORE, Etat.CLOS)]),
        (Scenario.VALIDATION, [(6, Action.CLORE, Etat.CLOS), (7, Action.VALIDER, Etat.VALIDE)]),
    ],
)
def test_une_contestation_rouvre_puis_se_referme__ok(scenario: Scenario, fin: list[tuple[float, Action, Etat]]) -> None:
    suivie = deposee()
    for fois in range(3):  # as often as the delay lasts
        debut = 100 * fois
        suivie = faite(scenario, suivie, debut + 5, Action.CONTESTER)
        assert suivie.etat is Etat.EN_COURS
        deja = len(suivie.evenements)
        suivie = vue(scenario, suivie, debut + 90)
        assert suite(suivie, deja) == [(m + debut, a, e) for m, a, e in fin]
        assert suivie.evenements[deja].cause is CauseCloture.NON_CONSTATE


@pytest.mark.exigence("R6.3", "R3.6")
def test_le_parcours_conteste_va_au_bout__ok() -> None:
    suivie = vue(Scenario.PARCOURS, faite(Scenario.PARCOURS, deposee(), 3.5, Action.CONTESTER), 30)
    assert [e for _, _, e in suite(suivie, 5)] == [Etat.CLOS, Etat.VALIDE, Etat.CLOS_TABLEAU_DE_BORD]


@pytest.mark.exigence("R6.3", "R3.6")
@pytest.mark.parametrize(
    ("scenario", "quand", "actions"),
    [
        (Scenario.QUALIFICATION, 0.5, [Action.QUALIFIER, Action.PRENDRE, Action.CLORE]),
        (Scenario.QUALIFICATION, 9, [Action.PRENDRE, Action.CLORE]),
        (Scenario.COURS, 9, [Action.CLORE]),
        (Scenario.GEL, 9, [Action.REPRENDRE, Action.CLORE]),
        (Scenario.REJET, 1.5, [Action.PRENDRE, Action.CLORE]),
        (Scenario.PARCOURS, 2.5, [Action.CLORE, Action.VALIDER, Action.VERROUILLER]),
    ],
)
def test_une_demande_de_cloture_y_mene__ok(scenario: Scenario, quand: float, actions: list[Action]) -> None:
    suivie = faite(scenario, deposee(), quand, Action.DEMANDER_CLOTURE)
    deja = len(suivie.evenements)
    suivie = vue(scenario, suivie, 60)
    assert [(m, a) for m, a, _ in suite(suivie, deja)] == [(quand + n, a) for n, a in enumerate(actions, 1)]
    (close,) = (e for e in suivie.evenements if e.action is Action.CLORE)
    assert close.cause is CauseCloture.DEMANDE_OPERATEUR


@pytest.mark.exigence("R6.3", "R4.1")
def test_un_rendez_vous_gele_jusqu_a_la_reponse__ok() -> None:
    suivie = faite(Scenario.CLOTURE, deposee(), 1.5, Action.PRENDRE_RENDEZ_VOUS)
    assert vue(Scenario.CLOTURE, suivie, 5000).etat is Etat.GELE
    suivie = faite(Scenario.CLOTURE, suivie, 6000, Action.COMPLETER)
    assert suivie.etat is Etat.EN_QUALIFICATION
    assert [a for _, a, _ in suite(vue(Scenario.CLOTURE, suivie, 7000), 4)] == [Action.PRENDRE, Action.CLORE]


@pytest.mark.exigence("R6.3", "R3.6")
def test_un_technicien_prend_la_main__ok() -> None:
    """From then on people do what is done, also after an action of the opérateur; a comment of theirs changes nothing."""
    suivie = vue(Scenario.COURS, deposee(), 3)
    date = suivie.depot_le + 4 * MINUTE
    commente = joindre(suivie, appliquer(suivie, Commande(Action.COMMENTER, Cote.FOURNISSEUR, "jd", "Vu."), date))
    assert vue(Scenario.COURS, faite(Scenario.COURS, commente, 5, Action.DEMANDER_CLOTURE), 60).etat is Etat.CLOS
    close = Commande(
        *(Action.CLORE, Cote.FOURNISSEUR, "jd"),
        cause=CauseCloture.NON_CONSTATE,
        responsabilite=SUITES[Action.CONTESTER].responsabilite,
        retabli_le=date,
    )
    prise = joindre(suivie, appliquer(suivie, close, date))
    assert vue(Scenario.COURS, faite(Scenario.COURS, prise, 5, Action.CONTESTER), 60).etat is Etat.EN_COURS


@pytest.mark.exigence("R6.3")
@pytest.mark.parametrize("scenario", [s for s in Scenario if not etapes(s)])
def test_sans_scenario_suivi_rien_ne_se_passe__ok(scenario: Scenario) -> None:
    suivie = faite(scenario, deposee(), 2, Action.DEMANDER_CLOTURE)
    assert vue(scenario, suivie, 60) == suivie


@pytest.mark.exigence("R6.3", "R3.4", "R3.6")
@given(
    scenario=st.sampled_from(Scenario),
    demandees=st.lists(DEMANDEES, max_size=5),
    regards=st.lists(st.integers(0, 2000), max_size=6).map(sorted),
)
def test_la_meme_histoire_quels_que_soient_les_regards__ok(
    scenario: Scenario, demandees: list[tuple[int, Action]], regards: list[int]
) -> None:
    """Looked at by many or by nobody; what follows the table of transitions by itself is in the order of its dates."""
    rendues = []
    for vus in (regards, []):
        suivie = deposee()
        a_faire = sorted([*((s, None) for s in vus), *demandees], key=lambda un: un[0])
        for secondes, action in a_faire:
            if action is None:
                suivie = vue(scenario, suivie, secondes / 60)
                continue
            try:
                suivie = faite(scenario, suivie, secondes / 60, action)
            except TransitionInterdite:
                suivie = vue(scenario, suivie, secondes / 60)
        rendues.append(vue(scenario, suivie, 60))
    assert rendues[0] == rendues[1]
    dates = [e.date for e in rendues[0].evenements]
    assert dates == sorted(dates)
    dernier = rendues[0]
    if au_repos(scenario, dernier.etat, DEPOT, dernier.modifiee_le):
        assert echus(scenario, dernier, DEPOT + timedelta(days=9)) == ()


@pytest.mark.exigence("R6.3")
def test_qui_peut_encore_changer_n_est_pas_au_repos__ok() -> None:
    """What a list passes over has nothing to come."""
    for scenario in (s for s in Scenario if etapes(s)):
        suivie = deposee()
        for prevu in echeances(scenario, DEPOT):
            assert not au_repos(scenario, suivie.etat, DEPOT, suivie.modifiee_le), scenario
            suivie = joindre(suivie, prevu)
        assert au_repos(scenario, suivie.etat, DEPOT, suivie.modifiee_le), scenario
    demandee = faite(Scenario.GEL, deposee(), 9, Action.DEMANDER_CLOTURE)
    assert not au_repos(Scenario.GEL, demandee.etat, DEPOT, demandee.modifiee_le), "frozen still, and to be closed"
    close = vue(Scenario.GEL, demandee, 60)
    assert au_repos(Scenario.GEL, close.etat, DEPOT, close.modifiee_le)


@pytest.mark.exigence("R6.3", "R3.4")
def test_ce_qui_suit_n_a_pas_de_nom__ok() -> None:
    """By the Fournisseur, and by nobody in person."""
    suivie = vue(Scenario.GEL, faite(Scenario.GEL, deposee(), 9, Action.DEMANDER_CLOTURE), 60)
    seuls: list[Evenement] = [e for e in suivie.evenements[1:] if e.cote is Cote.FOURNISSEUR]
    assert len(seuls) == 5
    assert all(e.commentaire and not e.auteur for e in seuls)
    assert replace(seuls[-1], date=DEPOT).retabli_le == DEPOT + 11 * MINUTE
