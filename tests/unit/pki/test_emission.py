"""What the platform's own CA issues."""

from __future__ import annotations

import ipaddress
from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)
from cryptography.x509.oid import AuthorityInformationAccessOID, ExtendedKeyUsageOID, ExtensionOID

from esav_soap.certificats import Cle, MotifRefus, Paire, Role
from esav_soap.certificats.regles import defauts, defauts_autorite
from esav_soap.pki import AutoriteInterne, creer_autorite, lire, nouvelle_cle_et_csr, signataire
from tests.unit.pki.fabrique import CLIENT, FEUILLE, autorite, certificat, cle

DEBUT = datetime(2026, 1, 1, tzinfo=UTC)
FIN = datetime(2036, 1, 1, tzinfo=UTC)
INSTANT = datetime(2026, 7, 1, 8, 30, 15, 999_999, tzinfo=UTC)
UN_AN = INSTANT + timedelta(days=365)
URL_CRL = "http://esav.exemple.fr/pki/ac.crl"
URL_AC = "http://esav.exemple.fr/pki/ac.cer"


@pytest.fixture(scope="module")
def paire() -> Paire:
    return creer_autorite("AC e-SAV", DEBUT, FIN)


@pytest.fixture(scope="module")
def interne(paire: Paire) -> AutoriteInterne:
    return AutoriteInterne(paire.der, paire.cle_pem, url_crl=URL_CRL, url_autorite=URL_AC)


def client(ac: AutoriteInterne, genre: str = "EC") -> bytes:
    _, csr = nouvelle_cle_et_csr("nom du CSR", genre=genre)
    return ac.delivrer_client(csr, "OP1", Role.OPERATEUR.name, INSTANT, UN_AN, "Opérateur Un")


def extensions(der: bytes) -> dict[x509.ObjectIdentifier, tuple[bool, x509.ExtensionType]]:
    lues = x509.load_der_x509_certificate(der).extensions
    return {extension.oid: (extension.critical, extension.value) for extension in lues}


@pytest.mark.exigence("R6.2")
def test_the_ca(paire: Paire) -> None:
    faits = lire(paire.der)
    assert (faits.nom, faits.emetteur, faits.debut, faits.fin) == ("AC e-SAV", "CN=AC e-SAV", DEBUT, FIN)
    assert (faits.cle, faits.signature) == (Cle("EC", 256, "secp256r1"), "sha256")
    assert faits.usages == frozenset({"keyCertSign", "cRLSign"})
    assert defauts_autorite(faits, INSTANT) == ()
    assert defauts(faits, INSTANT) == (MotifRefus.USAGE_INCORRECT, MotifRefus.EST_UNE_AUTORITE)
    vues = extensions(paire.der)
    assert vues[ExtensionOID.BASIC_CONSTRAINTS] == (True, x509.BasicConstraints(ca=True, path_length=0))
    assert vues[ExtensionOID.KEY_USAGE][0] is True
    assert "PRIVATE" not in repr(paire)


@pytest.mark.exigence("R6.2")
@pytest.mark.parametrize(
    ("genre", "usages"), [("EC", {"digitalSignature"}), ("RSA", {"digitalSignature", "keyEncipherment"})]
)
def test_the_certificate_of_a_client(paire: Paire, interne: AutoriteInterne, genre: str, usages: set[str]) -> None:
    der = client(interne, genre)
    faits = lire(der)
    assert (faits.sujet, faits.nom) == ("CN=OP1,OU=OPERATEUR,O=Opérateur Un", "OP1")
    assert (faits.debut, faits.fin) == (INSTANT.replace(microsecond=0), UN_AN.replace(microsecond=0))
    assert faits.usages == frozenset(usages)
    assert faits.usages_etendus == frozenset({ExtendedKeyUsageOID.CLIENT_AUTH.dotted_string})
    assert defauts(faits, INSTANT) == ()
    assert signataire(der, [paire.der]) == paire.der
    assert x509.load_der_x509_certificate(der).version is x509.Version.v3


@pytest.mark.exigence("R6.2")
def test_extensions_of_a_client(paire: Paire, interne: AutoriteInterne) -> None:
    vues = extensions(client(interne))
    de_l_ac = extensions(paire.der)[ExtensionOID.SUBJECT_KEY_IDENTIFIER][1]
    assert isinstance(de_l_ac, x509.SubjectKeyIdentifier)
    aki = vues[ExtensionOID.AUTHORITY_KEY_IDENTIFIER][1]
    assert isinstance(aki, x509.AuthorityKeyIdentifier)
    assert aki.key_identifier == de_l_ac.digest
    assert vues[ExtensionOID.BASIC_CONSTRAINTS] == (True, x509.BasicConstraints(ca=False, path_length=None))
    assert vues[ExtensionOID.KEY_USAGE][0] is True
    assert ExtensionOID.SUBJECT_KEY_IDENTIFIER in vues
    crl, acces = vues[ExtensionOID.CRL_DISTRIBUTION_POINTS][1], vues[ExtensionOID.AUTHORITY_INFORMATION_ACCESS][1]
    assert isinstance(crl, x509.CRLDistributionPoints)
    assert crl[0].full_name == [x509.UniformResourceIdentifier(URL_CRL)]
    assert acces == x509.AuthorityInformationAccess(
        [x509.AccessDescription(AuthorityInformationAccessOID.CA_ISSUERS, x509.UniformResourceIdentifier(URL_AC))]
    )


@pytest.mark.exigence("R6.2")
def test_no_address_no_extension(paire: Paire) -> None:
    vues = extensions(client(AutoriteInterne(paire.der, paire.cle_pem)))
    assert ExtensionOID.CRL_DISTRIBUTION_POINTS not in vues
    assert ExtensionOID.AUTHORITY_INFORMATION_ACCESS not in vues


@pytest.mark.exigence("R6.2")
def test_serial_numbers_are_random(interne: AutoriteInterne) -> None:
    numeros = {int(lire(client(interne)).numero_serie, 16) for _ in range(20)}
    assert len(numeros) == 20
    assert all(0 < numero < 1 << 159 for numero in numeros)
    assert max(numeros).bit_length() > 128


@pytest.mark.exigence("R6.2")
def test_the_key_of_the_request_is_certified(interne: AutoriteInterne) -> None:
    pem, csr = nouvelle_cle_et_csr("autre")
    der = interne.delivrer_client(csr, "OP1", "OPERATEUR", INSTANT, UN_AN)
    publique = x509.load_der_x509_certificate(der).public_key()
    assert publique == load_pem_private_key(pem, None).public_key()
    assert lire(der).sujet == "CN=OP1,OU=OPERATEUR"


@pytest.mark.exigence("R6.2")
def test_requests_with_defects_get_no_certificate(interne: AutoriteInterne) -> None:
    with pytest.raises(ValueError, match="CSR"):
        interne.delivrer_client(b"", "OP1", "OPERATEUR", INSTANT, UN_AN)


@pytest.mark.exigence("R6.2")
@pytest.mark.parametrize(
    ("titulaire", "organisation", "dit"),
    [
        ("", "", "Le nom du certificat est vide"),
        ("x" * 65, "", "Un nom a de 1 à 64 caractères"),
        ("OP\n1", "", "Un nom a de 1 à 64 caractères"),
        ("OP1", "a\0b", "Un nom a de 1 à 64 caractères"),
    ],
)
def test_names_that_cannot_be(interne: AutoriteInterne, titulaire: str, organisation: str, dit: str) -> None:
    _, csr = nouvelle_cle_et_csr("x")
    with pytest.raises(ValueError, match=dit):
        interne.delivrer_client(csr, titulaire, "OPERATEUR", INSTANT, UN_AN, organisation)


@pytest.mark.exigence("R6.2")
def test_a_long_name_of_an_organisation_is_cut(interne: AutoriteInterne) -> None:
    _, csr = nouvelle_cle_et_csr("x")
    der = interne.delivrer_client(csr, "OP1", "OPERATEUR", INSTANT, UN_AN, "é" * 63 + " et compagnie")
    assert lire(der).sujet == f"CN=OP1,OU=OPERATEUR,O={'é' * 63}"


@pytest.mark.exigence("R6.2")
@pytest.mark.parametrize(
    ("debut", "fin", "dit"),
    [
        (DEBUT - timedelta(seconds=1), UN_AN, "La validité demandée dépasse celle de l'autorité"),
        (INSTANT, FIN + timedelta(seconds=1), "La validité demandée dépasse celle de l'autorité"),
        (INSTANT, INSTANT, "La fin de validité doit être après le début"),
        (INSTANT, DEBUT, "La fin de validité doit être après le début"),
        (INSTANT.replace(tzinfo=None), UN_AN, "instant sans fuseau horaire"),
    ],
)
def test_dates_that_cannot_be(interne: AutoriteInterne, debut: datetime, fin: datetime, dit: str) -> None:
    _, csr = nouvelle_cle_et_csr("x")
    with pytest.raises(ValueError, match=dit):
        interne.delivrer_client(csr, "OP1", "OPERATEUR", debut, fin)


@pytest.mark.exigence("R6.2")
def test_the_whole_life_of_the_ca_may_be_used(interne: AutoriteInterne) -> None:
    _, csr = nouvelle_cle_et_csr("x")
    faits = lire(interne.delivrer_client(csr, "OP1", "OPERATEUR", DEBUT, FIN))
    assert (faits.debut, faits.fin) == (DEBUT, FIN)


@pytest.mark.exigence("R6.2")
def test_the_certificate_of_the_server(paire: Paire, interne: AutoriteInterne) -> None:
    der, pem = interne.delivrer_serveur(
        ["esav.exemple.fr", "*.exemple.fr", "localhost", "127.0.0.1", "::1"], INSTANT, UN_AN
    )
    faits = lire(der)
    assert faits.nom == "esav.exemple.fr"
    assert faits.usages_etendus == frozenset({ExtendedKeyUsageOID.SERVER_AUTH.dotted_string})
    assert defauts(faits, INSTANT) == (MotifRefus.USAGE_INCORRECT,)
    critique, noms = extensions(der)[ExtensionOID.SUBJECT_ALTERNATIVE_NAME]
    assert isinstance(noms, x509.SubjectAlternativeName)
    assert critique is False
    assert noms.get_values_for_type(x509.DNSName) == ["esav.exemple.fr", "*.exemple.fr", "localhost"]
    assert noms.get_values_for_type(x509.IPAddress) == [
        ipaddress.ip_address("127.0.0.1"),
        ipaddress.ip_address("::1"),
    ]
    assert signataire(der, [paire.der]) == paire.der
    publique = x509.load_der_x509_certificate(der).public_key()
    assert publique == load_pem_private_key(pem, None).public_key()


@pytest.mark.exigence("R6.2")
def test_the_certificate_of_a_server_that_has_its_key(interne: AutoriteInterne) -> None:
    pem, csr = nouvelle_cle_et_csr("x", genre="RSA")
    der, cle_pem = interne.delivrer_serveur(["esav.exemple.fr"], INSTANT, UN_AN, csr)
    assert cle_pem == b""
    assert x509.load_der_x509_certificate(der).public_key() == load_pem_private_key(pem, None).public_key()
    with pytest.raises(ValueError, match="CSR"):
        interne.delivrer_serveur(["esav.exemple.fr"], INSTANT, UN_AN, b"")


@pytest.mark.exigence("R6.2")
def test_a_server_with_a_name_too_long_for_a_subject(interne: AutoriteInterne) -> None:
    long = ".".join(["x" * 40] * 3)
    der, _ = interne.delivrer_serveur([long], INSTANT, UN_AN)
    assert lire(der).sujet == ""
    assert extensions(der)[ExtensionOID.SUBJECT_ALTERNATIVE_NAME][0] is True


@pytest.mark.exigence("R6.2")
@pytest.mark.parametrize(
    ("noms", "dit"),
    [
        ([], "Il faut au moins un nom DNS ou une adresse IP"),
        (
            ["é.fr", "bon.fr", "a b", "1.2.3.4.5", "-x.fr", "300.1.1.1", ""],
            "'é.fr', 'a b', '1.2.3.4.5', '-x.fr', '300.1.1.1', ''",
        ),
        (["https://esav.fr/"], "'https://esav.fr/'"),
    ],
)
def test_names_of_servers_that_cannot_be(interne: AutoriteInterne, noms: list[str], dit: str) -> None:
    with pytest.raises(ValueError, match=dit):
        interne.delivrer_serveur(noms, INSTANT, UN_AN)


@pytest.mark.exigence("R6.2")
def test_the_key_of_the_ca_with_a_phrase() -> None:
    der, pem = creer_autorite("AC", DEBUT, FIN, "sésame")
    assert pem.startswith(b"-----BEGIN ENCRYPTED PRIVATE KEY-----")
    assert signataire(client(AutoriteInterne(der, pem, "sésame")), [der]) == der
    for phrase, dit in (("autre", "la phrase secrète est fausse"), (None, "sa phrase secrète manque")):
        with pytest.raises(ValueError, match=dit):
            AutoriteInterne(der, pem, phrase)


@pytest.mark.exigence("R6.2")
def test_a_phrase_for_a_key_that_has_none(paire: Paire) -> None:
    with pytest.raises(ValueError, match="n'est pas chiffrée"):
        AutoriteInterne(paire.der, paire.cle_pem, "sésame")


@pytest.mark.exigence("R6.2")
def test_cas_that_cannot_be(paire: Paire) -> None:
    autre = creer_autorite("Autre", DEBUT, FIN)
    ed25519 = cle("ED25519").private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    feuille = certificat(extensions=[(FEUILLE, True), (CLIENT, False)])
    for der, pem, url, dit in (
        (paire.der, autre.cle_pem, "", "La clé privée n'est pas celle du certificat"),
        (paire.der, b"rien", "", "La clé privée n'est pas lisible"),
        (paire.der, ed25519, "", "ni EC ni RSA"),
        (b"rien", paire.cle_pem, "", "Le certificat de l'autorité n'est pas lisible"),
        (feuille, paire.cle_pem, "", "n'est pas celui d'une autorité"),
        (paire.der, paire.cle_pem, "ftp://x", "n'est pas une adresse http"),
        (paire.der, paire.cle_pem, "http://é", "n'est pas une adresse http"),
    ):
        with pytest.raises(ValueError, match=dit):
            AutoriteInterne(der, pem, url_crl=url)


@pytest.mark.exigence("R6.2")
def test_the_key_of_the_ca_gets_no_other_certificate() -> None:
    pem = cle("EC-ac").private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    ac = AutoriteInterne(autorite(), pem)
    sujet = x509.Name([])
    csr = x509.CertificateSigningRequestBuilder().subject_name(sujet).sign(cle("EC-ac"), hashes.SHA256())
    with pytest.raises(ValueError, match="la clé de l'autorité"):
        ac.delivrer_client(csr.public_bytes(Encoding.DER), "OP1", "OPERATEUR", INSTANT, INSTANT + timedelta(days=1))


@pytest.mark.exigence("R6.2")
@pytest.mark.parametrize("nom", ["", "x" * 65, "A\nC"])
def test_names_of_cas_that_cannot_be(nom: str) -> None:
    with pytest.raises(ValueError, match="nom"):
        creer_autorite(nom, DEBUT, FIN)


@pytest.mark.exigence("R6.2")
@pytest.mark.parametrize(("genre", "empreinte"), [("RSA-2048", "sha256"), ("EC-384", "sha384"), ("EC-521", "sha512")])
def test_a_ca_that_was_made_elsewhere(genre: str, empreinte: str) -> None:
    der = autorite(genre=genre)
    pem = cle(genre).private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    ac = AutoriteInterne(der, pem)
    assert ac.der == der
    _, csr = nouvelle_cle_et_csr("x")
    feuille = ac.delivrer_client(csr, "OP1", "OPERATEUR", INSTANT, INSTANT + timedelta(days=30))
    assert lire(feuille).signature == empreinte
    assert signataire(feuille, [der]) == der
    publique = cle(genre).public_key()
    aki = extensions(feuille)[ExtensionOID.AUTHORITY_KEY_IDENTIFIER][1]
    assert aki == x509.AuthorityKeyIdentifier.from_issuer_public_key(publique)
