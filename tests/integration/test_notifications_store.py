"""Notifications on both engines: what is taken up, in which order, what a failure leaves, when it stops."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from esav_soap.avis import EtatEnvoi, GenreAvis, Operateur
from esav_soap.avis.faits import Lieux
from esav_soap.notifications import Abonnement, EtatAbonnement, Patience
from esav_soap.signalisation import Action, Cote, Etat, Evenement, Visibilite
from esav_soap.signalisation.scenarios import Scenario, prestation_essai
from esav_soap.souscription import Souscription
from esav_soap.store import Magasin
from esav_soap.usecases.avis import Redacteur
from esav_soap.usecases.courrier import EchecDefinitif
from esav_soap.usecases.notifications import (
    AbonnementRefuse,
    CodeAbonnement,
    IssueNotification,
    Notifications,
    abonner,
    actualiser,
    reprendre,
    suspendre,
)
from esav_soap.usecases.ports.notifications import EchecNotification, MotifEchec
from esav_soap.usecases.scenarios import AvecScenarios
from tests.e2e.tls import BON
from tests.integration.exemples import DEPOT_LE
from tests.integration.notifications import ADRESSE, HEURE, MINUTE, Montre, Recepteur, deposer, suivi, tours
from tests.journaux import ecrites


@pytest.mark.exigence("R3.5")
def test_ce_qui_suit_l_abonnement_part_dans_l_ordre_et_une_fois__ok(magasin: Magasin) -> None:
    montre, recepteur = Montre(), Recepteur()
    envoi = Notifications(magasin, recepteur, montre, Patience(lot=2))
    avant, _ = deposer(magasin, 2)
    assert abonner(magasin, "production", "OPA", ADRESSE, montre())
    assert suivi(magasin) == Abonnement("production", "OPA", ADRESSE, 2, DEPOT_LE, prochain=DEPOT_LE)
    assert tours(envoi) == []
    deposer(magasin, 2, "S")
    un = Evenement(DEPOT_LE, Etat.EN_QUALIFICATION, Cote.FOURNISSEUR, action=Action.QUALIFIER, auteur="Zoé")
    assert magasin.changer("production", "OPA", avant, 1, un)
    deposer(magasin, 1, "T", operateur="OPB")  # whom nobody subscribed
    montre.present += MINUTE
    assert tours(envoi) == [IssueNotification.RECUE] * 2
    assert [(n.plateforme, n.operateur, n.curseur) for n in recepteur.recues] == [
        ("production", "OPA", 4),
        ("production", "OPA", 5),
    ]
    assert recepteur.rangs == [3, 4, 5]
    assert recepteur.recues[1].evenements[0].numero == avant
    situe = suivi(magasin)
    assert (situe.curseur, situe.essais, situe.echecs_depuis, situe.erreur) == (5, 0, None, "")
    assert situe.recu_le == situe.prochain == montre()
    assert tours(envoi) == []


@pytest.mark.exigence("R3.5", "R3.7")
def test_rien_d_interne_ne_part__ok(magasin: Magasin) -> None:
    montre, recepteur = Montre(), Recepteur()
    envoi = Notifications(magasin, recepteur, montre)
    (numero,) = deposer(magasin, 1)
    abonner(magasin, "production", "OPA", ADRESSE, montre())
    interne = Evenement(
        DEPOT_LE, Etat.EN_DEPOT, Cote.FOURNISSEUR, "Entre nous.", action=Action.COMMENTER, visibilite=Visibilite.INTERNE
    )
    assert magasin.changer("production", "OPA", numero, 1, interne)
    assert tours(envoi) == []
    assert magasin.changer("production", "OPA", numero, 2, replace(interne, visibilite=Visibilite.PARTAGE))
    assert magasin.changer("production", "OPA", numero, 3, interne)
    assert tours(envoi) == [IssueNotification.RECUE]
    assert recepteur.rangs == [2]
    assert suivi(magasin).curseur == 2


@pytest.mark.exigence("R3.5")
def test_ce_qui_n_est_plus_la_est_passe__ok(magasin: Magasin) -> None:
    montre, recepteur = Montre(), Recepteur()
    envoi = Notifications(magasin, recepteur, montre)
    abonner(magasin, "production", "OPA", ADRESSE, montre())
    deposer(magasin, 2)
    with magasin._moteur.ecriture() as connexion:
        connexion.exec_driver_sql("DELETE FROM evenement")
    assert tours(envoi) == [IssueNotification.RIEN]
    assert (suivi(magasin).curseur, suivi(magasin).recu_le, suivi(magasin).essais) == (2, None, 0)
    assert recepteur.recues == []


@pytest.mark.exigence("R3.5")
def test_depuis_le_debut_ou_d_un_rang__ok(magasin: Magasin) -> None:
    montre, recepteur = Montre(), Recepteur()
    envoi = Notifications(magasin, recepteur, montre)
    deposer(magasin, 3)
    assert abonner(magasin, "production", "OPA", ADRESSE, montre(), 0)
    assert tours(envoi) == [IssueNotification.RECUE]
    assert not abonner(magasin, "production", "OPA", "https://autre.opa.example/", montre(), 2)
    assert tours(envoi) == [IssueNotification.RECUE]
    assert recepteur.rangs == [1, 2, 3, 3]
    # Another address alone changes nothing of the place.
    assert not abonner(magasin, "production", "OPA", ADRESSE, montre())
    assert (suivi(magasin).curseur, suivi(magasin).adresse) == (3, ADRESSE)
    assert tours(envoi) == []
    with pytest.raises(AbonnementRefuse) as pris:
        abonner(magasin, "production", "OPA", ADRESSE, montre(), 4)
    assert pris.value.code is CodeAbonnement.CURSEUR


@pytest.mark.exigence("R3.5")
def test_echecs_arret_avis_et_reprise__ok(magasin: Magasin) -> None:
    montre, recepteur = Montre(), Recepteur()
    patience = Patience(recul=MINUTE, plafond=HEURE, arret=10 * HEURE, essais=4)
    envoi = Notifications(magasin, recepteur, montre, patience, alea=lambda: 1.0)
    magasin.declarer_operateur(Operateur("OPA", "Opérateur Alpha", "sav@opa.example"))
    abonner(magasin, "production", "OPA", ADRESSE, montre())
    deposer(magasin, 2)
    recepteur.refuser = EchecNotification(MotifEchec.STATUT, "HTTP 503")
    essais: list[timedelta] = []
    while suivi(magasin).etat is EtatAbonnement.ACTIF:
        montre.present = max(montre.present, suivi(magasin).prochain or DEPOT_LE)
        essais.append(montre.present - DEPOT_LE)
        recepteur.refuser = EchecNotification(MotifEchec.STATUT, f"HTTP 503, {len(essais)}")
        (issue,) = tours(envoi)
        montre.present += timedelta(seconds=1)
    assert [round(e / MINUTE) for e in essais[:8]] == [0, 1, 3, 7, 15, 31, 63, 123]
    assert issue is IssueNotification.ARRETEE
    assert 10 * HEURE <= essais[-1] < 11 * HEURE
    arrete = suivi(magasin)
    assert (arrete.etat, arrete.prochain, arrete.curseur) == (EtatAbonnement.ARRETE, None, 0)
    assert (arrete.echecs_depuis, arrete.essais) == (DEPOT_LE, len(essais))
    assert arrete.erreur == f"le récepteur refuse (HTTP 503, {len(essais)})"
    montre.present += 1000 * HEURE
    assert tours(envoi) == []
    # The notice is in the queue since the same transaction, and tells what happened.
    (avis,) = magasin.suivis(EtatEnvoi.EN_ATTENTE, 5)
    assert (avis.envoi.genre, avis.envoi.operateur) == (GenreAvis.NOTIFICATIONS_ARRETEES, "OPA")
    redacteur = Redacteur(magasin, Lieux("https://esav.example", "esav@esav.example"))
    message = redacteur.message(avis.envoi, montre())
    assert (message.destinataire, message.pieces) == ("sav@opa.example", ())
    dit = " ".join(message.texte.split())
    for attendu in (
        ADRESSE,
        "HTTP 503",
        f"en {len(essais)} essais",
        "2 événements à ce jour attendent",
        "listerEvenements",
    ):
        assert attendu in dit
    # Another address alone neither takes it up again nor makes the notice untrue.
    autre = "https://neuf.opa.example/"
    assert not abonner(magasin, "production", "OPA", autre, montre())
    assert replace(suivi(magasin), bail=arrete.bail) == replace(arrete, adresse=autre)
    assert tours(envoi) == []
    assert autre in redacteur.message(avis.envoi, montre()).texte
    # It goes on from where it stopped; the notice has no object any more.
    recepteur.refuser = None
    assert reprendre(magasin, "production", "OPA", montre()).retard == 2
    assert tours(envoi) == [IssueNotification.RECUE]
    assert recepteur.rangs == [1, 2]
    with pytest.raises(EchecDefinitif):
        redacteur.message(avis.envoi, montre())
    with pytest.raises(AbonnementRefuse) as pris:
        reprendre(magasin, "production", "OPA", montre())
    assert pris.value.code is CodeAbonnement.DEJA_ACTIF


@pytest.mark.exigence("R3.5")
def test_une_plateforme_arretee_trois_jours_n_arrete_personne__ok(magasin: Magasin) -> None:
    montre, recepteur = Montre(), Recepteur()
    envoi = Notifications(magasin, recepteur, montre)
    abonner(magasin, "production", "OPA", ADRESSE, montre())
    deposer(magasin, 1)
    recepteur.refuser = EchecNotification(MotifEchec.DELAI)
    assert tours(envoi) == [IssueNotification.REPORTEE]
    montre.present += 100 * HEURE
    assert tours(envoi) == [IssueNotification.REPORTEE]
    assert suivi(magasin).etat is EtatAbonnement.ACTIF
    recepteur.refuser = None
    montre.present += HEURE
    assert tours(envoi) == [IssueNotification.RECUE]
    assert suivi(magasin).echecs_depuis is None


@pytest.mark.exigence("R3.5")
def test_une_erreur_de_notre_cote_est_un_echec_comme_un_autre__error(
    magasin: Magasin, caplog: pytest.LogCaptureFixture
) -> None:
    montre, recepteur = Montre(), Recepteur()
    envoi = Notifications(magasin, recepteur, montre)
    abonner(magasin, "production", "OPA", ADRESSE, montre())
    deposer(magasin, 1)
    recepteur.refuser = RuntimeError("inattendu")
    assert tours(envoi) == [IssueNotification.REPORTEE]
    assert "RuntimeError" in suivi(magasin).erreur
    assert "inattendu" in caplog.text
    assert (suivi(magasin).prochain or DEPOT_LE) > montre()


@pytest.mark.exigence("R3.5", "R3.7")
def test_les_mots_d_un_recepteur_ne_sont_pas_au_journal__ok(magasin: Magasin, caplog: pytest.LogCaptureFixture) -> None:
    """They may quote what was sent to it; who looks into its case reads them in the queue."""
    montre, recepteur = Montre(), Recepteur()
    envoi = Notifications(magasin, recepteur, montre)
    abonner(magasin, "production", "OPA", ADRESSE, montre())
    deposer(magasin, 1)
    recepteur.refuser = EchecNotification(MotifEchec.STATUT, "HTTP 500 : pas de client Claire Martin")
    with caplog.at_level("DEBUG"):
        while tours(envoi) == [IssueNotification.REPORTEE]:
            montre.present += 12 * HEURE
    assert "Claire" in suivi(magasin).erreur
    assert suivi(magasin).etat is not EtatAbonnement.ACTIF
    ecrit = "\n".join(ecrites(caplog.records))
    assert "reportées : le récepteur refuse" in ecrit
    assert "arrêtées" in ecrit
    assert "Claire" not in ecrit


@pytest.mark.exigence("R3.5", "R6.6")
def test_la_fin_de_la_souscription_arrete_l_envoi__ok(magasin: Magasin) -> None:
    montre, recepteur = Montre(), Recepteur()
    envoi = Notifications(magasin, recepteur, montre)
    souscription = Souscription("OPA", BON, DEPOT_LE - HEURE)
    magasin.enregistrer_souscription(souscription)
    abonner(magasin, "production", "OPA", ADRESSE, montre())
    deposer(magasin, 1)
    assert tours(envoi) == [IssueNotification.RECUE]
    magasin.enregistrer_souscription(replace(souscription, denoncee_le=DEPOT_LE, fin=DEPOT_LE + HEURE))
    deposer(magasin, 1, "S")
    assert tours(envoi) == [IssueNotification.RECUE]
    deposer(magasin, 1, "T")
    montre.present += HEURE
    assert tours(envoi) == [IssueNotification.ARRETEE]
    assert suivi(magasin).etat is EtatAbonnement.ARRETE
    assert magasin.suivis(None, 5) == ()
    assert len(recepteur.recues) == 2


@pytest.mark.exigence("R3.5")
def test_suspendre_pendant_un_envoi__ok(magasin: Magasin) -> None:
    montre, recepteur = Montre(), Recepteur()
    envoi = Notifications(magasin, recepteur, montre)
    abonner(magasin, "production", "OPA", ADRESSE, montre())
    deposer(magasin, 1)
    recepteur.avant = lambda: suspendre(magasin, "production", "OPA", montre())
    assert tours(envoi) == [IssueNotification.RECUE]
    assert (suivi(magasin).etat, suivi(magasin).curseur) == (EtatAbonnement.SUSPENDU, 1)
    recepteur.avant = lambda: None
    deposer(magasin, 1, "S")
    montre.present += HEURE
    assert tours(envoi) == []
    with pytest.raises(AbonnementRefuse):
        suspendre(magasin, "production", "OPA", montre())
    reprendre(magasin, "production", "OPA", montre())
    assert tours(envoi) == [IssueNotification.RECUE]
    assert recepteur.rangs == [1, 2]
    # A failure does not wake up what somebody suspended meanwhile.
    deposer(magasin, 1, "T")
    recepteur.avant = lambda: suspendre(magasin, "production", "OPA", montre())
    recepteur.refuser = EchecNotification(MotifEchec.DELAI)
    assert tours(envoi) == [IssueNotification.REPORTEE]
    assert (suivi(magasin).etat, suivi(magasin).prochain) == (EtatAbonnement.SUSPENDU, None)


@pytest.mark.exigence("R3.5")
def test_ce_qui_change_pendant_un_envoi_l_emporte__ok(magasin: Magasin) -> None:
    """Another address, another place, a subscription withdrawn and made anew: what was under way does not count."""
    montre, recepteur = Montre(), Recepteur()
    envoi = Notifications(magasin, recepteur, montre)
    deposer(magasin, 3)

    def une_fois(geste: Callable[[], object]) -> Callable[[], None]:
        gestes = [geste]

        def faire() -> None:
            if gestes:
                gestes.pop()()

        return faire

    def refaire() -> None:
        magasin.retirer_abonnement("production", "OPA")
        abonner(magasin, "production", "OPA", ADRESSE, montre() + timedelta(microseconds=1), 1)

    gestes: list[Callable[[], object]] = [
        lambda: abonner(magasin, "production", "OPA", "https://neuf.opa.example/", montre()),
        lambda: abonner(magasin, "production", "OPA", ADRESSE, montre(), 1),
        refaire,
    ]
    for geste, rangs in zip(gestes, ([1, 2, 3] * 2, [1, 2, 3, 2, 3], [1, 2, 3, 2, 3]), strict=True):
        abonner(magasin, "production", "OPA", ADRESSE, montre(), 0)
        recepteur.recues.clear()
        recepteur.avant = une_fois(geste)
        montre.present += MINUTE
        assert tours(envoi)[0] is IssueNotification.RECUE
        montre.present += MINUTE
        tours(envoi)
        assert recepteur.rangs == rangs
        assert suivi(magasin).curseur == 3
        magasin.retirer_abonnement("production", "OPA")
    assert magasin.abonnements() == ()
    assert not magasin.retirer_abonnement("production", "OPA")
    assert not magasin.reprendre_abonnement("production", "OPA", montre())


@pytest.mark.exigence("R3.5", "R6.3")
def test_les_plateformes_ne_se_melent_pas__ok(magasin: Magasin) -> None:
    montre, recepteur = Montre(), Recepteur()
    envoi = Notifications(magasin, recepteur, montre)
    for plateforme in ("production", "integration"):
        abonner(magasin, plateforme, "OPA", ADRESSE, montre())
    deposer(magasin, 1, plateforme="integration")
    assert tours(envoi) == [IssueNotification.RECUE]
    (recue,) = recepteur.recues
    assert recue.plateforme == "integration"
    assert [s.abonnement.plateforme for s in magasin.abonnements()] == ["integration", "production"]
    assert suivi(magasin).curseur == 0


@pytest.mark.exigence("R3.5", "R6.3")
def test_ce_que_jouent_les_scenarios_part_sans_que_personne_ne_regarde__ok(magasin: Magasin) -> None:
    """On integration a change is stored when somebody looks; the worker does, for those who are notified of it."""
    montre, recepteur = Montre(), Recepteur()
    envoi = Notifications(magasin, recepteur, montre)
    scenarios = AvecScenarios(magasin, magasin, lambda _: frozenset(), montre, lambda _: None)
    essai = prestation_essai("ACCES_FTTH", Scenario.CLOTURE)
    for code in ("OPA", "OPB"):
        deposer(magasin, 1, plateforme="integration", operateur=code, prestation=essai)
    abonner(magasin, "integration", "OPA", ADRESSE, montre(), 0)
    montre.present += HEURE
    actualiser(magasin, magasin, scenarios.avancer)
    assert tours(envoi) == [IssueNotification.RECUE]
    etats = [un.evenement.etat for recue in recepteur.recues for un in recue.evenements]
    assert etats == [Etat.EN_DEPOT, Etat.EN_QUALIFICATION, Etat.EN_COURS, Etat.CLOS]
    assert len(magasin.evenements_depuis("integration", "OPB", 0, 10).evenements) == 1
    # Nobody looks for who is suspended.
    suspendre(magasin, "integration", "OPA", montre())
    deposer(magasin, 1, "S", plateforme="integration", prestation=essai)
    montre.present += HEURE
    actualiser(magasin, magasin, scenarios.avancer)
    assert magasin.evenements_depuis("integration", "OPA", 0, 10).dernier == 5
