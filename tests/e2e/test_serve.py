"""``esav serve`` as a process: what it refuses to start with, and how it ends."""

from __future__ import annotations

import os
import re
import signal
import socket
import threading
from pathlib import Path

import pytest

from tests.e2e.conftest import preparer
from tests.e2e.fourche import executer
from tests.e2e.serveur import DELAI_S, ServeurReel, demarrer, port_libre, serveur_neuf
from tests.e2e.soap import appeler, depot, enveloppe, envoyer, requete

#: An identity source as an integrator would write it.
SOURCE = """
def operateur(environ):
    return {"secret-a": "OPA", "secret-b": "OPB"}.get(environ.get("HTTP_X_JETON", ""))

def en_panne(environ):
    raise RuntimeError("annuaire injoignable sur 10.9.8.7")
"""


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> str:
    url = f"sqlite:///{tmp_path_factory.mktemp('serve')}/esav.db"
    preparer(url)
    return url


def lancer(dossier: Path, *arguments: str, **env: str) -> tuple[int, str]:
    """Run ``esav serve`` to its end: exit code and what it said."""
    propre = {nom: valeur for nom, valeur in os.environ.items() if not nom.startswith("ESAV_")}
    lance = executer(["serve", *arguments], env=propre | env, cwd=Path(__file__).parents[2])
    assert not lance.stdout
    return lance.returncode, lance.stderr


@pytest.mark.exigence("R6.1")
def test_hors_boucle_sans_identite__error(tmp_path: Path) -> None:
    store = tmp_path / "esav.db"
    code, dit = lancer(tmp_path, "--adresse", f"0.0.0.0:{port_libre()}", "--store", f"sqlite:///{store}")
    assert code == 1
    assert "ESAV_IDENTITE" in dit
    assert len(dit.splitlines()) == 1, "one clear line, no stack"
    assert not store.exists(), "refused before anything is made"


@pytest.mark.long
@pytest.mark.exigence("R6.1", "R3.7")
def test_hors_boucle_avec_identite__ok(base: str, tmp_path: Path) -> None:
    (tmp_path / "annuaire.py").write_text(SOURCE, encoding="utf-8")
    port = port_libre()
    env = {"PYTHONPATH": f"{tmp_path}{os.pathsep}{Path(__file__).parents[2]}", "ESAV_IDENTITE": "annuaire:operateur"}
    env["ESAV_ADRESSE"] = f"0.0.0.0:{port}"
    # The option --adresse of the helper wins; the loopback address then takes the identity source as well.
    serveur = demarrer(base, tmp_path / "log", port=port, env=env)
    try:
        demande = requete("consulterEtat", referenceOperateur="inconnue")
        sans = appeler(serveur.url, "integration/ws/1/suivi", demande, operateur="OPA")
        assert sans.refus == "CERTIFICAT_REFUSE", "the local header is worth nothing beside a real source"
        for jeton, attendu in (("secret-a", "SIGNALISATION_INCONNUE"), ("faux", "CERTIFICAT_REFUSE")):
            entetes = {"Content-Type": "text/xml", "X-Jeton": jeton}
            reponse = envoyer("POST", f"{serveur.url}/integration/ws/1/suivi", enveloppe(demande), entetes)
            assert reponse.refus == attendu
    finally:
        serveur.arreter()


@pytest.mark.exigence("R6.1", "R3.1")
def test_une_source_d_identite_en_panne_n_accepte_personne__error(base: str, tmp_path: Path) -> None:
    (tmp_path / "annuaire.py").write_text(SOURCE, encoding="utf-8")
    env = {"PYTHONPATH": f"{tmp_path}{os.pathsep}{Path(__file__).parents[2]}", "ESAV_IDENTITE": "annuaire:en_panne"}
    with serveur_neuf(base, tmp_path, env=env) as serveur:
        reponse = appeler(serveur.url, "production/ws/1/depot/2026.2", depot("2026.2", "ACCES_FTTH", "PANNE"))
        assert (reponse.statut, reponse.refus) == (500, "ERREUR_INTERNE")
        assert b"10.9.8.7" not in reponse.octets
        journal = serveur.journal.read_text(encoding="utf-8")
    assert "10.9.8.7" not in journal
    assert "annuaire.py" in journal


@pytest.mark.exigence("R9")
def test_port_deja_pris__error(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as prise:
        adresse = f"127.0.0.1:{prise.getsockname()[1]}"
        code, dit = lancer(tmp_path, "--adresse", adresse, "--store", f"sqlite:///{tmp_path}/esav.db")
    assert code == 1
    assert (
        dit
        == f"Erreur : L'adresse {adresse} est déjà prise par un autre programme. L'arrêter, ou choisir un autre port (--adresse).\n"
    )


@pytest.mark.long
@pytest.mark.exigence("R9")
@pytest.mark.parametrize(
    "store", ["sqlite:////proc/esav.db", "sqlite:////dev/null/x.db", "sqlite:///", "mysql://x", "://"]
)
def test_store_inutilisable__error(tmp_path: Path, store: str) -> None:
    code, dit = lancer(tmp_path, "--adresse", f"127.0.0.1:{port_libre()}", "--store", store)
    assert code == 1
    assert dit.startswith("Erreur : ")
    assert "agasin" in dit
    assert "Traceback" not in dit


@pytest.mark.exigence("R9")
def test_un_fichier_qui_n_est_pas_une_base__error(tmp_path: Path) -> None:
    faux = tmp_path / "esav.db"
    faux.write_bytes(b"ceci n'est pas une base de donnees" * 100)
    code, dit = lancer(tmp_path, "--adresse", f"127.0.0.1:{port_libre()}", "--store", f"sqlite:///{faux}")
    assert code == 1
    assert dit.startswith("Erreur : ")
    assert "Traceback" not in dit
    assert faux.read_bytes().startswith(b"ceci n'est pas"), "somebody's file is left as it is"


@pytest.mark.exigence("R9")
def test_reglages_tous_a_la_fois__error(tmp_path: Path) -> None:
    code, dit = lancer(tmp_path, "--fils", "0", ESAV_TAILLE_MAX="x", ESAV_ADRESSE="ici")
    assert code == 1
    assert all(nom in dit for nom in ("ESAV_FILS", "ESAV_TAILLE_MAX", "ESAV_ADRESSE"))


@pytest.mark.exigence("R3.1", "R2.4")
@pytest.mark.parametrize("ordre", [signal.SIGTERM, signal.SIGINT])
def test_un_signal_arrete_proprement__ok(base: str, tmp_path: Path, ordre: signal.Signals) -> None:
    """Requests that were sent before the signal are answered when it is SIGTERM; the process ends with 0, and says little."""
    serveur = demarrer(base, tmp_path / "log", seul=True)
    reponses: list[str | None] = []

    def deposer(rang: int) -> None:
        demande = depot("2026.2", "ACCES_FTTH", f"{ordre.name}-{rang}")
        reponses.append(appeler(serveur.url, "production/ws/1/depot/2026.2", demande).refus)

    try:
        fils = [threading.Thread(target=deposer, args=(rang,)) for rang in range(4)]
        for f in fils:
            f.start()
        for f in fils:
            f.join()
        os.kill(serveur.processus.pid, ordre)
        assert serveur.processus.wait(DELAI_S) == 0
    finally:
        serveur.arreter()
    assert reponses == [None] * 4
    journal = serveur.journal.read_text(encoding="utf-8")
    assert "Traceback" not in journal
    assert f"e-SAV écoute : {serveur.url}/" in journal
    with socket.socket() as prise:
        assert prise.connect_ex(("127.0.0.1", int(serveur.url.rpartition(":")[2]))) != 0


@pytest.mark.exigence("R9")
def test_un_premier_demarrage_dit_peu__ok(tmp_path: Path) -> None:
    """The store is made without telling how; the only lines are where it listens, and one for each request."""
    with serveur_neuf(f"sqlite:///{tmp_path}/neuf/esav.db", tmp_path, seul=True) as serveur:
        lignes = serveur.journal.read_text(encoding="utf-8").splitlines()
    autres = [ligne for ligne in lignes if " methode=GET chemin=/sante statut=200 " not in ligne]
    sans_version, ecoute = autres
    assert "aucune version du catalogue" in sans_version
    assert ecoute == f"e-SAV écoute : {serveur.url}/   (Ctrl-C pour arrêter)"


@pytest.mark.exigence("R3.7", "R3.1")
def test_le_journal_d_un_vrai_serveur__ok(serveur: ServeurReel) -> None:
    """One line a request on standard error, with the id of the answer and no value of the message."""
    demande = depot("2026.2", "ACCES_FTTH", "JOURNAL-1", graine=11)
    reponse = appeler(serveur.url, "production/ws/1/depot/2026.2", demande)
    identifiant = reponse.entetes["X-Request-Id"]
    lignes = [x for x in serveur.journal.read_text(encoding="utf-8").splitlines() if identifiant in x]
    assert len(lignes) == 1
    assert re.search(
        rf"Z INFO esav\.requetes requete={identifiant} methode=POST chemin=/production/ws/1/depot/2026\.2 statut=200 appelant=OPA "
        r"plateforme=production service=depot operation=deposerSignalisation verdict=OK numero=\w+ octets_recus=\d+ "
        r"octets_rendus=\d+ duree_ms=\d+\.\d$",
        lignes[0],
    )
    journal = serveur.journal.read_text(encoding="utf-8")
    for noeud in demande.iter("{urn:esav:ws:1}nom", "{urn:esav:ws:1}telephone", "{urn:esav:ws:1}courriel"):
        assert noeud.text
        assert noeud.text not in journal
