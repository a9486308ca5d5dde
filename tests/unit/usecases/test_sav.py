"""The technicians: who may do what, two at once, integration, the avis de clôture, the guarantee, late entries."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from esav_soap.avis import Envoi, GenreAvis
from esav_soap.certificats import Role
from esav_soap.errors import CodeChamp, CodeErreur, ErreurEsav, FormulaireInvalide
from esav_soap.intake import Verdict
from esav_soap.signalisation import (
    Action,
    Attendu,
    CauseCloture,
    Cote,
    Etat,
    MotifRejet,
    Prestation,
    Responsabilite,
    Visibilite,
)
from esav_soap.signalisation.commande import TransitionInterdite
from esav_soap.signalisation.numero import tirer
from esav_soap.signalisation.scenarios import Scenario, prestation_essai
from esav_soap.signalisation.transitions import Commande
from esav_soap.usecases.actions import ACTIONS, ModifieeEntretemps
from esav_soap.usecases.depot import Appelant, deposer
from esav_soap.usecases.droits import Identifie, autoriser
from esav_soap.usecases.ports.suivi import Filtre
from esav_soap.usecases.saisie import lire_liste
from esav_soap.usecases.sav import Fiche, Sav, Technicien
from esav_soap.usecases.scenarios import AvecScenarios
from tests.faux import INSTANT, FausseBase
from tests.unit.usecases.test_depot import ERREUR, verdict

MINUTE, HEURE = timedelta(minutes=1), timedelta(hours=1)
OPA = Appelant("production", "OPA")
ANNE, BOB = Technicien("Anne"), Technicien("Bob")
BILAN = {
    "cause": CauseCloture.CABLE,
    "responsabilite": Responsabilite.TIERS,
    "retabli_le": INSTANT + timedelta(minutes=30),
}
#: What each action needs.
CHAMPS: dict[Action, dict[str, Any]] = {
    Action.REJETER: {"motif": MotifRejet.DOUBLON},
    Action.GELER: {"attendu": Attendu.ACCES_SITE},
    Action.CLORE: BILAN,
    Action.COMMENTER: {"commentaire": "Mesure faite."},
}


class Monde:
    """A store with one deposit of OPA at INSTANT, its clock, and the technicians' use cases over it."""

    def __init__(self) -> None:
        self.base = FausseBase()
        self.base.ajouter(Prestation("production", "OPA", "P-1", "ACCES_FTTH", garantie="GTR_4H_S2"))
        self.present = INSTANT + HEURE
        self.scenarios = AvecScenarios(
            self.base, self.base, lambda _: {"ACCES_FTTH"}, lambda: self.present, lambda _: None
        )
        self.sav = Sav(self.base, self.scenarios.avancer)
        self.numero = deposer(OPA, "2026.1", verdict(), self.base, INSTANT).depot.numero

    def faire(self, action: Action, qui: Technicien = ANNE, *, vus: int | None = None, **champs: Any) -> Fiche:
        commande = Commande(action, Cote.FOURNISSEUR, **{**CHAMPS.get(action, {}), **champs})
        return self.sav.agir(qui, self.numero, commande, self.present, vus=vus)

    def mener(self, *actions: Action) -> Fiche:
        for action in actions:
            fiche = self.faire(action)
        return fiche


@pytest.fixture
def monde() -> Monde:
    return Monde()


def refus(essai: Callable[[], object]) -> ErreurEsav:
    with pytest.raises(ErreurEsav) as pris:
        essai()
    return pris.value


@pytest.mark.exigence("R3.4", "R3.6")
def test_du_depot_au_tableau_de_bord__ok(monde: Monde) -> None:
    actions = (Action.QUALIFIER, Action.PRENDRE, Action.GELER, Action.REPRENDRE, Action.CLORE, Action.VALIDER)
    fiche = monde.mener(*actions)
    monde.present += timedelta(days=7)
    fiche = monde.faire(Action.VERROUILLER, BOB)
    s = fiche.signalisation
    assert (s.etat, fiche.actions) == (Etat.CLOS_TABLEAU_DE_BORD, ())
    assert [e.action for e in s.evenements] == [Action.DEPOSER, *actions, Action.VERROUILLER]
    assert {e.auteur for e in s.evenements[1:-1]} == {"Anne"}
    assert s.evenements[-1].auteur == "Bob"
    assert monde.sav.montrer(BOB, monde.numero.lower(), monde.present).signalisation == s


@pytest.mark.exigence("R3.6", "R6.1")
@pytest.mark.parametrize("role", [Role.OPERATEUR, Role.PUBLIEUR])
def test_le_sav_est_au_fournisseur__error(monde: Monde, role: Role) -> None:
    intrus = Technicien("X", role)
    essais: list[Callable[[], object]] = [
        *(lambda action=action: monde.faire(action, intrus) for action in Action),
        lambda: monde.sav.montrer(intrus, monde.numero, INSTANT),
        lambda: monde.sav.lister(intrus, Filtre("production"), None, 10),
        lambda: monde.sav.saisir(intrus, OPA, "2026.1", verdict(reference="R-2"), monde.base, INSTANT, INSTANT),
        lambda: autoriser(Identifie("X", role), "sav"),
    ]
    assert {refus(essai).code for essai in essais} == {CodeErreur.DROIT_INSUFFISANT}
    assert monde.base.histoires == {}
    assert len(monde.base.deposees) == 1
    autoriser(Identifie("SI", Role.FOURNISSEUR), "sav")


@pytest.mark.exigence("R3.6")
@pytest.mark.parametrize("action", [a for a in Action if a not in ACTIONS[Role.FOURNISSEUR]])
def test_ce_qui_est_a_l_operateur_ou_aux_rendez_vous__error(monde: Monde, action: Action) -> None:
    assert refus(lambda: monde.faire(action)).code is CodeErreur.DROIT_INSUFFISANT
    assert monde.base.histoires == {}


@pytest.mark.exigence("R3.6")
def test_le_cote_et_l_auteur_viennent_de_l_identite__ok(monde: Monde) -> None:
    faux = Commande(Action.QUALIFIER, Cote.OPERATEUR, auteur="un autre")
    s = monde.sav.agir(ANNE, monde.numero, faux, monde.present).signalisation
    assert (s.evenements[-1].cote, s.evenements[-1].auteur) == (Cote.FOURNISSEUR, "Anne")


@pytest.mark.exigence("R3.6")
def test_une_plate_forme_qui_n_est_pas_la_sienne__error(monde: Monde) -> None:
    ailleurs = replace(ANNE, plateformes=frozenset({"integration"}))
    inconnu = tirer(b"\x09" * 7)
    for numero, qui in ((monde.numero, ailleurs), (inconnu, ANNE), ("pas un numéro", ANNE)):
        pris = refus(lambda numero=numero, qui=qui: monde.sav.montrer(qui, numero, INSTANT))  # type: ignore[misc]
        assert (pris.code, pris.message) == (
            CodeErreur.SIGNALISATION_INCONNUE,
            "Aucune signalisation ne porte ce numéro.",
        )
    refusee = refus(lambda: monde.sav.lister(ailleurs, Filtre("production"), None, 10))
    assert refusee.code is CodeErreur.DROIT_INSUFFISANT


# Two at once


@pytest.mark.exigence("R3.4", "R3.6")
def test_de_deux_techniciens_le_second_apprend_l_etat__error(monde: Monde) -> None:
    monde.mener(Action.QUALIFIER)
    monde.base.pendant = [lambda: monde.faire(Action.PRENDRE, BOB)]
    pris = refus(lambda: monde.faire(Action.PRENDRE, ANNE))
    assert isinstance(pris, ModifieeEntretemps)
    assert (pris.code, pris.signalisation.etat) == (CodeErreur.MODIFIEE_ENTRETEMPS, Etat.EN_COURS)
    assert "« en cours » (EN_COURS) depuis le 01/07/2026 à 13:00 (prendre en charge, par Bob)" in pris.message
    assert [e.auteur for e in monde.base.histoires[monde.numero]] == ["Anne", "Bob"]
    trop_tard = refus(lambda: monde.faire(Action.PRENDRE, ANNE))
    assert isinstance(trop_tard, TransitionInterdite)
    assert Action.CLORE in trop_tard.permises


@pytest.mark.exigence("R3.6")
def test_l_etat_parti_et_revenu_refuse_aussi__error(monde: Monde) -> None:
    """Frozen and taken up again meanwhile: what was decided on is no more."""
    monde.mener(Action.QUALIFIER)
    monde.base.pendant = [lambda: monde.mener(Action.GELER, Action.REPRENDRE)]
    assert refus(lambda: monde.faire(Action.PRENDRE, BOB)).code is CodeErreur.MODIFIEE_ENTRETEMPS


@pytest.mark.exigence("R3.6")
def test_deux_commentaires_ne_se_genent_pas__ok(monde: Monde) -> None:
    monde.base.pendant = [lambda: monde.faire(Action.COMMENTER, BOB), lambda: monde.faire(Action.COMMENTER, BOB)]
    fiche = monde.faire(Action.QUALIFIER)
    assert [e.auteur for e in fiche.signalisation.evenements] == ["", "Bob", "Bob", "Anne"]


@pytest.mark.exigence("R3.6")
def test_qui_perd_toujours_le_sait_a_la_fin__error(monde: Monde) -> None:
    def ecrire() -> None:
        histoire = monde.sav.montrer(BOB, monde.numero, monde.present).signalisation.evenements
        mot = replace(histoire[0], action=Action.COMMENTER)
        monde.base.ajouter_evenements("production", "OPA", monde.numero, len(histoire), [mot])

    monde.base.pendant = [ecrire] * 100
    assert refus(lambda: monde.faire(Action.QUALIFIER)).code is CodeErreur.MODIFIEE_ENTRETEMPS
    assert {e.action for e in monde.base.histoires[monde.numero]} == {Action.COMMENTER}


@pytest.mark.exigence("R3.6")
def test_qui_dit_ce_qu_il_a_vu_n_agit_que_la_dessus__error(monde: Monde) -> None:
    assert monde.faire(Action.COMMENTER, BOB, vus=1).signalisation.etat is Etat.EN_DEPOT
    assert refus(lambda: monde.faire(Action.QUALIFIER, vus=1)).code is CodeErreur.MODIFIEE_ENTRETEMPS
    monde.base.pendant = [lambda: monde.faire(Action.COMMENTER, BOB)]
    assert refus(lambda: monde.faire(Action.QUALIFIER, vus=2)).code is CodeErreur.MODIFIEE_ENTRETEMPS
    assert monde.faire(Action.QUALIFIER, vus=3).signalisation.etat is Etat.EN_QUALIFICATION


@pytest.mark.exigence("R3.2", "R3.6")
def test_tout_ce_qui_manque_est_dit__error(monde: Monde) -> None:
    monde.mener(Action.QUALIFIER)
    pris = refus(lambda: monde.faire(Action.CLORE, cause=None, responsabilite=None, retabli_le=None))
    assert [e.champ for e in pris.erreurs] == ["cause", "responsabilite", "dateHeureRetablissement"]
    interne = refus(lambda: monde.faire(Action.PRENDRE, visibilite=Visibilite.INTERNE))
    assert [e.champ for e in interne.erreurs] == ["visibilite"]
    assert len(monde.base.histoires[monde.numero]) == 1


# Integration


@pytest.mark.exigence("R3.6", "R6.3")
def test_en_integration_le_scenario_avance_avant_l_action__ok(monde: Monde) -> None:
    essai = Appelant("integration", "OPA")
    demande = verdict(prestation=prestation_essai("ACCES_FTTH", Scenario.GEL))
    monde.present = INSTANT + 40 * timedelta(seconds=1)
    monde.numero = deposer(essai, "2026.1", demande, monde.scenarios, INSTANT).depot.numero
    monde.present = INSTANT + 10 * MINUTE
    assert refus(lambda: monde.faire(Action.QUALIFIER)).code is CodeErreur.TRANSITION_INTERDITE
    fiche = monde.faire(Action.REPRENDRE)
    etats = [e.etat for e in fiche.signalisation.evenements]
    assert etats == [Etat.EN_DEPOT, Etat.EN_QUALIFICATION, Etat.EN_COURS, Etat.GELE, Etat.EN_COURS]
    dates = [e.date for e in fiche.signalisation.evenements]
    assert dates == sorted(dates)


@pytest.mark.exigence("R3.5", "R6.3")
def test_en_integration_la_liste_est_a_jour__ok(monde: Monde) -> None:
    essai = Appelant("integration", "OPA")
    for scenario in (Scenario.GEL, Scenario.REJET, None):
        demande = verdict(prestation=prestation_essai("ACCES_FTTH", scenario), reference=f"R-{scenario}")
        deposer(essai, "2026.1", demande, monde.scenarios, INSTANT)
    monde.present = INSTANT + 10 * MINUTE
    page = monde.sav.lister(ANNE, Filtre("integration"), None, 10)
    assert sorted(r.etat.name for r in page.signalisations) == ["EN_DEPOT", "EN_REJET", "GELE"]
    gelees = monde.sav.lister(ANNE, Filtre("integration", etats=frozenset({Etat.GELE})), None, 10)
    assert [r.reference for r in gelees.signalisations] == ["R-Scenario.GEL"]


# Avis de clôture


@pytest.mark.exigence("R3.4")
def test_valider_et_rien_d_autre_envoie_l_avis__ok(monde: Monde) -> None:
    monde.mener(Action.QUALIFIER, Action.PRENDRE, Action.CLORE)
    assert monde.base.envois == []
    monde.faire(Action.VALIDER)
    assert monde.base.envois == [Envoi(GenreAvis.AVIS_CLOTURE, f"{monde.numero}:5", "OPA")]
    monde.base.pendant = [lambda: monde.faire(Action.COMMENTER)]
    monde.faire(Action.COMMENTER)
    assert len(monde.base.envois) == 1


# The guarantee


@pytest.mark.exigence("R3.5")
def test_la_garantie_dit_l_echeance_et_si_elle_est_tenue__ok(monde: Monde) -> None:
    def dite(quand: datetime) -> tuple[str, datetime | None, bool | None]:
        g = monde.sav.montrer(ANNE, monde.numero, quand).garantie
        return g.texte, g.echeance, g.tenue

    assert dite(INSTANT) == ("GTR_4H_S2", INSTANT + 4 * HEURE, None)
    assert dite(INSTANT + 5 * HEURE)[2] is False
    monde.mener(Action.QUALIFIER, Action.GELER)
    assert dite(INSTANT + 9 * HEURE) == ("GTR_4H_S2", None, None)
    monde.present = INSTANT + 9 * HEURE
    monde.mener(Action.REPRENDRE, Action.PRENDRE)
    assert dite(monde.present) == ("GTR_4H_S2", INSTANT + 12 * HEURE, None)
    assert monde.faire(Action.CLORE).garantie.tenue is True


# Late entries


@pytest.mark.exigence("R7.4")
def test_saisie_apres_coup_a_sa_vraie_date__ok(monde: Monde) -> None:
    vraie = INSTANT - timedelta(days=2)
    demande = verdict(reference="R-2")
    accuse = monde.sav.saisir(ANNE, OPA, "2026.1", demande, monde.base, vraie, INSTANT)
    monde.numero = accuse.depot.numero
    fiche = monde.sav.montrer(BOB, monde.numero, INSTANT)
    s = fiche.signalisation
    assert (s.depot_le, s.saisie_le, s.modifiee_le, s.etat) == (vraie, INSTANT, INSTANT, Etat.EN_DEPOT)
    (premier,) = s.evenements
    assert (premier.date, premier.cote, premier.auteur) == (vraie, Cote.FOURNISSEUR, "Anne")
    assert premier.commentaire == "Saisie après coup le 01/07/2026 à 12:00 : prise par la procédure de secours."
    assert fiche.garantie.echeance == vraie + 4 * HEURE
    assert fiche.garantie.tenue is False
    monde.present = INSTANT - HEURE  # the clock of another node: the last change does not go back
    assert monde.faire(Action.QUALIFIER).signalisation.modifiee_le == INSTANT
    assert monde.sav.montrer(BOB, monde.numero, INSTANT).signalisation.modifiee_le == INSTANT
    encore = monde.sav.saisir(BOB, OPA, "2026.1", demande, monde.base, vraie, INSTANT + HEURE)
    assert (encore.depot.numero, encore.depot.deja_deposee) == (monde.numero, True)
    autre = refus(lambda: monde.sav.saisir(ANNE, OPA, "2026.1", verdict("4"), monde.base, vraie, INSTANT))
    assert autre.code is CodeErreur.REFERENCE_DEJA_UTILISEE


@pytest.mark.exigence("R7.4", "R3.2")
@pytest.mark.parametrize(
    ("date", "codes"),
    [
        (INSTANT + timedelta(seconds=1), [CodeChamp.TROP_GRAND]),
        (INSTANT - timedelta(days=91), [CodeChamp.TROP_PETIT]),
        (INSTANT.replace(tzinfo=None), [CodeChamp.FUSEAU_MANQUANT]),
        (INSTANT, []),
    ],
)
def test_une_date_impossible_et_les_autres_erreurs_ensemble__error(
    monde: Monde, date: datetime, codes: list[CodeChamp]
) -> None:
    pris = refus(lambda: monde.sav.saisir(ANNE, OPA, "2026.1", Verdict(erreurs=(ERREUR,)), monde.base, date, INSTANT))
    assert isinstance(pris, FormulaireInvalide)
    assert [e.code for e in pris.erreurs] == [ERREUR.code, *codes]
    assert len(monde.base.deposees) == 1


@pytest.mark.exigence("R7.4")
@pytest.mark.parametrize(
    "octets", [b'fichier;depotLe\n"x', b'fichier;depotLe\n"x"y;z', b"fichier;depotLe\nx;" + b"y" * 140_000]
)
def test_une_liste_qui_n_est_pas_du_csv_se_dit_en_francais__error(octets: bytes) -> None:
    demandes, problemes = lire_liste(octets, lambda _: b"", datetime.fromisoformat)
    assert demandes == []
    (dit,) = problemes
    assert "ce n'est pas du CSV" in dit
    assert not {"expected", "unexpected", "field", "limit"} & set(dit.split())
