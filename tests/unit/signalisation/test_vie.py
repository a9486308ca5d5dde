"""The life of a signalisation under random commands by random actors (R3.4, R3.6); and the lives that run by themselves."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from esav_soap.calendar import en_paris
from esav_soap.errors import CodeChamp, CodeErreur, ErreurChamp
from esav_soap.jours_ouvres import est_ouvre
from esav_soap.signalisation import (
    Action,
    Attendu,
    CauseCloture,
    Cote,
    Etat,
    Evenement,
    MotifRejet,
    Responsabilite,
    Signalisation,
    Visibilite,
)
from esav_soap.signalisation.scenarios import Scenario, echeances
from esav_soap.signalisation.transitions import (
    LONGUEUR_COMMENTAIRE,
    Commande,
    CommandeIncomplete,
    TransitionInterdite,
    appliquer,
    joindre,
    permises,
)
from tests.unit.signalisation.exemples import CHANGEMENTS, DEPOT, RESTES, signalisation

#: (state, action, side) -> state after; for a freeze's end see the model.
VERS: Mapping[tuple[Etat, Action, Cote], Etat] = {
    **{(de, action, cote): vers for de, action, cote, _, vers in CHANGEMENTS},
    **{(de, action, cote): de for de, action, cote in RESTES},
}
FINALS = {Etat.EN_REJET, Etat.CLOS_TABLEAU_DE_BORD}
CLOTURES = {Etat.CLOS, Etat.VALIDE}

COMMENTAIRES = st.sampled_from(["", "  ", "Vu.", "x" * (LONGUEUR_COMMENTAIRE + 1)])
DECALAGES = st.integers(-400, 400).map(lambda h: timedelta(hours=h))
QUELCONQUES = st.builds(
    Commande,
    action=st.sampled_from(Action),
    cote=st.sampled_from(Cote),
    auteur=st.just("jd"),
    commentaire=COMMENTAIRES,
    visibilite=st.sampled_from(Visibilite),
    motif=st.none() | st.sampled_from(MotifRejet),
    attendu=st.none() | st.sampled_from(Attendu),
    cause=st.none() | st.sampled_from(CauseCloture),
    responsabilite=st.none() | st.sampled_from(Responsabilite),
    retabli_le=st.none() | DECALAGES.map(lambda d: DEPOT + d) | st.just(DEPOT.replace(tzinfo=None)),
)


def reparer(commande: Commande, erreur: ErreurChamp, instant: datetime) -> Commande:
    """As someone would who reads nothing but the refusal."""
    champ = {"dateHeureRetablissement": "retabli_le"}.get(erreur.champ, erreur.champ)
    valeur: Any
    match erreur.code:
        case CodeChamp.INTERDIT_SI:
            valeur = None
        case CodeChamp.TROP_LONG:
            valeur = commande.commentaire.strip()[: int(erreur.valeurs_admises[0])]
        case CodeChamp.VALEUR_HORS_LISTE:
            valeur = Visibilite[erreur.valeurs_admises[0]]
        case CodeChamp.TROP_GRAND | CodeChamp.TROP_PETIT:
            valeur = datetime.fromisoformat(erreur.valeurs_admises[0])
        case _ if champ == "commentaire":
            valeur = "Précisé."
        case _ if champ == "retabli_le":
            valeur = instant
        case _:
            types = {"motif": MotifRejet, "attendu": Attendu, "cause": CauseCloture, "responsabilite": Responsabilite}
            valeur = types[champ][erreur.valeurs_admises[0]]
    return replace(commande, **{champ: valeur})


def manques(suivie: Signalisation, commande: Commande, instant: datetime) -> tuple[ErreurChamp, ...]:
    """What the refusal of a possible action says; nothing when it is not refused."""
    try:
        appliquer(suivie, commande, instant)
    except CommandeIncomplete as incomplete:
        return incomplete.erreurs
    return ()


def jours_ouvres_passes(cloture: datetime, instant: datetime) -> int:
    """Whole jours ouvrés between them, one by one."""
    jour, n = en_paris(cloture).date() + timedelta(days=1), 0
    while jour < en_paris(instant).date():
        n += est_ouvre(jour)
        jour += timedelta(days=1)
    return n


class Vie(RuleBasedStateMachine):
    """``signalisation`` goes through the code; the other attributes say, independently, what it must be."""

    @initialize(plateforme=st.sampled_from(["production", "integration"]))
    def ouvrir(self, plateforme: str) -> None:
        self.instant = DEPOT + timedelta(microseconds=250_000)
        self.signalisation = signalisation(depot_le=self.instant, plateforme=plateforme)
        self.etat = Etat.EN_DEPOT
        self.avant_gel = Etat.EN_DEPOT
        self.cloture = self.instant
        self.faits = 1

    def possible(self, action: Action, cote: Cote) -> bool:
        if (self.etat, action, cote) not in VERS:
            return False
        passe = self.etat in CLOTURES and jours_ouvres_passes(self.cloture, self.instant) >= 3
        if action is Action.CONTESTER:
            return not passe
        return passe or action is not Action.VERROUILLER or self.signalisation.plateforme == "integration"

    def arrivee(self, action: Action, cote: Cote) -> Etat:
        vers = VERS[self.etat, action, cote]
        return self.avant_gel if self.etat is Etat.GELE and vers is not Etat.GELE else vers

    def agir(self, commande: Commande) -> None:
        avant = self.signalisation
        if not self.possible(commande.action, commande.cote):
            with pytest.raises(TransitionInterdite) as interdite:
                appliquer(avant, commande, self.instant)
            assert interdite.value.code is CodeErreur.TRANSITION_INTERDITE
            assert set(interdite.value.permises) == {a for a in Action if self.possible(a, commande.cote)}
            assert all(a.name in interdite.value.message for a in interdite.value.permises)
            return
        erreurs = manques(avant, commande, self.instant)
        for erreur in erreurs:
            commande = reparer(commande, erreur, self.instant)
        assert len({e.champ for e in erreurs}) == len(erreurs)
        fait = appliquer(avant, commande, self.instant)  # whatever was wrong was said at once
        arrivee = self.arrivee(commande.action, commande.cote)
        assert (fait.etat, fait.cote, fait.action, fait.auteur) == (
            *(arrivee, commande.cote, commande.action),
            commande.auteur,
        )
        assert fait.visibilite is Visibilite.PARTAGE or fait.etat is self.etat
        if arrivee is Etat.GELE and self.etat is not Etat.GELE:
            self.avant_gel = self.etat
            assert fait.attendu is not None
        if arrivee is Etat.CLOS and self.etat is not Etat.CLOS:
            self.cloture = self.instant
            assert None not in (fait.cause, fait.responsabilite, fait.retabli_le)
        if arrivee is Etat.EN_REJET:
            assert fait.motif is not None
        self.etat = arrivee
        self.signalisation = joindre(avant, fait)
        self.faits += 1

    @rule(commande=QUELCONQUES)
    def n_importe_quoi(self, commande: Commande) -> None:
        self.agir(commande)

    @precondition(lambda self: self.etat not in FINALS)
    @rule(donnees=st.data(), cote=st.sampled_from(Cote))
    def ce_qui_est_permis(self, donnees: st.DataObject, cote: Cote) -> None:
        proposees = permises(self.signalisation, cote, self.instant)
        assert {t.action for t in proposees} == {a for a in Action if self.possible(a, cote)}
        # What ends a life early comes up often enough by chance.
        suite = [t.action for t in proposees if t.action not in {Action.REJETER, Action.COMMENTER}]
        if suite:
            self.agir(Commande(donnees.draw(st.sampled_from(suite)), cote, "jd"))

    @rule(heures=st.sampled_from([0, 1, 7, 24, 72, 200]))
    def le_temps_passe(self, heures: int) -> None:
        self.instant += timedelta(hours=heures)

    @precondition(lambda self: self.etat in FINALS)
    @rule(action=st.sampled_from(Action), cote=st.sampled_from(Cote))
    def la_fin_est_la_fin(self, action: Action, cote: Cote) -> None:
        with pytest.raises(TransitionInterdite) as interdite:
            appliquer(self.signalisation, Commande(action, cote, commentaire="Encore."), self.instant)
        assert interdite.value.permises == ()

    @invariant()
    def l_histoire_tient(self) -> None:
        suivie = self.signalisation
        assert suivie.etat is self.etat is suivie.evenements[-1].etat
        assert len(suivie.evenements) == self.faits, "every change has its event, and every event its change"
        dates = [e.date for e in suivie.evenements]
        assert dates == sorted(dates)
        assert dates[-1] == suivie.modifiee_le <= self.instant


@pytest.mark.exigence("R3.2", "R3.4", "R3.6")
def test_des_commandes_au_hasard_ne_quittent_pas_la_table__ok() -> None:
    run_state_machine_as_test(Vie, settings=settings(max_examples=100, stateful_step_count=40, deadline=None))


def rejouee(evenements: tuple[Evenement, ...], plateforme: str) -> Signalisation:
    """The history that the commands of these events make."""
    suivie = signalisation(depot_le=evenements[0].date - timedelta(minutes=1), plateforme=plateforme)
    for e in evenements:
        assert e.action is not None
        implique = e.action is Action.PRENDRE_RENDEZ_VOUS
        commande = Commande(
            *(e.action, e.cote, e.auteur, e.commentaire, e.visibilite, e.motif),
            attendu=None if implique else e.attendu,
            cause=e.cause,
            responsabilite=e.responsabilite,
            retabli_le=e.retabli_le,
        )
        suivie = joindre(suivie, appliquer(suivie, commande, e.date))
    return suivie


@pytest.mark.exigence("R3.4", "R6.3")
@pytest.mark.parametrize("scenario", [s for s in Scenario if echeances(s, DEPOT)])
def test_les_scenarios_suivent_la_table__ok(scenario: Scenario) -> None:
    """What happens by itself on integration could have been done by people, word for word."""
    joues = echeances(scenario, datetime(2026, 7, 1, 10, 0, 17, 250000, tzinfo=UTC))
    assert rejouee(joues, "integration").evenements[1:] == joues
