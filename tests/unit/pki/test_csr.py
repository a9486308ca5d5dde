"""Requests for certificates."""

from __future__ import annotations

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ed25519
from cryptography.hazmat.primitives.serialization import Encoding, load_pem_private_key
from hypothesis import given
from hypothesis import strategies as st

from esav_soap.certificats import Cle, FaitsCsr, MotifRefus
from esav_soap.pki import lire_csr, nouvelle_cle_et_csr
from esav_soap.pki.lecture import en_pem
from tests.unit.pki.fabrique import certificat, cle, nom

SIGNATURE = "La signature de la demande ne vient pas de sa clé : rien ne prouve que le demandeur la détient."
ILLISIBLE = "Ce n'est pas une demande de certificat (CSR) lisible."
EMPREINTE = "La demande est signée avec une empreinte trop faible ou non admise : SHA-256 au moins."


def demande(genre: str = "EC-256", sujet: str = "OP1", empreinte: hashes.HashAlgorithm | None = None) -> bytes:
    privee = cle(genre)
    choisie = None if isinstance(privee, ed25519.Ed25519PrivateKey) else empreinte or hashes.SHA256()
    constructeur = x509.CertificateSigningRequestBuilder().subject_name(nom(sujet))
    return constructeur.sign(privee, choisie).public_bytes(Encoding.DER)  # type: ignore[arg-type]


def problemes(octets: bytes) -> list[str]:
    with pytest.raises(ValueError) as vu:
        lire_csr(octets)
    return str(vu.value).split("\n")


@pytest.mark.exigence("R6.2")
@pytest.mark.parametrize(
    ("genre", "attendue"),
    [
        ("EC-256", Cle("EC", 256, "secp256r1")),
        ("EC-521", Cle("EC", 521, "secp521r1")),
        ("RSA-2048", Cle("RSA", 2048, exposant=65537)),
    ],
)
def test_what_a_request_says(genre: str, attendue: Cle) -> None:
    der = demande(genre)
    attendu = FaitsCsr("OP1", "CN=OP1", attendue, "sha256")
    for forme in (der, en_pem(der, "CERTIFICATE REQUEST"), en_pem(der, "NEW CERTIFICATE REQUEST")):
        assert lire_csr(forme) == attendu


@pytest.mark.exigence("R6.2")
def test_the_requester_must_hold_the_key() -> None:
    der = demande()
    assert problemes(der.replace(b"OP1", b"OP2")) == [SIGNATURE]
    assert problemes(der[:-1] + bytes([der[-1] ^ 1])) == [SIGNATURE]


@pytest.mark.exigence("R6.2")
@pytest.mark.parametrize("genre", ["RSA-1024", "RSA-2048-3", "EC-224", "K1", "DSA"])
def test_keys_are_judged_as_those_of_certificates(genre: str) -> None:
    assert problemes(demande(genre)) == [MotifRefus.CLE_FAIBLE.value]


@pytest.mark.exigence("R6.2")
def test_every_problem_at_once() -> None:
    faible = demande("RSA-1024", empreinte=hashes.SHA224())
    assert problemes(faible) == [MotifRefus.CLE_FAIBLE.value, EMPREINTE]
    assert problemes(demande("RSA-1024").replace(b"OP1", b"OP2")) == [MotifRefus.CLE_FAIBLE.value, SIGNATURE]
    assert problemes(demande("ED25519")) == [MotifRefus.CLE_FAIBLE.value, EMPREINTE]


@pytest.mark.exigence("R6.2")
def test_what_is_no_request() -> None:
    der = demande()
    vus = [
        problemes(octets)
        for octets in (
            b"",
            certificat(),
            en_pem(certificat()),
            der + b"\0",
            en_pem(der, "CERTIFICATE REQUEST") * 2,
            der * 1000,
            b"\xff" * 100,
        )
    ]
    assert vus == [
        [f"{ILLISIBLE} Le fichier est vide."],
        [ILLISIBLE],
        [f"{ILLISIBLE} Le fichier contient « CERTIFICATE », et non « CERTIFICATE REQUEST »."],
        [ILLISIBLE],
        [f"{ILLISIBLE} Le fichier contient 2 blocs PEM : n'en envoyer qu'un."],
        [f"{ILLISIBLE} Le fichier a {1000 * len(der)} octets, plus que les 65536 admis."],
        [ILLISIBLE],
    ]


@pytest.mark.exigence("R6.2")
@given(st.integers(0, 200), st.binary(min_size=1, max_size=3))
def test_mutations_raise_nothing_else(lieu: int, octets: bytes) -> None:
    der = nouvelle_cle_et_csr_der()
    mutation = der[:lieu] + octets + der[lieu + len(octets) :]
    if mutation == der:
        return
    assert problemes(mutation)


_FIXE: list[bytes] = []


def nouvelle_cle_et_csr_der() -> bytes:
    if not _FIXE:
        _FIXE.append(demande())
    return _FIXE[0]


@pytest.mark.exigence("R6.2")
@pytest.mark.parametrize(
    ("genre", "attendue"), [("EC", Cle("EC", 256, "secp256r1")), ("RSA", Cle("RSA", 3072, exposant=65537))]
)
def test_a_new_key_and_its_request(genre: str, attendue: Cle) -> None:
    pem, csr = nouvelle_cle_et_csr("OP1", genre=genre)
    assert lire_csr(csr) == FaitsCsr("OP1", "CN=OP1", attendue, "sha256")
    publique = load_pem_private_key(pem, None).public_key()
    assert publique == x509.load_pem_x509_csr(csr).public_key()
    assert pem.startswith(b"-----BEGIN PRIVATE KEY-----")


@pytest.mark.exigence("R6.2")
def test_a_new_key_with_a_phrase() -> None:
    pem, _ = nouvelle_cle_et_csr("OP1", "sésame")
    assert pem.startswith(b"-----BEGIN ENCRYPTED PRIVATE KEY-----")
    assert load_pem_private_key(pem, "sésame".encode())
    with pytest.raises(ValueError):
        load_pem_private_key(pem, b"autre")


@pytest.mark.exigence("R6.2")
@pytest.mark.parametrize(
    ("arguments", "dit"),
    [
        (("",), "Le nom de la demande doit avoir de 1 à 64 caractères"),
        (("x" * 65,), "Le nom de la demande doit avoir de 1 à 64 caractères"),
        (("OP1", ""), "La phrase secrète doit avoir de 1 à 1023 octets"),
        (("OP1", None, "DSA"), "Genre de clé inconnu : DSA"),
    ],
)
def test_requests_that_cannot_be_made(arguments: tuple[str], dit: str) -> None:
    with pytest.raises(ValueError, match=dit):
        nouvelle_cle_et_csr(*arguments)
