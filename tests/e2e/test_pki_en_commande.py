"""A certificate's life by real commands, on both stores: made, read by OpenSSL, let in by a real server, revoked, refused."""

from __future__ import annotations

import os
import ssl
import time
from collections.abc import Iterator
from dataclasses import dataclass
from http.client import HTTPSConnection
from pathlib import Path

import pytest

from tests.e2e.fourche import executer
from tests.e2e.serveur import DELAI_S, demarrer, port_libre
from tests.faux import RACINE
from tests.openssl import openssl
from tests.postgres import Grappe

PHRASE = "phrase-que-personne-ne-lit"
_REQUETE = (
    b'<e:Envelope xmlns:e="http://schemas.xmlsoap.org/soap/envelope/"><e:Body>'
    b'<listerVersions xmlns="urn:esav:ws:1"/></e:Body></e:Envelope>'
)
BON = (
    *("--reference-contrat", "CG-2026-041-ESAV", "--affaire", "1204377", "--raison-sociale", "Opérateur Alpha"),
    *("--siret", "73282932000074", "--representant", "Martin Claire", "--telephone", "0123456789"),
    *("--courriel", "contrats@opa.example", "--adresse", "12 rue du Port", "--adresse", "44000 Nantes"),
    *("--acces", "INTEGRE", "--oui"),
)


@dataclass
class Lieu:
    """A folder and a store. ``dits``: everything that the commands said."""

    dossier: Path
    store: str
    dits: str = ""

    def env(self) -> dict[str, str]:
        propre = {nom: valeur for nom, valeur in os.environ.items() if not nom.startswith("ESAV_")}
        return propre | {
            "ESAV_STORE": self.store,
            "ESAV_PKI_PHRASE": PHRASE,
            "ESAV_URL_PUBLIQUE": "https://esav.example",
            "PYTHONPATH": str(RACINE),
        }

    def esav(self, *arguments: str, code: int = 0) -> str:
        fini = executer(arguments, cwd=self.dossier, env=self.env())
        self.dits += fini.stdout + fini.stderr
        assert fini.returncode == code, fini.stderr
        return fini.stdout

    def openssl(self, *arguments: str) -> str:
        fini = openssl(*(str(self.dossier / a[1:]) if a.startswith("@") else a for a in arguments))
        assert fini.returncode == 0, fini.stderr
        return fini.stdout


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=[pytest.mark.postgresql, pytest.mark.long])])
def lieu(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Lieu]:
    if request.param == "sqlite":
        yield Lieu(tmp_path, f"sqlite:///{tmp_path}/esav.db")
    else:
        grappe: Grappe = request.getfixturevalue("postgresql")
        with grappe.base() as url:
            yield Lieu(tmp_path, url)


def demander(
    port: int, methode: str, chemin: str, contexte: ssl.SSLContext, corps: bytes | None = None
) -> tuple[int, dict[str, str], bytes]:
    connexion = HTTPSConnection("127.0.0.1", port, timeout=30, context=contexte)
    try:
        connexion.request(methode, chemin, corps, {"Content-Type": "text/xml; charset=utf-8"})
        reponse = connexion.getresponse()
        return reponse.status, dict(reponse.getheaders()), reponse.read()
    finally:
        connexion.close()


@pytest.mark.exigence("R6.1", "R6.2")
def test_la_vie_d_un_certificat(lieu: Lieu) -> None:
    esav, dossier = lieu.esav, lieu.dossier
    esav("pki", "init", "--nom", "AC e-SAV d'essai")
    esav("operateur", "souscrire", "OPA", *BON)
    esav("pki", "csr", "OPA", "--rsa")
    lieu.openssl("req", "-in", "@OPA.csr", "-noout", "-verify")
    esav("pki", "request", "OPA.csr", "--titulaire", "OPA")
    esav("pki", "issue", "1", "--sortie", "opa.pem")
    esav("pki", "server", "127.0.0.1", "localhost")
    port = port_libre()
    tls = {"ESAV_TLS_CERTIFICAT": str(dossier / "127.0.0.1.pem"), "ESAV_TLS_CLE": str(dossier / "127.0.0.1.key")}
    env = {**tls, "ESAV_RAFRAICHISSEMENT": "1", "ESAV_URL_PUBLIQUE": "https://esav.example"}
    serveur = demarrer(lieu.store, dossier / "serveur.log", port=port, attendre=False, env=env)
    try:
        publier(lieu, port)
        verifier_par_openssl(lieu)
        appeler_puis_revoquer(lieu, port)
    finally:
        serveur.arreter()
    journal = (dossier / "serveur.log").read_text()
    cle = (dossier / "var/pki/autorite.pem").read_text().split("-----")[2].strip()[:60]
    for dit in (lieu.dits, journal):
        assert PHRASE not in dit
        assert "PRIVATE KEY" not in dit
    if lieu.store.startswith("sqlite"):
        stocke = b"".join(f.read_bytes() for f in dossier.glob("esav.db*"))
        assert PHRASE.encode() not in stocke
        assert b"PRIVATE KEY" not in stocke
        assert cle.encode() not in stocke


def publier(lieu: Lieu, port: int) -> None:
    """``/pki/`` gives the CA and its list to anybody; what it gives is kept for the checks to come."""
    aveugle = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    aveugle.check_hostname, aveugle.verify_mode = False, ssl.CERT_NONE
    attendre(lambda: _repond(port, aveugle))
    types = {"ca.pem": "application/x-pem-file", "ca.der": "application/pkix-cert", "esav.crl": "application/pkix-crl"}
    for nom, type_ in types.items():
        statut, entetes, contenu = demander(port, "GET", f"/pki/{nom}", aveugle)
        assert (statut, entetes["Content-Type"]) == (200, type_)
        assert entetes["Cache-Control"].startswith("public, max-age=")
        assert b"PRIVATE" not in contenu
        (lieu.dossier / nom).write_bytes(contenu)
    empreinte = lieu.openssl("x509", "-in", "@ca.pem", "-noout", "-fingerprint", "-sha256").partition("=")[2]
    hexa = empreinte.strip().replace(":", "").lower()
    assert demander(port, "GET", f"/pki/{hexa}.crl", aveugle)[2] == (lieu.dossier / "esav.crl").read_bytes()
    for absent in ("/pki/", "/pki/autorite.pem", f"/pki/{'0' * 64}.crl", "/pki/..%2fautorite.pem"):
        assert demander(port, "GET", absent, aveugle)[0] == 404
    assert demander(port, "HEAD", "/pki/ca.pem", aveugle)[2] == b""
    assert b'href="/pki/esav.crl"' in demander(port, "GET", "/", aveugle)[2]


def verifier_par_openssl(lieu: Lieu) -> None:
    lieu.openssl("verify", "-CAfile", "@ca.pem", "-purpose", "sslclient", "-x509_strict", "@opa.pem")
    lieu.openssl("verify", "-CAfile", "@ca.pem", "-purpose", "sslserver", "-x509_strict", "@127.0.0.1.pem")
    lieu.openssl("crl", "-inform", "DER", "-in", "@esav.crl", "-CAfile", "@ca.pem", "-noout")
    lieu.openssl("crl", "-inform", "DER", "-in", "@esav.crl", "-out", "@esav.crl.pem")
    lieu.openssl("verify", "-CAfile", "@ca.pem", "-CRLfile", "@esav.crl.pem", "-crl_check", "@opa.pem")
    texte = lieu.openssl("x509", "-in", "@opa.pem", "-noout", "-text")
    assert "CN = OPA" in texte
    assert "URI:https://esav.example/pki/" in texte
    assert "TLS Web Client Authentication" in texte


def appeler_puis_revoquer(lieu: Lieu, port: int) -> None:
    client = ssl.create_default_context(cafile=str(lieu.dossier / "ca.pem"))
    client.load_cert_chain(lieu.dossier / "opa.pem", lieu.dossier / "OPA.key")
    assert lieu.esav("pki", "explain", "opa.pem").endswith("Réponse sur production : ADMIS\n")
    attendre(lambda: demander(port, "POST", "/production/ws/1/catalogue", client, _REQUETE)[0] == 200)
    empreinte = lieu.openssl("x509", "-in", "@opa.pem", "-noout", "-fingerprint", "-sha256").partition("=")[2].strip()
    lieu.esav("pki", "revoke", empreinte, "--motif", "essai", "--oui")
    attendre(lambda: b"REVOQUE" in demander(port, "POST", "/production/ws/1/catalogue", client, _REQUETE)[2])
    (lieu.dossier / "apres.crl").write_bytes(demander(port, "GET", "/pki/esav.crl", client)[2])
    lieu.openssl("crl", "-inform", "DER", "-in", "@apres.crl", "-out", "@apres.pem")
    juge = openssl(
        *("verify", "-CAfile", lieu.dossier / "ca.pem", "-CRLfile", lieu.dossier / "apres.pem", "-crl_check"),
        lieu.dossier / "opa.pem",
    )
    assert juge.returncode != 0
    assert "certificate revoked" in juge.stderr
    assert "CERTIFICAT_REFUSE, REVOQUE" in lieu.esav("pki", "explain", "opa.pem", code=1)


def _repond(port: int, contexte: ssl.SSLContext) -> bool:
    try:
        return demander(port, "GET", "/sante", contexte)[0] == 200
    except OSError:
        return False


def attendre(condition: object) -> None:
    """Until it holds."""
    assert callable(condition)
    limite = time.monotonic() + DELAI_S
    while not condition():
        assert time.monotonic() < limite
        time.sleep(0.05)
