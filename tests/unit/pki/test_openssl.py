"""OpenSSL, which decides in every handshake, judges what is issued here as this project does; and it makes odd things to read."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import ExtendedKeyUsageOID

from esav_soap.certificats import CertificatRefuse, MotifRefus, Paire
from esav_soap.certificats.regles import defauts
from esav_soap.pki import (
    AutoriteInterne,
    auto_signe,
    creer_autorite,
    en_pem,
    lire,
    lire_csr,
    nouvelle_cle_et_csr,
    numeros_revoques,
    signataire,
    verifier_crl,
)
from tests.openssl import openssl
from tests.unit.pki import fabrique

DEBUT = datetime(2026, 1, 1, tzinfo=UTC)
INSTANT = datetime(2026, 7, 1, tzinfo=UTC)
UN_AN = INSTANT + timedelta(days=365)
HEURE = timedelta(hours=1)


@dataclass
class Atelier:
    """A CA and a folder where OpenSSL finds what it is given."""

    dossier: Path
    paire: Paire
    ac: AutoriteInterne

    def client(self, titulaire: str = "OP1", genre: str = "EC") -> bytes:
        _, csr = nouvelle_cle_et_csr("x", genre=genre)
        return self.ac.delivrer_client(csr, titulaire, "OPERATEUR", INSTANT, UN_AN, "Opérateur")

    def poser(self, nom: str, contenu: bytes) -> Path:
        chemin = self.dossier / nom
        chemin.write_bytes(contenu)
        return chemin

    def verifier(
        self,
        der: bytes,
        *options: str,
        autorite: bytes = b"",
        crl: bytes = b"",
        instant: datetime = INSTANT + HEURE,
        usage: str = "sslclient",
    ) -> tuple[bool, str]:
        """Whether OpenSSL accepts that certificate, and what it says."""
        arguments: list[str | Path] = [
            "verify",
            "-x509_strict",
            "-purpose",
            usage,
            "-attime",
            str(int(instant.timestamp())),
        ]
        arguments += ["-CAfile", self.poser("ac.pem", en_pem(autorite or self.paire.der)), *options]
        if crl:
            arguments += ["-crl_check", "-CRLfile", self.poser("ac.crl", en_pem(crl, "X509 CRL"))]
        fini = openssl(*arguments, self.poser("certificat.pem", en_pem(der)))
        return fini.returncode == 0, fini.stdout + fini.stderr


@pytest.fixture
def atelier(tmp_path: Path) -> Atelier:
    paire = creer_autorite("AC e-SAV", DEBUT, datetime(2036, 1, 1, tzinfo=UTC))
    ac = AutoriteInterne(paire.der, paire.cle_pem, url_crl="http://x/ac.crl", url_autorite="http://x/ac.cer")
    return Atelier(tmp_path, paire, ac)


@pytest.mark.exigence("R6.2")
def test_the_chain_and_the_list_are_accepted(atelier: Atelier) -> None:
    vide = atelier.ac.crl([], INSTANT, UN_AN, 1)
    for genre in ("EC", "RSA"):
        der = atelier.client(genre=genre)
        assert atelier.verifier(der) == (True, f"{atelier.dossier}/certificat.pem: OK\n")
        assert atelier.verifier(der, crl=vide)[0] is True
    accepte, dit = atelier.verifier(atelier.paire.der, usage="any")
    assert accepte, dit


@pytest.mark.exigence("R6.2")
def test_the_revoked_one_is_refused_the_other_goes_on(atelier: Atelier) -> None:
    revoque, autre = atelier.client("OP1"), atelier.client("OP2")
    crl = atelier.ac.crl(
        [(lire(revoque).numero_serie, INSTANT)], INSTANT, UN_AN, 2, {lire(revoque).numero_serie: "keyCompromise"}
    )
    verifier_crl(crl, atelier.paire.der, INSTANT)
    accepte, dit = atelier.verifier(revoque, crl=crl)
    assert (accepte, "certificate revoked" in dit) == (False, True)
    assert atelier.verifier(autre, crl=crl)[0] is True


@pytest.mark.exigence("R6.2")
def test_what_openssl_reads_in_the_list(atelier: Atelier) -> None:
    crl = atelier.ac.crl([("1f", INSTANT)], INSTANT, UN_AN, 4096, {"1f": "superseded"})
    dit = openssl("crl", "-inform", "DER", "-in", atelier.poser("liste.crl", crl), "-noout", "-text").stdout
    for attendu in (
        "X509v3 CRL Number",
        "4096",
        "Serial Number: 1F",
        "Revocation Date: Jul  1 00:00:00 2026 GMT",
        "Superseded",
        "Next Update: Jul  1 00:00:00 2027 GMT",
        "X509v3 Authority Key Identifier",
    ):
        assert attendu in dit


@pytest.mark.exigence("R6.2")
def test_another_ca_of_the_same_name_is_refused(atelier: Atelier) -> None:
    autre = creer_autorite("AC e-SAV", DEBUT, UN_AN)
    der = atelier.client()
    accepte, _ = atelier.verifier(der, autorite=autre.der)
    assert accepte is False
    assert signataire(der, [autre.der]) is None


@pytest.mark.exigence("R6.2")
@pytest.mark.parametrize(
    ("instant", "accepte", "defaut"),
    [
        (INSTANT - HEURE, False, (MotifRefus.PAS_ENCORE_VALIDE,)),
        (INSTANT + HEURE, True, ()),
        (UN_AN - HEURE, True, ()),
        (UN_AN + HEURE, False, (MotifRefus.EXPIRE,)),
    ],
)
def test_dates(atelier: Atelier, instant: datetime, accepte: bool, defaut: tuple[MotifRefus, ...]) -> None:
    der = atelier.client()
    assert atelier.verifier(der, instant=instant)[0] is accepte
    assert defauts(lire(der), instant) == defaut


@pytest.mark.exigence("R6.2")
def test_the_server(atelier: Atelier) -> None:
    der, _ = atelier.ac.delivrer_serveur(["esav.exemple.fr", "127.0.0.1"], INSTANT, UN_AN)
    assert atelier.verifier(der, "-verify_hostname", "esav.exemple.fr", usage="sslserver")[0] is True
    assert atelier.verifier(der, "-verify_ip", "127.0.0.1", usage="sslserver")[0] is True
    assert atelier.verifier(der, "-verify_hostname", "autre.fr", usage="sslserver")[0] is False
    assert atelier.verifier(der, usage="sslclient")[0] is False
    assert atelier.verifier(atelier.client(), usage="sslserver")[0] is False


@pytest.mark.exigence("R6.2")
@pytest.mark.parametrize(
    ("oid", "accepte"),
    [
        (ExtendedKeyUsageOID.CLIENT_AUTH, True),
        (ExtendedKeyUsageOID.SERVER_AUTH, False),
        (ExtendedKeyUsageOID.ANY_EXTENDED_KEY_USAGE, False),
    ],
    ids=["client", "server", "any"],
)
def test_usages_are_judged_as_in_the_handshake(atelier: Atelier, oid: x509.ObjectIdentifier, accepte: bool) -> None:
    usages: list[tuple[x509.ExtensionType, bool]] = [(fabrique.FEUILLE, True), (x509.ExtendedKeyUsage([oid]), False)]
    der, ac = fabrique.certificat(extensions=usages), fabrique.autorite()
    fini = openssl(
        *("verify", "-purpose", "sslclient", "-attime", str(int(INSTANT.timestamp()))),
        *("-CAfile", atelier.poser("ac.pem", en_pem(ac)), atelier.poser("c.pem", en_pem(der))),
    )
    assert (fini.returncode == 0) is accepte
    assert defauts(lire(der), INSTANT) == (() if accepte else (MotifRefus.USAGE_INCORRECT,))


@pytest.mark.exigence("R6.2")
def test_the_key_of_the_ca_is_encrypted_for_openssl_too(atelier: Atelier) -> None:
    _, pem = creer_autorite("AC", DEBUT, UN_AN, "sesame")
    cle = atelier.poser("ac.key", pem)
    assert openssl("pkey", "-in", cle, "-passin", "pass:sesame", "-noout").returncode == 0
    assert openssl("pkey", "-in", cle, "-passin", "pass:autre", "-noout").returncode != 0


@pytest.mark.exigence("R6.2")
def test_requests_of_openssl(tmp_path: Path) -> None:
    def demande(*options: str) -> bytes:
        sortie = tmp_path / "demande.pem"
        commun = ("req", "-new", "-nodes", "-subj", "/C=FR/CN=OP1")
        fini = openssl(*commun, "-keyout", tmp_path / "k.pem", "-out", sortie, *options)
        assert fini.returncode == 0, fini.stderr
        return sortie.read_bytes()

    assert lire_csr(demande("-newkey", "rsa:2048")).sujet == "CN=OP1,C=FR"
    assert lire_csr(demande("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-384")).cle.courbe == "secp384r1"
    with pytest.raises(ValueError, match=r"\ALa demande est signée avec une empreinte trop faible[^\n]*\Z"):
        lire_csr(demande("-newkey", "rsa:2048", "-sha1"))
    with pytest.raises(ValueError) as vu:
        lire_csr(demande("-newkey", "sm2"))
    assert str(vu.value).split("\n")[0] == MotifRefus.CLE_FAIBLE.value


@pytest.mark.exigence("R6.2")
@pytest.mark.parametrize(
    ("options", "attendus"),
    [
        (["-newkey", "rsa:512"], (MotifRefus.CLE_FAIBLE,)),
        (["-newkey", "rsa:2048", "-sha1"], (MotifRefus.SIGNATURE_FAIBLE,)),
        (["-newkey", "rsa:2048", "-md5"], (MotifRefus.SIGNATURE_FAIBLE,)),
        (["-newkey", "rsa-pss", "-pkeyopt", "rsa_keygen_bits:2048"], ()),
        (["-newkey", "ed25519"], (MotifRefus.CLE_FAIBLE, MotifRefus.SIGNATURE_FAIBLE)),
        (["-newkey", "sm2"], (MotifRefus.CLE_FAIBLE, MotifRefus.SIGNATURE_FAIBLE)),
        (["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:brainpoolP256r1"], (MotifRefus.CLE_FAIBLE,)),
        (
            ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-pkeyopt", "ec_param_enc:explicit"],
            (MotifRefus.CLE_FAIBLE,),
        ),
    ],
    ids=["512 bits", "sha-1", "md5", "pss", "ed25519", "sm2", "brainpool", "explicit"],
)
def test_certificates_of_openssl(tmp_path: Path, options: list[str], attendus: tuple[MotifRefus, ...]) -> None:
    sortie = tmp_path / "c.pem"
    fini = openssl(
        *("req", "-x509", "-nodes", "-days", "3650", "-subj", "/CN=OP1", "-addext", "basicConstraints=CA:FALSE"),
        *("-keyout", str(tmp_path / "k.pem"), "-out", str(sortie), *options),
    )
    assert fini.returncode == 0, fini.stderr
    faits = lire(sortie.read_bytes())
    assert defauts(faits, faits.debut) == attendus
    assert signataire(sortie.read_bytes(), [sortie.read_bytes()]) is None
    assert auto_signe(sortie.read_bytes()) is ("sm2" not in options and "-md5" not in options)  # not verified at all


@pytest.mark.exigence("R6.2")
def test_forms_of_openssl(tmp_path: Path) -> None:
    origine = tmp_path / "c.pem"
    commun = ("req", "-x509", "-nodes", "-newkey", "rsa:2048", "-keyout", tmp_path / "k.pem", "-out", origine)
    assert openssl(*commun, "-days", "10", "-subj", "/CN=OP1").returncode == 0
    pem = origine.read_bytes()
    assert auto_signe(pem) is True

    def refuse(*options: str) -> bool:
        fini = openssl("x509", "-in", origine, *options)
        assert fini.returncode == 0, fini.stderr
        try:
            lire(fini.stdout.encode())
        except CertificatRefuse as error:
            return error.motif is MotifRefus.ILLISIBLE
        return False

    assert refuse() is False
    assert refuse("-text") is True
    assert refuse("-trustout", "-addtrust", "clientAuth") is True
    assert openssl(*commun, "-days", "10", "-subj", "/CN=OP1", "-set_serial", "-5").returncode == 0
    assert refuse() is True


@pytest.mark.exigence("R6.2")
def test_a_list_of_openssl(tmp_path: Path) -> None:
    """The list of a CA that is run with ``openssl ca``, as small recognised CAs are."""
    cle = fabrique.cle("EC-ac").private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    (tmp_path / "ac.key").write_bytes(cle)
    (tmp_path / "ac.pem").write_bytes(en_pem(fabrique.autorite()))
    (tmp_path / "index.txt").write_text("R\t270101000000Z\t260630000000Z,keyCompromise\tABC123\tunknown\t/CN=OP1\n")
    (tmp_path / "numero").write_text("0A\n")
    reglages = (
        f"[ca]\ndefault_ca=d\n[d]\ndatabase={tmp_path}/index.txt\ncrlnumber={tmp_path}/numero\ndefault_md=sha256\n"
    )
    (tmp_path / "ca.cnf").write_text(reglages)
    fini = openssl(
        *(
            "ca",
            "-config",
            tmp_path / "ca.cnf",
            "-gencrl",
            "-keyfile",
            tmp_path / "ac.key",
            "-cert",
            tmp_path / "ac.pem",
        ),
        *("-crl_lastupdate", "20260701000000Z", "-crl_nextupdate", "20260708000000Z", "-out", tmp_path / "ac.crl"),
    )
    assert fini.returncode == 0, fini.stderr
    crl = (tmp_path / "ac.crl").read_bytes()
    verifier_crl(crl, fabrique.autorite(), INSTANT)
    assert numeros_revoques(crl) == {lire(fabrique.certificat(serie=0xABC123)).numero_serie}
