"""Lists of revoked certificates."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtensionOID
from hypothesis import given
from hypothesis import strategies as st

from esav_soap.certificats import Paire
from esav_soap.pki import (
    AutoriteInterne,
    creer_autorite,
    crl_en_der,
    fin_crl,
    numero_crl,
    numeros_revoques,
    verifier_crl,
)
from esav_soap.pki.lecture import en_pem
from tests.unit.pki.fabrique import Cle, autorite, certificat, cle, nom, usages

DEBUT = datetime(2026, 1, 1, tzinfo=UTC)
INSTANT = datetime(2026, 7, 1, 12, tzinfo=UTC)
JUSQU_A = INSTANT + timedelta(days=7)
SECONDE = timedelta(seconds=1)
ILLISIBLE = "Ce n'est pas une liste de certificats révoqués (CRL) lisible (PEM ou DER)."


@pytest.fixture(scope="module")
def paire() -> Paire:
    return creer_autorite("AC", DEBUT, datetime(2036, 1, 1, tzinfo=UTC))


@pytest.fixture(scope="module")
def interne(paire: Paire) -> AutoriteInterne:
    return AutoriteInterne(paire.der, paire.cle_pem)


def liste(
    *,
    emetteur: str = "AC",
    signe_par: str = "EC-ac",
    empreinte: hashes.HashAlgorithm | None = None,
    extensions: Sequence[tuple[x509.ExtensionType, bool]] = (),
    series: Sequence[int] = (0xABC123,),
) -> bytes:
    """A list of another CA than the platform's own."""
    constructeur = (
        x509.CertificateRevocationListBuilder().issuer_name(nom(emetteur)).last_update(INSTANT).next_update(JUSQU_A)
    )
    for extension, critique in extensions:
        constructeur = constructeur.add_extension(extension, critical=critique)
    for serie in series:
        entree = x509.RevokedCertificateBuilder().serial_number(serie).revocation_date(INSTANT).build()
        constructeur = constructeur.add_revoked_certificate(entree)
    privee: Cle = cle(signe_par)
    signee = constructeur.sign(privee, empreinte or hashes.SHA256())  # type: ignore[arg-type]
    return signee.public_bytes(Encoding.DER)


def problemes(crl: bytes, autorite_der: bytes, instant: datetime = INSTANT) -> list[str]:
    with pytest.raises(ValueError) as vu:
        verifier_crl(crl, autorite_der, instant)
    return str(vu.value).split("\n")


@pytest.mark.exigence("R6.2")
def test_what_the_platform_publishes(paire: Paire, interne: AutoriteInterne) -> None:
    hier = INSTANT - timedelta(days=1)
    crl = interne.crl([("abc", hier), ("1f", INSTANT), ("abc", INSTANT)], INSTANT, JUSQU_A, 7, {"1f": "keyCompromise"})
    verifier_crl(crl, paire.der, INSTANT)
    assert numeros_revoques(crl) == {"abc", "1f"}
    assert (numero_crl(crl), fin_crl(crl)) == (7, JUSQU_A)
    lue = x509.load_der_x509_crl(crl)
    assert lue.last_update_utc == INSTANT
    entrees = {entree.serial_number: entree for entree in lue}
    assert {serie: entree.revocation_date_utc for serie, entree in entrees.items()} == {0xABC: hier, 0x1F: INSTANT}
    raison = entrees[0x1F].extensions.get_extension_for_class(x509.CRLReason).value
    assert raison.reason is x509.ReasonFlags.key_compromise
    assert len(entrees[0xABC].extensions) == 0
    aki = lue.extensions.get_extension_for_class(x509.AuthorityKeyIdentifier).value
    ski = x509.load_der_x509_certificate(paire.der).extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value
    assert aki.key_identifier == ski.digest


@pytest.mark.exigence("R6.2")
def test_an_empty_list(paire: Paire, interne: AutoriteInterne) -> None:
    crl = interne.crl([], INSTANT, JUSQU_A, 1)
    verifier_crl(crl, paire.der, INSTANT)
    assert numeros_revoques(crl) == frozenset()


@pytest.mark.exigence("R6.2")
@pytest.mark.parametrize(
    ("revoques", "jusqu_a", "numero", "raisons", "dit"),
    [
        ([("xyz", INSTANT)], JUSQU_A, 1, {}, "« xyz » n'est pas un numéro de série"),
        ([("0", INSTANT)], JUSQU_A, 1, {}, "« 0 » n'est pas un numéro de série"),
        ([("-1", INSTANT)], JUSQU_A, 1, {}, "« -1 » n'est pas un numéro de série"),
        ([("f" * 41, INSTANT)], JUSQU_A, 1, {}, "n'est pas un numéro de série"),
        ([], INSTANT, 1, {}, "La fin de la liste doit être après sa date"),
        ([], JUSQU_A, -1, {}, "Le numéro de la liste"),
        ([], JUSQU_A, 1 << 159, {}, "Le numéro de la liste"),
        ([("1", INSTANT)], JUSQU_A, 1, {"1": "unspecified"}, "« unspecified » n'est pas une raison de révocation"),
        ([("1", INSTANT)], JUSQU_A, 1, {"1": "perdu"}, "« perdu » n'est pas une raison de révocation"),
    ],
)
def test_lists_that_cannot_be(
    interne: AutoriteInterne,
    revoques: list[tuple[str, datetime]],
    jusqu_a: datetime,
    numero: int,
    raisons: dict[str, str],
    dit: str,
) -> None:
    with pytest.raises(ValueError, match=dit):
        interne.crl(revoques, INSTANT, jusqu_a, numero, raisons)


@pytest.mark.exigence("R6.2")
def test_der_and_pem_are_the_same_list() -> None:
    crl = liste()
    assert crl_en_der(crl) == crl_en_der(en_pem(crl, "X509 CRL")) == crl


@pytest.mark.exigence("R6.2")
def test_lists_that_hold() -> None:
    crl, ac = liste(), autorite()
    for instant in (INSTANT, JUSQU_A - SECONDE):
        verifier_crl(crl, ac, instant)
    verifier_crl(crl, autorite(cle_usage=usages("crl_sign")), INSTANT)
    assert numeros_revoques(crl) == {"abc123"}
    rsa = autorite(genre="RSA-2048")
    verifier_crl(liste(signe_par="RSA-2048"), rsa, INSTANT)


@pytest.mark.exigence("R6.2")
def test_lists_that_do_not_hold() -> None:
    ac = autorite()
    signature = "La signature de la liste n'est pas celle de l'autorité."
    vus = {
        "issuer": problemes(liste(emetteur="Autre"), ac),
        "signature": problemes(liste(signe_par="EC-autre"), ac),
        "changed": problemes(liste().replace(b"\xab\xc1\x23", b"\xab\xc1\x24"), ac),
        "usage": problemes(liste(), autorite(cle_usage=usages("key_cert_sign"))),
        "weak": problemes(liste(empreinte=hashes.SHA224()), ac),
        "early": problemes(liste(), ac, INSTANT - SECONDE),
        "late": problemes(liste(), ac, JUSQU_A),
        "all": problemes(liste(emetteur="Autre", signe_par="EC-autre"), ac, JUSQU_A),
        "key": problemes(liste(), certificat("ED25519", sujet="AC")),
    }
    autre = "La liste est celle d'une autre autorité."
    perimee = "La liste est périmée depuis le 08/07/2026 12:00 (UTC)."
    assert vus == {
        "issuer": [autre],
        "signature": [signature],
        "changed": [signature],
        "usage": ["L'autorité n'a pas le droit de signer des listes (cRLSign)."],
        "weak": ["La liste est signée avec une empreinte trop faible : SHA-256 au moins."],
        "early": ["La liste n'est datée que du 01/07/2026 12:00 (UTC)."],
        "late": [perimee],
        "all": [autre, signature, perimee],
        "key": [signature],
    }


def distribution(*, seulement_ac: bool = False, indirecte: bool = False) -> x509.IssuingDistributionPoint:
    return x509.IssuingDistributionPoint(
        full_name=[x509.UniformResourceIdentifier("http://ac/crl")],
        relative_name=None,
        only_contains_user_certs=False,
        only_contains_ca_certs=seulement_ac,
        only_some_reasons=None,
        indirect_crl=indirecte,
        only_contains_attribute_certs=False,
    )


@pytest.mark.exigence("R6.2")
def test_lists_that_say_only_a_part() -> None:
    ac = autorite()
    partielle = ["La liste ne porte que sur une partie des certificats, ou est indirecte."]
    inconnue = x509.UnrecognizedExtension(x509.ObjectIdentifier("1.2.3.4"), b"\x05\x00")
    assert problemes(liste(extensions=[(distribution(seulement_ac=True), True)]), ac) == partielle
    assert problemes(liste(extensions=[(distribution(indirecte=True), True)]), ac) == partielle
    assert problemes(liste(extensions=[(x509.DeltaCRLIndicator(1), True)]), ac) == [
        "La liste ne dit que ce qui a changé (delta) : il faut la liste entière."
    ]
    assert problemes(liste(extensions=[(inconnue, True)]), ac) == [
        "La liste a une extension critique inconnue (1.2.3.4)."
    ]
    verifier_crl(liste(extensions=[(distribution(), True), (inconnue, False)]), ac, INSTANT)


@pytest.mark.exigence("R6.2")
def test_what_is_no_list() -> None:
    cassee = x509.UnrecognizedExtension(ExtensionOID.CRL_NUMBER, b"\x04\x01\x00")
    for octets in (
        b"",
        b"\x30\x00",
        certificat(),
        liste() + b"\0",
        en_pem(liste()),
        liste(extensions=[(cassee, False)]),
    ):
        for fonction in (numeros_revoques, numero_crl, fin_crl, crl_en_der):
            with pytest.raises(ValueError) as vu:
                fonction(octets)
            assert str(vu.value).startswith(ILLISIBLE)
        assert problemes(octets, autorite())[0].startswith(ILLISIBLE)
    assert problemes(liste(), b"") == ["Le certificat de l'autorité n'est pas lisible."]
    assert numero_crl(liste()) is None


_FIXE: list[bytes] = []


@pytest.mark.exigence("R6.2")
@given(st.integers(0, 250), st.binary(min_size=1, max_size=3))
def test_mutations_never_hold(lieu: int, octets: bytes) -> None:
    if not _FIXE:
        _FIXE.extend((liste(), autorite()))
    crl, ac = _FIXE
    mutation = crl[:lieu] + octets + crl[lieu + len(octets) :]
    if mutation == crl:
        return
    assert problemes(mutation, ac)
    dits = []
    for fonction in (numeros_revoques, numero_crl, fin_crl):
        try:
            fonction(mutation)
        except ValueError as error:
            dits.append(str(error))
    assert all(dit.startswith(ILLISIBLE) for dit in dits)
