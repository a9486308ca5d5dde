"""What is wrong with a certificate by itself."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from esav_soap.certificats import Cle, FaitsCertificat, MotifRefus
from esav_soap.certificats.regles import CLIENT_AUTH, cle_admise, defauts, defauts_autorite, signature_admise

DEBUT = datetime(2026, 1, 1, tzinfo=UTC)
FIN = datetime(2027, 1, 1, tzinfo=UTC)
MILIEU = datetime(2026, 7, 1, tzinfo=UTC)
SECONDE = timedelta(seconds=1)
EC = Cle("EC", 256, "secp256r1")

BON = FaitsCertificat("ab" * 32, "CN=OP1", "OP1", "CN=AC", "1f", DEBUT, FIN, EC, "sha256")
AC = replace(BON, autorite=True)
SERVEUR = "1.3.6.1.5.5.7.3.1"
TOUS_USAGES = "2.5.29.37.0"


@pytest.mark.exigence("R6.2")
@pytest.mark.parametrize(
    ("cle", "admise"),
    [
        (Cle("RSA", 2048, exposant=65537), True),
        (Cle("RSA", 2047, exposant=65537), False),
        (Cle("RSA", 1024, exposant=65537), False),
        (Cle("RSA", 16384, exposant=65537), True),
        (Cle("RSA", 16385, exposant=65537), False),
        (Cle("RSA", 2048, exposant=3), False),
        (Cle("RSA", 2048, exposant=65535), False),
        (Cle("RSA", 2048, exposant=65538), False),
        (Cle("RSA", 2048, exposant=(1 << 64) - 1), True),
        (Cle("RSA", 2048, exposant=(1 << 64) + 1), False),
        (Cle("RSA", 2048), False),
        (Cle("EC", 256, "secp256r1"), True),
        (Cle("EC", 384, "secp384r1"), True),
        (Cle("EC", 521, "secp521r1"), True),
        (Cle("EC", 224, "secp224r1"), False),
        (Cle("EC", 256, "secp256k1"), False),
        (Cle("EC", 256, "brainpoolP256r1"), False),
        (Cle("EC", 256, "paramètres explicites"), False),
        (Cle("DSA", 3072), False),
        (Cle("Ed25519", 0), False),
        (Cle("Ed25519", 256, "secp256r1"), False),
    ],
)
def test_keys(cle: Cle, admise: bool) -> None:
    assert cle_admise(cle) is admise
    attendu = () if admise else (MotifRefus.CLE_FAIBLE,)
    assert defauts(replace(BON, cle=cle), MILIEU) == attendu
    assert defauts_autorite(replace(AC, cle=cle), MILIEU) == attendu


@pytest.mark.exigence("R6.2")
@pytest.mark.parametrize(
    ("signature", "admise"),
    [("sha256", True), ("sha384", True), ("sha512", True)]
    + [(faible, False) for faible in ("sha1", "md5", "sha224", "sha3-256", "ed25519", "")],
)
def test_signatures(signature: str, admise: bool) -> None:
    assert signature_admise(signature) is admise
    attendu = () if admise else (MotifRefus.SIGNATURE_FAIBLE,)
    assert defauts(replace(BON, signature=signature), MILIEU) == attendu
    assert defauts_autorite(replace(AC, signature=signature), MILIEU) == attendu


@pytest.mark.exigence("R6.2")
@pytest.mark.parametrize(
    ("instant", "attendu"),
    [
        (DEBUT - SECONDE, (MotifRefus.PAS_ENCORE_VALIDE,)),
        (DEBUT, ()),
        (FIN - SECONDE, ()),
        (FIN, (MotifRefus.EXPIRE,)),
    ],
)
def test_dates(instant: datetime, attendu: tuple[MotifRefus, ...]) -> None:
    assert defauts(BON, instant) == attendu
    assert defauts_autorite(AC, instant) == attendu


@pytest.mark.exigence("R6.2")
@pytest.mark.parametrize(
    ("usages", "etendus", "correct"),
    [
        (None, None, True),
        ({"digitalSignature"}, None, True),
        ({"digitalSignature", "keyEncipherment"}, {CLIENT_AUTH}, True),
        (None, {SERVEUR, CLIENT_AUTH}, True),
        ({"keyEncipherment"}, None, False),
        (set(), None, False),
        (None, {SERVEUR}, False),
        (None, {TOUS_USAGES}, False),  # OpenSSL ends the handshake: see the guide
        (None, set(), False),
        ({"keyAgreement"}, {CLIENT_AUTH}, False),
    ],
)
def test_usages_of_a_client(usages: set[str] | None, etendus: set[str] | None, correct: bool) -> None:
    faits = replace(
        BON,
        usages=None if usages is None else frozenset(usages),
        usages_etendus=None if etendus is None else frozenset(etendus),
    )
    assert defauts(faits, MILIEU) == (() if correct else (MotifRefus.USAGE_INCORRECT,))


@pytest.mark.exigence("R6.2")
@pytest.mark.parametrize(
    ("faits", "attendu"),
    [
        (AC, ()),
        (replace(AC, usages=frozenset({"keyCertSign"})), ()),
        (replace(AC, usages=frozenset({"digitalSignature", "cRLSign"})), (MotifRefus.USAGE_INCORRECT,)),
        (replace(AC, usages_etendus=frozenset({CLIENT_AUTH, SERVEUR})), ()),
        (replace(AC, usages_etendus=frozenset({SERVEUR})), (MotifRefus.USAGE_INCORRECT,)),
        (BON, (MotifRefus.USAGE_INCORRECT,)),
        (replace(BON, usages=frozenset({"keyCertSign"})), (MotifRefus.USAGE_INCORRECT,)),
    ],
)
def test_usages_of_a_ca(faits: FaitsCertificat, attendu: tuple[MotifRefus, ...]) -> None:
    assert defauts_autorite(faits, MILIEU) == attendu


@pytest.mark.exigence("R6.2")
def test_a_ca_is_no_client() -> None:
    assert defauts(AC, MILIEU) == (MotifRefus.EST_UNE_AUTORITE,)
    cachee = replace(BON, usages=frozenset({"digitalSignature", "keyCertSign"}))
    assert defauts(cachee, MILIEU) == (MotifRefus.EST_UNE_AUTORITE,)


@pytest.mark.exigence("R6.2")
def test_everything_at_once_in_the_order_of_telling() -> None:
    faits = replace(AC, cle=Cle("RSA", 512, exposant=3), signature="md5", usages_etendus=frozenset({SERVEUR}))
    assert defauts(replace(faits, debut=FIN + SECONDE), FIN) == (
        MotifRefus.EXPIRE,
        MotifRefus.PAS_ENCORE_VALIDE,
        MotifRefus.CLE_FAIBLE,
        MotifRefus.SIGNATURE_FAIBLE,
        MotifRefus.USAGE_INCORRECT,
        MotifRefus.EST_UNE_AUTORITE,
    )
    assert defauts_autorite(faits, FIN) == (
        MotifRefus.EXPIRE,
        MotifRefus.CLE_FAIBLE,
        MotifRefus.SIGNATURE_FAIBLE,
        MotifRefus.USAGE_INCORRECT,
    )
