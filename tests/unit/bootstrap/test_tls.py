"""TLS without a server process: sockets and the token, contexts that follow files and CAs, why a handshake failed."""

from __future__ import annotations

import logging
import re
import socket
import ssl
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from esav_soap import pki
from esav_soap.bootstrap.ecoutes import verifier_socket
from esav_soap.bootstrap.reglages import lire_reglages
from esav_soap.bootstrap.serveur import servir
from esav_soap.bootstrap.tls import Contextes, PriseTls, contexte_serveur, motif
from esav_soap.certificats import MotifRefus
from esav_soap.errors import ReglageInvalide
from esav_soap.jeton import JETON
from tests.e2e import tls
from tests.fils import Fil, attendre, libre

LONG = b"x" * 4_000_000
Paire = tuple[PriseTls, ssl.SSLSocket]


class Autorites:
    def __init__(self) -> None:
        self.autorites_reconnues: tuple[bytes, ...] = ()
        self.revision = 0


@pytest.fixture
def fichiers(tmp_path: Path) -> tuple[str, str]:
    _, certificat, cle = tls.du_serveur()
    (tmp_path / "serveur.pem").write_bytes(certificat)
    (tmp_path / "serveur.cle").write_bytes(cle)
    return str(tmp_path / "serveur.pem"), str(tmp_path / "serveur.cle")


def negocier(notre: socket.socket, autre: socket.socket, contexte: ssl.SSLContext) -> Paire:
    prise = contexte.wrap_socket(notre, server_side=True, do_handshake_on_connect=False)
    assert isinstance(prise, PriseTls)
    prise.setblocking(True)
    client = Fil(lambda: tls.contexte_client().wrap_socket(autre, server_hostname="127.0.0.1"))
    attendre(prise.avancer)
    return prise, client.resultat()


@pytest.fixture
def paire(fichiers: tuple[str, str]) -> Iterator[Paire]:
    ours, theirs = socket.socketpair()
    theirs.settimeout(20)
    prise, client = negocier(ours, theirs, contexte_serveur(*fichiers))
    with prise, client:
        yield prise, client


def avec_jeton(travail: object) -> Fil:
    pris = threading.Event()

    def faire() -> object:
        assert callable(travail)
        with JETON.tenu():
            pris.set()
            try:
                return travail()
            finally:
                assert not libre(JETON), "it has the token again"

    fil = Fil(faire)
    assert pris.wait(20)
    return fil


@pytest.mark.exigence("R7.3")
def test_attendre_le_client_sans_le_jeton__ok(paire: Paire) -> None:
    prise, client = paire
    fil = avec_jeton(lambda: prise.recv(100))
    assert libre(JETON, 4)
    assert not fil.fini
    client.sendall(b"bonjour")
    assert fil.resultat() == b"bonjour"
    fil = avec_jeton(lambda: prise.sendall(LONG))
    assert libre(JETON, 4)
    assert not fil.fini
    lu = 0
    while lu < len(LONG):
        lu += len(client.recv(1 << 20))
    assert fil.resultat() is None


@pytest.mark.exigence("R7.3")
def test_ce_qui_est_la_se_lit_sans_rendre_le_jeton__ok(paire: Paire, monkeypatch: pytest.MonkeyPatch) -> None:
    prise, client = paire
    client.sendall(b"x" * 9000)
    attendre(lambda: bool(prise.recv(1)))
    rendus = []
    poser = JETON._poser

    def compter() -> None:
        rendus.append(1)
        poser()

    monkeypatch.setattr(JETON, "_poser", compter)
    with JETON.tenu():
        assert len(prise.recv(8192)) == 8192
        assert prise.pending() > 0
        assert prise.recv(8192)
    assert len(rendus) == 1, "only at the end"


@pytest.mark.exigence("R7.3")
def test_les_delais__error(paire: Paire) -> None:
    prise, client = paire
    prise.setblocking(False)
    with pytest.raises(ssl.SSLWantReadError):
        prise.recv(1)
    assert prise.gettimeout() == 0.0
    prise.settimeout(0.05)
    assert prise.gettimeout() == 0.05
    debut = time.monotonic()
    with pytest.raises(TimeoutError):
        prise.recv(1)
    assert 0.04 < time.monotonic() - debut < 4
    prise.setblocking(True)
    assert prise.gettimeout() is None
    prise.sendall(b"x")
    assert client.recv(1) == b"x"  # with what came before it: a client that closes with something unread resets
    client.close()
    assert prise.recv(1) == b""


@pytest.mark.exigence("R6.1")
def test_le_certificat_du_client_est_le_meme_objet__ok(fichiers: tuple[str, str]) -> None:
    """So that its digest is made once a connection."""
    ac = tls.autorite("AC d'essai")
    piece = ac.certificat()
    ours, theirs = socket.socketpair()
    theirs.settimeout(20)
    prise = contexte_serveur(*fichiers, (ac.der,)).wrap_socket(ours, server_side=True, do_handshake_on_connect=False)
    assert isinstance(prise, PriseTls)
    client = Fil(lambda: tls.contexte_client(piece).wrap_socket(theirs, server_hostname="127.0.0.1"))
    attendre(prise.avancer)
    with prise, client.resultat():
        vu = prise.getpeercert(True)
        assert vu == piece.der
        assert prise.getpeercert(True) is vu
        assert prise.getpeercert()["subject"] == ((("commonName", "OPA"),),)


@pytest.mark.exigence("R6.1")
def test_sans_certificat__ok(paire: Paire) -> None:
    assert paire[0].getpeercert(True) is None


@pytest.mark.exigence("R6.2")
def test_un_contexte_nouveau_quand_il_le_faut_et_pas_plus__ok(
    fichiers: tuple[str, str], caplog: pytest.LogCaptureFixture
) -> None:
    """A context takes milliseconds to make, and forgets the sessions of the one before."""
    autorites = Autorites()
    contextes = Contextes(*fichiers, autorites)
    premier = contextes.contexte()
    assert contextes.contexte() is premier
    autorites.autorites_reconnues, autorites.revision = (tls.autorite("AC").der,), 1
    second = contextes.contexte()
    assert second is not premier
    assert second.cert_store_stats()["x509"] == 1
    assert contextes.contexte() is second
    Path(fichiers[1]).write_text("pas une clé")
    with caplog.at_level(logging.ERROR, "esav.tls"):
        assert contextes.contexte() is second
        assert contextes.contexte() is second
    assert len(caplog.records) == 1, "told once, not for each connection"
    Path(fichiers[1]).write_bytes(tls.du_serveur()[2])
    assert contextes.contexte() is not second


@pytest.mark.exigence("R6.1")
def test_une_autorite_illisible_ne_ferme_pas_la_porte_aux_autres__ok(
    fichiers: tuple[str, str], caplog: pytest.LogCaptureFixture
) -> None:
    bonnes = tls.autorite("AC").der, tls.autorite("Autre").der
    with caplog.at_level(logging.ERROR, "esav.tls"):
        contexte = contexte_serveur(*fichiers, (bonnes[0], b"\x30\x03\x02\x01\x00", bonnes[1]))
    assert sorted(contexte.get_ca_certs(binary_form=True)) == sorted(bonnes)
    assert [enregistre.levelname for enregistre in caplog.records] == ["ERROR"]


@pytest.mark.exigence("R6.1")
@pytest.mark.parametrize(
    ("certificat", "cle", "dit"),
    [
        ("absent.pem", "serveur.cle", "ESAV_TLS_CERTIFICAT : le fichier .*absent.pem ne peut pas être lu"),
        ("serveur.pem", "absente.cle", "ESAV_TLS_CLE : le fichier .*absente.cle ne peut pas être lu"),
        ("serveur.pem", "autre.cle", "n'est pas la clé du certificat"),
        ("serveur.pem", "phrase.cle", "protégée par une phrase"),
        ("serveur.cle", "serveur.cle", "ne sont pas un certificat et sa clé"),
        ("serveur.pem", "serveur.pem", "ne sont pas un certificat et sa clé"),
        ("faible.pem", "faible.cle", "trop faibles"),
    ],
)
def test_fichiers_inutilisables__error(fichiers: tuple[str, str], certificat: str, cle: str, dit: str) -> None:
    dossier = Path(fichiers[0]).parent
    (dossier / "autre.cle").write_bytes(pki.nouvelle_cle_et_csr("autre")[0])
    (dossier / "phrase.cle").write_bytes(pki.creer_autorite("AC", tls.DEBUT, tls.FIN, phrase="secret").cle_pem)
    faible = tls.autorite("AC faible").certificat(genre="RSA-1024").pem()
    (dossier / "faible.pem").write_bytes(faible)
    (dossier / "faible.cle").write_bytes(faible)
    with pytest.raises(ReglageInvalide, match=dit):
        contexte_serveur(str(dossier / certificat), str(dossier / cle))
    reglages = lire_reglages(
        {"ESAV_TLS_CERTIFICAT": str(dossier / certificat), "ESAV_TLS_CLE": str(dossier / cle), "ESAV_STORE": "x"}
    )
    with pytest.raises(ReglageInvalide, match=dit):
        servir(reglages)


TLS = {"ESAV_TLS_CERTIFICAT": "c.pem", "ESAV_TLS_CLE": "c.cle"}
MANDATAIRE = {"ESAV_SOCKET_MANDATAIRE": "/run/esav.sock"}


@pytest.mark.exigence("R6.1")
@pytest.mark.parametrize(
    ("environnement", "source", "base_url"),
    [
        ({}, "locale", "http://127.0.0.1:8080"),
        (TLS, "certificat", "https://127.0.0.1:8080"),
        (MANDATAIRE, "certificat", "http://127.0.0.1:8080"),
        ({**TLS, "ESAV_ADRESSE": "0.0.0.0:443", "ESAV_URL_PUBLIQUE": "https://x.fr"}, "certificat", "https://x.fr"),
        ({**TLS, **MANDATAIRE}, "certificat", "https://127.0.0.1:8080"),
        ({**TLS, "ESAV_IDENTITE": "locale"}, "locale", "https://127.0.0.1:8080"),
        ({**MANDATAIRE, "ESAV_IDENTITE": "annuaire:f"}, "annuaire:f", "http://127.0.0.1:8080"),
    ],
)
def test_la_source_d_identite__ok(environnement: dict[str, str], source: str, base_url: str) -> None:
    reglages = lire_reglages(environnement)
    assert (reglages.source, reglages.base_url) == (source, base_url)


@pytest.mark.exigence("R6.1")
@pytest.mark.parametrize(
    ("environnement", "noms"),
    [
        ({"ESAV_TLS_CERTIFICAT": "c"}, ["ESAV_TLS_CLE manque"]),
        ({"ESAV_TLS_CLE": "c"}, ["ESAV_TLS_CERTIFICAT manque"]),
        ({"ESAV_IDENTITE": "certificat"}, ["ESAV_IDENTITE=certificat demande"]),
        ({**MANDATAIRE, "ESAV_IDENTITE": "locale"}, ["ESAV_IDENTITE=locale ne va pas"]),
        ({**MANDATAIRE, "ESAV_ADRESSE": "0.0.0.0:80"}, ["ESAV_ADRESSE=0.0.0.0:80 est joignable"]),
        ({"ESAV_SOCKET_MANDATAIRE": "relatif.sock"}, ["ESAV_SOCKET_MANDATAIRE doit"]),
        ({"ESAV_SOCKET_MANDATAIRE": "/" + "x" * 107}, ["ESAV_SOCKET_MANDATAIRE doit"]),
        ({"ESAV_ADRESSE_HTTP": "x"}, ["ESAV_ADRESSE_HTTP doit être"]),
        ({"ESAV_ADRESSE_HTTP": "0.0.0.0:8080"}, ["ESAV_ADRESSE_HTTP doit avoir un autre port"]),
        ({**TLS, "ESAV_HOMOLOGATION": "non"}, ["ESAV_HOMOLOGATION=non ne vaut"]),
        (
            {"ESAV_TLS_CLE": "c", "ESAV_ADRESSE_HTTP": "x", "ESAV_SOCKET_MANDATAIRE": "y", "ESAV_ADRESSE": "z"},
            ["ESAV_TLS_CERTIFICAT", "ESAV_ADRESSE_HTTP", "ESAV_SOCKET_MANDATAIRE", "ESAV_ADRESSE doit"],
        ),
    ],
)
def test_ce_qui_ne_va_pas_ensemble__error(environnement: dict[str, str], noms: list[str]) -> None:
    with pytest.raises(ReglageInvalide) as pris:
        lire_reglages(environnement)
    dit = str(pris.value)
    assert all(nom in dit for nom in noms)
    assert len(dit.split(" ; ")) == len(noms)


@pytest.mark.exigence("R6.1")
def test_le_socket_du_mandataire__error(tmp_path_factory: pytest.TempPathFactory) -> None:
    dossier = tmp_path_factory.mktemp("s")
    chemin = dossier / "m.sock"
    verifier_socket(str(chemin))
    with socket.socket(socket.AF_UNIX) as ecoute:
        ecoute.bind(str(chemin))
        ecoute.listen()
        with pytest.raises(ReglageInvalide, match="un autre programme écoute"):
            verifier_socket(str(chemin))
    verifier_socket(str(chemin))  # left behind by a server that was killed
    chemin.unlink()
    chemin.write_text("à garder")
    with pytest.raises(ReglageInvalide, match="n'est pas un socket"):
        verifier_socket(str(chemin))
    assert chemin.read_text() == "à garder"
    with pytest.raises(ReglageInvalide, match="le dossier"):
        verifier_socket(str(dossier / "absent" / "m.sock"))


@pytest.mark.exigence("R6.2")
@pytest.mark.parametrize(
    ("code", "attendu"),
    [
        *((18, "AUTO_SIGNE"), (19, "AUTORITE_INCONNUE"), (20, "AUTORITE_INCONNUE"), (10, "EXPIRE")),
        *((9, "PAS_ENCORE_VALIDE"), (26, "USAGE_INCORRECT"), (66, "CLE_FAIBLE"), (68, "SIGNATURE_FAIBLE")),
        (999, "certificat"),
    ],
)
def test_pourquoi_une_negociation_echoue__ok(code: int, attendu: str) -> None:
    echec = ssl.SSLCertVerificationError(1, "certificate verify failed")
    echec.verify_code, echec.verify_message = code, "in OpenSSL's words"
    dit = motif(echec)
    assert re.fullmatch(rf"{attendu} .*in OpenSSL's words\)?", dit)
    assert attendu == "certificat" or attendu in MotifRefus.__members__


@pytest.mark.exigence("R6.2")
@pytest.mark.parametrize("raison", ["TLSV1_ALERT_UNKNOWN_CA", "HTTP_REQUEST", "WRONG_SIGNATURE_TYPE"])
def test_l_appelant_rompt_lui_meme__ok(raison: str) -> None:
    """OpenSSL's word, to be looked for, and what it means where an operator meets it."""
    echec = ssl.SSLError(1, "no matter")
    echec.reason = raison
    assert motif(echec).startswith(raison)
    assert motif(echec).endswith(")") == (raison != "WRONG_SIGNATURE_TYPE")
