"""What ``esav pki explain`` says of a certificate: what the service answers, by construction."""

from __future__ import annotations

from dataclasses import replace

import pytest
from cryptography import x509
from cryptography.x509.oid import ExtendedKeyUsageOID

from esav_soap import pki
from esav_soap.certificats import CertificatRefuse, MotifRefus
from esav_soap.homologation import Domaine, Homologation
from esav_soap.usecases.acces import RegistreAcces
from esav_soap.usecases.homologation import DOMAINES_OUVERTS
from esav_soap.usecases.pki import autorites
from esav_soap.usecases.pki.enregistrement import enregistrer
from esav_soap.usecases.pki.explication import Explication, expliquer
from esav_soap.usecases.pki.raisons import PkiRefusee
from esav_soap.usecases.pki.revocation import (
    revoquer,
)
from esav_soap.usecases.pki.serveurs import delivrer_serveur
from tests.unit.pki import fabrique
from tests.unit.usecases.monde_pki import (
    FIN_AC,
    INSTANT,
    JOUR,
    OPA,
    Monde,
    autorite_externe,
    codes,
    crl_externe,
    signe,
)


def _rien(lieu: Monde) -> bytes:
    return lieu.delivre().der


def _revoque(lieu: Monde) -> bytes:
    certificat = lieu.delivre()
    revoquer(lieu.ctx, [certificat], "vol", lieu.emetteur)
    return certificat.der


def _dans_la_crl(lieu: Monde) -> bytes:
    autorite = lieu.reconnaitre()
    certificat = enregistrer(lieu.ctx, signe(serie=0xABC), OPA).certificat
    autorites.importer_crl(lieu.ctx, autorite, crl_externe("abc"))
    return certificat.der


def _retiree(lieu: Monde) -> bytes:
    autorite = lieu.reconnaitre()
    certificat = enregistrer(lieu.ctx, signe(), OPA).certificat
    autorites.retirer(lieu.ctx, autorite)
    return certificat.der


def _sans_acces(lieu: Monde) -> bytes:
    certificat = lieu.delivre()
    del lieu.base.bons["OPA"]
    return certificat.der


def _pas_encore_active(lieu: Monde) -> bytes:
    lieu.base.bons["OPA"] = replace(lieu.base.bons["OPA"], activee_le=INSTANT + JOUR)
    return lieu.delivre().der


def _non_enregistre(lieu: Monde) -> bytes:
    lieu.reconnaitre()
    return signe()


def _a_venir(lieu: Monde) -> bytes:
    lieu.reconnaitre()
    return enregistrer(lieu.ctx, signe(debut=INSTANT + JOUR), OPA).certificat.der


def _serveur(lieu: Monde) -> bytes:
    return delivrer_serveur(lieu.ctx, lieu.emetteur, ["localhost"], 12)[0]


_CAS = [
    ("admis", _rien, None),
    ("revoque", _revoque, MotifRefus.REVOQUE),
    ("dans_la_crl", _dans_la_crl, MotifRefus.REVOQUE),
    ("autorite_retiree", _retiree, MotifRefus.AUTORITE_INCONNUE),
    ("sans_acces", _sans_acces, MotifRefus.ACCES_TERMINE),
    ("pas_encore_active", _pas_encore_active, MotifRefus.ACCES_TERMINE),
    ("non_enregistre", _non_enregistre, MotifRefus.NON_ENREGISTRE),
    ("a_venir", _a_venir, MotifRefus.PAS_ENCORE_VALIDE),
    ("inconnue", lambda _: signe(par="inconnue"), MotifRefus.AUTORITE_INCONNUE),
    ("auto_signe", lambda _: signe("moi", "moi", genre="EC-moi"), MotifRefus.AUTO_SIGNE),
    ("autorite", lambda lieu: lieu.emetteur.der, MotifRefus.USAGE_INCORRECT),
    ("serveur", _serveur, MotifRefus.USAGE_INCORRECT),
    ("faible", lambda _: signe(genre="RSA-1024"), MotifRefus.CLE_FAIBLE),
    ("texte", lambda _: b"x", MotifRefus.ILLISIBLE),
]


def refus_du_service(lieu: Monde, der: bytes, plateforme: str) -> MotifRefus | None:
    registre = RegistreAcces(lieu.base, pki)
    registre.rafraichir()
    try:
        registre.identifier(pki.en_der(der) if der.startswith(b"-----") else der, plateforme, INSTANT)
    except CertificatRefuse as refus:
        return refus.motif
    return None


@pytest.mark.exigence("R6.2")
@pytest.mark.parametrize(("nom", "faire", "attendu"), _CAS, ids=[nom for nom, *_ in _CAS])
def test_expliquer_dit_ce_que_le_service_repond(
    lieu: Monde, nom: str, faire: object, attendu: MotifRefus | None
) -> None:
    assert callable(faire)
    octets = faire(lieu)
    explication = expliquer(lieu.ctx, octets)
    assert set(explication.reponses.values()) == {attendu}
    assert explication.admis == (attendu is None)
    assert {p: refus_du_service(lieu, octets, p) for p in explication.reponses} == explication.reponses
    trouves = motifs(explication)
    assert (attendu in trouves) if attendu else not trouves, "the answer is one of the checks that failed, or none did"


def motifs(explication: Explication) -> set[MotifRefus]:
    return {c.motif for c in explication.controles if c.motif is not None}


@pytest.mark.exigence("R6.2")
def test_expliquer_une_autorite_reemise_avec_la_meme_cle(lieu: Monde) -> None:
    """The CA under which it was registered is retired; another one with the same name and key is recognised."""
    der = _retiree(lieu)
    autre = fabrique.certificat(
        "EC-AC externe",
        sujet="AC externe",
        emetteur="AC externe",
        signe_par="EC-AC externe",
        debut=INSTANT - JOUR,
        fin=FIN_AC + JOUR,
        extensions=[(x509.BasicConstraints(ca=True, path_length=None), True)],
    )
    autorites.ajouter(lieu.ctx, autre, "Réémise")
    explication = expliquer(lieu.ctx, der)
    assert set(explication.reponses.values()) == motifs(explication) == {MotifRefus.AUTORITE_INCONNUE}
    autorites.retirer(lieu.ctx, autorites.trouver(lieu.ctx, "Réémise"))
    autorites.ajouter(lieu.ctx, autorite_externe())
    nouveau = expliquer(lieu.ctx, signe())
    assert set(nouveau.reponses.values()) == motifs(nouveau) == {MotifRefus.NON_ENREGISTRE}, "one that is recognised"


@pytest.mark.exigence("R6.2")
def test_notre_autorite_retiree_puis_reconnue_reste_la_notre(lieu: Monde) -> None:
    (autorite,) = autorites.internes(lieu.ctx)
    certificat = lieu.delivre()
    autorites.retirer(lieu.ctx, autorite)
    assert expliquer(lieu.ctx, certificat.der).admis is False
    autorites.ajouter(lieu.ctx, autorite.der)
    assert autorites.internes(lieu.ctx) == (autorite,)
    assert expliquer(lieu.ctx, certificat.der).admis


@pytest.mark.exigence("R6.2")
def test_expliquer_une_plateforme(lieu: Monde) -> None:
    certificat = lieu.delivre(replace(OPA, plateformes=frozenset({"integration"})))
    assert expliquer(lieu.ctx, certificat.der).reponses == {"integration": None}
    ailleurs = expliquer(lieu.ctx, certificat.der, "production")
    assert ailleurs.reponses == {"production": MotifRefus.PLATEFORME_INTERDITE}
    assert motifs(ailleurs) == {MotifRefus.PLATEFORME_INTERDITE}


@pytest.mark.exigence("R6.2", "R6.3")
def test_expliquer_homologation_et_echeance(lieu: Monde) -> None:
    certificat = lieu.delivre(fin=INSTANT + 20 * JOUR)

    def dits() -> list[str]:
        lus = [c for c in expliquer(lieu.ctx, certificat.der).controles if c.pour_memoire]
        assert [c.nom for c in lus] == ["homologation"] * len(DOMAINES_OUVERTS) + ["échéance"]
        return [c.dit for c in lus]

    assert all("NON_HOMOLOGUE" in dit for dit in dits()[:-1])
    lieu.base.enregistrer_homologation(
        Homologation("OPA", Domaine.SIGNALISATION, INSTANT, "deposerSignalisation", "0123456789abcdef")
    )
    assert "deposerSignalisation" in dits()[0]
    assert "21/03/2030" in dits()[-1]


@pytest.mark.exigence("R6.2")
def test_expliquer_tous_les_defauts_a_la_fois(lieu: Monde) -> None:
    serveur = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH])
    mauvais = signe(par="inconnue", genre="RSA-1024", fin=INSTANT, extensions=[(serveur, False)])
    trouves = motifs(expliquer(lieu.ctx, mauvais))
    assert trouves == {
        MotifRefus.EXPIRE,
        MotifRefus.CLE_FAIBLE,
        MotifRefus.USAGE_INCORRECT,
        MotifRefus.AUTORITE_INCONNUE,
        MotifRefus.NON_ENREGISTRE,
    }


@pytest.mark.exigence("R6.2")
def test_expliquer_une_cle__error(lieu: Monde) -> None:
    with pytest.raises(PkiRefusee) as refus:
        expliquer(lieu.ctx, pki.nouvelle_cle_et_csr("OPA")[0])
    assert codes(refus.value) == ["CLE_PRIVEE"]
