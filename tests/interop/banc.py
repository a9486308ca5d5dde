"""A real server with mutual TLS, an opérateur with a certificate for each client's run, and the WSDLs that it serves."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import PrivateFormat, load_pem_private_key, pkcs12

from esav_soap.certificats import Role
from esav_soap.store import ouvrir
from tests.e2e import tls
from tests.e2e.conftest import preparer
from tests.e2e.soap import enveloppe, requete
from tests.interop.attendu import depouille

VERSIONS, PLATEFORME = ("2026.1", "2026.2"), "integration"
SECRET = "changeit"  # of the PKCS#12 files; that of Java's trust stores everywhere
#: Addresses of the services that the scenario calls, and the file of their WSDL.
SERVICES = {"depot/{version}": "depot", "suivi": "suivi", "rendez-vous": "rendez-vous"}
#: Mono does not read PKCS#12 files of today's algorithms (openssl pkcs12 -export -legacy); Java reads these too.
_ANCIEN = (
    PrivateFormat.PKCS12.encryption_builder()
    .kdf_rounds(2048)
    .key_cert_algorithm(pkcs12.PBES.PBESv1SHA1And3KeyTripleDESCBC)
    .hmac_hash(hashes.SHA1())
)
SUFFIXES = {"1.1": "wsdl", "1.2": "wsdl=soap12"}


@dataclass(frozen=True)
class Banc:
    """``dossier`` has the certificates (``<operateur>.pem``, ``.key``, ``.p12``), ``ca.pem``, and for each version of
    SOAP and of the catalogue the WSDLs (``wsdl-1.1-2026.2``...)."""

    serveur: tls.ServeurTls
    dossier: Path
    pieces: Mapping[str, tls.Piece]

    @property
    def base(self) -> str:
        # a name, as Mono does not find an IP address in a certificate
        return f"https://localhost:{self.serveur.port}/{PLATEFORME}/ws/1"

    def wsdl(self, soap: str, version: str = VERSIONS[-1]) -> Path:
        return _wsdl(self.dossier, soap, version)

    def environnement(self, operateur: str, soap: str, version: str = VERSIONS[-1]) -> dict[str, str]:
        """What the programs read, and nothing that they need not."""
        return {
            "PATH": os.environ["PATH"],
            "HOME": str(self.dossier),
            "LANG": "C.UTF-8",
            "LC_ALL": "C.UTF-8",
            "TZ": "Europe/Paris",
            "ESAV_URL": self.base,
            "ESAV_WSDL": str(self.wsdl(soap, version)),
            "ESAV_WSDL_11": str(self.wsdl("1.1", version)),
            "ESAV_SOAP": soap,
            "ESAV_CERTIFICAT": str(self.dossier / f"{operateur}.pem"),
            "ESAV_CLE": str(self.dossier / f"{operateur}.key"),
            "ESAV_P12": str(self.dossier / f"{operateur}.p12"),
            "ESAV_P12_SECRET": SECRET,
            "ESAV_CA": str(self.dossier / "ca.pem"),
            "ESAV_REFERENCE": f"TICKET-{operateur}",
        }

    def lu(self, operateur: str) -> list[tuple[str, str]]:
        """The fields of that opérateur's first deposit as they stand in the store, in one spelling."""
        demande = enveloppe(requete("consulterDetail", referenceOperateur=f"TICKET-{operateur}-1"))
        with tls.Appelant(self.serveur.port, self.pieces[operateur]) as appelant:
            reponse = appelant.demander("POST", f"/{PLATEFORME}/ws/1/suivi", demande)
        assert reponse.refus is None, reponse.octets
        champs = zip(reponse.textes("chemin"), reponse.textes("valeur"), strict=True)
        return [(chemin, depouille(chemin, valeur)) for chemin, valeur in champs]


@contextmanager
def banc_ouvert(dossier: Path, operateurs: list[str]) -> Iterator[Banc]:
    """One server; every name in ``operateurs`` is an opérateur with a certificate."""
    store = f"sqlite:///{dossier}/esav.db"
    preparer(store)
    pieces = inscrire(store, dossier, operateurs)
    with tls.serveur_tls(store, dossier) as serveur:
        for version in VERSIONS:
            prendre_wsdl(serveur, dossier, version)
        yield Banc(serveur, dossier, pieces)


def inscrire(store: str, dossier: Path, operateurs: list[str]) -> dict[str, tls.Piece]:
    """Make each an opérateur with a certificate, whose files go to ``dossier``."""
    ac = tls.autorite("AC des opérateurs")
    pieces = {operateur: ac.certificat(operateur, "RSA-2048") for operateur in operateurs}
    with ouvrir(store) as magasin:
        tls.reconnaitre(magasin, ac)
        for operateur, piece in pieces.items():
            tls.enregistrer(magasin, piece, ac, operateur, role=Role.OPERATEUR)
            tls.souscrire(magasin, operateur)
            _deposer_fichiers(dossier, operateur, piece)
    (dossier / "ca.pem").write_bytes(tls.du_serveur()[0])
    return pieces


def _deposer_fichiers(dossier: Path, operateur: str, piece: tls.Piece) -> None:
    """Certificate and key in PEM, each in its file, and both in PKCS#12 for Java and .NET."""
    pem = piece.pem()
    certificat, _, cle = pem.partition(b"-----BEGIN PRIVATE")
    (dossier / f"{operateur}.pem").write_bytes(certificat)
    (dossier / f"{operateur}.key").write_bytes(b"-----BEGIN PRIVATE" + cle)
    lue = load_pem_private_key(pem, None)
    assert isinstance(lue, RSAPrivateKey)
    octets = pkcs12.serialize_key_and_certificates(
        operateur.encode(),
        lue,
        x509.load_der_x509_certificate(piece.der),
        None,
        _ANCIEN.build(SECRET.encode()),
    )
    (dossier / f"{operateur}.p12").write_bytes(octets)


def _wsdl(dossier: Path, soap: str, version: str) -> Path:
    return dossier / f"wsdl-{soap}-{version}"


def prendre_wsdl(serveur: tls.ServeurTls, dossier: Path, version: str) -> None:
    """The WSDLs as they are served: what an integrator takes with curl."""
    with tls.Appelant(serveur.port) as appelant:
        for soap, suffixe in SUFFIXES.items():
            la = _wsdl(dossier, soap, version)
            la.mkdir()
            for service, nom in SERVICES.items():
                chemin = f"/{PLATEFORME}/ws/1/{service.format(version=version)}?{suffixe}"
                reponse = appelant.demander("GET", chemin)
                assert reponse.statut == 200, reponse.octets
                (la / f"{nom}.wsdl").write_bytes(reponse.octets.replace(b"//127.0.0.1:", b"//localhost:"))
