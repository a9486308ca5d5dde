"""Subscribing, replacing a Bon, ending by letter, and what an opérateur lacks."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from esav_soap import pki
from esav_soap.avis import Operateur
from esav_soap.calendar import PARIS
from esav_soap.certificats import Autorite, CertificatEnregistre, Origine, Role
from esav_soap.homologation import Domaine, Homologation
from esav_soap.souscription import Acces, BonDeCommande, Souscription
from esav_soap.souscription.regles import CodeBon, CodeDenonciation, DenonciationRefusee, fin_de_preavis
from esav_soap.usecases.acces import RegistreAcces
from esav_soap.usecases.souscriptions import (
    CodeManque,
    CodeSouscription,
    SouscriptionRefusee,
    manques,
    preparer,
    preparer_resiliation,
    souscription_de,
    souscrire,
)
from tests.faux_acces import FauxAcces
from tests.unit.souscription.exemples import BON, COMPLET

PRESENT = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
JOUR = timedelta(days=1)


class FausseBase(FauxAcces):
    """With opérateurs and their parc; ``ecrits``: what was recorded, in order."""

    def __init__(self) -> None:
        super().__init__()
        self.connus: dict[str, Operateur] = {}
        self.parc: list[tuple[str, str]] = []
        self.ecrits: list[object] = []

    def declarer_operateur(self, operateur: Operateur) -> None:
        self.connus[operateur.code] = operateur
        self.ecrits.append(operateur)

    def operateurs(self) -> tuple[Operateur, ...]:
        return tuple(self.connus.values())

    def operateurs_par_offre(self) -> tuple[tuple[str, str], ...]:
        return tuple(self.parc)

    def enregistrer_souscription(self, souscription: Souscription) -> None:
        super().enregistrer_souscription(souscription)
        self.ecrits.append(souscription)


@pytest.fixture
def base() -> FausseBase:
    return FausseBase()


def enregistrer(base: FausseBase, bon: BonDeCommande = BON, present: datetime = PRESENT, **autres: Any) -> Souscription:
    souscrire(preparer("OPA", bon, base, present, **autres), base)
    faite = souscription_de("OPA", base)
    assert faite is not None
    return faite


def resilier(base: FausseBase, recue_le: datetime = PRESENT) -> Souscription:
    _, apres = preparer_resiliation("OPA", recue_le, base, recue_le)
    base.enregistrer_souscription(apres)
    return apres


def refus(base: FausseBase, bon: BonDeCommande = BON, code: str = "OPA", **autres: Any) -> CodeSouscription:
    ecrits = list(base.ecrits)
    with pytest.raises(SouscriptionRefusee) as pris:
        preparer(code, bon, base, PRESENT, **autres)
    assert base.ecrits == ecrits
    return pris.value.code


@pytest.mark.exigence("R6.6")
def test_souscrire_declare_et_ouvre__ok(base: FausseBase) -> None:
    faite = enregistrer(base, COMPLET)
    assert faite == Souscription("OPA", COMPLET, PRESENT)
    assert base.ecrits == [Operateur("OPA", "Opérateur Bêta", "sav@opb.example"), faite]
    assert faite.ouverte(Acces.INTEGRE, PRESENT)
    assert not faite.ouverte(Acces.INTEGRE, PRESENT - timedelta(seconds=1))


@pytest.mark.exigence("R6.6")
def test_souscrire_deux_fois_n_ecrit_qu_une_fois__ok(base: FausseBase) -> None:
    enregistrer(base)
    ecrits = list(base.ecrits)
    projet = preparer("OPA", BON, base, PRESENT + JOUR)
    assert projet.inchange
    souscrire(projet, base)
    assert base.ecrits == ecrits


@pytest.mark.exigence("R6.6")
def test_avis_sans_interlocuteur_au_courriel_du_bon__ok(base: FausseBase) -> None:
    base.declarer_operateur(Operateur("OPA", "Ancien nom", "ancien@opa.example"))
    projet = preparer("OPA", BON, base, PRESENT)
    assert (projet.operateur.courriel, projet.avant and projet.avant.courriel) == (
        "contrats@opa.example",
        "ancien@opa.example",
    )
    souscrire(projet, base)
    assert base.connus["OPA"] == Operateur("OPA", BON.raison_sociale, BON.courriel)


@pytest.mark.exigence("R6.6")
def test_bon_ou_code_refuse__error(base: FausseBase) -> None:
    with pytest.raises(SouscriptionRefusee) as pris:
        preparer("OPA", replace(BON, siret="1", telephone=""), base, PRESENT)
    assert pris.value.code is CodeSouscription.BON_INVALIDE
    assert [(p.champ, p.code) for p in pris.value.problemes] == [
        ("siret", CodeBon.SIRET_INCORRECT),
        ("telephone", CodeBon.MANQUANT),
    ]
    for code in ("", "O P", "-OPA", "é", "x" * 65):
        assert refus(base, code=code) is CodeSouscription.OPERATEUR_INVALIDE


@pytest.mark.exigence("R6.6")
def test_activation_plus_tard_puis_avancee__ok(base: FausseBase) -> None:
    faite = enregistrer(base, activee_le=PRESENT + 10 * JOUR)
    assert not faite.ouverte(Acces.INTEGRE, PRESENT)
    assert enregistrer(base, activee_le=PRESENT + 20 * JOUR).activee_le == PRESENT + 20 * JOUR
    assert enregistrer(base, activee_le=PRESENT).activee_le == PRESENT


@pytest.mark.exigence("R6.6")
def test_nouveau_bon_garde_l_activation__ok(base: FausseBase) -> None:
    enregistrer(base)
    plus_large = replace(BON, acces=frozenset(Acces))
    assert enregistrer(base, plus_large, PRESENT + JOUR) == Souscription("OPA", plus_large, PRESENT)
    assert refus(base, activee_le=PRESENT + JOUR) is CodeSouscription.ACTIVATION_TARDIVE
    assert enregistrer(base, activee_le=PRESENT - JOUR).activee_le == PRESENT - JOUR


@pytest.mark.exigence("R6.6")
def test_acces_retire_est_signale__ok(base: FausseBase) -> None:
    enregistrer(base, COMPLET)
    etroit = replace(COMPLET, acces=frozenset({Acces.EN_LIGNE}))
    assert preparer("OPA", etroit, base, PRESENT).retires == (Acces.INTEGRE,)
    assert preparer("OPA", COMPLET, base, PRESENT).retires == ()
    base.bons["OPA"] = replace(base.bons["OPA"], activee_le=PRESENT + JOUR)
    assert preparer("OPA", etroit, base, PRESENT).retires == ()


@pytest.mark.exigence("R6.6")
def test_correction_pendant_le_preavis_garde_la_fin__ok(base: FausseBase) -> None:
    enregistrer(base)
    finie = resilier(base)
    corrige = replace(BON, telephone="0987654321")
    assert enregistrer(base, corrige) == replace(finie, bon=corrige)
    assert enregistrer(base, corrige, reprendre=True) == Souscription("OPA", corrige, PRESENT)
    assert refus(base, reprendre=True) is CodeSouscription.RIEN_A_REPRENDRE


@pytest.mark.exigence("R6.6")
def test_apres_la_fin_une_nouvelle_souscription__ok(base: FausseBase) -> None:
    enregistrer(base, present=PRESENT - 100 * JOUR)
    fin = resilier(base, PRESENT - 90 * JOUR).fin
    assert fin is not None
    assert fin < PRESENT
    assert refus(base, reprendre=True) is CodeSouscription.RIEN_A_REPRENDRE
    projet = preparer("OPA", BON, base, PRESENT)
    assert (projet.souscription, projet.retires) == (Souscription("OPA", BON, PRESENT), ())
    assert preparer("OPA", BON, base, fin).souscription.fin is None
    assert preparer("OPA", BON, base, fin - timedelta(microseconds=1)).souscription.fin == fin


@pytest.mark.exigence("R6.6")
def test_resilier__ok(base: FausseBase) -> None:
    avant = enregistrer(base)
    recue = datetime(2026, 11, 23, tzinfo=PARIS)  # the day of the activation, before its hour
    lue, apres = preparer_resiliation("OPA", recue, base, PRESENT)
    assert lue == avant
    assert (apres.denoncee_le, apres.fin) == (recue, fin_de_preavis(recue))
    assert base.bons["OPA"] == avant  # nothing is recorded yet
    voulue = datetime(2027, 6, 1, tzinfo=PARIS)
    assert preparer_resiliation("OPA", recue, base, PRESENT, voulue)[1].fin == voulue


@pytest.mark.exigence("R6.6")
@pytest.mark.parametrize(
    ("recue", "fin", "code"),
    [
        (PRESENT + timedelta(seconds=1), None, CodeDenonciation.RECUE_DANS_LE_FUTUR),
        (PRESENT - JOUR, None, CodeDenonciation.RECUE_AVANT_ACTIVATION),
        (PRESENT, PRESENT + 30 * JOUR, CodeDenonciation.PREAVIS_TROP_COURT),
    ],
)
def test_resilier__error(base: FausseBase, recue: datetime, fin: datetime | None, code: CodeDenonciation) -> None:
    enregistrer(base)
    with pytest.raises(DenonciationRefusee) as pris:
        preparer_resiliation("OPA", recue, base, PRESENT, fin)
    assert pris.value.code is code


@pytest.mark.exigence("R6.6")
def test_resilier_sans_souscription_ou_avant_l_activation_a_venir(base: FausseBase) -> None:
    with pytest.raises(DenonciationRefusee) as pris:
        preparer_resiliation("OPA", PRESENT, base, PRESENT)
    assert pris.value.code is CodeDenonciation.SANS_SOUSCRIPTION
    enregistrer(base, activee_le=PRESENT + 90 * JOUR)
    apres = preparer_resiliation("OPA", PRESENT, base, PRESENT)[1]
    assert apres.fin == fin_de_preavis(PRESENT)
    assert not apres.ouverte(Acces.INTEGRE, PRESENT + 91 * JOUR)


AUTORITE = Autorite("a" * 64, "AC", False, PRESENT - 900 * JOUR, PRESENT + 900 * JOUR, PRESENT - 900 * JOUR, b"der")
CERTIFICAT = CertificatEnregistre(
    empreinte="c" * 64,
    titulaire="OPA",
    role=Role.OPERATEUR,
    origine=Origine.RECONNUE,
    sujet="CN=OPA",
    emetteur="CN=AC",
    numero_serie="01",
    autorite=AUTORITE.empreinte,
    debut=PRESENT - JOUR,
    fin=PRESENT + JOUR,
    recu_le=PRESENT - JOUR,
    enregistre_le=PRESENT - JOUR,
    der=b"der",
)


@pytest.fixture
def prete(base: FausseBase) -> FausseBase:
    """OPA lacks nothing."""
    enregistrer(base)
    base.parc.append(("OPA", "ACCES_FTTH"))
    base.enregistrer_autorite(AUTORITE)
    base.enregistrer_certificat(CERTIFICAT)
    for domaine in Domaine:
        base.enregistrer_homologation(Homologation("OPA", domaine, PRESENT, "listerTests", "r1"))
    return base


def codes(base: FausseBase, instant: datetime = PRESENT) -> list[CodeManque]:
    return [manque.code for manque in manques("OPA", base, qui_appelle(base), instant)]


def qui_appelle(base: FausseBase) -> RegistreAcces:
    registre = RegistreAcces(base, pki)
    registre.rafraichir()
    return registre


@pytest.mark.exigence("R6.6", "R6.3")
def test_rien_ne_manque__ok(prete: FausseBase) -> None:
    assert codes(prete) == []


@pytest.mark.exigence("R6.6", "R6.3")
def test_tout_manque__ok(base: FausseBase) -> None:
    assert codes(base) == [CodeManque.SANS_ADRESSE, CodeManque.SANS_SOUSCRIPTION, CodeManque.SANS_PRESTATION]
    enregistrer(base)
    assert codes(base) == [
        CodeManque.SANS_PRESTATION,
        CodeManque.SANS_CERTIFICAT,
        CodeManque.NON_HOMOLOGUE,
    ]
    assert [m.precision for m in manques("OPA", base, qui_appelle(base), PRESENT)[2:]] == [
        "Domaine : signalisation."
    ], "no service of another domain is open"


@pytest.mark.exigence("R6.4", "R6.6")
def test_en_ligne_seul_ne_demande_ni_certificat_ni_homologation__ok(base: FausseBase) -> None:
    enregistrer(base, replace(BON, acces=frozenset({Acces.EN_LIGNE})))
    assert codes(base) == [CodeManque.SANS_PRESTATION]


@pytest.mark.exigence("R6.6")
def test_pas_encore_active_puis_resiliee(prete: FausseBase) -> None:
    assert codes(prete, PRESENT - timedelta(seconds=1)) == [CodeManque.PAS_ENCORE_ACTIVE]
    prete.bons["OPA"] = replace(prete.bons["OPA"], fin=PRESENT)
    assert codes(prete) == [CodeManque.RESILIEE]
    assert codes(prete, PRESENT - timedelta(microseconds=1)) == [CodeManque.PAS_ENCORE_ACTIVE]


@pytest.mark.exigence("R6.2", "R6.6")
@pytest.mark.parametrize(
    "autre",
    [
        {"titulaire": "OPB"},
        {"role": Role.PUBLIEUR},
        {"plateformes": frozenset({"integration"})},
        {"fin": PRESENT},
        {"debut": PRESENT + JOUR},
        {"revoque_le": PRESENT},
        {"autorite": "b" * 64},
    ],
    ids=str,
)
def test_certificat_qui_ne_compte_pas(prete: FausseBase, autre: dict[str, Any]) -> None:
    prete.par_empreinte = {CERTIFICAT.empreinte: replace(CERTIFICAT, **autre)}
    assert codes(prete) == [CodeManque.SANS_CERTIFICAT]


@pytest.mark.exigence("R6.2", "R6.6")
def test_certificat_d_une_autorite_qui_n_est_plus_reconnue(prete: FausseBase) -> None:
    prete.retirer_autorite(AUTORITE.empreinte, PRESENT)
    assert codes(prete, PRESENT) == [CodeManque.SANS_CERTIFICAT]
