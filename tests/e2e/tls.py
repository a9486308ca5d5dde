"""Mutual TLS for the tests: CAs, certificates with one defect each, what the store knows of them, servers and callers."""

from __future__ import annotations

import http.client
import socket
import ssl
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from secrets import randbits
from tempfile import NamedTemporaryFile
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from esav_soap import pki
from esav_soap.certificats import Autorite, CertificatEnregistre, Origine, Role
from esav_soap.homologation import Domaine, Homologation
from esav_soap.names import PLATEFORMES
from esav_soap.souscription import Acces, BonDeCommande, Souscription
from esav_soap.store import Magasin
from tests.e2e.serveur import DELAI_S, ServeurReel, demarrer, port_libre
from tests.e2e.soap import TYPES, Reponse
from tests.unit.pki import fabrique

MAINTENANT = datetime.now(UTC).replace(microsecond=0)
DEBUT, FIN = MAINTENANT - timedelta(days=30), MAINTENANT + timedelta(days=300)
BON = BonDeCommande(
    *("CTR-1", "AFF-1", "Opérateur", "73282932000074", "Jeanne Martin", "+33123456789", "sav@op.example"),
    adresse=("1 rue des Essais", "35000 Rennes"),
    acces=frozenset({Acces.INTEGRE}),
)


@dataclass(frozen=True)
class Piece:
    """A certificate and the kind of its key, for :func:`tests.unit.pki.fabrique.cle`."""

    der: bytes
    genre: str

    def pem(self) -> bytes:
        """The certificate, then its key."""
        return pki.en_pem(self.der) + fabrique.cle(self.genre).private_bytes(
            Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()
        )


@dataclass(frozen=True)
class Ac:
    """A CA of the tests."""

    nom: str
    genre: str
    der: bytes

    def certificat(self, sujet: str = "OPA", genre: str = "EC-client", **options: Any) -> Piece:
        """A certificate that it signs; by default it has no defect."""
        donnes = {"debut": DEBUT, "fin": FIN, "serie": randbits(120), **options}
        der = fabrique.certificat(genre, sujet=sujet, emetteur=self.nom, signe_par=self.genre, **donnes)
        return Piece(der, genre)


def autorite(nom: str, genre: str = "") -> Ac:
    """A CA, with a key of its own if no other one is named."""
    genre = genre or f"EC-{nom}"
    extensions = [
        (x509.BasicConstraints(ca=True, path_length=None), True),
        (fabrique.usages("key_cert_sign", "crl_sign"), True),
    ]
    der = fabrique.certificat(
        genre,
        sujet=nom,
        emetteur=nom,
        signe_par=genre,
        debut=DEBUT,
        fin=FIN,
        serie=randbits(120),
        extensions=extensions,
    )
    return Ac(nom, genre, der)


#: OID of RSA signatures, as DER, with SHA-256 and SHA-1.
_RSA_SHA256, _RSA_SHA1 = bytes.fromhex("2a864886f70d01010b"), bytes.fromhex("2a864886f70d010105")


def en_sha1(ac: Ac, piece: Piece) -> Piece:
    """The same certificate, signed with SHA-1, which libraries do not do any more."""
    cle = fabrique.cle(ac.genre)
    assert isinstance(cle, rsa.RSAPrivateKey)
    lu = x509.load_der_x509_certificate(piece.der)
    corps = lu.tbs_certificate_bytes.replace(_RSA_SHA256, _RSA_SHA1)
    signature = cle.sign(corps, padding.PKCS1v15(), hashes.SHA1())
    entier = piece.der.replace(_RSA_SHA256, _RSA_SHA1)
    return Piece(entier[: -len(signature)] + signature, piece.genre)


@cache
def du_serveur() -> tuple[bytes, bytes, bytes]:
    """PEM: the CA of the server's certificate, this certificate, its key."""
    paire = pki.creer_autorite("AC du serveur", DEBUT, FIN)
    der, cle = pki.AutoriteInterne(paire.der, paire.cle_pem).delivrer_serveur(["127.0.0.1", "localhost"], DEBUT, FIN)
    return pki.en_pem(paire.der), pki.en_pem(der), cle


def reconnaitre(magasin: Magasin, ac: Ac, crl: bytes | None = None) -> str:
    """Make it a recognised CA; its fingerprint."""
    empreinte = pki.empreinte(ac.der)
    magasin.enregistrer_autorite(Autorite(empreinte, ac.nom, False, DEBUT, FIN, MAINTENANT, ac.der, crl))
    return empreinte


def enregistrer(magasin: Magasin, piece: Piece, ac: Ac, titulaire: str = "OPA", **champs: Any) -> str:
    """Register the certificate as that of an opérateur, or as ``champs`` says; its fingerprint."""
    faits = pki.lire(piece.der)
    certificat = CertificatEnregistre(
        faits.empreinte,
        titulaire,
        Role.OPERATEUR,
        Origine.RECONNUE,
        faits.sujet,
        faits.emetteur,
        faits.numero_serie,
        pki.empreinte(ac.der),
        faits.debut,
        faits.fin,
        MAINTENANT,
        MAINTENANT,
        piece.der,
        frozenset(PLATEFORMES),
    )
    magasin.enregistrer_certificat(replace(certificat, **champs))
    return faits.empreinte


def souscrire(magasin: Magasin, operateur: str, fin: datetime | None = None) -> None:
    """A subscription to e-SAV intégré, and homologation in signalisation."""
    magasin.enregistrer_souscription(
        Souscription(operateur, BON, DEBUT, fin - timedelta(days=61) if fin else None, fin)
    )
    magasin.enregistrer_homologation(
        Homologation(operateur, Domaine.SIGNALISATION, MAINTENANT, "validerSignalisation", "0" * 16)
    )


@dataclass
class ServeurTls:
    """A running server; ``port``: of its TLS address."""

    reel: ServeurReel
    port: int
    dossier: Path

    def journal(self) -> str:
        return self.reel.journal.read_text(encoding="utf-8")


@contextmanager
def serveur_tls(
    store: str, dossier: Path, env: Mapping[str, str] | None = None, processus: int = 1, port: int | None = None
) -> Iterator[ServeurTls]:
    """``esav serve`` with TLS, on loopback; ``port``: that of one which has ended."""
    _, certificat, cle = du_serveur()
    (dossier / "serveur.pem").write_bytes(certificat)
    (dossier / "serveur.cle").write_bytes(cle)
    port = port or port_libre()
    reglages = {
        "ESAV_TLS_CERTIFICAT": str(dossier / "serveur.pem"),
        "ESAV_TLS_CLE": str(dossier / "serveur.cle"),
        "ESAV_RAFRAICHISSEMENT": "1",
        **(env or {}),
    }
    reel = demarrer(store, dossier / "serveur.log", port=port, attendre=False, processus=processus, env=reglages)
    serveur = ServeurTls(reel, port, dossier)
    try:
        attendre_tls(serveur)
        yield serveur
    finally:
        reel.arreter()


def attendre_tls(serveur: ServeurTls) -> None:
    """Until it answers; fails with its log when it ends instead."""
    limite = datetime.now(UTC) + timedelta(seconds=DELAI_S)
    while True:
        try:
            with Appelant(serveur.port) as appelant:
                assert appelant.demander("GET", "/sante").statut == 200
                return
        except OSError as erreur:
            if serveur.reel.processus.poll() is not None or datetime.now(UTC) > limite:
                raise RuntimeError(serveur.journal()) from erreur


def contexte_client(piece: Piece | None = None, version: ssl.TLSVersion | None = None) -> ssl.SSLContext:
    """A client that checks the server and, unlike OpenSSL by default, dares to show any certificate of its own."""
    contexte = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    contexte.set_ciphers("DEFAULT:@SECLEVEL=0")
    contexte.load_verify_locations(cadata=du_serveur()[0].decode())
    if version is not None:
        contexte.minimum_version = contexte.maximum_version = version
    if piece is not None:
        with NamedTemporaryFile(suffix=".pem") as fichier:
            fichier.write(piece.pem())
            fichier.flush()
            contexte.load_cert_chain(fichier.name)
    return contexte


class Appelant:
    """A connection that stays open for several requests."""

    def __init__(
        self,
        port: int,
        piece: Piece | None = None,
        *,
        version: ssl.TLSVersion | None = None,
        contexte: ssl.SSLContext | None = None,
        session: ssl.SSLSession | None = None,
    ) -> None:
        contexte = contexte or contexte_client(piece, version)
        nue = socket.create_connection(("127.0.0.1", port), timeout=30)
        try:
            self.prise = contexte.wrap_socket(nue, server_hostname="127.0.0.1", session=session)
        except BaseException:
            nue.close()
            raise
        self._http = http.client.HTTPConnection("127.0.0.1", port)
        self._http.sock = self.prise

    def __enter__(self) -> Appelant:
        return self

    def __exit__(self, *_: object) -> None:
        self._http.close()

    def demander(
        self, methode: str, chemin: str, octets: bytes | None = None, entetes: Mapping[str, str] | None = None
    ) -> Reponse:
        """Raises ``ssl.SSLError`` with the server's alert: with TLS 1.3 it comes only now."""
        tous = {"Content-Type": TYPES["1.1"], **(entetes or {})}
        self._http.auto_open = 0  # one connection, or an error
        try:
            self._http.request(methode, chemin, body=octets, headers=tous)
        except (BrokenPipeError, ConnectionResetError):
            self.prise.recv(1)  # the alert, which is why nothing more can be sent
            raise
        reponse = self._http.getresponse()
        return Reponse(reponse.status, dict(reponse.getheaders()), reponse.read())


def alerte(erreur: ssl.SSLError) -> str:
    """The alert's name as RFC 8446 writes it."""
    raison = (erreur.reason or "").lower()
    assert "_alert_" in raison, erreur
    return raison.partition("_alert_")[2]
