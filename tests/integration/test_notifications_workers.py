"""Notifications on both engines: workers side by side, and those that die."""

from __future__ import annotations

import signal
import subprocess
import sys
import threading
from collections import defaultdict
from datetime import timedelta
from pathlib import Path

import pytest

from esav_soap.avis import EtatEnvoi
from esav_soap.notifications import Patience
from esav_soap.signalisation import Action, Cote, Etat, Evenement
from esav_soap.store import Magasin, ouvrir
from esav_soap.usecases.notifications import (
    IssueNotification,
    Notifications,
    abonner,
)
from esav_soap.usecases.ports.notifications import EchecNotification, MotifEchec, Notification
from tests.integration.exemples import DEPOT_LE, nouvelle
from tests.integration.notifications import ADRESSE, BAIL, HEURE, MINUTE, Montre, Recepteur, deposer, suivi, tours
from tests.integration.test_plans_store import balayages, requetes


@pytest.mark.exigence("R3.5")
def test_un_bail_perime_ne_change_plus_rien__ok(magasin: Magasin) -> None:
    abonner(magasin, "production", "OPA", ADRESSE, DEPOT_LE)
    deposer(magasin, 2)
    premier = magasin.prendre_abonnement(DEPOT_LE, BAIL)
    assert premier is not None
    assert (premier.curseur, premier.bail, premier.essais, premier.echecs_depuis) == (0, 1, 0, None)
    assert magasin.prendre_abonnement(DEPOT_LE + BAIL - MINUTE, BAIL) is None
    second = magasin.prendre_abonnement(DEPOT_LE + BAIL, BAIL)
    assert second is not None
    assert (second.bail, second.essais, second.echecs_depuis) == (2, 1, DEPOT_LE)
    magasin.noter_echec(premier, DEPOT_LE, "tard", DEPOT_LE)
    magasin.noter_reception(premier, 1, DEPOT_LE)
    assert not magasin.arreter_abonnement(premier, DEPOT_LE, "tard", None)
    assert (suivi(magasin).curseur, suivi(magasin).erreur, suivi(magasin).essais) == (0, "", 2)
    magasin.noter_reception(second, 2, DEPOT_LE + BAIL)
    assert (suivi(magasin).curseur, suivi(magasin).essais) == (2, 0)
    # One that was withdrawn and made anew counts its leases from the beginning.
    magasin.retirer_abonnement("production", "OPA")
    abonner(magasin, "production", "OPA", ADRESSE, DEPOT_LE + HEURE, 0)
    for _ in range(2):
        neuf = magasin.prendre_abonnement(DEPOT_LE + HEURE, timedelta(0))
    assert neuf is not None
    assert neuf.bail == second.bail
    magasin.noter_reception(second, 2, DEPOT_LE + HEURE)
    assert suivi(magasin).curseur == 0


@pytest.mark.exigence("R3.5")
def test_un_worker_tue_apres_l_accuse__ok(magasin: Magasin, url: str, tmp_path: Path) -> None:
    """What it sent goes out again, before anything later, once its lease has ended: nothing is lost."""
    montre, recepteur, recu = Montre(), Recepteur(), tmp_path / "recu"
    abonner(magasin, "production", "OPA", ADRESSE, montre())
    deposer(magasin, 3)
    commande = [sys.executable, "-m", "tests.integration.tueur_notifications", url, str(recu), DEPOT_LE.isoformat()]
    mort = subprocess.run(commande, check=False, timeout=60, capture_output=True, text=True)
    assert mort.returncode == -signal.SIGKILL, mort.stderr
    assert recu.read_text().split() == ["1", "2", "3"]
    deposer(magasin, 1, "S")
    envoi = Notifications(magasin, recepteur, montre)
    assert (suivi(magasin).curseur, tours(envoi)) == (0, [])
    montre.present += BAIL
    assert tours(envoi) == [IssueNotification.RECUE]
    assert recepteur.rangs == [1, 2, 3, 4]
    assert suivi(magasin).curseur == 4


@pytest.mark.exigence("R3.5")
def test_qui_a_repondu_en_dernier_ne_suit_pas_ceux_qui_se_taisent__ok(magasin: Magasin) -> None:
    """A turn without failures: who answered last comes first, and nobody whose last attempt came to nothing."""
    montre = Montre()
    for code in ("MUET", "ANCIEN", "RECENT"):
        montre.present += MINUTE
        abonner(magasin, "production", code, ADRESSE, montre())
        deposer(magasin, 1, operateur=code)
        pris = magasin.prendre_abonnement(montre(), BAIL)
        assert pris is not None
        assert pris.operateur == code
        if code == "MUET":
            magasin.noter_echec(pris, montre(), "non", montre() + HEURE)
        else:
            magasin.noter_reception(pris, 1, montre())
    for code in ("ANCIEN", "RECENT"):
        deposer(magasin, 1, "S", operateur=code)
    montre.present += HEURE
    repondent = [magasin.prendre_abonnement(montre(), BAIL, sans_echec=True) for _ in range(3)]
    assert [pris and pris.operateur for pris in repondent] == ["RECENT", "ANCIEN", None]
    muet = magasin.prendre_abonnement(montre(), BAIL)
    assert muet is not None
    assert muet.operateur == "MUET"


@pytest.mark.exigence("R3.5")
def test_des_workers_qui_meurent_toujours_finissent_par_s_arreter__error(magasin: Magasin) -> None:
    montre, recepteur = Montre(), Recepteur()
    abonner(magasin, "production", "OPA", ADRESSE, montre())
    deposer(magasin, 1)
    for _ in range(Patience().essais_max):
        assert magasin.prendre_abonnement(montre(), BAIL) is not None
        montre.present += BAIL
    assert tours(Notifications(magasin, recepteur, montre)) == [IssueNotification.ARRETEE]
    assert suivi(magasin).erreur == "Chaque essai s'est interrompu sans résultat."
    assert len(magasin.suivis(EtatEnvoi.EN_ATTENTE, 5)) == 1


@pytest.mark.exigence("R3.5")
def test_plusieurs_workers_et_des_ecritures_pendant_ce_temps__ok(magasin: Magasin, url: str) -> None:
    """Four opérateurs, four writers, two nodes with two threads each, one notification in three fails: each opérateur gets all
    its events, in their order when those that come again are passed over, and never two notifications at a time."""
    montre = Montre()
    operateurs = [f"OP{rang}" for rang in range(4)]
    for code in operateurs:
        abonner(magasin, "production", code, f"https://{code.lower()}.example/", montre())
    recus: dict[str, list[int]] = defaultdict(list)
    en_cours: dict[str, threading.Lock] = {code: threading.Lock() for code in operateurs}
    fautes: list[str] = []
    compte = iter(range(10**9))
    fini = threading.Event()

    class Recu:
        def notifier(self, adresse: str, notification: Notification) -> None:
            code = notification.operateur
            if not en_cours[code].acquire(blocking=False):
                fautes.append(f"{code}: two at a time")
                return
            try:
                rangs = [un.evenement.rang for un in notification.evenements]
                recus[code] += rangs
                if next(compte) % 3 == 0:
                    raise EchecNotification(MotifEchec.REPONSE)
            finally:
                en_cours[code].release()

    def ecrire(code: str) -> None:
        with ouvrir(url) as sien:
            for rang in range(15):
                numero = sien.deposer(nouvelle(f"{code}-{rang}", operateur=code)).numero
                un = Evenement(DEPOT_LE, Etat.EN_QUALIFICATION, Cote.FOURNISSEUR, action=Action.QUALIFIER)
                assert sien.changer("production", code, numero, 1, un)

    def envoyer(noeud: Magasin) -> None:
        try:
            # A failure is due again at once.
            envoi = Notifications(noeud, Recu(), montre, Patience(recul=timedelta(0), lot=7))
            while not fini.is_set():
                if envoi.suivante() is None:
                    fini.wait(0.002)
        except Exception as exc:
            fautes.append(repr(exc))

    with ouvrir(url) as autre:
        ecrivains = [threading.Thread(target=ecrire, args=(code,)) for code in operateurs]
        workers = [threading.Thread(target=envoyer, args=(noeud,)) for noeud in (magasin, autre) for _ in range(2)]
        for fil in (*workers, *ecrivains):
            fil.start()
        for fil in ecrivains:
            fil.join(60)
        reste = threading.Event()
        for _ in range(3000):
            if all(s.retard == 0 for s in magasin.abonnements()):
                break
            reste.wait(0.01)
        fini.set()
        for fil in workers:
            fil.join(60)
    assert fautes == []
    for code in operateurs:
        neufs: list[int] = []
        for rang in recus[code]:
            if not neufs or rang > neufs[-1]:
                neufs.append(rang)
        assert neufs == list(range(1, 31))
    assert sum(len(r) for r in recus.values()) > 120


@pytest.mark.exigence("R3.5")
def test_chercher_ce_qui_est_du_ne_balaie_rien(magasin: Magasin, moteur: str) -> None:
    """Among many opérateurs, most of whom have nothing new or are not due."""
    suite = {
        "sqlite": "WITH RECURSIVE suite(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM suite WHERE n < 20000)",
        "postgresql": "WITH suite(n) AS (SELECT generate_series(1, 20000))",
    }[moteur]
    genre = {"sqlite": "text", "postgresql": "timestamptz"}[moteur]
    date = f"CAST('2026-07-01T10:00:00.000000+00:00' AS {genre})"
    tard = f"CAST('2027-07-01T10:00:00.000000+00:00' AS {genre})"
    with magasin._moteur.ecriture() as connexion:
        connexion.exec_driver_sql(
            f"INSERT INTO compteur_evenements {suite} SELECT 'production', 'OP' || n, 7 FROM suite"
        )
        connexion.exec_driver_sql(
            "INSERT INTO abonnement_notification (plateforme, operateur, adresse, etat, curseur, bail, essais, cree_le, prochain, "
            f"erreur) {suite} SELECT 'production', 'OP' || n, 'https://a.example/', 'ACTIF', CASE WHEN n = 90 THEN 3 ELSE 7 END, 0, "
            f"0, {date}, CASE WHEN n < 100 THEN {date} ELSE {tard} END, '' FROM suite"
        )
    with magasin._moteur.ecrivains.connect() as connexion:
        connexion.exec_driver_sql("ANALYZE")
    with requetes(magasin) as vues:
        pris = magasin.prendre_abonnement(DEPOT_LE, BAIL)
        assert pris is not None
        assert pris.operateur == "OP90"
        magasin.noter_echec(pris, DEPOT_LE, "non", DEPOT_LE)
        magasin.noter_reception(pris, 7, DEPOT_LE)
        assert magasin.prendre_abonnement(DEPOT_LE, BAIL) is None
        assert magasin.prendre_abonnement(DEPOT_LE, BAIL, sans_echec=True) is None
        assert not abonner(magasin, "production", "OP90", ADRESSE, DEPOT_LE)
        assert magasin.suspendre_abonnement("production", "OP90", DEPOT_LE)
        assert magasin.reprendre_abonnement("production", "OP90", DEPOT_LE)
    assert len(vues) >= 9
    with magasin._moteur.ecrivains.connect() as connexion:
        plans = {ordre: balayages(connexion, ordre, valeurs) for ordre, valeurs in vues}
    assert [plan for plan in plans.items() if plan[1]] == []
