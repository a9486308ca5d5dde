"""Connections over TLS that are slow, silent, refused in numbers or open while something changes; nobody else waits for them."""

from __future__ import annotations

import resource
import socket
import ssl
import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from cryptography import x509

from esav_soap import pki
from esav_soap.bootstrap.reglages import Reglages
from esav_soap.store import ouvrir
from tests.e2e import horloge, tls
from tests.e2e.conftest import preparer
from tests.e2e.soap import Reponse, depot, enveloppe, requete
from tests.e2e.test_lenteur import message
from tests.e2e.tls import Ac, Appelant, Piece, ServeurTls
from tests.fils import attendre

DEPOT = "/production/ws/1/depot/2026.2"
ENTETES = f"POST {DEPOT} HTTP/1.1\r\nHost: x\r\nContent-Type: text/xml\r\nContent-Length: 5000\r\n\r\n".encode()


@dataclass(frozen=True)
class Monde:
    store: str
    ac: Ac
    opa: Piece


@pytest.fixture(scope="module")
def monde(tmp_path_factory: pytest.TempPathFactory) -> Monde:
    store = f"sqlite:///{tmp_path_factory.mktemp('connexions')}/esav.db"
    preparer(store)
    ac = tls.autorite("AC des connexions")
    piece = ac.certificat()
    with ouvrir(store) as magasin:
        tls.reconnaitre(magasin, ac)
        tls.enregistrer(magasin, piece, ac)
        tls.souscrire(magasin, "OPA")
    return Monde(store, ac, piece)


@pytest.fixture(scope="module")
def serveur(monde: Monde, tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServeurTls]:
    """Two threads: as few as any number of clients could keep busy."""
    with tls.serveur_tls(monde.store, tmp_path_factory.mktemp("serveur"), {"ESAV_FILS": "2"}) as lance:
        yield lance


def deposer(appelant: Appelant) -> Reponse:
    demande = depot("2026.2", "ACCES_FTTH", f"C-{uuid4().hex[:12]}")
    return appelant.demander("POST", DEPOT, enveloppe(demande))


def servi(monde: Monde, serveur: ServeurTls, delai_s: float = 4) -> None:
    """Somebody who does all right deposits soon."""
    debut = time.monotonic()
    with Appelant(serveur.port, monde.opa) as appelant:
        assert deposer(appelant).refus is None
    assert time.monotonic() - debut < delai_s


def nue(serveur: ServeurTls) -> socket.socket:
    return socket.create_connection(("127.0.0.1", serveur.port), timeout=20)


def accueil() -> bytes:
    """What a client sends first."""
    entrant, sortant = ssl.MemoryBIO(), ssl.MemoryBIO()
    negociation = tls.contexte_client().wrap_bio(entrant, sortant, server_hostname="127.0.0.1")
    with pytest.raises(ssl.SSLWantReadError):
        negociation.do_handshake()
    return sortant.read()


@pytest.mark.exigence("R6.1", "R7.3")
@pytest.mark.parametrize("octets", [0, 3, 60, 10_000], ids=["rien", "trois octets", "un morceau", "tout l'accueil"])
def test_une_negociation_inachevee_ne_prend_pas_de_fil__ok(monde: Monde, serveur: ServeurTls, octets: int) -> None:
    with ExitStack() as pile:
        for _ in range(12):
            prise = pile.enter_context(nue(serveur))
            prise.sendall(accueil()[:octets])
        servi(monde, serveur)


@pytest.mark.long
@pytest.mark.exigence("R6.1", "R7.3")
def test_une_negociation_a_dix_secondes__error(monde: Monde, serveur: ServeurTls) -> None:
    """Also when the client sends a byte from time to time."""
    debut = time.monotonic()
    with nue(serveur) as muet, nue(serveur) as goutte:
        goutte.settimeout(0.5)
        for octet in accueil():
            try:
                goutte.sendall(bytes([octet]))
                if goutte.recv(1) == b"":
                    break
            except TimeoutError:
                continue
            except OSError:
                break
        assert 9 < time.monotonic() - debut < 14
        assert muet.recv(1) == b""
        assert time.monotonic() - debut < 14
    attendre(lambda: serveur.journal().count("négociation inachevée") >= 2)


@pytest.mark.exigence("R6.1", "R7.3")
def test_des_negociations_refusees_en_nombre__error(monde: Monde, serveur: ServeurTls) -> None:
    """More than the threads, and clients that do not hang up: each gets its alert, the others are served meanwhile."""
    avant = serveur.journal().count("refusée : AUTO_SIGNE")
    mauvais = tls.contexte_client(Ac("OPA", "EC-client", b"").certificat(), ssl.TLSVersion.TLSv1_3)
    with ExitStack() as pile:
        refusees = [
            pile.enter_context(mauvais.wrap_socket(nue(serveur), server_hostname="127.0.0.1")) for _ in range(20)
        ]
        servi(monde, serveur)
        for prise in refusees:
            with pytest.raises(ssl.SSLError, match=r"(?i)unknown.ca"):
                prise.recv(1)
    attendre(lambda: serveur.journal().count("refusée : AUTO_SIGNE") == avant + 20)
    assert "Traceback" not in serveur.journal()


@pytest.mark.exigence("R6.1", "R7.3")
@pytest.mark.parametrize(
    "octets", [b"GET / HTTP/1.1\r\n\r\n", b"\x16\x03\x01\x00\x05hello", b"\0" * 100, b"SSH-2.0-x\r\n"]
)
def test_qui_ne_parle_pas_tls_est_ecarte__error(monde: Monde, serveur: ServeurTls, octets: bytes) -> None:
    with nue(serveur) as prise:
        prise.sendall(octets)
        prise.settimeout(6)
        recu = b""
        while morceau := prise.recv(100):
            recu += morceau
    assert recu == b"" or recu[0] == 21, "an alert, or nothing; never a page in the clear"
    servi(monde, serveur)
    assert "Traceback" not in serveur.journal()


@pytest.mark.exigence("R6.1", "R7.3")
def test_qui_disparait_en_pleine_negociation_ne_laisse_rien__ok(monde: Monde, serveur: ServeurTls) -> None:
    for _ in range(10):
        prise = nue(serveur)
        prise.sendall(accueil()[:100])
        prise.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
        prise.close()
    servi(monde, serveur)
    assert "Traceback" not in serveur.journal()


@pytest.mark.exigence("R9")
def test_des_requetes_que_tls_garde_dechiffrees__ok(monde: Monde, serveur: ServeurTls) -> None:
    """More in one record than the server reads at once: the socket never tells of the rest."""
    question = enveloppe(requete("consulterEtat", referenceOperateur="inconnue"))
    une = message(chemin="/production/ws/1/suivi", corps=question)
    nombre = 16_000 // len(une)
    assert nombre * len(une) > 8192
    with Appelant(serveur.port, monde.opa) as appelant:
        appelant.prise.settimeout(10)
        appelant.prise.sendall(une * nombre)
        recu = b""
        while recu.count(b"</soap11env:Envelope>") < nombre:
            morceau = appelant.prise.recv(65536)
            assert morceau
            recu += morceau
    assert recu.count(b"<ws:code>SIGNALISATION_INCONNUE</ws:code>") == nombre


@pytest.mark.exigence("R9")
def test_une_requete_que_tls_garde_seule__ok(monde: Monde, serveur: ServeurTls) -> None:
    """The first one ends exactly where a reading of the server ends: nothing of the second is in its hands yet."""
    question = enveloppe(requete("consulterEtat", referenceOperateur="inconnue"))

    def une(bourre: int) -> bytes:
        return message(None, f"X-Bourre: {'x' * bourre}", chemin="/production/ws/1/suivi", corps=question)

    with Appelant(serveur.port, monde.opa) as appelant:
        appelant.prise.settimeout(10)
        appelant.prise.sendall(une(8192 - len(une(0))) + une(1))
        recu = b""
        while recu.count(b"</soap11env:Envelope>") < 2:
            morceau = appelant.prise.recv(65536)
            assert morceau
            recu += morceau
    assert recu.count(b"<ws:code>SIGNALISATION_INCONNUE</ws:code>") == 2


@pytest.mark.exigence("R6.1")
def test_la_fin_d_une_connexion_est_dite__ok(monde: Monde, serveur: ServeurTls) -> None:
    """close_notify: else a client could not tell the end from a cut."""
    contexte = tls.contexte_client(monde.opa)
    with contexte.wrap_socket(nue(serveur), server_hostname="127.0.0.1", suppress_ragged_eofs=False) as prise:
        prise.sendall(b"GET /sante HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        recu = b""
        while morceau := prise.recv(4096):  # a cut would raise SSLEOFError
            recu += morceau
    assert recu.endswith(b"ok\n")


@pytest.mark.exigence("R6.1", "R7.3")
@pytest.mark.parametrize("envoi", [ENTETES[:30], ENTETES, ENTETES + b"<a"], ids=["en-tetes", "sans corps", "corps"])
def test_des_requetes_inachevees_sans_certificat_n_arretent_personne__ok(
    monde: Monde, serveur: ServeurTls, envoi: bytes
) -> None:
    """Many more than the threads that serve; nobody had to prove anything for it."""
    contexte = tls.contexte_client()
    with ExitStack() as pile:
        for _ in range(20):
            prise = contexte.wrap_socket(nue(serveur), server_hostname="127.0.0.1")
            pile.enter_context(prise).sendall(envoi)
        for _ in range(3):
            servi(monde, serveur)


@pytest.mark.exigence("R6.1", "R7.3")
@pytest.mark.parametrize("etape", ["muette", pytest.param("negociee", marks=pytest.mark.long), "requete"])
def test_plus_de_connexions_que_le_serveur_n_en_prend__ok(monde: Monde, serveur: ServeurTls, etape: str) -> None:
    """The oldest ones of the address that has the most are closed for the newcomer."""
    contexte = tls.contexte_client()
    nombre = Reglages().connexions + 30
    doux, dur = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(doux, min(2 * nombre, dur)), dur))
    try:
        with ExitStack() as pile:
            for _ in range(nombre):
                prise = pile.enter_context(nue(serveur))
                if etape != "muette":
                    prise = pile.enter_context(contexte.wrap_socket(prise, server_hostname="127.0.0.1"))
                if etape == "requete":
                    prise.sendall(ENTETES)
            for _ in range(3):
                servi(monde, serveur)
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (doux, dur))
    servi(monde, serveur)
    assert "Traceback" not in serveur.journal()


@pytest.mark.exigence("R6.1")
def test_pas_de_renegociation__error(monde: Monde, serveur: ServeurTls) -> None:
    """Who calls cannot change within a connection; looked at in the handshake's own words (RFC 5746 aside)."""
    from esav_soap.bootstrap.tls import contexte_serveur

    contexte = contexte_serveur(str(serveur.dossier / "serveur.pem"), str(serveur.dossier / "serveur.cle"))
    assert contexte.options & ssl.OP_NO_RENEGOTIATION
    assert contexte.verify_mode is ssl.CERT_OPTIONAL
    assert contexte.minimum_version is ssl.TLSVersion.TLSv1_2


@pytest.mark.exigence("R6.2")
def test_une_autorite_reconnue_puis_retiree_sans_redemarrer__ok(monde: Monde, serveur: ServeurTls) -> None:
    nouvelle = tls.autorite(f"AC {uuid4().hex[:6]}")
    piece = nouvelle.certificat()

    def alerte() -> str:
        try:
            with Appelant(serveur.port, piece) as appelant:
                return deposer(appelant).refus or ""
        except ssl.SSLError as erreur:
            return tls.alerte(erreur)

    assert alerte() == "unknown_ca"
    with ouvrir(monde.store) as magasin:
        empreinte = tls.reconnaitre(magasin, nouvelle)
        tls.enregistrer(magasin, piece, nouvelle)
    attendre(lambda: alerte() == "")
    with Appelant(serveur.port, piece) as ouverte:
        assert deposer(ouverte).refus is None
        with ouvrir(monde.store) as magasin:
            assert magasin.retirer_autorite(empreinte, datetime.now(UTC))
        attendre(lambda: "AUTORITE_INCONNUE" in (deposer(ouverte).texte("message") or ""))
    attendre(lambda: alerte() == "unknown_ca")
    servi(monde, serveur)


@pytest.mark.exigence("R6.2")
def test_une_autorite_intermediaire__ok(monde: Monde, serveur: ServeurTls) -> None:
    """The CA that is recognised may stand below another one that is not."""
    racine = tls.autorite(f"Racine {uuid4().hex[:6]}")
    genre = "EC-intermediaire"
    extensions = [(x509.BasicConstraints(ca=True, path_length=0), True)]
    intermediaire = Ac(
        "AC intermédiaire", genre, racine.certificat("AC intermédiaire", genre, extensions=extensions).der
    )
    piece = intermediaire.certificat()
    with ouvrir(monde.store) as magasin:
        tls.reconnaitre(magasin, intermediaire)
        tls.enregistrer(magasin, piece, intermediaire)

    def accepte() -> bool:
        try:
            with Appelant(serveur.port, piece) as appelant:
                return deposer(appelant).refus is None
        except ssl.SSLError:
            return False

    attendre(accepte)


@pytest.mark.exigence("R6.1")
def test_le_certificat_du_serveur_est_remplace_sans_redemarrer__ok(
    monde: Monde, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """The new files are seen by the next connection; a half of them leaves the old ones in force, as the log says."""

    def serie(port: int) -> bytes:
        with Appelant(port, monde.opa) as appelant:
            assert deposer(appelant).refus is None
            return appelant.prise.getpeercert(True) or b""

    with tls.serveur_tls(monde.store, tmp_path_factory.mktemp("serveur")) as serveur:
        premier = serie(serveur.port)
        paire = pki.creer_autorite("AC du serveur", tls.DEBUT, tls.FIN)
        autre, cle = pki.AutoriteInterne(paire.der, paire.cle_pem).delivrer_serveur(["127.0.0.1"], tls.DEBUT, tls.FIN)
        ancienne = (serveur.dossier / "serveur.cle").read_bytes()
        (serveur.dossier / "serveur.cle").write_bytes(cle)
        assert serie(serveur.port) == premier
        assert "n'est pas la clé du certificat" in serveur.journal()
        (serveur.dossier / "serveur.cle").unlink()
        assert serie(serveur.port) == premier
        (serveur.dossier / "serveur.cle").write_bytes(cle)
        (serveur.dossier / "serveur.pem").write_bytes(pki.en_pem(autre))
        contexte = tls.contexte_client(monde.opa)
        contexte.check_hostname, contexte.verify_mode = False, ssl.CERT_NONE
        with Appelant(serveur.port, contexte=contexte) as appelant:
            assert deposer(appelant).refus is None
            assert appelant.prise.getpeercert(True) == autre
        (serveur.dossier / "serveur.cle").write_bytes(ancienne)
        (serveur.dossier / "serveur.pem").write_bytes(tls.du_serveur()[1])
        assert serie(serveur.port) == premier


@pytest.mark.exigence("R6.2")
def test_un_certificat_qui_expire_pendant_la_connexion__error(
    monde: Monde, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """The opérateur's other one goes on: both are valid at once during a renewal."""
    ancien, nouveau = (monde.ac.certificat(fin=tls.FIN - timedelta(days=jours)) for jours in (100, 10))
    with ouvrir(monde.store) as magasin:
        for piece in (ancien, nouveau):
            tls.enregistrer(magasin, piece, monde.ac)
    fin = pki.lire(ancien.der).fin
    dossier = tmp_path_factory.mktemp("serveur")
    cadran = horloge.Cadran(dossier / "cadran")
    cadran.regler(fin - timedelta(hours=30))
    question = enveloppe(requete("listerVersions"))
    with (
        tls.serveur_tls(monde.store, dossier, cadran.env()) as serveur,
        Appelant(serveur.port, ancien) as appelant,
        Appelant(serveur.port, nouveau) as autre,
    ):
        for instant in (cadran(), fin - timedelta(seconds=1)):
            cadran.regler(instant)
            assert appelant.demander("POST", "/production/ws/1/catalogue", question).refus is None
        cadran.regler(fin)
        demande = appelant.demander("POST", "/production/ws/1/catalogue", question)
        assert (demande.texte("message") or "").startswith("EXPIRE :")
        assert autre.demander("POST", "/production/ws/1/catalogue", question).refus is None


@pytest.mark.long
@pytest.mark.exigence("R7.3")
def test_un_arret_avec_des_connexions_tls__ok(monde: Monde, tmp_path: Path) -> None:
    """Kept ones, silent ones, half-made ones: none of them holds a server that was told to end."""
    with tls.serveur_tls(monde.store, tmp_path) as serveur, ExitStack() as pile:
        contexte = tls.contexte_client(monde.opa)
        gardee = contexte.wrap_socket(nue(serveur), server_hostname="127.0.0.1", suppress_ragged_eofs=False)
        pile.enter_context(gardee).sendall(b"GET /sante HTTP/1.1\r\nHost: x\r\n\r\n")
        recu = b""
        while not recu.endswith(b"ok\n"):
            recu += gardee.recv(4096)
        pile.enter_context(Appelant(serveur.port, monde.opa))
        pile.enter_context(nue(serveur))
        pile.enter_context(nue(serveur)).sendall(accueil()[:50])
        serveur.reel.processus.terminate()
        assert serveur.reel.processus.wait(8) == 0
        assert gardee.recv(1) == b"", "told, not cut off"
    assert "Traceback" not in serveur.journal()
