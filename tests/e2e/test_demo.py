"""``esav demo --once``: what a newcomer sees on the first day."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from esav_soap.signalisation.numero import normaliser
from tests.e2e import fourche
from tests.e2e.serveur import port_libre

RACINE = Path(__file__).parents[2]


@pytest.mark.exigence(
    "R9", "R3.1", "R3.2", "R3.3", "R3.4", "R3.5", "R3.6", "R3.7", "R4.1", "R1.5", "R6.1", "R6.2", "R6.3", "R6.6"
)
def test_demo__ok(tmp_path: Path) -> None:
    """Both versions, subscriptions, certificates made on the spot, a diagnosis, production earned on integration, a refusal
    with its errors, an acknowledgement given twice, its life to the avis de clôture, read by cursor, an appointment; and
    nothing stays."""
    lieu, sortie = tmp_path / "ici", tmp_path / "sortie"
    lieu.mkdir()
    env = {**os.environ, "PYTHONPATH": str(RACINE), "TMPDIR": str(lieu), "NO_COLOR": "1", "COLUMNS": "120"}
    with sortie.open("ab") as flux:
        relaye = env | {"ESAV_TEST_RELAIS": fourche.relais()}
        lance = fourche.lancer(["demo", "--once"], cwd=lieu, env=relaye, sortie=flux, erreurs=flux)
        lance.wait(200)
    dit = re.sub(r"\x1b\[[0-9;]*m", "", sortie.read_text(encoding="utf-8"))
    assert lance.returncode == 0, dit
    for version in ("2026.1", "2026.2"):
        assert f"Version {version} enregistrée" in dit
    certificats, service = dit.split("Les certificats")[1].split("$ esav serve")
    for operateur in ("ALPHA", "BETA"):
        assert re.search(rf"[0-9a-f]{{16}} +{operateur} \(OPERATEUR\) .* admis ", certificats)
    assert "https://127.0.0.1:" in service
    diagnostic, ouverture = service.split("La production s'ouvre")
    empreinte = re.search(r"Empreinte SHA-256 +([0-9a-f]{64})", diagnostic)
    assert empreinte
    assert empreinte[1] in certificats, "the certificate that the service saw is the one that was made"
    assert re.search(r"SIGNALISATION +fermée", diagnostic)
    assert ouverture.index("NON_HOMOLOGUE") < ouverture.index("Signalisation déposée")
    refus, accepte = dit.split("Un dépôt mal rempli")[1].split("Un dépôt accepté")
    for attendu in ("FORMULAIRE_INVALIDE", "natureDefaut", "INCONNU"):
        assert attendu in refus
    accuse, suivi = accepte.split("Son suivi")
    numeros = [mot for mot in re.findall(r"\b[0-9A-Z]{11}\b", accuse) if normaliser(mot) == mot]
    assert len(numeros) == 2
    assert len(set(numeros)) == 1, "sent twice, one signalisation"
    detail, vie = suivi.split("Le SAV s'en charge")
    assert numeros[0] in detail
    assert "Perte totale du lien" in detail
    technique, reponse = vie.split("L'opérateur répond")
    assert re.findall(r"\(([A-Z_]+)\)$", technique, re.MULTILINE) == ["EN_QUALIFICATION", "EN_COURS", "GELE"]
    reponse, cloture = reponse.split("Le service est rétabli")
    assert "en cours  (EN_COURS)" in reponse
    cloture, evenements = cloture.split("Tous les changements")
    assert re.findall(r"\(([A-Z_]+)\)$", cloture, re.MULTILINE) == ["CLOS", "VALIDE"]
    premiers, rendez_vous = evenements.split("Un rendez-vous, sur la plate-forme d'intégration")
    lus = re.findall(rf"{numeros[0]} +DEMO-1 +([A-Z_]+) +(OPERATEUR|FOURNISSEUR)", premiers)
    assert [etat for etat, _ in lus] == [
        *("EN_DEPOT", "EN_QUALIFICATION", "EN_COURS", "GELE", "EN_COURS", "CLOS", "VALIDE"),
    ]
    assert premiers.count("--curseur 7") == 2, "the second reading has nothing more"
    assert "Aucun changement." in premiers
    rendez_vous, autre = rendez_vous.split("Pour un autre opérateur, avec son certificat")
    assert re.search(r"MATIN +matin", rendez_vous)
    assert "Rendez-vous confirmé" in rendez_vous
    assert "SIGNALISATION_INCONNUE" in autre
    assert "Tout a fonctionné" in dit
    assert "Traceback" not in dit
    assert list(lieu.iterdir()) == [], "the store of a demonstration goes with it"


@pytest.mark.exigence("R9")
def test_demo_refuse_un_dossier_qui_sert_deja__error(tmp_path: Path) -> None:
    (tmp_path / "esav.db").write_bytes(b"precieux")
    lance = fourche.executer(["demo", "--once", "--dossier", str(tmp_path)])
    assert lance.returncode == 2
    assert "n'est pas vide" in lance.stderr
    assert (tmp_path / "esav.db").read_bytes() == b"precieux"


@pytest.mark.long
@pytest.mark.exigence("R9")
@pytest.mark.parametrize("fin", [signal.SIGTERM, signal.SIGINT], ids=lambda fin: fin.name)
def test_la_demonstration_ne_laisse_rien_quand_on_l_arrete__ok(tmp_path: Path, fin: signal.Signals) -> None:
    """Whatever ends it while its service is up, the service, its port and its folder go too."""
    port = port_libre()
    journal = tmp_path / "sortie"
    temporaire = tmp_path / "tmp"
    temporaire.mkdir()
    with journal.open("wb") as sortie:
        demo = subprocess.Popen(
            [sys.executable, "-m", "esav_soap.cli", "demo", "--port", str(port)],
            env={**os.environ, "PYTHONPATH": str(RACINE), "TMPDIR": str(temporaire)},
            stdout=sortie,
            stderr=sortie,
            start_new_session=True,
        )
    limite = time.monotonic() + 100
    while "e-SAV écoute" not in journal.read_text(encoding="utf-8", errors="replace"):
        assert demo.poll() is None, journal.read_text(encoding="utf-8")
        assert time.monotonic() < limite
        time.sleep(0.05)
    demo.send_signal(fin)
    assert demo.wait(60) == {signal.SIGTERM: 128 + signal.SIGTERM, signal.SIGINT: 130}[fin]
    with socket.socket() as prise:
        assert prise.connect_ex(("127.0.0.1", port)) != 0
    assert list(temporaire.iterdir()) == []
