"""Whatever the octets: facts, or the refusal ILLISIBLE."""

from __future__ import annotations

import base64
import random
import warnings
from datetime import UTC, datetime
from functools import cache

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID
from hypothesis import given
from hypothesis import strategies as st

from esav_soap import pki
from esav_soap.certificats import CertificatRefuse, Cle, FaitsCertificat, MotifRefus
from esav_soap.certificats.regles import defauts, defauts_autorite
from esav_soap.pki.chaine import auto_signe, signataire
from esav_soap.pki.lecture import TAILLE_MAX, empreinte, en_der, en_pem, lire
from tests.unit.pki.fabrique import CLIENT, DEBUT, FEUILLE, FIN, MILIEU, autorite, certificat, cle, usages

SHA256_RSA = bytes.fromhex("2a864886f70d01010b")
SHA1_RSA = bytes.fromhex("2a864886f70d010105")
MD5_RSA = bytes.fromhex("2a864886f70d010104")


def refus(octets: bytes) -> str:
    """How it is refused: the words beside the reason, which is ILLISIBLE."""
    with pytest.raises(CertificatRefuse) as vu:
        lire(octets)
    assert vu.value.motif is MotifRefus.ILLISIBLE
    with pytest.raises(CertificatRefuse):
        en_der(octets)
    return vu.value.message.removeprefix(f"ILLISIBLE : {MotifRefus.ILLISIBLE.value}").strip()


@pytest.mark.exigence("R6.2")
def test_what_a_certificate_says() -> None:
    sujet = x509.Name(
        [
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Opérateur, S.A."),
            x509.NameAttribute(NameOID.COMMON_NAME, "OP1"),
        ]
    )
    der = certificat(
        sujet=sujet,
        serie=0x0ABC,
        extensions=[(FEUILLE, True), (usages("digital_signature", "key_cert_sign"), True), (CLIENT, False)],
    )
    assert lire(der) == FaitsCertificat(
        empreinte=x509.load_der_x509_certificate(der).fingerprint(hashes.SHA256()).hex(),
        sujet="CN=OP1,O=Opérateur\\, S.A.",
        nom="OP1",
        emetteur="CN=AC",
        numero_serie="abc",
        debut=DEBUT,
        fin=FIN,
        cle=Cle("EC", 256, "secp256r1"),
        signature="sha256",
        autorite=False,
        usages=frozenset({"digitalSignature", "keyCertSign"}),
        usages_etendus=frozenset({"1.3.6.1.5.5.7.3.2"}),
    )


@pytest.mark.exigence("R6.2")
def test_what_is_absent() -> None:
    faits = lire(certificat(sujet=x509.Name([]), extensions=[]))
    assert (faits.sujet, faits.nom, faits.autorite, faits.usages, faits.usages_etendus) == ("", "", False, None, None)
    assert lire(autorite()).autorite is True
    assert lire(autorite(ca=False)).autorite is False


@pytest.mark.exigence("R6.2")
@pytest.mark.parametrize(
    ("genre", "attendu", "defaut"),
    [
        ("RSA-2048", Cle("RSA", 2048, exposant=65537), False),
        ("RSA-1024", Cle("RSA", 1024, exposant=65537), True),
        ("RSA-2048-3", Cle("RSA", 2048, exposant=3), True),
        ("EC-256", Cle("EC", 256, "secp256r1"), False),
        ("EC-384", Cle("EC", 384, "secp384r1"), False),
        ("EC-521", Cle("EC", 521, "secp521r1"), False),
        ("EC-224", Cle("EC", 224, "secp224r1"), True),
        ("K1", Cle("EC", 256, "secp256k1"), True),
        ("DSA", Cle("DSA", 2048), True),
        ("ED25519", Cle("Ed25519", 0), True),
    ],
)
def test_kinds_of_keys(genre: str, attendu: Cle, defaut: bool) -> None:
    faits = lire(certificat(genre))
    assert faits.cle == attendu
    assert defauts(faits, MILIEU) == ((MotifRefus.CLE_FAIBLE,) if defaut else ())


@pytest.mark.exigence("R6.2")
def test_kinds_of_signatures() -> None:
    rsa = certificat(signe_par="RSA-2048")
    vues = {
        "rsa": lire(rsa).signature,
        "sha-1": lire(rsa.replace(SHA256_RSA, SHA1_RSA)).signature,
        "md5": lire(rsa.replace(SHA256_RSA, MD5_RSA)).signature,
        "pss": lire(certificat(signe_par="RSA-2048", pss=True)).signature,
        "sha-512": lire(certificat(empreinte=hashes.SHA512())).signature,
        "sha-224": lire(certificat(empreinte=hashes.SHA224())).signature,
        "ed25519": lire(certificat(signe_par="ED25519")).signature,
        "unknown": lire(rsa.replace(SHA256_RSA, bytes.fromhex("2a864886f70d01017e"))).signature,
    }
    assert vues == {
        "rsa": "sha256",
        "sha-1": "sha1",
        "md5": "md5",
        "pss": "sha256",
        "sha-512": "sha512",
        "sha-224": "sha224",
        "ed25519": "ed25519",
        "unknown": "1.2.840.113549.1.1.126",
    }
    faible = lire(rsa.replace(SHA256_RSA, SHA1_RSA))
    assert defauts(faible, MILIEU) == (MotifRefus.SIGNATURE_FAIBLE,)


@pytest.mark.exigence("R6.2")
def test_dates_that_no_zone_shows_are_brought_back() -> None:
    sans_fin = lire(certificat(fin=datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC)))
    assert sans_fin.fin == datetime(9999, 12, 30, tzinfo=UTC)


@pytest.mark.exigence("R6.2")
def test_control_characters_of_names_are_escaped() -> None:
    faits = lire(certificat(sujet="OP1\n\x1b[31m\u202e", emetteur="A\rC"))
    assert (faits.sujet, faits.nom, faits.emetteur) == (
        "CN=OP1\\0A\\1B[31m\\E2\\80\\AE",
        "OP1\\0A\\1B[31m\\E2\\80\\AE",
        "CN=A\\0DC",
    )


@pytest.mark.exigence("R6.2")
def test_der_and_pem_are_the_same_certificate() -> None:
    der = certificat()
    pem = en_pem(der)
    assert pem == x509.load_der_x509_certificate(der).public_bytes(Encoding.PEM)
    for forme in (der, pem, pem.replace(b"\n", b"\r\n"), b"\xef\xbb\xbf\n  " + pem + b"\n\n"):
        assert en_der(forme) == der
        assert lire(forme).empreinte == empreinte(der)


@pytest.mark.exigence("R6.2")
def test_files_that_are_not_one_certificate() -> None:
    der = certificat()
    pem = en_pem(der)
    privee = cle("EC-256").private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    corps = base64.b64encode(der)
    texte = "N'envoyer que le bloc PEM, de la ligne BEGIN à la ligne END, sans texte autour."
    vus = {
        "empty": refus(b""),
        "blank": refus(b" \n"),
        "text": refus(b"Bonjour, voici le certificat."),
        "base64 only": refus(corps),
        "before": refus(b"subject=CN=OP1\n" + pem),
        "after": refus(pem + b"fin"),
        "two": refus(pem + pem),
        "chain": refus(pem + en_pem(autorite())),
        "key": refus(pem + privee),
        "key alone": refus(privee),
        "csr": refus(en_pem(der, "CERTIFICATE REQUEST")),
        "trusted": refus(en_pem(der, "TRUSTED CERTIFICATE")),
        "bad base64": refus(pem[:60] + b"=" + pem[61:]),
        "no base64": refus(b"-----BEGIN CERTIFICATE-----\n$$$\n-----END CERTIFICATE-----\n"),
        "empty block": refus(b"-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----\n"),
        "cut": refus(der[:-1]),
        "trailing": refus(der + b"\0"),
        "trailing in PEM": refus(en_pem(der + b"\0")),
        "utf-16": refus(pem.decode().encode("utf-16")),
    }
    assert vus == {
        "empty": "Le fichier est vide.",
        "blank": "Le fichier est vide.",
        "text": "",
        "base64 only": "",
        "before": texte,
        "after": texte,
        "two": "Le fichier contient 2 blocs PEM : n'en envoyer qu'un.",
        "chain": "Le fichier contient 2 blocs PEM : n'en envoyer qu'un.",
        "key": "Le fichier contient une clé privée : elle ne doit être envoyée à personne.",
        "key alone": "Le fichier contient une clé privée : elle ne doit être envoyée à personne.",
        "csr": "Le fichier contient « CERTIFICATE REQUEST », et non « CERTIFICATE ».",
        "trusted": "Le fichier contient « TRUSTED CERTIFICATE », et non « CERTIFICATE ».",
        "bad base64": "Le bloc PEM n'est pas du base64.",
        "no base64": texte,
        "empty block": "",
        "cut": "",
        "trailing": "",
        "trailing in PEM": "",
        "utf-16": "",
    }


@pytest.mark.exigence("R6.2")
@pytest.mark.parametrize("octets", [b"\x30", b"-----BEGIN CERTIFICATE-----", b"\n", b"A"], ids=repr)
def test_huge_files(octets: bytes) -> None:
    assert refus(octets * (40 * 1024 * 1024 // len(octets))).startswith("Le fichier a ")
    assert not refus(octets * (TAILLE_MAX // len(octets))).startswith("Le fichier a ")


@pytest.mark.exigence("R6.2")
def test_critical_extensions_that_nobody_knows() -> None:
    inconnue = x509.UnrecognizedExtension(x509.ObjectIdentifier("1.2.3.4"), b"\x05\x00")
    assert refus(certificat(extensions=[(inconnue, True)])) == "L'extension critique 1.2.3.4 n'est pas connue."
    assert lire(certificat(extensions=[(inconnue, False)])).nom == "OP1"
    assert refus(certificat(extensions=[(x509.PrecertPoison(), True)])).startswith("L'extension critique")


@pytest.mark.exigence("R6.2")
@pytest.mark.parametrize("oid", ["2.5.29.19", "2.5.29.15", "2.5.29.37"])
def test_extensions_that_cannot_be_read(oid: str) -> None:
    cassee = x509.UnrecognizedExtension(x509.ObjectIdentifier(oid), b"\x04\x01\x00")
    assert refus(certificat(extensions=[(cassee, False)])) == ""


@pytest.mark.exigence("R6.2")
def test_an_extension_given_twice() -> None:
    deux = [(FEUILLE, True), (x509.UnrecognizedExtension(x509.ObjectIdentifier("2.5.29.99"), b"\x30\x00"), False)]
    der = certificat(extensions=deux)
    assert refus(der.replace(bytes.fromhex("0603551d63"), bytes.fromhex("0603551d13"))) == ""


@pytest.mark.exigence("R6.2")
@pytest.mark.parametrize(
    "numero", [b"\x80\x00\x01", b"\x00\x00\x00", b"\xff\xff\xff"], ids=["negative", "zero", "minus one"]
)
@pytest.mark.parametrize("severe", [True, False], ids=["warnings are errors", "warnings are ignored"])
def test_serial_numbers_that_are_not_positive(numero: bytes, severe: bool) -> None:
    der = certificat(serie=0x123456).replace(b"\x02\x03\x12\x34\x56", b"\x02\x03" + numero)
    with warnings.catch_warnings():
        warnings.simplefilter("error" if severe else "ignore")
        refus(der)
        assert signataire(der, [autorite()]) is None


@pytest.mark.exigence("R6.2")
def test_a_serial_number_of_zero_is_told() -> None:
    der = certificat(serie=0x12).replace(b"\x02\x01\x12\x30", b"\x02\x01\x00\x30")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        assert refus(der) == "Le numéro de série n'est pas positif."


@pytest.mark.exigence("R6.2")
def test_a_point_that_is_not_on_its_curve() -> None:
    der = bytearray(certificat())
    point = der.index(bytes.fromhex("03420004")) + 4
    der[point : point + 64] = bytes(range(64))
    assert refus(bytes(der)) == ""


@cache
def modeles() -> tuple[bytes, ...]:
    """What is mutated: made once, since signatures are random."""
    return certificat(), certificat("RSA-2048", signe_par="RSA-2048", pss=True), autorite(), certificat("DSA")


@st.composite
def mutations(draw: st.DrawFn) -> bytes:
    """A certificate, as DER or PEM, with a few octets replaced, removed, repeated or put in."""
    der = draw(st.sampled_from(modeles()))
    octets = bytearray(en_pem(der) if draw(st.booleans()) else der)
    for _ in range(draw(st.integers(1, 4))):
        lieu = draw(st.integers(0, max(len(octets) - 1, 0)))
        match draw(st.sampled_from(["replace", "remove", "repeat", "insert", "cut"])):
            case "replace":
                octets[lieu : lieu + 1] = draw(st.binary(min_size=1, max_size=1))
            case "remove":
                del octets[lieu : lieu + draw(st.integers(1, 40))]
            case "repeat":
                octets[lieu:lieu] = octets[lieu : lieu + draw(st.integers(1, 40))]
            case "insert":
                octets[lieu:lieu] = draw(st.binary(max_size=8))
            case _:
                del octets[lieu:]
    return bytes(octets)


def _tout_faire(octets: bytes) -> bool:
    """Whether it can be read; whatever can be asked about it is asked, and nothing but the refusal may be raised."""
    assert signataire(octets, [modeles()[2], octets]) in {None, modeles()[2], octets}
    assert auto_signe(octets) in {True, False}
    try:
        faits = lire(octets)
    except CertificatRefuse as error:
        return error.motif is not MotifRefus.ILLISIBLE
    assert len(faits.empreinte) == 64
    assert isinstance(defauts(faits, MILIEU) + defauts_autorite(faits, MILIEU), tuple)
    assert lire(en_der(octets)) == faits
    return True


@pytest.mark.exigence("R6.2")
@given(mutations())
def test_mutations_are_read_or_refused(octets: bytes) -> None:
    _tout_faire(octets)


@pytest.mark.exigence("R6.2")
@given(st.binary(max_size=300))
def test_anything_is_read_or_refused(octets: bytes) -> None:
    assert _tout_faire(octets) is False
    assert _tout_faire(b"\x30\x82\x01\x00" + octets) is False


@pytest.mark.exigence("R6.2")
def test_every_octet_changed_is_read_or_refused() -> None:
    hasard = random.Random(20260701)
    der = certificat(extensions=[(FEUILLE, True), (usages("digital_signature"), True), (CLIENT, False)])
    lisibles = 0
    for lieu in range(len(der)):
        for valeur in {0x00, 0x80, 0xFF, hasard.randrange(256)} - {der[lieu]}:
            lisibles += _tout_faire(der[:lieu] + bytes([valeur]) + der[lieu + 1 :])
    assert 0 < lisibles < 4 * len(der)


@pytest.mark.exigence("R6.2")
def test_names_of_the_package() -> None:
    for public in pki.__all__:
        assert callable(getattr(pki, public))
    with pytest.raises(AttributeError):
        pki.rien  # noqa: B018
