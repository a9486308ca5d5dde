"""The real server, its HTTP layer included: no answer tells what it is made of, each has an id that the log has once, and
the log holds nobody's data."""

from __future__ import annotations

import csv
import os
import re
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from lxml import etree

from tests import journaux
from tests.e2e.conftest import preparer
from tests.e2e.serveur import ServeurReel, serveur_neuf
from tests.e2e.soap import WS, Reponse, appeler, depot, enveloppe, envoyer, poster, requete
from tests.e2e.test_hostile import brut
from tests.fuites import dans, fuites

RACINE = Path(__file__).parents[2]
HOSTILES = RACINE / "tests" / "hostile"
DEPOT, SUIVI = "production/ws/1/depot/2026.2", "production/ws/1/suivi"
HOTE = b"Host: x\r\n"
#: Loaded by the server as its clock: everything that a library may log is logged, and some addresses break.
CASSE = """
import logging
from datetime import UTC, datetime
from esav_soap.soap.wsgi import ApplicationWsgi

logging.getLogger().setLevel(logging.DEBUG)
logging.getLogger("gunicorn.error").setLevel(logging.DEBUG)
PANNE = RuntimeError("Claire Martin 0612345678 /usr/lib/python3/site-packages/gunicorn/x.py")
servir = ApplicationWsgi.__call__

def maintenant():
    return datetime.now(UTC)

def suite():
    yield b"12345"
    raise PANNE

def casse(self, environ, start_response):
    chemin = environ["PATH_INFO"]
    if chemin == "/casse/avant":
        raise PANNE
    if chemin == "/casse/en-tetes":
        start_response("200 OK", [("X", "Claire\\r\\nMartin")])
        return []
    if chemin == "/casse/pendant":
        start_response("200 OK", [("Content-Length", "10")])
        return suite()
    return servir(self, environ, start_response)

ApplicationWsgi.__call__ = casse
"""


@pytest.fixture(scope="module")
def sur(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServeurReel]:
    """Its log is in JSON, and says all that it can."""
    dossier = tmp_path_factory.mktemp("fuites")
    (dossier / "casse.py").write_text(CASSE, encoding="utf-8")
    url = f"sqlite:///{dossier}/esav.db"
    preparer(url)
    env = {
        "ESAV_JOURNAL": "json",
        "ESAV_HORLOGE": "casse:maintenant",
        "PYTHONPATH": f"{dossier}{os.pathsep}{RACINE}",
    }
    with serveur_neuf(url, dossier, env=env) as lance:
        yield lance


def lignes(sur: ServeurReel) -> list[dict[str, Any]]:
    """Every line that the server has written; each is JSON."""
    return journaux.lues(sur.journal.read_text(encoding="utf-8"))


def retrouve(sur: ServeurReel, identifiant: str) -> dict[str, Any]:
    """The one line of a request."""
    assert len(identifiant) == 16
    trouvees = [x for x in lignes(sur) if x.get("requete") == identifiant and x["source"] == journaux.REQUETES]
    assert len(trouvees) == 1
    return trouvees[0]


def lire(recu: bytes) -> Reponse:
    entetes, _, corps = recu.partition(b"\r\n\r\n")
    statut, *suite = entetes.decode("latin-1").split("\r\n")
    connus = {nom: valeur.strip() for nom, _, valeur in (ligne.partition(":") for ligne in suite)}
    return Reponse(int(statut.split()[1]), connus, corps)


#: What never becomes a request of ours -> bytes, status.
PAS_HTTP: dict[str, tuple[bytes, int]] = {
    "ligne trop longue": (b"GET /" + b"a" * 5000 + b" HTTP/1.1\r\n" + HOTE + b"\r\n", 414),
    "en-tête trop long": (b"GET / HTTP/1.1\r\n" + HOTE + b"X: " + b"a" * 9000 + b"\r\n\r\n", 431),
    "trop d'en-têtes": (b"GET / HTTP/1.1\r\n" + HOTE + b"X: a\r\n" * 120 + b"\r\n", 431),
    "méthode": (b"get@ / HTTP/1.1\r\n" + HOTE + b"\r\n", 400),
    "version": (b"GET / HTTP/9.9\r\n" + HOTE + b"\r\n", 400),
    "attente": (b"POST / HTTP/1.1\r\n" + HOTE + b"Expect: lune\r\nContent-Length: 3\r\n\r\nabc", 417),
    "codage de transfert": (b"POST / HTTP/1.1\r\n" + HOTE + b"Transfer-Encoding: lune\r\n\r\nabc", 501),
    "deux cadres": (
        b"POST / HTTP/1.1\r\n" + HOTE + b"Transfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\n0\r\n\r\n", 400,
    ),
    "deux longueurs": (b"POST / HTTP/1.1\r\n" + HOTE + b"Content-Length: 3\r\nContent-Length: 4\r\n\r\nabcd", 400),
    "longueur négative": (b"POST / HTTP/1.1\r\n" + HOTE + b"Content-Length: -3\r\n\r\n", 400),
    "nom d'en-tête": (b"GET / HTTP/1.1\r\n" + HOTE + b"X <Claire>: a\r\n\r\n", 400),
    "pliage": (b"GET / HTTP/1.1\r\n" + HOTE + b"X: a\r\n b\r\n\r\n", 400),
    "HTTP/2": (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 400),
    "mandataire": (b"PROXY TCP4 1.1.1.1 2.2.2.2 1 2\r\nGET / HTTP/1.1\r\n\r\n", 400),
    "adresse": (b"GET <Claire>\x01 HTTP/1.1\r\n" + HOTE + b"\r\n", 400),
}  # fmt: skip


@pytest.mark.exigence("R9")
@pytest.mark.parametrize("cas", PAS_HTTP)
def test_ce_que_la_couche_http_refuse__error(sur: ServeurReel, cas: str) -> None:
    octets, statut = PAS_HTTP[cas]
    recu = brut(sur, octets)
    reponse = lire(recu)
    assert reponse.statut == statut
    assert fuites(reponse) == []
    assert recu.count(b"HTTP/1.1 ") == 1
    assert int(reponse.entetes["Content-Length"]) == len(reponse.octets)
    assert b"Claire" not in recu
    ligne = retrouve(sur, reponse.entetes["X-Request-Id"])
    assert (ligne["statut"], ligne["verdict"]) == (statut, "HTTP_REFUSE")
    assert reponse.entetes["X-Request-Id"] in reponse.octets.decode()


@pytest.mark.exigence("R9", "R3.1")
@pytest.mark.parametrize("chemin", ["avant", "en-tetes"])
def test_une_erreur_au_dehors_de_l_application__error(sur: ServeurReel, chemin: str) -> None:
    reponse = lire(brut(sur, b"GET /casse/" + chemin.encode() + b" HTTP/1.1\r\n" + HOTE + b"\r\n"))
    assert reponse.statut == 500
    assert fuites(reponse) == []
    assert b"Claire" not in reponse.octets
    ligne = retrouve(sur, reponse.entetes["X-Request-Id"])
    assert (ligne["chemin"], ligne["verdict"]) == (f"/casse/{chemin}", "ERREUR_INTERNE")
    (erreur,) = [x for x in lignes(sur) if x["source"] == "esav.erreurs" and x["requete"] == ligne["requete"]]
    assert any("casse" in cadre for cadre in erreur["pile"])


@pytest.mark.exigence("R9", "R3.1")
def test_une_erreur_quand_la_reponse_est_en_route__error(sur: ServeurReel) -> None:
    """Nothing more is said on that connection, and the log tells why."""
    recu = brut(sur, b"GET /casse/pendant HTTP/1.1\r\n" + HOTE + b"\r\n")
    assert recu.endswith(b"\r\n\r\n12345")
    assert dans(recu.decode()) == []
    assert [x for x in lignes(sur) if x["niveau"] == "ERROR" and any("suite" in cadre for cadre in x.get("pile", []))]


@pytest.mark.exigence("R9")
def test_pages_et_adresses__ok(sur: ServeurReel) -> None:
    """What exists and what does not, by every method."""
    vues = 0
    for methode in ("GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "TRACE", "PATCH", "CONNECT", "INSENSE"):
        for chemin in (
            "/",
            "/sante",
            "/rien",
            f"/{SUIVI}",
            "/production/ws/1/depot/1999.1?wsdl",
            "/%00%0d%0aX:",
            "/../../etc",
        ):
            reponse = lire(brut(sur, f"{methode} {chemin} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".encode()))
            assert reponse.statut in (200, 404, 405, 500)
            assert fuites(reponse, chemin.encode()) == []
            assert reponse.entetes["Server"] == "e-SAV"
            assert retrouve(sur, reponse.entetes["X-Request-Id"])["methode"] == methode
            vues += 1
    assert vues == 70


@pytest.mark.exigence("R9", "R3.1")
def test_tous_les_messages_hostiles__error(sur: ServeurReel) -> None:
    with (HOSTILES / "attendu.tsv").open(encoding="utf-8") as table:
        cas = list(csv.DictReader(table, delimiter="\t", quoting=csv.QUOTE_NONE))
    assert len(cas) > 100
    identifiants = {}
    for ligne in cas:
        entetes = {"X-Esav-Operateur": "OPA", "Content-Type": ligne["type"].removeprefix("-")}
        entetes["Content-Encoding"] = ligne["codage"].removeprefix("-")
        octets = (HOSTILES / "messages" / ligne["fichier"]).read_bytes()
        reponse = envoyer("POST", f"{sur.url}/production/ws/1/{ligne['service']}", octets, entetes)
        assert (ligne["fichier"], fuites(reponse, octets)) == (ligne["fichier"], [])
        identifiants[reponse.entetes["X-Request-Id"]] = (len(octets), reponse.refus or "OK", len(reponse.octets))
    ecrites = [x for x in lignes(sur) if x.get("requete") in identifiants]
    assert len(ecrites) == len(identifiants) == len(cas)
    assert {
        x["requete"]: (x.get("octets_recus", 0), x["verdict"], x["octets_rendus"]) for x in ecrites
    } == identifiants, "one line each, and nothing of theirs is an error of ours"


@pytest.mark.exigence("R3.7", "R9")
def test_les_donnees_des_clients_ne_sont_pas_au_journal__ok(sur: ServeurReel) -> None:
    """A form full of them, accepted, refused for every reason, and met by a breakdown; with all that can be logged."""
    bon, autre = depot("2026.2", "ACCES_FTTH", "P-1", graine=3), depot("2026.2", "ACCES_FTTH", "P-1", graine=4)
    faux = depot("2026.2", "ACCES_FTTH", "P-2", graine=5)
    for element in list(faux.iter()):
        if not len(element) and "urn:esav:catalogue" in str(element.tag):
            element.text = f"Claire Martin 0612345678 {element.text}"
    dits = "Claire Martin, 3 rue des Lilas, 06 12 34 56 78"
    demandes: list[tuple[str, etree._Element, str]] = [
        (DEPOT, bon, "OK"),
        (DEPOT, autre, "REFERENCE_DEJA_UTILISEE"),
        (DEPOT, faux, "FORMULAIRE_INVALIDE"),
        (DEPOT, depot("2026.2", "ACCES_FTTH", "P-3", prestation=dits[:30]), "PRESTATION_INCONNUE"),
        (DEPOT, depot("2026.2", "ACCES_FTTH", "P-4", operation="deposerSignalisationGenerique"), "OK"),
        (DEPOT, depot("2026.2", "ACCES_FTTH", "P-5", operation="validerSignalisation"), "OK"),
        ("production/ws/1/depot/2026.9", bon, "VERSION_INCONNUE"),
        (SUIVI, requete("completerSignalisation", referenceOperateur="P-1", commentaire=dits), "OK"),
        (SUIVI, requete("contesterCloture", referenceOperateur="P-1", commentaire=dits), "TRANSITION_INTERDITE"),
        (SUIVI, requete("consulterEtat", referenceOperateur=dits[:30]), "SIGNALISATION_INCONNUE"),
        (SUIVI, requete("listerEvenements", curseur=dits), "FORMULAIRE_INVALIDE"),
        (SUIVI, requete("listerSignalisations", etat=dits, offre=dits), "FORMULAIRE_INVALIDE"),
        (SUIVI, requete(dits.split()[0]), "MESSAGE_MAL_FORME"),
    ]
    verdicts = [(appeler(sur.url, chemin, demande).refus or "OK") for chemin, demande, _ in demandes]
    assert verdicts == [attendu for _, _, attendu in demandes]
    for octets in (enveloppe(bon)[:-60], b"x" * 3_000_000):
        assert (poster(f"{sur.url}/{DEPOT}", octets).refus or "")[:8] == "MESSAGE_"
    with sqlite3.connect(sur.store.removeprefix("sqlite:///")) as base:
        base.execute("ALTER TABLE evenement RENAME TO ailleurs")
    try:
        reponse = appeler(sur.url, DEPOT, depot("2026.2", "ACCES_FTTH", "P-6", graine=3))
        assert reponse.refus == "ERREUR_INTERNE"
        assert fuites(reponse) == []
        assert retrouve(sur, reponse.entetes["X-Request-Id"])["verdict"] == "ERREUR_INTERNE"
    finally:
        base.execute("ALTER TABLE ailleurs RENAME TO evenement")
        base.close()
    journal = sur.journal.read_text(encoding="utf-8")
    assert '"source": "esav.erreurs"' in journal, "the breakdown is told"
    for secret in {"Claire", "Martin", "0612345678", "06 12 34 56 78", "Lilas"} | secrets(bon) | secrets(autre):
        assert secret not in journal


def secrets(demande: etree._Element) -> set[str]:
    """Every value of a deposit that is longer than a code could be by chance, and all of the contact's."""
    contact = {str(t).strip() for c in demande.iter(f"{WS}contact") for t in c.itertext() if t.strip()}
    assert len(contact) >= 2
    textes = [str(t).strip() for t in demande.itertext()]
    return contact | {t for t in textes if len(t) > 8 and not t.startswith("OPA-")}


@pytest.mark.exigence("R9", "R3.1")
def test_une_longue_requete_lente_a_sa_duree__ok(sur: ServeurReel) -> None:
    """The line says how long it took, and how much came and went."""
    debut = time.monotonic()
    reponse = appeler(sur.url, SUIVI, requete("consulterEtat", referenceOperateur="inconnue"))
    ligne = retrouve(sur, reponse.entetes["X-Request-Id"])
    assert 0 < ligne["duree_ms"] <= (time.monotonic() - debut) * 1000
    assert ligne["octets_rendus"] == len(reponse.octets)


@pytest.mark.exigence("R9")
@pytest.mark.parametrize("commande", [["worker", "--une-fois"], ["sav", "list"]])
def test_worker_et_commandes_ecrivent_de_meme__ok(sur: ServeurReel, commande: list[str], tmp_path: Path) -> None:
    """What they have to say of their own goes to standard error, in the form that is set."""
    env = {**os.environ, "ESAV_STORE": sur.store, "ESAV_HORLOGE": "tests.e2e.test_sans_fuite:present"}
    for forme in ("json", "texte"):
        fait = subprocess.run(
            [sys.executable, "-m", "esav_soap.cli", *commande],
            env={**env, "ESAV_JOURNAL": forme, "PYTHONPATH": str(RACINE)},
            cwd=tmp_path,
            capture_output=True,
            text=True,
            timeout=60,
            check=True,
        )
        premiere, *_ = fait.stderr.splitlines()
        if forme == "json":
            (dite, *_) = journaux.lues(fait.stderr)
            assert (dite["niveau"], dite["source"]) == ("WARNING", "esav_soap.bootstrap.horloge")
        else:
            assert re.match(r"\S+Z WARNING esav_soap\.bootstrap\.horloge horloge de répétition : ", premiere)


def present() -> datetime:
    """A clock for commands."""
    return datetime.now(UTC)
