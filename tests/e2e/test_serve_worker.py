"""``esav serve`` with its worker: started, started again, ended with the server, and never twice harmfully."""

from __future__ import annotations

import os
import signal
from collections import Counter
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from esav_soap.signalisation import Etat
from esav_soap.store import ouvrir
from tests.courrier.boite import Boite, attendre, boite_ouverte
from tests.courrier.file import annoncer, reglages
from tests.e2e.serveur import ServeurReel, demarrer, serveur_neuf
from tests.e2e.test_avis import destinataires, etats, une_fois_chacun
from tests.validees import etat_de, validee


def workers(serveur: ServeurReel) -> list[int]:
    """Workers that the server's master started and that live."""
    pid = serveur.processus.pid
    enfants = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return [int(enfant) for enfant in enfants if _est_un_worker(int(enfant))]


def _est_un_worker(pid: int) -> bool:
    with suppress(OSError):
        return b"\0worker\0" in Path(f"/proc/{pid}/cmdline").read_bytes()
    return False


def env(url: str, boite: Boite, **autres: str) -> dict[str, str]:
    return {nom: valeur for nom, valeur in reglages(url, boite, **autres).items() if nom.startswith("ESAV_")}


@pytest.mark.exigence("R2.2")
def test_le_serveur_lance_relance_et_arrete_son_worker__ok(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/esav.db"
    annoncer(url, 4)
    with boite_ouverte(tmp_path, retenir=True) as boite:
        with serveur_neuf(url, tmp_path, env=env(url, boite, ESAV_SMTP_RECUL="1")) as serveur:
            attendre(lambda: len(boite.recus()) == 1, "un courrier")
            (premier,) = workers(serveur)
            assert os.getpriority(os.PRIO_PROCESS, premier) == 5
            os.kill(premier, signal.SIGKILL)
            attendre(lambda: len(boite.recus()) == 2, "le courrier d'un autre worker")
            (second,) = workers(serveur)
            assert second != premier
            boite.consigner()
            attendre(lambda: Counter(etats(url).values())["ENVOYE"] == 3, "les envois")
            serveur.processus.send_signal(signal.SIGTERM)
            assert serveur.processus.wait(60) == 0
            assert not _est_un_worker(second)
        # The notice of the worker that was killed: its mail had left, its lease has not ended.
        assert Counter(etats(url).values()) == {"ENVOYE": 3, "EN_ATTENTE": 1}
        assert destinataires(boite) == une_fois_chacun(4)
    assert "worker : terminé, relancé" in serveur.journal.read_text()


@pytest.mark.long
@pytest.mark.exigence("R2.2")
def test_le_worker_finit_avec_un_serveur_tue__ok(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/esav.db"
    annoncer(url, 1)
    with boite_ouverte(tmp_path) as boite:
        serveur = demarrer(url, tmp_path / "serveur.log", env=env(url, boite))
        try:
            attendre(lambda: etats(url) == {"OP000": "ENVOYE"}, "l'envoi")
            (seul,) = workers(serveur)
            os.kill(serveur.processus.pid, signal.SIGKILL)
            serveur.processus.wait(60)
            attendre(lambda: not _est_un_worker(seul), "la fin du worker")
        finally:
            with suppress(ProcessLookupError):  # all of them are gone, or what is left goes now
                os.killpg(serveur.processus.pid, signal.SIGKILL)


@pytest.mark.long
@pytest.mark.exigence("R2.2")
def test_le_worker_attend_la_fin_du_courrier_en_cours__ok(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/esav.db"
    annoncer(url, 2)
    with boite_ouverte(tmp_path, retenir=True) as boite:
        with serveur_neuf(url, tmp_path, env=env(url, boite)) as serveur:
            attendre(lambda: len(boite.recus()) == 1, "un courrier")
            serveur.processus.send_signal(signal.SIGTERM)
            boite.consigner()
            assert serveur.processus.wait(60) == 0
        assert len(boite.recus()) == 1
    assert Counter(etats(url).values()) == {"ENVOYE": 1, "EN_ATTENTE": 1}


@pytest.mark.exigence("R2.2")
def test_sans_worker__ok(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/esav.db"
    annoncer(url, 1)
    with boite_ouverte(tmp_path) as boite:
        with serveur_neuf(url, tmp_path, env=env(url, boite, ESAV_WORKER="non")) as serveur:
            assert workers(serveur) == []
        assert boite.recus() == []
    assert "Aucun serveur de courrier n'est réglé" not in serveur.journal.read_text()


@pytest.mark.exigence("R2.2", "R3.4")
def test_sans_serveur_de_courrier_le_reste_se_fait__ok(tmp_path: Path) -> None:
    """What is due is locked; the notices wait."""
    url = f"sqlite:///{tmp_path}/esav.db"
    annoncer(url, 1)
    clos_le = datetime.now(UTC) - timedelta(days=30)
    with ouvrir(url) as magasin:
        numero = validee(magasin, "REF-1", clos_le)
        with serveur_neuf(url, tmp_path, env={"ESAV_WORKER": "oui"}) as serveur:
            attendre(lambda: etat_de(magasin, numero) is Etat.CLOS_TABLEAU_DE_BORD, "le verrouillage")
            assert len(workers(serveur)) == 1
    assert Counter(etats(url).values()) == {"EN_ATTENTE": 1}
    dit = serveur.journal.read_text()
    assert dit.count("Aucun serveur de courrier n'est réglé") == 1
    assert "verrouillage : 1 signalisation" in dit
