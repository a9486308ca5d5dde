"""Two nodes over one store, on each engine: an opérateur earns production on the integration platform (R6.3)."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from esav_soap.homologation import Domaine, Homologation
from esav_soap.signalisation import Prestation
from esav_soap.store import ouvrir
from tests.e2e.fourche import executer
from tests.e2e.serveur import ServeurReel, serveur_neuf
from tests.e2e.soap import RACINE, Reponse, appeler, depot, requete

VERSION = "2026.2"
DEPOT = f"ws/1/depot/{VERSION}"
EXIGEE = {"ESAV_HOMOLOGATION": "exigee"}


@pytest.fixture(scope="module")
def noeuds(store: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[ServeurReel, ServeurReel]]:
    """Two nodes that ask for homologation."""
    dossiers = [tmp_path_factory.mktemp("noeud") for _ in range(2)]
    with serveur_neuf(store, dossiers[0], env=EXIGEE) as a, serveur_neuf(store, dossiers[1], env=EXIGEE) as b:
        yield a, b


@pytest.fixture
def operateur(store: str) -> str:
    """An opérateur that has done nothing yet, with a prestation on both platforms."""
    code = f"OP{uuid4().hex[:10].upper()}"
    with ouvrir(store) as magasin:
        magasin.importer(
            Prestation(plateforme, code, f"{code}-ACCES_FTTH-1", "ACCES_FTTH")
            for plateforme in ("production", "integration")
        )
    return code


def appel(
    noeud: ServeurReel,
    plateforme: str,
    operateur: str,
    *,
    operation: str = "validerSignalisation",
    prestation: str = "",
) -> Reponse:
    demande = depot(
        VERSION,
        "ACCES_FTTH",
        f"R-{uuid4().hex[:12]}",
        operation=operation,
        prestation=prestation or f"{operateur}-ACCES_FTTH-1",
    )
    return appeler(noeud.url, f"{plateforme}/{DEPOT}", demande, operateur=operateur)


def diagnostic(noeud: ServeurReel, operateur: str) -> Reponse:
    reponse = appeler(noeud.url, "production/ws/1/information", requete("diagnostiquerConnexion"), operateur=operateur)
    assert reponse.refus is None, reponse.octets
    return reponse


@pytest.mark.exigence("R6.3")
def test_l_integration_ouvre_la_production__ok(noeuds: tuple[ServeurReel, ServeurReel], operateur: str) -> None:
    a, b = noeuds
    ferme = appel(a, "production", operateur, operation="deposerSignalisation")
    assert ferme.refus == "NON_HOMOLOGUE"
    assert f"{a.url}/integration/{DEPOT}" in (ferme.texte("message") or "")
    assert appel(a, "integration", operateur, prestation="INCONNUE").refus == "PRESTATION_INCONNUE"
    assert diagnostic(a, operateur).textes("homologue") == ["false"]
    avant = datetime.now(UTC) - timedelta(seconds=1)
    reussi = appel(a, "integration", operateur)
    assert reussi.refus is None, reussi.octets
    assert appel(a, "integration", operateur, operation="deposerSignalisation").refus is None
    # The other node was never asked: it looks, and finds what was recorded before the first answer went out.
    assert appel(b, "production", operateur, operation="deposerSignalisation").refus is None
    assert appel(a, "production", operateur, operation="deposerSignalisation").refus is None
    with ouvrir(a.store) as magasin:
        (preuve,) = [h for h in magasin.homologations() if h.operateur == operateur]
    identifiant = reussi.entetes["X-Request-Id"]
    assert preuve == Homologation(operateur, Domaine.SIGNALISATION, preuve.date, "validerSignalisation", identifiant)
    assert avant <= preuve.date <= datetime.now(UTC)
    assert identifiant in a.journal.read_text(encoding="utf-8")
    lu = diagnostic(b, operateur)
    assert lu.textes("homologue") == ["true"]
    assert (lu.texte("operation"), lu.texte("requete")) == ("validerSignalisation", identifiant)


@pytest.mark.exigence("R6.3")
def test_un_noeud_qui_a_refuse_voit_l_enregistrement_d_un_autre__ok(
    noeuds: tuple[ServeurReel, ServeurReel], operateur: str
) -> None:
    a, b = noeuds
    assert appel(b, "production", operateur).refus == "NON_HOMOLOGUE"
    assert appel(a, "integration", operateur).refus is None
    limite = time.monotonic() + 10  # it looks again after a second
    while (refus := appel(b, "production", operateur).refus) is not None:
        assert refus == "NON_HOMOLOGUE"
        assert time.monotonic() < limite


@pytest.mark.exigence("R6.3", "R3.7")
def test_l_homologation_est_a_un_seul_operateur__error(noeuds: tuple[ServeurReel, ServeurReel], operateur: str) -> None:
    a, _ = noeuds
    assert appel(a, "integration", operateur).refus is None
    autre = f"{operateur}X"
    assert appel(a, "production", autre, prestation=f"{operateur}-ACCES_FTTH-1").refus == "NON_HOMOLOGUE"
    suivi = requete("consulterEtat", referenceOperateur="RIEN")
    assert appeler(a.url, "production/ws/1/suivi", suivi, operateur=autre).refus == "NON_HOMOLOGUE"
    assert appeler(a.url, "production/ws/1/suivi", suivi, operateur=operateur).refus == "SIGNALISATION_INCONNUE"
    versions = appeler(a.url, "production/ws/1/catalogue", requete("listerVersions"), operateur=autre)
    assert versions.refus is None


@pytest.mark.exigence("R6.3", "R9")
def test_le_client_dit_que_faire__ok(noeuds: tuple[ServeurReel, ServeurReel], operateur: str) -> None:
    a, _ = noeuds

    def lancer(*arguments: str) -> subprocess.CompletedProcess[str]:
        return executer(["client", "diagnostic", "--url", a.url, *arguments], cwd=RACINE)

    avant = lancer("--operateur", operateur)
    assert (avant.returncode, avant.stderr) == (0, "")
    assert "À faire : pour ouvrir la production (SIGNALISATION)" in avant.stdout
    assert appel(a, "integration", operateur).refus is None
    apres = lancer("--operateur", operateur)
    assert "validerSignalisation" in apres.stdout
    assert "À faire" not in apres.stdout
    inconnu = lancer()
    assert inconnu.returncode == 1
    assert "Connexion refusée" in inconnu.stdout
    assert "X-Esav-Operateur" in inconnu.stdout
