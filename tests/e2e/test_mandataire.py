"""Behind nginx and HAProxy: the certificate that the proxy saw says who calls, and no header that a caller writes does (R6.1)."""

from __future__ import annotations

import http.client
import os
import shutil
import socket
import stat
import tempfile
from base64 import b64encode
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from urllib.parse import quote
from uuid import uuid4

import pytest
from cryptography import x509
from cryptography.x509.oid import ExtendedKeyUsageOID

from esav_soap import pki
from esav_soap.store import ouvrir
from tests.e2e import tls
from tests.e2e.conftest import preparer
from tests.e2e.mandataires import COMMANDES, Mandataire, mandataire
from tests.e2e.serveur import ServeurReel, port_libre, serveur_neuf
from tests.e2e.soap import TYPES, Reponse, appeler, depot, enveloppe
from tests.e2e.tls import Ac, Appelant, Piece
from tests.fils import attendre

DEPOT = "/production/ws/1/depot/2026.2"


@dataclass(frozen=True)
class Monde:
    """A server behind a socket, and certificates that it knows or not."""

    store: str
    prise: str
    serveur: ServeurReel
    public: int
    pieces: dict[str, Piece]
    reconnue: Ac

    def enregistrer(self, nom: str, titulaire: str) -> str:
        self.pieces[nom] = self.reconnue.certificat(titulaire)
        with ouvrir(self.store) as magasin:
            return tls.enregistrer(magasin, self.pieces[nom], self.reconnue, titulaire)


@pytest.fixture(scope="module")
def monde(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Monde]:
    store = f"sqlite:///{tmp_path_factory.mktemp('mandataire')}/esav.db"
    preparer(store)
    reconnue, inconnue = tls.autorite("AC du mandataire"), tls.autorite("AC inconnue du mandataire")
    pieces = {
        "non enregistre": reconnue.certificat(),
        "autorite inconnue": inconnue.certificat(),
        "auto-signe": Ac("OPA", "EC-client", b"").certificat(),
        "expire": reconnue.certificat(fin=tls.MAINTENANT - timedelta(days=1)),
        "pas encore": reconnue.certificat(debut=tls.MAINTENANT + timedelta(days=1)),
        "serveur": reconnue.certificat(extensions=[(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), False)]),
    }
    with ouvrir(store) as magasin:
        tls.reconnaitre(magasin, reconnue)
        for operateur in ("OPA", "OPB"):
            tls.souscrire(magasin, operateur)
    dossier = tempfile.mkdtemp(prefix="esav")  # short: a socket's path has 107 bytes at most
    prise, public = f"{dossier}/m.sock", port_libre()
    env = {
        "ESAV_SOCKET_MANDATAIRE": prise,
        "ESAV_RAFRAICHISSEMENT": "1",
        "ESAV_ADRESSE_HTTP": f"127.0.0.1:{public}",
        "ESAV_URL_PUBLIQUE": "https://esav.example",
    }
    try:
        with serveur_neuf(store, tmp_path_factory.mktemp("serveur"), env=env) as serveur:
            monde = Monde(store, prise, serveur, public, pieces, reconnue)
            for operateur in ("OPA", "OPB"):
                monde.enregistrer(operateur, operateur)
            yield monde
        assert not os.path.exists(prise), "the server takes its socket away"
    finally:
        shutil.rmtree(dossier)


@pytest.fixture(scope="module", params=COMMANDES)
def devant(
    request: pytest.FixtureRequest, monde: Monde, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Mandataire]:
    with mandataire(request.param, tmp_path_factory.mktemp(request.param), monde.prise) as lance:
        yield lance


def deposer(appelant: Appelant, operateur: str = "OPA", **entetes: str) -> Reponse:
    message = depot("2026.2", "ACCES_FTTH", f"M-{uuid4().hex[:12]}", operateur=operateur)
    return appelant.demander("POST", DEPOT, enveloppe(message), {"X-Esav-Operateur": "OPA", **entetes})


def motif(reponse: Reponse) -> str:
    assert reponse.refus == "CERTIFICAT_REFUSE", reponse.octets
    return (reponse.texte("message") or "").partition(" :")[0]


def rfc_9440(piece: Piece) -> str:
    return f":{b64encode(piece.der).decode()}:"


def nginx(piece: Piece) -> str:
    return quote(pki.en_pem(piece.der), safe="")


@pytest.mark.exigence("R6.1")
def test_le_certificat_vu_par_le_mandataire_dit_qui_appelle__ok(monde: Monde, devant: Mandataire) -> None:
    for operateur in ("OPA", "OPB"):
        with Appelant(devant.port, monde.pieces[operateur]) as appelant:
            attendre(lambda a=appelant: deposer(a, "OPA").refus != "CERTIFICAT_REFUSE")  # type: ignore[misc]
            assert deposer(appelant, operateur).refus is None
            autre = "OPB" if operateur == "OPA" else "OPA"
            assert deposer(appelant, autre).refus == "PRESTATION_INCONNUE"


@pytest.mark.exigence("R6.1")
@pytest.mark.parametrize("nom", ["Client-Cert", "client-cert", "Client_Cert", "CLIENT_CERT", "X-SSL-Client-Cert"])
@pytest.mark.parametrize("forme", [rfc_9440, nginx])
def test_un_en_tete_forge_a_travers_le_mandataire__error(
    monde: Monde, devant: Mandataire, nom: str, forme: object
) -> None:
    assert callable(forme)
    forge = {nom: forme(monde.pieces["OPA"])}
    with Appelant(devant.port) as appelant:
        assert motif(deposer(appelant, **forge)) == "ABSENT"
    with Appelant(devant.port, monde.pieces["OPB"]) as appelant:
        assert deposer(appelant, "OPA", **forge).refus == "PRESTATION_INCONNUE"
        assert deposer(appelant, "OPB", **forge).refus is None


@pytest.mark.exigence("R6.1", "R6.2")
@pytest.mark.parametrize(
    ("nom", "attendu"),
    [("non enregistre", "NON_ENREGISTRE"), ("autorite inconnue", "AUTORITE_INCONNUE"), ("auto-signe", "AUTO_SIGNE")],
)
def test_e_sav_juge_ce_que_le_mandataire_laisse_passer__error(
    monde: Monde, devant: Mandataire, nom: str, attendu: str
) -> None:
    with Appelant(devant.port, monde.pieces[nom]) as appelant:
        assert motif(deposer(appelant)) == attendu


@pytest.mark.exigence("R6.1", "R6.2")
@pytest.mark.parametrize(
    ("nom", "attendu"), [("expire", "EXPIRE"), ("pas encore", "PAS_ENCORE_VALIDE"), ("serveur", "USAGE_INCORRECT")]
)
def test_ce_que_le_mandataire_arreterait_lui_meme__error(
    monde: Monde, devant: Mandataire, nom: str, attendu: str
) -> None:
    """nginx would answer to wrong dates by its own page: its configuration lets e-SAV tell why, as HAProxy does."""
    for forge in ({}, {"Client-Cert": rfc_9440(monde.pieces["OPA"])}):
        with Appelant(devant.port, monde.pieces[nom]) as appelant:
            assert motif(deposer(appelant, **forge)) == attendu


@pytest.mark.exigence("R6.2")
def test_une_revocation_sans_toucher_au_mandataire__error(monde: Monde, devant: Mandataire) -> None:
    """On an open connection and on a resumed session."""
    empreinte = monde.enregistrer("a revoquer", "OPA")
    contexte = tls.contexte_client(monde.pieces["a revoquer"])
    with Appelant(devant.port, contexte=contexte) as appelant:
        attendre(lambda: deposer(appelant).refus is None)
        session = appelant.prise.session
        with Appelant(devant.port, contexte=contexte, session=session) as reprise:
            assert reprise.prise.session_reused
            assert deposer(reprise).refus is None, "a resumed session still tells the certificate"
        with ouvrir(monde.store) as magasin:
            magasin.revoquer_certificats([empreinte], datetime.now(UTC), "compromis")
        attendre(lambda: deposer(appelant).refus is not None)
        assert motif(deposer(appelant)) == "REVOQUE"
    with Appelant(devant.port, contexte=contexte, session=session) as reprise:
        assert motif(deposer(reprise)) == "REVOQUE"


@pytest.mark.exigence("R6.1")
@pytest.mark.parametrize("nom", ["Client-Cert", "Client_Cert"])
@pytest.mark.parametrize("forme", [rfc_9440, nginx])
def test_un_en_tete_forge_droit_au_serveur__error(monde: Monde, nom: str, forme: object) -> None:
    """Only the Unix socket is believed."""
    assert callable(forme)
    demande = depot("2026.2", "ACCES_FTTH", f"M-{uuid4().hex[:12]}")
    entetes = {"Content-Type": TYPES["1.1"], nom: forme(monde.pieces["OPA"])}
    connexion = http.client.HTTPConnection(monde.serveur.url.removeprefix("http://"), timeout=20)
    connexion.request("POST", DEPOT, enveloppe(demande), entetes)
    reponse = connexion.getresponse()
    lue = Reponse(reponse.status, dict(reponse.getheaders()), reponse.read())
    connexion.close()
    assert motif(lue) == "ABSENT"
    assert motif(appeler(monde.serveur.url, DEPOT[1:], demande, operateur="OPA")) == "ABSENT"


def par_le_socket(monde: Monde, *lignes: str) -> Reponse:
    """A request that the proxy could have written."""
    corps = enveloppe(depot("2026.2", "ACCES_FTTH", f"M-{uuid4().hex[:12]}"))
    tete = [
        f"POST {DEPOT} HTTP/1.1",
        "Host: x",
        f"Content-Type: {TYPES['1.1']}",
        f"Content-Length: {len(corps)}",
        *lignes,
    ]
    with socket.socket(socket.AF_UNIX) as prise:
        prise.settimeout(20)
        prise.connect(monde.prise)
        prise.sendall("\r\n".join(tete).encode("latin-1") + b"\r\n\r\n" + corps)
        reponse = http.client.HTTPResponse(prise)
        reponse.begin()
        return Reponse(reponse.status, dict(reponse.getheaders()), reponse.read())


@pytest.mark.exigence("R6.1")
def test_ce_que_le_socket_de_confiance_refuse__error(monde: Monde) -> None:
    bon = rfc_9440(monde.pieces["OPA"])
    attendre(lambda: par_le_socket(monde, f"Client-Cert: {bon}").refus is None)
    assert motif(par_le_socket(monde)) == "ABSENT"
    assert motif(par_le_socket(monde, "Client-Cert:")) == "ABSENT"
    assert motif(par_le_socket(monde, f"Client_Cert: {bon}")) == "ABSENT"
    autre = rfc_9440(monde.pieces["OPB"])
    for lignes in (
        (f"Client-Cert: {bon}", f"Client-Cert: {bon}"),
        (f"Client-Cert: {bon}", f"client-cert: {autre}"),
        ("Client-Cert:", f"Client-Cert: {bon}"),
        (f"Client-Cert: {bon}, {autre}",),
        (f"Client-Cert: {bon};x=1",),
        (f"Client-Cert: {bon[1:-1]}",),
        (f"Client-Cert: {bon[:-9]}:",),
        ("Client-Cert: ::",),
    ):
        assert motif(par_le_socket(monde, *lignes)) == "ILLISIBLE", lignes
    plie = par_le_socket_brut(monde, f"Client-Cert: {bon[:40]}\r\n {bon[40:]}")
    assert plie == 400, "a folded header is no request at all"


def par_le_socket_brut(monde: Monde, ligne: str) -> int:
    with socket.socket(socket.AF_UNIX) as prise:
        prise.settimeout(20)
        prise.connect(monde.prise)
        prise.sendall(f"GET /sante HTTP/1.1\r\nHost: x\r\n{ligne}\r\n\r\n".encode("latin-1"))
        reponse = http.client.HTTPResponse(prise)
        reponse.begin()
        return reponse.status


@pytest.mark.exigence("R6.1")
def test_le_socket_n_est_qu_au_compte_et_a_son_groupe__ok(monde: Monde) -> None:
    assert stat.filemode(os.stat(monde.prise).st_mode) == "srw-rw----"


@pytest.mark.exigence("R6.2")
def test_l_adresse_en_clair_ne_sert_que_le_public__ok(monde: Monde) -> None:
    def statut(methode: str, chemin: str) -> int:
        connexion = http.client.HTTPConnection("127.0.0.1", monde.public, timeout=20)
        connexion.request(methode, chemin, b"<x/>" if methode == "POST" else None, {"Client-Cert": "x"})
        reponse = connexion.getresponse()
        reponse.read()
        connexion.close()
        return reponse.status

    assert statut("GET", "/sante") == 200
    assert statut("GET", "/pki/inconnue.crl") == 404
    for methode, chemin in (
        *(("GET", "/"), ("GET", f"{DEPOT}?wsdl"), ("GET", "/pki"), ("GET", "/catalogue/2026.2/pack.zip")),
        *(("POST", DEPOT), ("POST", "/pki/x"), ("PUT", "/sante"), ("GET", "/sante/"), ("GET", "//pki/")),
    ):
        assert statut(methode, chemin) == 403, (methode, chemin)


@pytest.mark.exigence("R6.1", "R7.3")
@pytest.mark.parametrize(("annonce", "envoi"), [(5_000, 2), (2_000_000, 100_000)], ids=["court", "long"])
def test_des_appelants_lents_derriere_le_mandataire__ok(
    monde: Monde, devant: Mandataire, annonce: int, envoi: int
) -> None:
    """More than the threads that serve, without a certificate, each with a part of its request."""
    entetes = (
        f"POST {DEPOT} HTTP/1.1\r\nHost: x\r\nContent-Type: text/xml\r\nContent-Length: {annonce}\r\n\r\n".encode()
    )
    contexte = tls.contexte_client()
    with ExitStack() as pile:
        for _ in range(20):
            nue = socket.create_connection(("127.0.0.1", devant.port), timeout=20)
            prise = pile.enter_context(contexte.wrap_socket(nue, server_hostname="127.0.0.1"))
            prise.sendall(entetes + b"x" * envoi)
        appelant = pile.enter_context(Appelant(devant.port, monde.pieces["OPA"]))
        attendre(lambda: deposer(appelant).refus is None)
