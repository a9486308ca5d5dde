"""Requests, issuing and registering of certificates: due dates, every reason at once, nothing written of what is refused."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from cryptography import x509
from cryptography.x509.oid import ExtendedKeyUsageOID

from esav_soap import pki
from esav_soap.calendar import instant_plus_mois
from esav_soap.certificats import CertificatEnregistre, GenreDemande, Origine
from esav_soap.souscription import Acces
from esav_soap.usecases.pki.demandes import classer, demander
from esav_soap.usecases.pki.emission import delivrer_csr, delivrer_demande
from esav_soap.usecases.pki.enregistrement import enregistrer, enregistrer_demande
from esav_soap.usecases.pki.pieces import lire_piece
from esav_soap.usecases.pki.raisons import CodePki, PkiRefusee, raison
from esav_soap.usecases.pki.titulaires import Titulaire
from esav_soap.usecases.ports.acces import DemandeDejaTraitee
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
    monde,
    signe,
)


@pytest.mark.exigence("R6.2")
def test_demande_echeance_quinze_jours_ouvres__ok(lieu: Monde) -> None:
    faite = demander(lieu.ctx, lieu.csr(), OPA)
    assert faite.demande.echeance == date(2030, 3, 22)
    assert faite.demande.genre is GenreDemande.EMISSION
    assert (faite.deja, faite.avertissements) == (False, ())
    assert lieu.base.demandes() == (faite.demande,)


@pytest.mark.exigence("R6.2")
def test_demande_recue_avant_compte_de_sa_reception__ok(lieu: Monde) -> None:
    faite = demander(lieu.ctx, lieu.csr(), OPA, INSTANT - 7 * JOUR)
    assert faite.demande.echeance == date(2030, 3, 15)


@pytest.mark.exigence("R6.2")
def test_meme_piece_en_attente_est_une_seule_demande__ok(lieu: Monde) -> None:
    csr = lieu.csr()
    premiere = demander(lieu.ctx, csr, OPA)
    seconde = demander(lieu.a(INSTANT + JOUR), b"texte avant\n" + csr.replace(b"\n", b"\r\n"), OPA)
    assert (seconde.deja, seconde.demande) == (True, premiere.demande)
    ailleurs = demander(lieu.ctx, csr, replace(OPA, plateformes=frozenset({"integration"})))
    assert (ailleurs.deja, len(lieu.base.demandes())) == (False, 2)
    classer(lieu.ctx, premiere.demande.numero)
    assert not demander(lieu.ctx, csr, OPA).deja


@pytest.mark.exigence("R6.2")
def test_demande_tous_les_defauts_a_la_fois__error(lieu: Monde) -> None:
    avant = lieu.etat()
    with pytest.raises(PkiRefusee) as refus:
        demander(lieu.ctx, lieu.csr("OPB"), Titulaire("OPX"), INSTANT + JOUR)
    assert codes(refus.value) == ["TITULAIRE_INCONNU", "NOM_DEJA_PRIS", "DATE_FUTURE"]
    assert lieu.etat() == avant


@pytest.mark.exigence("R6.2")
def test_demande_d_enregistrement_tous_les_defauts_du_certificat__error(lieu: Monde) -> None:
    faible = signe("OPB", "inconnue", genre="RSA-1024", fin=INSTANT, extensions=[(fabrique.usages("crl_sign"), True)])
    with pytest.raises(PkiRefusee) as refus:
        demander(lieu.ctx, faible, OPA)
    assert codes(refus.value) == ["EXPIRE", "CLE_FAIBLE", "USAGE_INCORRECT", "AUTORITE_INCONNUE", "NOM_DEJA_PRIS"]


@pytest.mark.exigence("R6.2")
@pytest.mark.parametrize(
    ("contenu", "code"),
    [
        (pki.nouvelle_cle_et_csr("OPA")[0], "CLE_PRIVEE"),
        (b"".join(pki.nouvelle_cle_et_csr("OPA")), "CLE_PRIVEE"),
        (
            b"-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\n\nMIIB\n-----END RSA PRIVATE KEY-----\n",
            "CLE_PRIVEE",
        ),
        (pki.nouvelle_cle_et_csr("OPA")[1] + b"-----BEGIN PRIVATE KEY-----\nMIGH", "CLE_PRIVEE"),
        (b"-----BEGIN CERTIFICATE-----" * 38_000, "PIECE_ILLISIBLE"),
        (b"0" * 1_100_000, "PIECE_ILLISIBLE"),
        (b"", "PIECE_ILLISIBLE"),
        (b"bonjour", "PIECE_ILLISIBLE"),
        (b"-----BEGIN CERTIFICATE REQUEST-----\nMIIB\n-----END CERTIFICATE REQUEST-----\n", "CSR_REFUSE"),
        (b"-----BEGIN CERTIFICATE-----\n!!!\n-----END CERTIFICATE-----\n", "ILLISIBLE"),
        (b"\x30\x03\x02\x01\x05", "CSR_REFUSE"),
        (crl_externe(), "CSR_REFUSE"),
        (signe() + pki.nouvelle_cle_et_csr("OPA")[1], "PIECE_ILLISIBLE"),
    ],
    ids=[
        "cle",
        "cle-et-csr",
        "cle-ancienne",
        "cle-coupee",
        "sans-fin",
        "enorme",
        "vide",
        "texte",
        "csr-tronque",
        "pem-faux",
        "der-court",
        "crl",
        "les-deux",
    ],
)
def test_piece_qui_n_en_est_pas_une__error(lieu: Monde, contenu: bytes, code: str) -> None:
    avant = lieu.etat()
    with pytest.raises(PkiRefusee) as refus:
        demander(lieu.ctx, contenu, OPA)
    assert codes(refus.value) == [code]
    assert lieu.etat() == avant


@pytest.mark.exigence("R6.2")
def test_pem_der_et_vieille_etiquette_sont_la_meme_piece__ok(lieu: Monde) -> None:
    csr = lieu.csr()
    piece = lire_piece(csr, pki)
    vieille = csr.replace(b"CERTIFICATE REQUEST", b"NEW CERTIFICATE REQUEST")
    assert lire_piece(piece.der, pki) == lire_piece(vieille, pki) == piece
    assert piece.pem == csr
    certificat = signe()
    assert lire_piece(pki.en_der(certificat), pki).pem == certificat
    chaine = lire_piece(certificat + pki.en_pem(lieu.emetteur.der), pki)
    assert chaine.certificat.nom == "OPA", "of a chain, its first certificate"
    with pytest.raises(PkiRefusee) as refus:
        lire_piece(certificat + pki.en_pem(lieu.emetteur.der), pki, seul=True)
    assert codes(refus.value) == ["PLUSIEURS_CERTIFICATS"]


@pytest.mark.exigence("R6.2")
def test_roles_et_noms__error(lieu: Monde) -> None:
    delivrer_csr(lieu.ctx, lieu.emetteur, lieu.csr("x"), PUBLIEUR)
    avant = lieu.etat()
    for titulaire, code in (
        (replace(PUBLIEUR, nom="OPA"), "TITULAIRE_AUTRE_ROLE"),
        (replace(PUBLIEUR, nom="catalogue"), "TITULAIRE_MAL_FORME"),
        (replace(PUBLIEUR, nom="A" * 41), "TITULAIRE_MAL_FORME"),
        (Titulaire("CATALOGUE"), "TITULAIRE_INCONNU"),
    ):
        with pytest.raises(PkiRefusee) as refus:
            demander(lieu.ctx, lieu.csr("x"), titulaire)
        assert code in codes(refus.value)
    assert lieu.etat() == avant


@pytest.mark.exigence("R6.2", "R6.6")
def test_sans_acces_la_demande_court_et_rien_n_est_delivre__error() -> None:
    lieu = monde(acces=())
    csr = lieu.csr()
    assert [r.code for r in demander(lieu.ctx, csr, OPA).avertissements] == ["SANS_ACCES_INTEGRE"]
    avant = lieu.etat()
    with pytest.raises(PkiRefusee) as refus:
        delivrer_demande(lieu.ctx, lieu.emetteur, 1)
    assert codes(refus.value) == ["SANS_ACCES_INTEGRE"]
    lieu.reconnaitre()
    with pytest.raises(PkiRefusee) as autre:
        enregistrer(lieu.ctx, signe(), OPA)
    assert codes(autre.value) == ["SANS_ACCES_INTEGRE"]
    assert lieu.etat()[:2] == avant[:2]


@pytest.mark.exigence("R6.2", "R6.6")
def test_acces_a_venir_ou_termine(lieu: Monde) -> None:
    """A certificate is prepared before the access opens (art. 5.2.2), not after it has ended."""
    souscription = lieu.base.bons["OPA"]
    lieu.base.bons["OPA"] = replace(souscription, activee_le=INSTANT + 10 * JOUR)
    assert delivrer_csr(lieu.ctx, lieu.emetteur, lieu.csr(), OPA).certificat.titulaire == "OPA"
    en_ligne = replace(souscription.bon, acces=frozenset({Acces.EN_LIGNE}))
    lieu.base.bons["OPA"] = replace(souscription, bon=en_ligne)
    with pytest.raises(PkiRefusee) as autre:
        delivrer_csr(lieu.ctx, lieu.emetteur, lieu.csr(), OPA)
    assert codes(autre.value) == ["SANS_ACCES_INTEGRE"]
    lieu.base.bons["OPA"] = replace(souscription, fin=INSTANT)
    with pytest.raises(PkiRefusee) as refus:
        delivrer_csr(lieu.ctx, lieu.emetteur, lieu.csr(), OPA)
    assert codes(refus.value) == ["SANS_ACCES_INTEGRE"]


@pytest.mark.exigence("R6.2")
def test_delivrer_deux_ans_au_nom_du_titulaire__ok(lieu: Monde) -> None:
    demande = demander(lieu.ctx, lieu.csr("autre nom"), OPA, INSTANT - JOUR).demande
    delivre = delivrer_demande(lieu.a(INSTANT + JOUR), lieu.emetteur, demande.numero)
    certificat = delivre.certificat
    assert lieu.base.certificats() == (certificat,)
    assert certificat.sujet == "CN=OPA,OU=OPERATEUR,O=Opérateur OPA"
    assert certificat.fin == instant_plus_mois(INSTANT + JOUR, 24)
    assert certificat.debut < INSTANT + JOUR
    assert (certificat.origine, certificat.recu_le) == (Origine.FOURNISSEUR, INSTANT - JOUR)
    assert certificat.vivant(INSTANT + JOUR)
    assert [r.code for r in delivre.avertissements] == ["AUTRE_NOM"]
    (traitee,) = lieu.base.demandes(en_attente=False)
    assert (traitee.traitee_le, traitee.empreinte) == (INSTANT + JOUR, certificat.empreinte)


@pytest.mark.exigence("R6.2")
def test_jamais_au_dela_de_l_autorite(lieu: Monde) -> None:
    tard = lieu.a(FIN_AC - 30 * JOUR)
    delivre = delivrer_csr(tard, lieu.emetteur, lieu.csr(), OPA)
    assert delivre.certificat.fin == FIN_AC
    assert [r.code for r in delivre.avertissements] == ["FIN_ABREGEE"]
    with pytest.raises(PkiRefusee) as refus:
        delivrer_csr(lieu.a(FIN_AC), lieu.emetteur, lieu.csr(), OPA)
    assert codes(refus.value) == ["AUTORITE_TERMINEE"]


@pytest.mark.exigence("R6.2")
def test_fin_demandee(lieu: Monde) -> None:
    assert delivrer_csr(lieu.ctx, lieu.emetteur, lieu.csr(), OPA, fin=INSTANT + JOUR).certificat.fin == INSTANT + JOUR
    with pytest.raises(PkiRefusee) as refus:
        delivrer_csr(lieu.ctx, lieu.emetteur, lieu.csr(), OPA, fin=INSTANT)
    assert codes(refus.value) == ["DUREE_REFUSEE"]


@pytest.mark.exigence("R6.2")
def test_delivrer_deux_fois_rend_le_meme__ok(lieu: Monde) -> None:
    csr = lieu.csr()
    premier = delivrer_csr(lieu.ctx, lieu.emetteur, csr, OPA)
    par_csr = delivrer_csr(lieu.a(INSTANT + JOUR), lieu.emetteur, csr, OPA)
    par_numero = delivrer_demande(lieu.a(INSTANT + JOUR), lieu.emetteur, premier.demande.numero)
    assert [(d.deja, d.certificat) for d in (premier, par_csr, par_numero)] == [
        (False, premier.certificat),
        (True, premier.certificat),
        (True, premier.certificat),
    ]
    autre = delivrer_csr(lieu.a(INSTANT + JOUR), lieu.emetteur, csr, OPA, nouveau=True)
    assert not autre.deja
    assert len(lieu.base.certificats()) == 2
    apres = lieu.a(autre.certificat.fin)
    assert not delivrer_csr(apres, lieu.emetteur, csr, OPA).deja, "a certificate that has ended is not given again"


@pytest.mark.exigence("R6.2")
def test_demande_revoquee_ou_classee_ne_rend_rien__error(lieu: Monde) -> None:
    delivre = delivrer_csr(lieu.ctx, lieu.emetteur, lieu.csr(), OPA)
    lieu.base.revoquer_certificats([delivre.certificat.empreinte], INSTANT, "essai")
    classee = demander(lieu.ctx, lieu.csr(), OPA).demande.numero
    classer(lieu.ctx, classee)
    for numero, code in (
        (delivre.demande.numero, "DEJA_REVOQUE"),
        (classee, "DEMANDE_CLASSEE"),
        (99, "DEMANDE_INCONNUE"),
    ):
        with pytest.raises(PkiRefusee) as refus:
            delivrer_demande(lieu.ctx, lieu.emetteur, numero)
        assert codes(refus.value) == [code]
    for numero, code in ((classee, "DEMANDE_CLASSEE"), (99, "DEMANDE_INCONNUE")):
        with pytest.raises(PkiRefusee) as refus:
            classer(lieu.ctx, numero)
        assert codes(refus.value) == [code]


@pytest.mark.exigence("R6.2")
def test_deux_personnes_traitent_la_meme_demande__ok(lieu: Monde, monkeypatch: pytest.MonkeyPatch) -> None:
    """Who comes second gets the first one's certificate; its own was never registered."""
    numero = demander(lieu.ctx, lieu.csr(), OPA).demande.numero
    vraie = lieu.base.enregistrer_certificat

    def doubler(certificat: CertificatEnregistre, demande: int | None = None) -> None:
        monkeypatch.setattr(lieu.base, "enregistrer_certificat", vraie)
        delivrer_demande(lieu.ctx, lieu.emetteur, numero)
        raise DemandeDejaTraitee(numero)

    monkeypatch.setattr(lieu.base, "enregistrer_certificat", doubler)
    delivre = delivrer_demande(lieu.ctx, lieu.emetteur, numero)
    assert delivre.deja
    assert lieu.base.certificats() == (delivre.certificat,)


@pytest.mark.exigence("R6.2")
def test_delivrer_avec_une_autre_autorite__error(lieu: Monde) -> None:
    paire = pki.creer_autorite("AC d'ailleurs", INSTANT, FIN_AC)
    ailleurs = pki.AutoriteInterne(paire.der, paire.cle_pem)
    with pytest.raises(PkiRefusee) as refus:
        delivrer_csr(lieu.ctx, ailleurs, lieu.csr(), OPA)
    assert codes(refus.value) == ["AUTORITE_ABSENTE"]
    lieu.base.retirer_autorite(lieu.base.autorites()[0].empreinte, INSTANT)
    with pytest.raises(PkiRefusee) as retiree:
        delivrer_csr(lieu.ctx, lieu.emetteur, lieu.csr(), OPA)
    assert codes(retiree.value) == ["AUTORITE_ABSENTE"]
    with pytest.raises(PkiRefusee) as autre:
        delivrer_csr(lieu.ctx, lieu.emetteur, signe(par="AC externe"), OPA)
    assert "CSR_ATTENDU" in codes(autre.value)
    assert lieu.base.demandes(en_attente=False) == ()


@pytest.mark.exigence("R6.2")
def test_enregistrer_d_une_autorite_reconnue__ok(lieu: Monde) -> None:
    autorite = lieu.reconnaitre()
    fait = enregistrer(lieu.ctx, signe("OPA"), OPA, INSTANT - JOUR)
    assert (fait.deja, fait.avertissements) == (False, ())
    assert lieu.base.certificats() == (fait.certificat,)
    assert (fait.certificat.autorite, fait.certificat.origine) == (autorite.empreinte, Origine.RECONNUE)
    assert fait.certificat.recu_le == INSTANT - JOUR


@pytest.mark.exigence("R6.2")
def test_enregistrer_toutes_les_raisons__error(lieu: Monde) -> None:
    lieu.reconnaitre()
    serveur = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH])
    mauvais = signe("OPB", fin=INSTANT, extensions=[(serveur, False)])
    avant = lieu.etat()
    with pytest.raises(PkiRefusee) as refus:
        enregistrer(lieu.ctx, mauvais, Titulaire("OPX"), INSTANT + JOUR)
    assert codes(refus.value) == [
        "TITULAIRE_INCONNU",
        "SANS_ACCES_INTEGRE",
        "DATE_FUTURE",
        "EXPIRE",
        "USAGE_INCORRECT",
        "NOM_DEJA_PRIS",
    ]
    assert lieu.etat() == avant


@pytest.mark.exigence("R6.2")
@pytest.mark.parametrize(
    ("par", "code"), [("inconnue", "AUTORITE_INCONNUE"), ("OPA", "AUTO_SIGNE")], ids=["inconnue", "auto"]
)
def test_enregistrer_sans_autorite__error(lieu: Monde, par: str, code: str) -> None:
    lieu.reconnaitre()
    with pytest.raises(PkiRefusee) as refus:
        enregistrer(lieu.ctx, signe("OPA", par, genre=f"EC-{par}"), OPA)
    assert codes(refus.value) == [code]


@pytest.mark.exigence("R6.2")
def test_enregistrer_une_autorite_retiree__error(lieu: Monde) -> None:
    autorite = lieu.reconnaitre()
    lieu.base.retirer_autorite(autorite.empreinte, INSTANT)
    with pytest.raises(PkiRefusee) as refus:
        enregistrer(lieu.ctx, signe(), OPA)
    assert codes(refus.value) == ["AUTORITE_INCONNUE"]


@pytest.mark.exigence("R6.2")
def test_enregistrer_dans_la_liste_de_revocation__error(lieu: Monde) -> None:
    certificat = signe(serie=0x5EED)
    lieu.reconnaitre(crl=crl_externe("5eed"))
    with pytest.raises(PkiRefusee) as refus:
        enregistrer(lieu.ctx, certificat, OPA)
    assert codes(refus.value) == ["REVOQUE"]


@pytest.mark.exigence("R6.2")
def test_enregistrer_avant_son_debut__ok(lieu: Monde) -> None:
    lieu.reconnaitre()
    fait = enregistrer(lieu.ctx, signe(debut=INSTANT + JOUR), OPA)
    assert [r.code for r in fait.avertissements] == ["PAS_ENCORE_COMMENCE"]


@pytest.mark.exigence("R6.2")
def test_enregistrer_deux_fois(lieu: Monde) -> None:
    lieu.reconnaitre()
    certificat = signe("commun")
    fait = enregistrer(lieu.ctx, certificat, OPA)
    avant = lieu.etat()
    encore = enregistrer(lieu.a(INSTANT + JOUR), certificat, OPA)
    assert (encore.deja, encore.certificat) == (True, fait.certificat)
    for autre in (OPB, replace(OPA, plateformes=frozenset({"integration"}))):
        with pytest.raises(PkiRefusee) as refus:
            enregistrer(lieu.ctx, certificat, autre)
        assert codes(refus.value) == ["DEJA_ENREGISTRE"]
    assert lieu.etat() == avant
    lieu.base.revoquer_certificats([fait.certificat.empreinte], INSTANT, "essai")
    with pytest.raises(PkiRefusee) as revoque:
        enregistrer(lieu.ctx, certificat, OPA)
    assert codes(revoque.value) == ["DEJA_REVOQUE"]


@pytest.mark.exigence("R6.2", "R3.7")
def test_enregistrer_le_nom_d_un_autre__error(lieu: Monde) -> None:
    """The common name of another opérateur, whatever its case; a subject that another one's certificate has."""
    lieu.reconnaitre()
    with pytest.raises(PkiRefusee) as refus:
        enregistrer(lieu.ctx, signe("opb"), OPA)
    assert codes(refus.value) == ["NOM_DEJA_PRIS"]
    commun = enregistrer(lieu.ctx, signe("passerelle"), OPB).certificat
    with pytest.raises(PkiRefusee) as sujet:
        enregistrer(lieu.ctx, signe("passerelle", genre="EC-autre"), OPA)
    assert codes(sujet.value) == ["NOM_DEJA_PRIS"]
    lieu.base.revoquer_certificats([commun.empreinte], INSTANT, "cédé à OPA")
    assert not enregistrer(lieu.ctx, signe("passerelle", genre="EC-autre"), OPA).deja


@pytest.mark.exigence("R6.2")
def test_deux_pendant_un_renouvellement_le_troisieme_est_signale(lieu: Monde) -> None:
    lieu.reconnaitre()
    faits = [enregistrer(lieu.ctx, signe("OPA"), OPA) for _ in range(3)]
    assert [[r.code for r in f.avertissements] for f in faits] == [[], [], ["TROIS_VALIDES"]]
    assert len(lieu.base.certificats()) == 3


@pytest.mark.exigence("R6.2")
def test_enregistrer_repond_a_la_demande(lieu: Monde) -> None:
    lieu.reconnaitre()
    certificat = signe("OPA")
    demande = demander(lieu.ctx, certificat, OPA, INSTANT - JOUR).demande
    assert demande.genre is GenreDemande.ENREGISTREMENT
    with pytest.raises(PkiRefusee) as genre:
        delivrer_demande(lieu.ctx, lieu.emetteur, demande.numero)
    assert codes(genre.value) == ["CSR_ATTENDU"]
    fait = enregistrer_demande(lieu.a(INSTANT + JOUR), demande.numero)
    assert fait.certificat.recu_le == INSTANT - JOUR
    assert lieu.base.demandes() == ()
    assert enregistrer_demande(lieu.a(INSTANT + 2 * JOUR), demande.numero).deja
    seconde = signe("OPA")
    attente = demander(lieu.ctx, seconde, OPA).demande
    enregistrer(lieu.ctx, seconde, OPA)
    assert lieu.base.demandes() == (), "registering the file itself meets the request for it"
    assert {d.numero: bool(d.empreinte) for d in lieu.base.demandes(en_attente=False)}[attente.numero]
    emission = demander(lieu.ctx, lieu.csr(), OPA).demande.numero
    with pytest.raises(PkiRefusee) as csr:
        enregistrer_demande(lieu.ctx, emission)
    assert codes(csr.value) == ["CERTIFICAT_ATTENDU"]


@pytest.mark.exigence("R6.2")
def test_enregistrer_un_csr__error(lieu: Monde) -> None:
    with pytest.raises(PkiRefusee) as refus:
        enregistrer(lieu.ctx, lieu.csr(), OPA)
    assert codes(refus.value) == ["CERTIFICAT_ATTENDU"]


@pytest.mark.exigence("R6.2")
def test_chaque_code_a_sa_phrase_et_sert() -> None:
    assert (
        str(raison(CodePki.DEMANDE_INCONNUE, "Numéro : 3."))
        == f"DEMANDE_INCONNUE : {CodePki.DEMANDE_INCONNUE.value} Numéro : 3."
    )
    assert len({c.value for c in CodePki}) == len(CodePki)
