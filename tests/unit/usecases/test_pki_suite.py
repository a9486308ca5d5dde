"""Revocation and its list, authorities, what there is to do."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from esav_soap import pki
from esav_soap.certificats import CertificatEnregistre, MotifRefus
from esav_soap.certificats.echeances import releve
from esav_soap.usecases.pki import autorites
from esav_soap.usecases.pki import etat as module_etat
from esav_soap.usecases.pki.demandes import demander
from esav_soap.usecases.pki.emission import delivrer_csr
from esav_soap.usecases.pki.enregistrement import enregistrer
from esav_soap.usecases.pki.etat import etat
from esav_soap.usecases.pki.raisons import PkiRefusee
from esav_soap.usecases.pki.revocation import (
    VALIDITE_CRL,
    choisir,
    concerne,
    consequences,
    etats_crl,
    renouveler_crl,
    revoquer,
)
from esav_soap.usecases.pki.serveurs import delivrer_serveur
from tests.unit.pki import fabrique
from tests.unit.usecases.monde_pki import (
    FIN_AC,
    INSTANT,
    JOUR,
    OPA,
    OPB,
    PUBLIEUR,
    Monde,
    autorite_externe,
    codes,
    crl_externe,
    signe,
)

# revocation


@pytest.mark.exigence("R6.2")
def test_revoquer_refait_la_liste__ok(lieu: Monde) -> None:
    premier, second = lieu.delivre(), lieu.delivre(OPB)
    numero = pki.numero_crl(lieu.crl_interne())
    assert revoquer(lieu.ctx, [premier], "  clé\n perdue ", lieu.emetteur) == 1
    crl = lieu.crl_interne()
    pki.verifier_crl(crl, lieu.emetteur.der, INSTANT)
    assert pki.numeros_revoques(crl) == {premier.numero_serie}
    assert pki.fin_crl(crl) == INSTANT + VALIDITE_CRL
    assert (pki.numero_crl(crl) or 0) > (numero or 0)
    relu = {c.empreinte: c for c in lieu.base.certificats()}
    assert (relu[premier.empreinte].revoque_le, relu[premier.empreinte].motif_revocation) == (INSTANT, "clé perdue")
    assert relu[second.empreinte].revoque_le is None
    assert revoquer(lieu.a(INSTANT + JOUR), [premier, second], "tout", lieu.emetteur) == 1
    assert pki.numeros_revoques(lieu.crl_interne()) == {premier.numero_serie, second.numero_serie}


@pytest.mark.exigence("R6.2")
@pytest.mark.parametrize("motif", ["", "  ", "x" * 201, "a\x07b"])
def test_motif_refuse__error(lieu: Monde, motif: str) -> None:
    certificat = lieu.delivre()
    avant = lieu.etat()
    with pytest.raises(PkiRefusee) as refus:
        revoquer(lieu.ctx, [certificat], motif, lieu.emetteur)
    assert codes(refus.value) == ["MOTIF_REFUSE"]
    assert lieu.etat() == avant


@pytest.mark.exigence("R6.2")
def test_revoquer_sans_la_cle_puis_refaire_la_liste(lieu: Monde) -> None:
    certificat = lieu.delivre()
    assert concerne([certificat], lieu.base.autorites())
    assert revoquer(lieu.ctx, [certificat], "vol", None) == 1
    assert pki.numeros_revoques(lieu.crl_interne()) == frozenset()
    faite = renouveler_crl(lieu.a(INSTANT + JOUR), lieu.emetteur, INSTANT + 90 * JOUR)
    assert faite.jusqu_a == INSTANT + 90 * JOUR
    assert pki.numeros_revoques(lieu.crl_interne()) == {certificat.numero_serie}


@pytest.mark.exigence("R6.2")
def test_revoquer_celui_d_une_autorite_reconnue_ne_change_pas_notre_liste(lieu: Monde) -> None:
    lieu.reconnaitre()
    certificat = enregistrer(lieu.ctx, signe(), OPA).certificat
    avant = lieu.crl_interne()
    assert not concerne([certificat], lieu.base.autorites())
    assert revoquer(lieu.ctx, [certificat], "vol", None) == 1
    assert lieu.crl_interne() == avant


@pytest.mark.exigence("R6.2")
def test_le_numero_de_liste_croit_meme_si_l_horloge_recule(lieu: Monde) -> None:
    premier = pki.numero_crl(lieu.crl_interne())
    renouveler_crl(lieu.a(INSTANT - 10 * JOUR), lieu.emetteur, INSTANT + JOUR)
    second = pki.numero_crl(lieu.crl_interne())
    renouveler_crl(lieu.ctx, lieu.emetteur)
    troisieme = pki.numero_crl(lieu.crl_interne())
    assert (premier or 0) < (second or 0) < (troisieme or 0)


@pytest.mark.exigence("R6.2")
def test_etat_de_la_liste(lieu: Monde) -> None:
    (liste,) = etats_crl(lieu.ctx)
    fin = INSTANT + VALIDITE_CRL
    assert (liste.jusqu_a, liste.perimee(INSTANT), liste.a_renouveler(INSTANT)) == (fin, False, False)
    assert liste.a_renouveler(fin - 7 * JOUR)
    assert not liste.perimee(fin - timedelta(seconds=1))
    assert liste.perimee(fin)
    with pytest.raises(PkiRefusee) as refus:
        renouveler_crl(lieu.ctx, lieu.emetteur, INSTANT)
    assert codes(refus.value) == ["DUREE_REFUSEE"]


@pytest.mark.exigence("R6.2")
def test_designer_un_certificat(lieu: Monde) -> None:
    un, autre = lieu.delivre(), lieu.delivre(OPB)
    comme_openssl = ":".join(un.empreinte[i : i + 2].upper() for i in range(0, 64, 2))
    assert choisir(lieu.ctx, [un.empreinte[:8], comme_openssl, autre.empreinte]) == (un, autre)
    jumeau = replace(autre, empreinte=un.empreinte[:60] + "0000")
    lieu.base.par_empreinte[jumeau.empreinte] = jumeau
    with pytest.raises(PkiRefusee) as refus:
        choisir(lieu.ctx, ["opa.pem", "abcdef0", "0" * 64, un.empreinte[:60]])
    assert codes(refus.value) == [
        "EMPREINTE_MAL_FORMEE",
        "EMPREINTE_MAL_FORMEE",
        "CERTIFICAT_INCONNU",
        "EMPREINTE_AMBIGUE",
    ]


@pytest.mark.exigence("R6.2")
def test_prevenir_avant_le_dernier_certificat(lieu: Monde) -> None:
    un, deux = lieu.delivre(), lieu.delivre()
    assert consequences(lieu.ctx, [un]) == ()
    (seule,) = consequences(lieu.ctx, [un, deux])
    assert seule.code == "DERNIER_CERTIFICAT"
    assert "OPA" in seule.message
    lieu.base.revoquer_certificats([deux.empreinte], INSTANT, "essai")
    assert [r.code for r in consequences(lieu.ctx, [un])] == ["DERNIER_CERTIFICAT"], "a revoked one does not count"


# authorities


@pytest.mark.exigence("R6.2")
def test_inscrire_l_autorite_une_fois(lieu: Monde) -> None:
    (autorite,) = lieu.base.autorites()
    assert (autorite.interne, autorite.debut, autorite.fin) == (True, INSTANT, FIN_AC)
    assert autorites.inscrire_interne(lieu.a(INSTANT + JOUR), lieu.emetteur) == (autorite, False)
    suivante = pki.creer_autorite("AC suivante", INSTANT, FIN_AC)
    emetteur = pki.AutoriteInterne(suivante.der, suivante.cle_pem)
    with pytest.raises(PkiRefusee) as refus:
        autorites.inscrire_interne(lieu.ctx, emetteur)
    assert codes(refus.value) == ["AUTORITE_DEJA_FAITE"]
    assert autorites.inscrire_interne(lieu.ctx, emetteur, succession=True)[1]
    assert len(autorites.internes(lieu.ctx)) == 2
    autorites.retirer(lieu.ctx, autorite)
    with pytest.raises(PkiRefusee) as retiree:
        autorites.inscrire_interne(lieu.ctx, lieu.emetteur)
    assert codes(retiree.value) == ["AUTORITE_RETIREE"]


@pytest.mark.exigence("R6.2")
def test_reconnaitre_retirer_reconnaitre(lieu: Monde) -> None:
    autorite = autorites.ajouter(lieu.ctx, pki.en_pem(autorite_externe()), "Externe")
    assert (autorite.nom, autorite.interne, autorite.crl) == ("Externe", False, None)
    assert autorites.trouver(lieu.ctx, "Externe") == autorites.trouver(lieu.ctx, autorite.empreinte[:8]) == autorite
    certificat = enregistrer(lieu.ctx, signe(), OPA).certificat
    assert autorites.dependants(lieu.ctx, autorite) == (certificat,)
    with pytest.raises(PkiRefusee) as encore:
        autorites.ajouter(lieu.ctx, autorite_externe())
    assert codes(encore.value) == ["AUTORITE_DEJA_RECONNUE"]
    autorites.importer_crl(lieu.ctx, autorite, crl_externe())
    autorites.retirer(lieu.ctx, autorite)
    with pytest.raises(PkiRefusee) as absente:
        autorites.trouver(lieu.ctx, "Externe")
    assert codes(absente.value) == ["AUTORITE_NON_TROUVEE"]
    autorites.ajouter(lieu.ctx, autorite_externe())
    revenue = autorites.trouver(lieu.ctx, "AC externe")
    assert (revenue.retiree_le, revenue.crl is not None) == (None, True), "its list is still known"


@pytest.mark.exigence("R6.2")
@pytest.mark.parametrize(
    ("octets", "attendus"),
    [
        (signe("OPA"), ["AUTORITE_REFUSEE"]),
        (pki.en_pem(fabrique.autorite("vieille", "RSA-1024")), ["EXPIRE", "CLE_FAIBLE"]),
        (pki.nouvelle_cle_et_csr("x")[1], ["CERTIFICAT_ATTENDU"]),
        (signe() + signe(), ["PLUSIEURS_CERTIFICATS"]),
        (b"x", ["PIECE_ILLISIBLE"]),
    ],
    ids=["client", "faible", "csr", "deux", "texte"],
)
def test_autorite_refusee__error(lieu: Monde, octets: bytes, attendus: list[str]) -> None:
    avant = lieu.etat()
    with pytest.raises(PkiRefusee) as refus:
        autorites.ajouter(lieu.ctx, octets)
    assert codes(refus.value) == attendus
    assert lieu.etat() == avant


@pytest.mark.exigence("R6.2")
def test_nom_d_autorite(lieu: Monde) -> None:
    with pytest.raises(PkiRefusee) as refus:
        autorites.ajouter(lieu.ctx, autorite_externe(), "x" * 65)
    assert codes(refus.value) == ["NOM_REFUSE"]
    autorites.ajouter(lieu.ctx, autorite_externe(), "Même nom")
    autorites.ajouter(lieu.ctx, autorite_externe("autre"), "Même nom")
    with pytest.raises(PkiRefusee) as deux:
        autorites.trouver(lieu.ctx, "Même nom")
    assert codes(deux.value) == ["AUTORITE_AMBIGUE"]


@pytest.mark.exigence("R6.2")
def test_importer_une_liste(lieu: Monde) -> None:
    autorite = lieu.reconnaitre()
    certificat = enregistrer(lieu.ctx, signe(serie=0xABC), OPA).certificat
    assert autorites.importer_crl(lieu.ctx, autorite, crl_externe("abc", "123", numero=5)) == (certificat,)
    autorite = autorites.trouver(lieu.ctx, autorite.empreinte)
    assert autorites.importer_crl(lieu.ctx, autorite, crl_externe("abc", numero=6)) == (), "already told"
    autorite = autorites.trouver(lieu.ctx, autorite.empreinte)
    avant = lieu.etat()
    cas = {
        "ancienne": (autorite, crl_externe(numero=4), "CRL_ANCIENNE"),
        "autre": (autorite, crl_externe(nom="autre", numero=9), "CRL_REFUSEE"),
        "perimee": (autorite, crl_externe(instant=INSTANT - 20 * JOUR, numero=9), "CRL_REFUSEE"),
        "texte": (autorite, b"x", "CRL_REFUSEE"),
        "interne": (autorites.internes(lieu.ctx)[0], lieu.crl_interne(), "CRL_INTERNE"),
    }
    for nom, (de, octets, code) in cas.items():
        with pytest.raises(PkiRefusee) as refus:
            autorites.importer_crl(lieu.ctx, de, octets)
        assert set(codes(refus.value)) == {code}, nom
    assert lieu.etat() == avant


# what there is to do


@pytest.mark.exigence("R6.2")
def test_etat_les_retards_d_abord(lieu: Monde) -> None:
    recente = demander(lieu.ctx, lieu.csr(), OPA).demande
    tardive = demander(lieu.ctx, lieu.csr(), OPA, INSTANT - 40 * JOUR).demande
    lu = etat(lieu.ctx)
    assert [(d.demande, d.en_retard) for d in lu.demandes] == [(tardive, True), (recente, False)]
    dernier_jour = datetime(2030, 3, 22, 22, 59, tzinfo=INSTANT.tzinfo)
    assert [d.en_retard for d in etat(lieu.a(dernier_jour)).demandes] == [True, False]
    assert [d.en_retard for d in etat(lieu.a(dernier_jour + timedelta(minutes=1))).demandes] == [True, True]


@pytest.mark.exigence("R6.2")
def test_etat_ce_qui_est_a_faire(lieu: Monde) -> None:
    seul = lieu.delivre(fin=INSTANT + 40 * JOUR)
    releve = lieu.delivre(OPB, fin=INSTANT + 40 * JOUR)
    suite = lieu.delivre(OPB)
    publieur = lieu.delivre(PUBLIEUR, fin=INSTANT + 5 * JOUR)
    lu = etat(lieu.ctx, a_faire=True)
    assert [e.certificat for e in lu.certificats] == [publieur, seul]
    assert lu.crl == ()
    tout = {e.certificat.empreinte: e for e in etat(lieu.ctx).certificats}
    assert len(tout) == 4
    assert tout[releve.empreinte].releve == suite.empreinte
    partant = lieu.base.bons["OPA"]
    lieu.base.bons["OPA"] = replace(partant, fin=INSTANT + 40 * JOUR)
    assert [e.certificat for e in etat(lieu.ctx, a_faire=True).certificats] == [publieur], "who leaves renews nothing"
    lieu.base.bons["OPA"] = partant
    plus_tard = lieu.a(INSTANT + 41 * JOUR)
    assert {e.certificat.empreinte: e.refus for e in etat(plus_tard, a_faire=True).certificats} == {
        seul.empreinte: MotifRefus.EXPIRE,
        publieur.empreinte: MotifRefus.EXPIRE,
    }
    assert etat(plus_tard, a_faire=True).crl[0].perimee(plus_tard.instant)
    lieu.base.revoquer_certificats([publieur.empreinte], INSTANT, "n'appelle plus")
    del lieu.base.bons["OPA"]
    assert etat(plus_tard, a_faire=True).certificats == (), "revoked, or of an opérateur that has left"


@pytest.mark.exigence("R6.2")
def test_etat_ne_lit_pas_le_magasin_pour_chaque_certificat(lieu: Monde, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nor compares each with all others: with 5,000 certificates that took a minute and a half."""
    lectures: list[str] = []

    def compter(nom: str) -> Callable[..., Any]:
        lire = getattr(lieu.base, nom)

        def lu(*arguments: Any) -> Any:
            lectures.append(nom)
            return lire(*arguments)

        return lu

    for _ in range(3):
        lieu.delivre()
    demander(lieu.ctx, lieu.csr("OPB"), OPB)
    vus: list[int] = []

    def relever(
        certificat: CertificatEnregistre, siens: Collection[CertificatEnregistre]
    ) -> CertificatEnregistre | None:
        vus.append(len(siens))
        return releve(certificat, siens)

    monkeypatch.setattr(module_etat, "releve", relever)
    lieu.delivre(OPB)
    for nom in ("certificats", "autorites", "souscriptions", "demandes"):
        monkeypatch.setattr(lieu.base, nom, compter(nom))
    assert len(etat(lieu.ctx).certificats) == 4
    assert sorted(lectures) == ["autorites", "autorites", "certificats", "demandes", "souscriptions"]
    assert vus == [3, 3, 3, 1]


@pytest.mark.exigence("R6.2")
def test_un_certificat_fini_remplace_apres_une_coupure_n_est_plus_a_renouveler(lieu: Monde) -> None:
    fini = lieu.delivre(fin=INSTANT + JOUR)
    plus_tard = lieu.a(INSTANT + 10 * JOUR)
    assert [e.certificat for e in etat(plus_tard, a_faire=True).certificats] == [fini]
    delivrer_csr(plus_tard, lieu.emetteur, lieu.csr("x"), OPA)
    assert etat(plus_tard, a_faire=True).certificats == ()


# explanations


@pytest.mark.exigence("R6.2")
def test_serveur_jamais_au_dela_de_l_autorite(lieu: Monde) -> None:
    der, cle = delivrer_serveur(lieu.a(FIN_AC - JOUR), lieu.emetteur, ["esav.example", "192.0.2.1"], 12)
    assert pki.lire(der).fin == FIN_AC
    assert b"PRIVATE KEY" in cle
    with pytest.raises(PkiRefusee) as refus:
        delivrer_serveur(lieu.ctx, lieu.emetteur, ["pas un nom"], 12)
    assert codes(refus.value) == ["NOM_DE_SERVEUR"]
