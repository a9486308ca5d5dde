"""Who is let in, over real TLS connections to the real server: the table in docs/certificats.md is what is expected."""

from __future__ import annotations

import re
import socket
import ssl
from base64 import b64encode
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID

from esav_soap.certificats import Role
from esav_soap.store import ouvrir
from tests.e2e import tls
from tests.e2e.conftest import preparer
from tests.e2e.soap import Reponse, depot, enveloppe, requete
from tests.e2e.tls import FIN, MAINTENANT, Ac, Appelant, Piece, ServeurTls
from tests.fils import attendre
from tests.unit.pki import fabrique

RACINE = Path(__file__).parents[2]
VERSIONS = {"1.2": ssl.TLSVersion.TLSv1_2, "1.3": ssl.TLSVersion.TLSv1_3}
JOUR = timedelta(days=1)


def matrice() -> dict[str, tuple[str, str]]:
    """Case -> answer, and reason in the server's log, as the documentation has them."""
    texte = (RACINE / "docs" / "certificats.md").read_text(encoding="utf-8")
    (table,) = re.findall(r"<!-- matrice -->\n(.*?)<!-- fin matrice -->", texte, re.DOTALL)
    rangs = [[cellule.strip() for cellule in ligne.strip("|").split("|")] for ligne in table.strip().splitlines()]
    return {cas: (reponse.replace("`", ""), journal.replace("`", "")) for cas, reponse, journal in rangs[2:]}


MATRICE = matrice()


class Monde:
    """The certificates of all cases, and the store that knows some of them."""

    def __init__(self, store: str) -> None:
        self.store = store
        self.reconnue = tls.autorite("AC reconnue")
        self.reconnue_rsa = tls.autorite("AC reconnue RSA", "RSA-2048")
        self.inconnue = tls.autorite("AC inconnue")
        self.pieces: dict[str, Piece] = {}
        self.empreintes: dict[str, str] = {}
        self._fabriquer()
        self._enregistrer()

    def _fabriquer(self) -> None:
        ac = self.reconnue
        serveur = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH])
        ca = x509.BasicConstraints(ca=True, path_length=None)
        signer = fabrique.usages("key_cert_sign", "crl_sign")
        soi = Ac("OPA", "EC-client", b"")
        self.pieces = {
            nom: ac.certificat(nom if nom.startswith("OP") else "OPA")
            for nom in (
                *("OPA", "OPB", "OPC", "publieur", "fournisseur", "integration", "non enregistre"),
                *("revoque avant", "revoque apres", "revoque ouverte", "revoque reprise", "dans la crl"),
            )
        }
        self.pieces |= {
            "auto-signe": soi.certificat(),
            "autorite inconnue": self.inconnue.certificat(),
            "expire": ac.certificat(debut=MAINTENANT - 9 * JOUR, fin=MAINTENANT - JOUR),
            "pas encore": ac.certificat(debut=MAINTENANT + JOUR),
            "serveur": ac.certificat(extensions=[(fabrique.FEUILLE, True), (serveur, False)]),
            "autorite": ac.certificat(extensions=[(ca, True), (signer, True)]),
            "autorite sans usage": ac.certificat(extensions=[(ca, True)]),
            "RSA 1024": ac.certificat(genre="RSA-1024"),
            "RSA 2048": ac.certificat(genre="RSA-2048"),
            "SHA-1": tls.en_sha1(self.reconnue_rsa, self.reconnue_rsa.certificat()),
        }

    def _enregistrer(self) -> None:
        roles = {"publieur": Role.PUBLIEUR, "fournisseur": Role.FOURNISSEUR}
        absents = {"non enregistre", "auto-signe", "autorite inconnue", "autorite sans usage"}
        with ouvrir(self.store) as magasin:
            tls.reconnaitre(magasin, self.reconnue, self._crl())
            tls.reconnaitre(magasin, self.reconnue_rsa)
            for nom, piece in self.pieces.items():
                if nom in absents:
                    continue
                ac = self.reconnue_rsa if nom == "SHA-1" else self.reconnue
                role = roles.get(nom, Role.OPERATEUR)
                titulaire = nom if nom in ("OPB", "OPC", *roles) else "OPA"
                champs = {"plateformes": frozenset({"integration"})} if nom == "integration" else {}
                self.empreintes[nom] = tls.enregistrer(magasin, piece, ac, titulaire, role=role, **champs)
            magasin.revoquer_certificats([self.empreintes["revoque avant"]], MAINTENANT, "compromis")
            tls.souscrire(magasin, "OPA")
            tls.souscrire(magasin, "OPB")
            tls.souscrire(magasin, "OPC", fin=MAINTENANT - JOUR)

    def _crl(self) -> bytes:
        serie = x509.load_der_x509_certificate(self.pieces["dans la crl"].der).serial_number
        revoque = x509.RevokedCertificateBuilder().serial_number(serie).revocation_date(MAINTENANT).build()
        return (
            x509.CertificateRevocationListBuilder()
            .issuer_name(fabrique.nom(self.reconnue.nom))
            .last_update(MAINTENANT)
            .next_update(FIN)
            .add_revoked_certificate(revoque)
            .sign(fabrique.cle(self.reconnue.genre), hashes.SHA256())
            .public_bytes(Encoding.DER)
        )

    def revoquer(self, nom: str) -> None:
        with ouvrir(self.store) as magasin:
            assert magasin.revoquer_certificats([self.empreintes[nom]], datetime.now(UTC), "compromis") == 1


@pytest.fixture(scope="module")
def monde(tmp_path_factory: pytest.TempPathFactory) -> Monde:
    url = f"sqlite:///{tmp_path_factory.mktemp('tls')}/esav.db"
    preparer(url)
    return Monde(url)


@pytest.fixture(scope="module")
def serveur(monde: Monde, tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServeurTls]:
    with tls.serveur_tls(monde.store, tmp_path_factory.mktemp("serveur")) as lance:
        yield lance


def deposer(appelant: Appelant, plateforme: str = "production", operateur: str = "OPA", **entetes: str) -> Reponse:
    message = depot("2026.2", "ACCES_FTTH", f"M-{uuid4().hex[:12]}", operateur=operateur)
    return appelant.demander("POST", f"/{plateforme}/ws/1/depot/2026.2", enveloppe(message), entetes)


def dit(reponse: Reponse) -> str:
    """The answer, as the table names it."""
    if reponse.refus is None:
        return "acceptée"
    motif = re.match(r"[A-Z_]+(?= :)", reponse.texte("message") or "")
    return f"{reponse.refus} / {motif[0]}" if motif and reponse.refus == "CERTIFICAT_REFUSE" else reponse.refus


def publier(appelant: Appelant) -> Reponse:
    demande = requete("retirerAnnonce", version="2099.1")
    return appelant.demander("POST", "/production/ws/1/publication", enveloppe(demande))


def lister(appelant: Appelant) -> Reponse:
    return lire(appelant, "catalogue", "listerVersions")


def lire(appelant: Appelant, service: str, operation: str) -> Reponse:
    return appelant.demander("POST", f"/production/ws/1/{service}", enveloppe(requete(operation)))


Essai = Callable[[Monde, int, ssl.TLSVersion], Reponse]


def seul(nom: str | None, geste: Callable[[Appelant], Reponse] = deposer) -> Essai:
    """One request on a connection of its own, with that certificate."""

    def essayer(monde: Monde, port: int, version: ssl.TLSVersion) -> Reponse:
        with Appelant(port, monde.pieces[nom] if nom else None, version=version) as appelant:
            return geste(appelant)

    return essayer


def nouveau(monde: Monde, modele: str) -> str:
    """Another certificate like that one, registered while the server runs: each version of TLS revokes its own."""
    nom = f"{modele} {uuid4().hex[:6]}"
    monde.pieces[nom] = monde.reconnue.certificat()
    with ouvrir(monde.store) as magasin:
        monde.empreintes[nom] = tls.enregistrer(magasin, monde.pieces[nom], monde.reconnue)
    return nom


def puis_acceptee(essai: Callable[[], Reponse]) -> None:
    """A certificate that is registered while the server runs is seen soon."""
    attendre(lambda: essai().refus is None)


def puis_refusee(essai: Callable[[], Reponse]) -> Reponse:
    """The first answer that is no acceptance; within the time that the documentation promises."""
    vues: list[Reponse] = []

    def refusee() -> bool:
        vues.append(essai())
        return vues[-1].refus is not None

    attendre(refusee)
    return vues[-1]


def revoque_apres(monde: Monde, port: int, version: ssl.TLSVersion) -> Reponse:
    nom = nouveau(monde, "apres")

    def neuve() -> Reponse:
        with Appelant(port, monde.pieces[nom], version=version) as appelant:
            return deposer(appelant)

    puis_acceptee(neuve)
    monde.revoquer(nom)
    return puis_refusee(neuve)


def revoque_ouverte(monde: Monde, port: int, version: ssl.TLSVersion) -> Reponse:
    nom = nouveau(monde, "ouverte")
    with Appelant(port, monde.pieces[nom], version=version) as appelant:
        puis_acceptee(lambda: deposer(appelant))
        monde.revoquer(nom)
        return puis_refusee(lambda: deposer(appelant))


def revoque_reprise(monde: Monde, port: int, version: ssl.TLSVersion) -> Reponse:
    nom = nouveau(monde, "reprise")
    contexte = tls.contexte_client(monde.pieces[nom], version)
    with Appelant(port, contexte=contexte) as appelant:
        puis_acceptee(lambda: deposer(appelant))
        session = appelant.prise.session
    with Appelant(port, contexte=contexte, session=session) as appelant:
        assert appelant.prise.session_reused
        assert deposer(appelant).refus is None
        session = appelant.prise.session
    monde.revoquer(nom)

    def reprendre() -> Reponse:
        with Appelant(port, contexte=contexte, session=session) as appelant:
            assert appelant.prise.session_reused, "else the case is not the one that is meant"
            return deposer(appelant)

    return puis_refusee(reprendre)


ESSAIS: dict[str, Essai] = {
    "Certificat enregistré d'un opérateur abonné": seul("OPA"),
    "Le même, clé RSA de 2048 bits": seul("RSA 2048"),
    "Aucun certificat": seul(None),
    "Aucun certificat, en-tête `X-Esav-Operateur`": seul(None, lambda a: deposer(a, **{"X-Esav-Operateur": "OPA"})),
    "Aucun certificat, en-tête `Client-Cert` forgé": lambda monde, port, version: seul(
        None, lambda a: deposer(a, **{"Client-Cert": client_cert(monde.pieces["OPA"])})
    )(monde, port, version),
    "Signé par lui-même": seul("auto-signe"),
    "Autorité inconnue": seul("autorite inconnue"),
    "Autorité reconnue, non enregistré": seul("non enregistre"),
    "Expiré": seul("expire"),
    "Pas encore valide": seul("pas encore"),
    "Révoqué": seul("revoque avant"),
    "Révoqué depuis le démarrage du serveur": revoque_apres,
    "Révoqué, sur une connexion déjà ouverte": revoque_ouverte,
    "Révoqué, session TLS reprise": revoque_reprise,
    "Dans la liste de révocation de son autorité": seul("dans la crl"),
    "Fait pour un serveur (`serverAuth` seul)": seul("serveur"),
    "Certificat d'une autorité": seul("autorite"),
    "Certificat d'une autorité, sans `keyUsage`": seul("autorite sans usage"),
    "Clé RSA de 1024 bits": seul("RSA 1024"),
    "Signature SHA-1": seul("SHA-1"),
    "Publieur, sur `depot`": seul("publieur"),
    "Publieur, sur `publication`": seul("publieur", publier),
    "Opérateur, sur `publication`": seul("OPA", publier),
    "Système du Fournisseur, sur `depot`": seul("fournisseur"),
    "Système du Fournisseur, sur `catalogue`": seul("fournisseur", lister),
    "Système du Fournisseur, sur `sav`": seul("fournisseur", lambda a: lire(a, "sav", "listerFile")),
    "Système du Fournisseur, sur `suivi`": seul("fournisseur", lambda a: lire(a, "suivi", "listerEvenements")),
    "Système du Fournisseur, sur `rendez-vous`": seul(
        "fournisseur", lambda a: lire(a, "rendez-vous", "rechercherPlages")
    ),
    "Opérateur, sur `sav`": seul("OPA", lambda a: lire(a, "sav", "listerFile")),
    "Publieur, sur `sav`": seul("publieur", lambda a: lire(a, "sav", "listerFile")),
    "Autre opérateur, sur la prestation du premier": seul("OPB"),
    "Souscription terminée": seul("OPC"),
    "Limité à l'intégration, sur `production`": seul("integration"),
    "Limité à l'intégration, sur `integration`": seul("integration", lambda a: deposer(a, "integration")),
}


def client_cert(piece: Piece) -> str:
    """The header of RFC 9440."""
    return f":{b64encode(piece.der).decode()}:"


@pytest.mark.exigence("R6.1", "R6.2", "R3.7")
def test_la_documentation_et_les_essais_ont_les_memes_cas__ok() -> None:
    assert set(MATRICE) == {*ESSAIS, "TLS 1.1"}


@pytest.mark.exigence("R6.1", "R6.2", "R3.7")
@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("cas", ESSAIS)
def test_matrice(monde: Monde, serveur: ServeurTls, cas: str, version: str) -> None:
    avant = len(serveur.journal())
    try:
        vu = dit(ESSAIS[cas](monde, serveur.port, VERSIONS[version]))
    except ssl.SSLError as erreur:
        vu = f"alerte {tls.alerte(erreur)}"
    attendu, journal = MATRICE[cas]
    assert vu == attendu
    if journal != "—":
        attendre(lambda: f"refusée : {journal}" in serveur.journal()[avant:])
    assert "Traceback" not in serveur.journal()


@pytest.mark.exigence("R6.1")
def test_tls_1_1(serveur: ServeurTls) -> None:
    """The handshake by hand: Python's own would not begin it."""
    accueil = bytes.fromhex("0302") + bytes(32) + b"\0" + bytes.fromhex("0004c014c013") + b"\1\0"
    message = b"\1" + len(accueil).to_bytes(3, "big") + accueil
    with socket.create_connection(("127.0.0.1", serveur.port), timeout=20) as prise:
        prise.sendall(b"\x16\3\1" + len(message).to_bytes(2, "big") + message)
        genre, *_, niveau, alerte = prise.recv(7)
        assert prise.recv(1) == b""
    assert (genre, niveau) == (21, 2), "a fatal alert"
    attendu, journal = MATRICE["TLS 1.1"]
    assert {70: "alerte protocol_version"}[alerte] == attendu
    attendre(lambda: f"refusée : {journal}" in serveur.journal())


@pytest.mark.exigence("R6.1")
@pytest.mark.parametrize("chemin", ["/sante", "/", "/production/ws/1/depot/2026.2?wsdl"])
def test_ce_qui_est_public_l_est_sans_certificat__ok(serveur: ServeurTls, chemin: str) -> None:
    with Appelant(serveur.port) as appelant:
        reponse = appelant.demander("GET", chemin)
        assert reponse.statut == 200
        assert b"http://127" not in reponse.octets
        if "wsdl" in chemin:
            assert f"https://127.0.0.1:{serveur.port}/production".encode() in reponse.octets
    assert f"e-SAV \u00e9coute : https://127.0.0.1:{serveur.port}/" in serveur.journal()
