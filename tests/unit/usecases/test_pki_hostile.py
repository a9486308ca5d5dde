"""What somebody hostile, or a careless hand, could get out of the use cases of the PKI."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature

from esav_soap import pki
from esav_soap.certificats import CertificatRefuse, MotifRefus
from esav_soap.usecases.acces import RegistreAcces
from esav_soap.usecases.pki import autorites
from esav_soap.usecases.pki.demandes import demander
from esav_soap.usecases.pki.emission import delivrer_csr, delivrer_demande
from esav_soap.usecases.pki.enregistrement import enregistrer
from esav_soap.usecases.pki.raisons import PkiRefusee
from esav_soap.usecases.pki.revocation import revoquer
from esav_soap.usecases.pki.titulaires import Titulaire
from tests.unit.pki import fabrique
from tests.unit.usecases.monde_pki import (
    FIN_AC,
    INSTANT,
    JOUR,
    OPA,
    OPB,
    PUBLIEUR,
    Monde,
    codes,
    crl_externe,
    signe,
)


@pytest.mark.exigence("R6.2")
def test_la_liste_vaut_pour_l_autorite_renouvelee_avec_sa_cle__ok(lieu: Monde) -> None:
    """A certificate registered under the old certificate of a CA is revoked by the list that is taken for the new one."""
    ancienne = lieu.reconnaitre()
    certificat = enregistrer(lieu.ctx, signe(serie=0xABC), OPA).certificat
    assert certificat.autorite == ancienne.empreinte
    extensions = [
        (x509.BasicConstraints(ca=True, path_length=None), True),
        (fabrique.usages("key_cert_sign", "crl_sign"), True),
    ]
    der = fabrique.certificat(
        "EC-AC externe",
        sujet="AC externe",
        emetteur="AC externe",
        signe_par="EC-AC externe",
        debut=INSTANT,
        fin=FIN_AC + JOUR,
        extensions=extensions,
    )
    nouvelle = autorites.ajouter(lieu.ctx, der, "AC externe 2")
    lieu.reconnaitre("AC autre")
    assert autorites.importer_crl(lieu.ctx, nouvelle, crl_externe("abc")) == (certificat,)
    listes = {a.nom: a.crl for a in lieu.base.autorites() if not a.interne}
    assert listes == {"AC externe": listes["AC externe 2"], "AC externe 2": listes["AC externe 2"], "AC autre": None}
    registre = RegistreAcces(lieu.base, pki)
    registre.rafraichir()
    with pytest.raises(CertificatRefuse) as refus:
        registre.identifier(certificat.der, "production", INSTANT)
    assert refus.value.motif is MotifRefus.REVOQUE


def malleable(der: bytes) -> bytes:
    """The same certificate with its ECDSA signature written otherwise: as valid, and of another fingerprint."""
    lu = x509.load_der_x509_certificate(der)
    r, s = decode_dss_signature(lu.signature)
    ordre = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551  # P-256
    autre = encode_dss_signature(r, ordre - s)
    algorithme = bytes.fromhex("300a06082a8648ce3d040302")
    bits = b"\x03" + bytes([len(autre) + 1]) + b"\x00" + autre
    corps = lu.tbs_certificate_bytes + algorithme + bits
    return b"\x30\x82" + len(corps).to_bytes(2, "big") + corps


@pytest.mark.exigence("R6.2")
def test_un_certificat_revoque_ne_revient_pas_sous_une_autre_empreinte__error(lieu: Monde) -> None:
    autorite = lieu.reconnaitre()
    vole = enregistrer(lieu.ctx, signe(), OPA).certificat
    lieu.base.revoquer_certificats([vole.empreinte], INSTANT, "clé volée")
    copie = malleable(vole.der)
    assert pki.signataire(copie, [autorite.der]) == autorite.der, "whoever has the certificate can make it"
    assert pki.empreinte(copie) != vole.empreinte
    for faire in (enregistrer, demander):
        with pytest.raises(PkiRefusee) as refus:
            faire(lieu.ctx, copie, OPA)
        assert codes(refus.value) == ["CLE_REVOQUEE"]


@pytest.mark.exigence("R6.2")
def test_une_cle_perdue_ne_recoit_pas_d_autre_certificat__error(lieu: Monde) -> None:
    """The opérateur sends its old CSR again after the theft: the thief would call by the new certificate."""
    csr = lieu.csr()
    premier = delivrer_csr(lieu.ctx, lieu.emetteur, csr, OPA).certificat
    attend = demander(lieu.ctx, csr, Titulaire("OPA", plateformes=frozenset({"integration"}))).demande.numero
    revoquer(lieu.ctx, [premier], "clé volée", lieu.emetteur)
    essais: list[Callable[[], object]] = [
        lambda: delivrer_csr(lieu.ctx, lieu.emetteur, csr, OPA),
        lambda: delivrer_csr(lieu.ctx, lieu.emetteur, csr, OPA, nouveau=True),
        lambda: delivrer_demande(lieu.ctx, lieu.emetteur, attend),
    ]
    for faire in essais:
        with pytest.raises(PkiRefusee) as refus:
            faire()
        assert codes(refus.value) == ["CLE_REVOQUEE"]
    assert not delivrer_csr(lieu.ctx, lieu.emetteur, lieu.csr(), OPA).deja


@pytest.mark.exigence("R6.1", "R6.2")
def test_une_cle_n_a_qu_un_titulaire__error(lieu: Monde) -> None:
    """Who gets a certificate of OPA's key in the name of OPB lets OPA call as OPB."""
    csr = lieu.csr()
    delivrer_csr(lieu.ctx, lieu.emetteur, csr, OPA)
    for autre in (OPB, PUBLIEUR):
        with pytest.raises(PkiRefusee) as refus:
            delivrer_csr(lieu.ctx, lieu.emetteur, csr, autre)
        assert "CLE_D_UN_AUTRE" in codes(refus.value)
    assert len(lieu.base.certificats()) == 1
