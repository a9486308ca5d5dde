"""Who signed a certificate."""

from __future__ import annotations

from datetime import timedelta

import pytest

from esav_soap.pki.chaine import auto_signe, signataire
from tests.unit.pki.fabrique import CLIENT, FEUILLE, FIN, autorite, certificat, usages


@pytest.mark.exigence("R6.2")
@pytest.mark.parametrize("genre", ["EC-ac", "EC-384-ac", "RSA-2048"])
def test_the_ca_that_signed(genre: str) -> None:
    ac, autre = autorite(genre=genre), autorite("Autre", "EC-autre")
    der = certificat(signe_par=genre)
    assert signataire(der, [autre, ac]) == ac
    assert signataire(der, [autre]) is None
    assert signataire(der, []) is None


@pytest.mark.exigence("R6.2")
def test_with_pss() -> None:
    ac = autorite(genre="RSA-2048")
    assert signataire(certificat(signe_par="RSA-2048", pss=True), [ac]) == ac


@pytest.mark.exigence("R6.2")
def test_the_name_alone_proves_nothing() -> None:
    usurpateur = autorite(genre="EC-autre")
    vraie = autorite()
    der = certificat(signe_par="EC-autre")
    assert signataire(der, [vraie]) is None
    assert signataire(der, [vraie, usurpateur]) == usurpateur


@pytest.mark.exigence("R6.2")
def test_the_key_alone_proves_nothing() -> None:
    assert signataire(certificat(emetteur="Autre nom"), [autorite()]) is None


@pytest.mark.exigence("R6.2")
def test_a_certificate_that_was_changed_after_signing() -> None:
    der = certificat()
    assert signataire(der.replace(b"OP1", b"OP2"), [autorite()]) is None


@pytest.mark.exigence("R6.2")
def test_only_a_ca_signs() -> None:
    der = certificat()
    sans_extension = certificat("EC-ac", sujet="AC", emetteur="AC", extensions=[])
    assert signataire(der, [autorite(ca=False)]) is None
    assert signataire(der, [sans_extension]) is None
    assert signataire(der, [autorite(cle_usage=usages("digital_signature", "crl_sign"))]) is None
    permise = autorite(cle_usage=usages("key_cert_sign"))
    assert signataire(der, [permise]) == permise


@pytest.mark.exigence("R6.2")
def test_length_of_the_path() -> None:
    feuille = certificat()
    sous = autorite("Sous-AC", "EC-sous", emetteur="AC", signe_par="EC-ac")
    ac_zero, ac_un, ac = autorite(longueur=0), autorite(longueur=1), autorite()
    assert signataire(feuille, [ac_zero]) == ac_zero
    assert signataire(sous, [ac_zero]) is None
    assert signataire(sous, [ac_un]) == ac_un
    assert signataire(sous, [ac]) == ac
    assert signataire(ac_zero, [ac_zero]) == ac_zero


@pytest.mark.exigence("R6.2")
def test_only_the_direct_issuer_counts() -> None:
    racine = autorite()
    sous = autorite("Sous-AC", "EC-sous", emetteur="AC", signe_par="EC-ac")
    der = certificat(emetteur="Sous-AC", signe_par="EC-sous")
    assert signataire(der, [racine]) is None
    assert signataire(der, [sous]) == sous
    assert signataire(der, [racine, sous]) == sous


@pytest.mark.exigence("R6.2")
def test_of_a_renewed_ca_the_one_that_ends_last() -> None:
    ancienne, neuve = autorite(), autorite(fin=FIN + timedelta(days=365))
    for liste in ([ancienne, neuve], [neuve, ancienne]):
        assert signataire(certificat(), liste) == neuve


@pytest.mark.exigence("R6.2")
def test_octets_that_are_no_certificate() -> None:
    ac = autorite()
    assert signataire(b"", [ac]) is None
    assert signataire(certificat(), [b"", b"\x30\x00", ac]) == ac
    assert auto_signe(b"\x30\x03\x02\x01\x01") is False


@pytest.mark.exigence("R6.2")
def test_signed_by_itself() -> None:
    seul = certificat("EC-256", emetteur="OP1", signe_par="EC-256", extensions=[(FEUILLE, True), (CLIENT, False)])
    assert auto_signe(seul) is True
    assert auto_signe(autorite()) is True
    assert auto_signe(certificat()) is False
    meme_nom = certificat("EC-256", emetteur="OP1", signe_par="EC-ac")
    assert auto_signe(meme_nom) is False
    assert signataire(seul, [seul]) is None  # it is no CA
