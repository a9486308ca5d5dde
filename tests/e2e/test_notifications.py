"""Notifications from end to end: a real server with its worker, the receiver of the documentation, a deposit on integration
whose scenario nobody looks at, a worker that is killed."""

from __future__ import annotations

import os
import signal
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from esav_soap.signalisation.scenarios import Scenario, prestation_essai
from esav_soap.store import ouvrir
from esav_soap.usecases.catalogue import Dates
from tests.courrier.boite import attendre
from tests.e2e.fourche import executer
from tests.e2e.horloge import partir
from tests.e2e.installation import installer
from tests.e2e.serveur import serveur_neuf
from tests.e2e.soap import RACINE, appeler, depot, requete
from tests.e2e.test_serve_worker import workers
from tests.recepteur import pieces
from tests.unit.push.test_exemple import ICI, exemple_lance, recus

DEPART = datetime(2026, 7, 1, 9, 59, 30, tzinfo=UTC)
VERSION, OFFRE = "2026.2", "FIBRE_NOIRE"


@pytest.mark.long
@pytest.mark.exigence("R3.5", "R6.3")
def test_du_depot_au_recepteur__ok(tmp_path: Path) -> None:
    base, url = tmp_path / "evenements.db", f"sqlite:///{tmp_path}/esav.db"
    tenues = pieces(tmp_path / "pieces", nom=ICI)
    with ouvrir(url) as magasin:
        installer(VERSION, Dates(DEPART - timedelta(days=9)), magasin, DEPART)
    env = {
        **partir(DEPART, 60.0).env(),  # a minute lasts one second
        "PYTHONPATH": str(RACINE),
        "PATH": os.environ["PATH"],
        "ESAV_STORE": url,
        "ESAV_NOTIFICATIONS_CERTIFICAT": tenues.certificat,
        "ESAV_NOTIFICATIONS_CLE": tenues.cle,
        "ESAV_NOTIFICATIONS_AUTORITES": tenues.autorites,
        "ESAV_NOTIFICATIONS_RESEAUX": f"{ICI}/32",
    }

    def esav(*arguments: str) -> str:
        lance = executer(["notifications", *arguments, "--plateforme", "integration"], env=env)
        assert lance.returncode == 0, lance.stderr
        return lance.stdout

    with exemple_lance(tenues, base) as port, serveur_neuf(url, tmp_path, env=env) as serveur:
        assert "abonné" in esav("abonner", "OPA", f"https://{ICI}:{port}/esav")
        assert "a accusé réception de l'essai" in esav("essayer", "OPA")

        def deposer(reference: str) -> None:
            demande = depot(VERSION, OFFRE, reference, prestation=prestation_essai(OFFRE, Scenario.CLOTURE))
            assert appeler(serveur.url, f"integration/ws/1/depot/{VERSION}", demande).refus is None

        deposer("REF-1")
        etats = ["EN_DEPOT", "EN_QUALIFICATION", "EN_COURS", "CLOS"]
        attendre(lambda: base.exists() and [e for _, _, e in recus(base)] == etats, "les changements")
        (ouvrier,) = workers(serveur)
        os.kill(ouvrier, signal.SIGKILL)
        deposer("REF-2")
        attendre(lambda: len(recus(base)) == 8, "les changements d'après")
        lus = appeler(serveur.url, "integration/ws/1/suivi", requete("listerEvenements"))
        assert [("integration", int(r)) for r in lus.textes("rang")] == [(p, r) for p, r, _ in recus(base)]
