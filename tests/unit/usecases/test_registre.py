"""What a node knows of the versions: loaded from their packs, never built; switched by dates and clock alone."""

from __future__ import annotations

import logging
import zipfile
from dataclasses import replace
from datetime import datetime, timedelta
from io import BytesIO

import pytest

from esav_soap.contract import spyne_compat
from esav_soap.contract import wsdl as module_wsdl
from esav_soap.contract.pack import zipper
from esav_soap.errors import CodeErreur, ErreurEsav
from esav_soap.usecases import registre as module_registre
from esav_soap.usecases.registre import Registre, avertissements_version, charger, ouvrir_pack
from tests.faux import INSTANT, URL, FausseBase, base_garnie, pack, publiee

JOUR = timedelta(days=1)


def registre(base: FausseBase, instant: datetime = INSTANT) -> Registre:
    neuf = Registre(base, URL + "/")
    neuf.rafraichir(instant)
    return neuf


def refus(de: Registre, plateforme: str, version: str, instant: datetime) -> ErreurEsav:
    with pytest.raises(ErreurEsav) as pris:
        de.utilisable(plateforme, version, instant)
    return pris.value


@pytest.mark.exigence("R2.4")
def test_les_dates_et_l_heure_seules_decident__ok() -> None:
    connu = registre(base_garnie())
    fin = INSTANT + 10 * JOUR
    assert connu.utilisable("production", "2026.1", fin - timedelta(microseconds=1))[1].version == "2026.1"
    assert refus(connu, "production", "2026.1", fin).code is CodeErreur.VERSION_RETIREE
    assert [v.version for v in connu.vives("production", INSTANT)] == ["2026.1", "2026.2"]
    assert [v.version for v in connu.vives("production", fin)] == ["2026.2"]
    assert connu.utilisable("production", "2026.2", fin)[0].catalogue.version == "2026.2"


@pytest.mark.exigence("R2.6")
def test_trois_refus_distincts_avec_les_versions_vives__error() -> None:
    connu = registre(base_garnie())
    avant, apres = INSTANT - 20 * JOUR, INSTANT + 10 * JOUR
    retiree = refus(connu, "production", "2026.1", apres)
    fermee = refus(connu, "production", "2026.2", avant)
    inconnue = refus(connu, "production", "2031.7", INSTANT)
    vide = refus(connu, "production", "", INSTANT)
    assert [e.code for e in (retiree, fermee, inconnue, vide)] == [
        CodeErreur.VERSION_RETIREE,
        CodeErreur.VERSION_PAS_ENCORE_OUVERTE,
        CodeErreur.VERSION_INCONNUE,
        CodeErreur.VERSION_INCONNUE,
    ]
    assert [v.version for v in retiree.versions] == ["2026.2"]
    assert [v.version for v in fermee.versions] == ["2026.1"]
    assert [v.version for v in inconnue.versions] == ["2026.1", "2026.2"]
    assert fermee.reessayer_apres == INSTANT - 10 * JOUR
    assert retiree.reessayer_apres is inconnue.reessayer_apres is None
    (une,) = fermee.versions
    assert une.wsdl == f"{URL}/production/ws/1/depot/2026.1?wsdl"
    assert une.fin == INSTANT + 10 * JOUR


@pytest.mark.exigence("R2.5")
def test_sur_integration_des_l_annonce__ok() -> None:
    connu = registre(base_garnie())
    annonce = INSTANT - 70 * JOUR
    assert connu.utilisable("integration", "2026.2", annonce)
    tot = refus(connu, "integration", "2026.2", annonce - JOUR)
    assert (tot.code, tot.reessayer_apres) == (CodeErreur.VERSION_PAS_ENCORE_OUVERTE, annonce)
    assert refus(connu, "production", "2026.2", annonce).code is CodeErreur.VERSION_PAS_ENCORE_OUVERTE


@pytest.mark.exigence("R2.4", "R1.4")
def test_un_pack_charge_ne_construit_rien__ok(monkeypatch: pytest.MonkeyPatch) -> None:
    contenu = pack("2026.2")

    def interdit(*_: object, **__: object) -> None:
        raise AssertionError("a contract is built while a pack is loaded or served")

    monkeypatch.setattr(module_wsdl, "contrat", interdit)
    monkeypatch.setattr(spyne_compat, "Application", interdit)
    monkeypatch.setattr(spyne_compat, "Wsdl11", interdit)
    chargee = charger(contenu)
    for soap_12 in (False, True):
        octets = chargee.wsdl("https://autre.example", "integration", soap_12=soap_12)
        assert b'location="https://autre.example/integration/ws/1/depot/2026.2"' in octets
    assert chargee.pack == contenu


@pytest.mark.exigence("R2.4")
@pytest.mark.parametrize("mauvais", [b"", b"PK", zipper({}), zipper({"catalogue.xml": b"<x/>"})])
def test_un_pack_casse_ne_cache_pas_les_autres__error(mauvais: bytes, caplog: pytest.LogCaptureFixture) -> None:
    base = base_garnie()
    base.enregistrer_version(publiee("2026.3", INSTANT - JOUR), mauvais)
    connu = Registre(base, URL)
    with caplog.at_level(logging.ERROR):
        for _ in range(3):
            connu.rafraichir(INSTANT)
    assert len(caplog.records) == 1, "said once, not every two seconds"
    assert [v.version for v in connu.vives("production", INSTANT)] == ["2026.1", "2026.2"]
    assert refus(connu, "production", "2026.3", INSTANT).code is CodeErreur.ERREUR_INTERNE
    assert connu.utilisable("production", "2026.2", INSTANT)


@pytest.mark.exigence("R2.4")
def test_un_pack_illisible_un_moment_finit_par_servir__ok(monkeypatch: pytest.MonkeyPatch) -> None:
    base = base_garnie()
    connu = Registre(base, URL)
    with monkeypatch.context() as patch:
        patch.setattr(base, "pack", lambda version: None)
        connu.rafraichir(INSTANT)
    assert connu.vives("production", INSTANT) == ()
    connu.rafraichir(INSTANT)
    assert len(connu.vives("production", INSTANT)) == 2


@pytest.mark.exigence("R2.4")
def test_une_version_retiree_se_charge_quand_on_la_demande__ok() -> None:
    base = base_garnie()
    base.enregistrer_version(publiee("2025.4", INSTANT - 300 * JOUR, INSTANT - 90 * JOUR), pack("2026.1"))
    connu = registre(base, INSTANT + 11 * JOUR)
    assert base.appels == ["pack 2026.2", "pack 2026.1"], "what takes messages first, then the one before it"
    assert connu.chargee("2025.4").pack == pack("2026.1")
    connu.chargee("2025.4")
    connu.rafraichir(INSTANT + 11 * JOUR)
    assert base.appels.count("pack 2025.4") <= 2
    with pytest.raises(ErreurEsav) as pris:
        connu.chargee("1999.1")
    assert pris.value.code is CodeErreur.VERSION_INCONNUE


@pytest.mark.exigence("R2.1")
def test_la_version_d_avant_est_connue_meme_retiree__ok() -> None:
    """By the opening dates; an announcement that was withdrawn never was a version. Known from the refresh alone."""
    base = base_garnie()
    retiree = replace(publiee("2026.3", INSTANT - 5 * JOUR), annulation=INSTANT - 20 * JOUR)
    base.enregistrer_version(retiree, pack("2026.2"))
    base.enregistrer_version(publiee("2026.4", INSTANT + 50 * JOUR), pack("2026.2"))
    connu = registre(base, INSTANT + 11 * JOUR)
    base.appels.clear()

    def avant(version: str) -> str | None:
        precedente = connu.precedente(version)
        return precedente.catalogue.version if precedente else None

    assert avant("2026.2") == "2026.1"
    assert avant("2026.4") == "2026.2", "not the withdrawn one"
    assert avant("2026.1") is avant("2026.3") is avant("2031.7") is None
    assert base.appels == [], "nothing is loaded for a request"


@pytest.mark.exigence("R2.1")
def test_une_version_d_avant_illisible_ne_gene_pas__error(caplog: pytest.LogCaptureFixture) -> None:
    base = base_garnie()
    dates, _ = base.publiees["2026.1"]
    base.enregistrer_version(dates, b"casse")
    with caplog.at_level(logging.ERROR):
        connu = registre(base, INSTANT + 11 * JOUR)
        connu.rafraichir(INSTANT + 12 * JOUR)
    assert len(caplog.records) == 1
    assert connu.precedente("2026.2") is None
    assert connu.utilisable("production", "2026.2", INSTANT + 12 * JOUR)


@pytest.mark.exigence("R2.4")
def test_une_version_enregistree_de_nouveau_est_vue__ok() -> None:
    """New dates are seen at once; a new pack comes with them, also for a version already loaded."""
    base = base_garnie()
    connu = registre(base)
    ancienne = connu.chargee("2026.2")
    dates, contenu = base.publiees["2026.2"]
    base.enregistrer_version(replace(dates, retrait=INSTANT + JOUR), contenu)
    connu.rafraichir(INSTANT)
    assert connu.chargee("2026.2") is ancienne, "the same pack is not compiled again"
    assert refus(connu, "production", "2026.2", INSTANT + JOUR).code is CodeErreur.VERSION_RETIREE
    fichiers = ouvrir_pack(contenu)
    repare = zipper(fichiers | {"maquettes/index.html": b"<p>nouveau</p>"})
    base.enregistrer_version(replace(dates, annonce=INSTANT), repare)
    connu.rafraichir(INSTANT)
    assert connu.chargee("2026.2").fichiers["maquettes/index.html"] == b"<p>nouveau</p>"
    base.enregistrer_version(replace(dates, annonce=INSTANT - JOUR), b"casse")
    connu.rafraichir(INSTANT)
    assert connu.chargee("2026.2").pack == repare, "a version in service goes on with what it had"
    assert len(connu.vives("production", INSTANT)) == 2


@pytest.mark.exigence("R2.4")
def test_les_versions_ne_sont_lues_qu_au_rafraichissement__ok(monkeypatch: pytest.MonkeyPatch) -> None:
    base = base_garnie()
    connu = registre(base)

    def interdit(*_: object) -> None:
        raise AssertionError("a request reads the versions from the store")

    monkeypatch.setattr(base, "versions", interdit)
    monkeypatch.setattr(base, "pack", interdit)
    monkeypatch.setattr(module_registre, "charger", interdit)
    connu.utilisable("production", "2026.1", INSTANT)
    assert refus(connu, "production", "2031.7", INSTANT).code is CodeErreur.VERSION_INCONNUE
    assert len(connu.vives("integration", INSTANT)) == 2


@pytest.mark.exigence("R2.6")
def test_avertissement_de_fin__ok() -> None:
    sans_fin = publiee("2026.2", INSTANT)
    assert avertissements_version(None) == avertissements_version(sans_fin) == ()
    (dit,) = avertissements_version(replace(sans_fin, retrait=INSTANT, remplacante="2026.3"))
    assert dit.code == "VERSION_BIENTOT_RETIREE"
    assert "01/07/2026 à 12:00" in dit.message, "Paris time"
    assert "2026.3" in dit.message


@pytest.mark.exigence("R1.4")
def test_ouvrir_pack_rend_les_fichiers__ok() -> None:
    tampon = BytesIO()
    with zipfile.ZipFile(tampon, "w") as archive:
        archive.writestr("a/b.txt", b"x")
    assert ouvrir_pack(tampon.getvalue()) == {"a/b.txt": b"x"}
