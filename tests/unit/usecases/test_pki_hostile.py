"""What somebody hostile, or a careless hand, could get out of the use cases of the PKI."""

from __future__ import annotations

import pytest
from cryptography import x509

from esav_soap import pki
from esav_soap.certificats import CertificatRefuse, MotifRefus
from esav_soap.usecases.acces import RegistreAcces
from esav_soap.usecases.pki import autorites
from esav_soap.usecases.pki.enregistrement import enregistrer
from tests.unit.pki import fabrique
from tests.unit.usecases.monde_pki import FIN_AC, INSTANT, JOUR, OPA, Monde, crl_externe, monde, signe


@pytest.fixture
def lieu() -> Monde:
    return monde()


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
