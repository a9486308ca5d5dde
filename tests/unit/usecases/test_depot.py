"""Deposit: the order of its checks, its retries, and that nothing but a commit is an acceptance."""

from __future__ import annotations

from dataclasses import replace

import pytest
from lxml import etree

from esav_soap.errors import CodeChamp, CodeErreur, ErreurChamp, ErreurEsav, FormulaireInvalide
from esav_soap.intake import Avertissement, EnteteRecu, Verdict
from esav_soap.signalisation import Contact, Prestation
from esav_soap.signalisation.numero import normaliser, tirer
from esav_soap.usecases.depot import Appelant, deposer, valider, verifier
from esav_soap.usecases.ports.depots import NumeroDejaPris
from tests.faux import INSTANT, FausseBase, suites

OPA = Appelant("production", "OPA")
ERREUR = ErreurChamp("etage", "Étage", "formulaire/accesFtth/etage", CodeChamp.TROP_GRAND, "Trop haut.")


def verdict(
    texte: str = "3", *, prestation: str = "P-1", reference: str = "REF-1", offre: str = "ACCES_FTTH"
) -> Verdict:
    entete = etree.Element("entete")
    for valeur in (prestation, reference, "Claire Martin"):
        etree.SubElement(entete, "x").text = valeur
    formulaire = etree.Element("{urn:test}accesFtth")
    etree.SubElement(formulaire, "{urn:test}etage").text = texte
    recu = EnteteRecu(prestation, reference, "Claire Martin", "0612345678", "c@op.example")
    return Verdict(offre, formulaire, recu, (), (Avertissement("A", "B"),), (entete, formulaire))


@pytest.fixture
def base() -> FausseBase:
    vide = FausseBase()
    vide.ajouter(
        Prestation("production", "OPA", "P-1", "ACCES_FTTH"), Prestation("production", "OPB", "P-B", "ACCES_FTTH")
    )
    return vide


def refus(base: FausseBase, demande: Verdict, appelant: Appelant = OPA) -> ErreurEsav:
    with pytest.raises(ErreurEsav) as pris:
        deposer(appelant, "2026.1", demande, base, INSTANT)
    return pris.value


@pytest.mark.exigence("R3.1")
def test_depot_garde_tout_ce_qui_est_recu__ok(base: FausseBase) -> None:
    accuse = deposer(OPA, "2026.1", verdict(), base, INSTANT, suites([b"\x01" * 7]))
    (gardee,) = base.deposees.values()
    assert gardee.numero == accuse.depot.numero == tirer(b"\x01" * 7)
    assert (gardee.plateforme, gardee.operateur, gardee.reference) == ("production", "OPA", "REF-1")
    assert (gardee.prestation, gardee.offre, gardee.version_catalogue) == ("P-1", "ACCES_FTTH", "2026.1")
    assert gardee.contact == Contact("Claire Martin", "0612345678", "c@op.example")
    assert gardee.depot_le == accuse.depot.depot_le == INSTANT
    relu = etree.fromstring(gardee.formulaire)
    assert (relu.tag, relu.findtext("{urn:test}etage")) == ("{urn:test}accesFtth", "3")
    assert not accuse.depot.deja_deposee
    assert accuse.avertissements == (Avertissement("A", "B"),)


@pytest.mark.exigence("R3.2")
def test_un_message_invalide_est_refuse_avant_que_le_parc_soit_lu__error(base: FausseBase) -> None:
    invalide = Verdict("ACCES_FTTH", erreurs=(ERREUR, ERREUR))
    erreur = refus(base, invalide)
    assert isinstance(erreur, FormulaireInvalide)
    assert erreur.erreurs == (ERREUR, ERREUR)
    assert base.appels == []


@pytest.mark.exigence("R3.1")
def test_un_verdict_avec_erreurs_et_contenu_est_refuse__error(base: FausseBase) -> None:
    assert refus(base, replace(verdict(), erreurs=(ERREUR,))).code is CodeErreur.FORMULAIRE_INVALIDE
    assert refus(base, replace(verdict(), entete=None)).code is CodeErreur.FORMULAIRE_INVALIDE
    assert refus(base, replace(verdict(), offre=None)).code is CodeErreur.FORMULAIRE_INVALIDE
    assert base.deposees == {}


@pytest.mark.exigence("R3.7")
def test_la_prestation_d_un_autre_est_inconnue__error(base: FausseBase) -> None:
    autre, personne = refus(base, verdict(prestation="P-B")), refus(base, verdict(prestation="P-X"))
    assert (
        (autre.code, autre.message)
        == (personne.code, personne.message)
        == (
            CodeErreur.PRESTATION_INCONNUE,
            CodeErreur.PRESTATION_INCONNUE.value,
        )
    )
    assert refus(base, verdict(), Appelant("integration", "OPA")).code is CodeErreur.PRESTATION_INCONNUE
    assert "deposer" not in base.appels


@pytest.mark.exigence("R3.7", "R6.3")
def test_une_prestation_d_une_plate_forme_sur_l_autre__error(base: FausseBase) -> None:
    reelle = refus(base, verdict(), Appelant("integration", "OPA"))
    essai = refus(base, verdict(prestation="JDT-GEL-ACCES_FTTH"))
    assert reelle.code is essai.code is CodeErreur.PRESTATION_INCONNUE
    assert "JDT-ACCES_FTTH" in reelle.message
    assert "plate-forme d'intégration" in essai.message
    ailleurs = refus(base, verdict(prestation="P-B"), Appelant("integration", "OPA"))
    nulle_part = refus(base, verdict(prestation="P-NULLE-PART"), Appelant("integration", "OPA"))
    assert reelle.message == ailleurs.message == nulle_part.message, "nothing is told of what is in production"


@pytest.mark.exigence("R3.1")
def test_le_formulaire_d_une_autre_offre__error(base: FausseBase) -> None:
    erreur = refus(base, verdict(offre="FIBRE_NOIRE"))
    assert erreur.code is CodeErreur.OFFRE_NON_CONFORME
    assert "ACCES_FTTH" in erreur.message
    assert "FIBRE_NOIRE" in erreur.message
    assert base.deposees == {}


@pytest.mark.exigence("R3.3")
def test_meme_reference_meme_contenu_meme_accuse__ok(base: FausseBase) -> None:
    premier = deposer(OPA, "2026.1", verdict(), base, INSTANT)
    second = deposer(OPA, "2026.2", verdict(), base, INSTANT.replace(hour=23))
    assert replace(second.depot, deja_deposee=False) == premier.depot
    assert second.depot.deja_deposee
    assert len(base.deposees) == 1


@pytest.mark.exigence("R3.3")
@pytest.mark.parametrize("autre", [verdict("4"), verdict(prestation="P-2")])
def test_meme_reference_autre_contenu__error(base: FausseBase, autre: Verdict) -> None:
    base.ajouter(Prestation("production", "OPA", "P-2", "ACCES_FTTH"))
    premier = deposer(OPA, "2026.1", verdict(), base, INSTANT)
    assert refus(base, autre).code is CodeErreur.REFERENCE_DEJA_UTILISEE
    (gardee,) = base.deposees.values()
    assert (gardee.numero, gardee.empreinte) == (premier.depot.numero, premier.depot.empreinte)


@pytest.mark.exigence("R3.3", "R3.7")
def test_la_meme_reference_chez_un_autre_est_une_autre_signalisation__ok(base: FausseBase) -> None:
    un = deposer(OPA, "2026.1", verdict(), base, INSTANT)
    deux = deposer(Appelant("production", "OPB"), "2026.1", verdict(prestation="P-B"), base, INSTANT)
    assert not deux.depot.deja_deposee
    assert un.depot.numero != deux.depot.numero


@pytest.mark.exigence("R3.1")
def test_un_numero_deja_pris_est_retire__ok(base: FausseBase) -> None:
    tirages = [b"\x01" * 7, b"\x01" * 7, b"\x02" * 7]
    alea = suites(tirages)
    un = deposer(OPA, "2026.1", verdict(), base, INSTANT, alea)
    deux = deposer(OPA, "2026.1", verdict(reference="REF-2"), base, INSTANT, alea)
    assert [un.depot.numero, deux.depot.numero] == [tirer(tirages[0]), tirer(tirages[2])]
    assert normaliser(deux.depot.numero) == deux.depot.numero


@pytest.mark.exigence("R3.1")
def test_une_panne_du_magasin_n_est_jamais_un_accuse__error(base: FausseBase) -> None:
    base.pannes = [NumeroDejaPris("x"), OSError("disque plein")]
    with pytest.raises(OSError, match="disque plein"):
        deposer(OPA, "2026.1", verdict(), base, INSTANT)
    assert base.deposees == {}
    assert not deposer(OPA, "2026.1", verdict(), base, INSTANT).depot.deja_deposee


@pytest.mark.exigence("R3.1")
def test_verifier_controle_tout_sans_rien_enregistrer__ok(base: FausseBase) -> None:
    assert verifier(OPA, verdict(), base) == "ACCES_FTTH"
    assert base.appels == ["prestation"]
    for demande in (verdict(offre="FIBRE_NOIRE"), verdict(prestation="P-B"), Verdict(erreurs=(ERREUR,))):
        with pytest.raises(ErreurEsav) as pris:
            verifier(OPA, demande, base)
        assert pris.value.code is refus(base, demande).code


@pytest.mark.exigence("R3.3")
def test_un_renvoi_garde_sa_reponse_quand_la_prestation_a_quitte_le_parc__ok(base: FausseBase) -> None:
    premier = deposer(OPA, "2026.1", verdict(), base, INSTANT)
    base.prestations.clear()
    renvoi = deposer(OPA, "2026.1", verdict(), base, INSTANT)
    assert renvoi.depot.deja_deposee
    assert renvoi.depot.numero == premier.depot.numero
    base.ajouter(Prestation("production", "OPA", "P-1", "FIBRE_NOIRE"))
    assert deposer(OPA, "2026.1", verdict(), base, INSTANT).depot.numero == premier.depot.numero
    base.prestations.clear()
    assert refus(base, verdict("4")).code is CodeErreur.PRESTATION_INCONNUE
    assert refus(base, verdict(reference="REF-2")).code is CodeErreur.PRESTATION_INCONNUE
    assert refus(base, verdict(), Appelant("production", "OPB")).code is CodeErreur.PRESTATION_INCONNUE
    assert refus(base, replace(verdict(), erreurs=(ERREUR,))).code is CodeErreur.FORMULAIRE_INVALIDE


@pytest.mark.exigence("R3.1", "R3.3")
def test_valider_dit_oui_quand_deposer_le_dirait__ok(base: FausseBase) -> None:
    assert valider(OPA, verdict(), base) == "ACCES_FTTH"
    assert base.deposees == {}
    deposer(OPA, "2026.1", verdict(), base, INSTANT)
    assert valider(OPA, verdict(), base) == "ACCES_FTTH", "a retry would be answered"
    with pytest.raises(ErreurEsav) as pris:
        valider(OPA, verdict("4"), base)
    assert pris.value.code is CodeErreur.REFERENCE_DEJA_UTILISEE
