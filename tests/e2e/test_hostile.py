"""Hostile HTTP through the real server, by raw socket: every request whose body arrives gets a SOAP answer."""

from __future__ import annotations

import csv
import socket
import time
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.e2e.serveur import ServeurReel
from tests.e2e.soap import Reponse, appeler, enveloppe, envoyer, requete

MESSAGES = Path(__file__).parents[1] / "hostile"
INTERDITS = (b"Traceback", b"lxml", b"libxml", b"spyne", b"site-packages", b"/usr", b".py", b"XMLSyntax")
SUIVI = "/production/ws/1/suivi"
BON = enveloppe(requete("consulterEtat", referenceOperateur="inconnue"))
LU = "SIGNALISATION_INCONNUE"
DELAI_S = 30


def brut(serveur: ServeurReel, octets: bytes) -> bytes:
    """Everything that the server answers to these bytes until it closes; the client sends no more."""
    lieu = urlsplit(serveur.url)
    with socket.create_connection((lieu.hostname or "", lieu.port or 0), timeout=DELAI_S) as prise:
        try:
            prise.sendall(octets)
            prise.shutdown(socket.SHUT_WR)
        except OSError:
            pass  # the server has already answered and closed
        recu = b""
        try:
            while morceau := prise.recv(65536):
                recu += morceau
        except ConnectionResetError:
            pass
    return recu


def tete(*lignes: str, version: str = "1.1", chemin: str = SUIVI) -> bytes:
    commun = ["Host: x", "Content-Type: text/xml; charset=utf-8", "X-Esav-Operateur: OPA", "Connection: close"]
    return "\r\n".join([f"POST {chemin} HTTP/{version}", *commun, *lignes, "", ""]).encode()


def lire(recu: bytes) -> Reponse:
    entetes, _, corps = recu.partition(b"\r\n\r\n")
    statut, *lignes = entetes.decode("latin-1").split("\r\n")
    connus = {nom.strip().title(): valeur.strip() for nom, _, valeur in (ligne.partition(":") for ligne in lignes)}
    assert not [mot for mot in INTERDITS if mot in recu]
    return Reponse(int(statut.split()[1]), connus, corps)


def refus(serveur: ServeurReel, octets: bytes) -> str | None:
    reponse = lire(brut(serveur, octets))
    assert "xml" in reponse.entetes["Content-Type"], reponse
    return reponse.refus


def morceaux(octets: bytes, taille: int = 7) -> bytes:
    coupes = [octets[i : i + taille] for i in range(0, len(octets), taille)]
    return b"".join(b"%x\r\n%s\r\n" % (len(c), c) for c in coupes) + b"0\r\n\r\n"


@pytest.mark.exigence("R9")
def test_formes_admises_de_http__ok(serveur: ServeurReel) -> None:
    longueur = f"Content-Length: {len(BON)}"
    formes = {
        "1.1": tete(longueur) + BON,
        "1.0": tete(longueur, version="1.0") + BON,
        "chunked": tete("Transfer-Encoding: chunked") + morceaux(BON),
        "chunked d'un morceau": tete("Transfer-Encoding: chunked") + morceaux(BON, len(BON)),
        "action": tete(longueur, 'SOAPAction: "urn:esav:ws:1:consulterEtat"') + BON,
        "action fausse": tete(longueur, "SOAPAction: ailleurs") + BON,
        "barre finale": tete(longueur, chemin=SUIVI + "/") + BON,
    }
    assert {nom: refus(serveur, octets) for nom, octets in formes.items()} == dict.fromkeys(formes, LU)


@pytest.mark.exigence("R9")
def test_expect_100_continue__ok(serveur: ServeurReel) -> None:
    recu = brut(serveur, tete(f"Content-Length: {len(BON)}", "Expect: 100-continue") + BON)
    assert recu.startswith(b"HTTP/1.1 100 Continue\r\n\r\n")
    assert lire(recu.partition(b"\r\n\r\n")[2]).refus == LU


@pytest.mark.exigence("R9")
def test_longueurs_fausses__error(serveur: ServeurReel) -> None:
    assert refus(serveur, tete(f"Content-Length: {len(BON) - 5}") + BON) == "MESSAGE_MAL_FORME"
    assert refus(serveur, tete("Content-Length: 0")) == "MESSAGE_MAL_FORME"
    assert refus(serveur, tete()) == "MESSAGE_MAL_FORME"
    assert refus(serveur, tete("Transfer-Encoding: chunked") + b"0\r\n\r\n") == "MESSAGE_MAL_FORME"


@pytest.mark.exigence("R9")
@pytest.mark.parametrize("suite", [b"zz\r\n", b"5\r\nab", b"-1\r\n", b"ffffffffffffffffff\r\n", b""])
def test_morceaux_faux__error(serveur: ServeurReel, suite: bytes) -> None:
    """A body that the server cannot put together: a SOAP fault, or an HTTP refusal where it is not even HTTP."""
    recu = brut(serveur, tete("Transfer-Encoding: chunked") + suite)
    reponse = lire(recu)
    assert reponse.statut in (400, 500)
    if reponse.statut == 500:
        assert reponse.refus == "MESSAGE_MAL_FORME"
    _vivant(serveur)


@pytest.mark.exigence("R9")
def test_ce_qui_n_est_pas_http__error(serveur: ServeurReel) -> None:
    for octets in (b"\x16\x03\x01\x02\x00\x01", b"\r\n\r\n", b"POST\r\n\r\n", BON, b"\0" * 100, b"G" * 100_000):
        recu = brut(serveur, octets)
        assert not [mot for mot in INTERDITS if mot in recu]
        assert recu == b"" or recu.startswith(b"HTTP/1.1 4")
    _vivant(serveur)


@pytest.mark.exigence("R9")
@pytest.mark.parametrize("taille", [2 * 1024 * 1024 + 1, 20 * 1024 * 1024])
@pytest.mark.parametrize("forme", ["longueur", "morceaux"])
def test_corps_trop_grand__error(serveur: ServeurReel, taille: int, forme: str) -> None:
    """The whole body is sent first, as SOAP stacks do: the answer must still arrive, and be SOAP."""
    corps = BON.replace(b"inconnue", b"x" * (taille - len(BON) + 8))
    assert len(corps) == taille
    octets = tete(f"Content-Length: {taille}") + corps
    if forme == "morceaux":
        octets = tete("Transfer-Encoding: chunked") + morceaux(corps, 65536)
    assert refus(serveur, octets) == "MESSAGE_TROP_GRAND"
    _vivant(serveur)


@pytest.mark.exigence("R9")
def test_corps_trop_grand_sur_une_connexion_gardee__error(serveur: ServeurReel) -> None:
    """The next request on the same connection is not taken for the rest of the large one."""
    corps = b"x" * (3 * 1024 * 1024)
    longueur = len(corps)
    gardee = tete(f"Content-Length: {longueur}").replace(b"Connection: close\r\n", b"") + corps
    recu = brut(serveur, gardee + tete(f"Content-Length: {len(BON)}") + BON)
    premiere, _, suite = recu.partition(b"</soap11env:Envelope>")
    assert b"MESSAGE_TROP_GRAND" in premiere
    assert suite == b"" or LU.encode() in suite, "closed, or answered rightly"


@pytest.mark.exigence("R9")
@pytest.mark.parametrize(
    "chemin", ["/", "/rien", "/production/ws/1/", "/production/ws/9/suivi", "/sante", "/%00", "/%ff"]
)
def test_un_post_n_importe_ou__error(serveur: ServeurReel, chemin: str) -> None:
    for octets in (BON, b"<", b"nom=valeur"):
        assert refus(serveur, tete(f"Content-Length: {len(octets)}", chemin=chemin) + octets) == "MESSAGE_MAL_FORME"


@pytest.mark.exigence("R9")
def test_les_messages_du_dossier_par_le_vrai_serveur__error(serveur: ServeurReel) -> None:
    """All that do not depend on what is stored; the rest of the HTTP stack changes nothing of the verdict."""
    with (MESSAGES / "attendu.tsv").open(encoding="utf-8") as table:
        lignes = [
            x for x in csv.DictReader(table, delimiter="\t", quoting=csv.QUOTE_NONE) if x["code"][:7] == "MESSAGE"
        ]
    assert len(lignes) > 50
    for ligne in lignes:
        entetes = {"X-Esav-Operateur": "OPA", "Content-Type": ligne["type"].removeprefix("-")}
        entetes["Content-Encoding"] = ligne["codage"].removeprefix("-")
        octets = (MESSAGES / "messages" / ligne["fichier"]).read_bytes()
        reponse = envoyer("POST", f"{serveur.url}/production/ws/1/{ligne['service']}", octets, entetes)
        assert (ligne["fichier"], reponse.refus) == (ligne["fichier"], ligne["code"])
        assert not [mot for mot in INTERDITS if mot in reponse.octets]


@pytest.mark.exigence("R9", "R3.1")
def test_des_lents_n_arretent_pas_les_autres__ok(serveur: ServeurReel) -> None:
    """Connections that promise a body and send nothing, fewer than the threads: the others are still served."""
    lieu = urlsplit(serveur.url)
    prises = [socket.create_connection((lieu.hostname or "", lieu.port or 0), timeout=DELAI_S) for _ in range(5)]
    try:
        for prise in prises:
            prise.sendall(tete("Content-Length: 1000") + b"<")
        debut = time.monotonic()
        _vivant(serveur)
        assert time.monotonic() - debut < 10
    finally:
        for prise in prises:
            prise.close()
    _vivant(serveur)


def _vivant(serveur: ServeurReel) -> None:
    demande = requete("consulterEtat", referenceOperateur="inconnue")
    assert appeler(serveur.url, "production/ws/1/suivi", demande).refus == LU
