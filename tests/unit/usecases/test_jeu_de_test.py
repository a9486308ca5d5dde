"""The jeu de test: what it holds, that it is always the same, and that its answers are those of a node."""

from __future__ import annotations

import re
import zipfile
from collections import Counter
from functools import cache
from io import BytesIO

import pytest
from lxml import etree

from esav_soap.errors import CodeAvertissement
from esav_soap.intake import VALEUR_DEPRECIEE
from esav_soap.model import Catalogue
from esav_soap.reader import lire_catalogue
from esav_soap.reader.sources import depuis_dossiers
from esav_soap.signalisation import Prestation
from esav_soap.usecases.catalogue import empaqueter
from esav_soap.usecases.jeu_de_test import Genre, normaliser, prestation_essai
from esav_soap.usecases.jeu_de_test import cas as module_cas
from esav_soap.usecases.jeu_de_test.reponses import AVERTISSEMENTS_IGNORES
from esav_soap.usecases.parc import Rapport, lire_parc
from esav_soap.usecases.registre import FichiersDuPack, charger
from tests.faux import RACINE, URL, pack

VERSIONS = ("2026.1", "2026.2")
P = "{urn:esav:pack:1}"


@cache
def catalogue(version: str) -> Catalogue:
    return lire_catalogue(depuis_dossiers(RACINE, version))


@cache
def suite() -> bytes:
    """The pack of 2026.2 that follows 2026.1."""
    return empaqueter(depuis_dossiers(RACINE, "2026.2"), URL, precedent=catalogue("2026.1"))[1]


def manifeste(octets: bytes) -> etree._Element:
    return etree.fromstring(FichiersDuPack(octets)["jeu-de-test/manifeste.xml"])


@pytest.mark.exigence("R8", "R1.4")
@pytest.mark.parametrize("version", VERSIONS)
def test_chaque_offre_a_ses_cas__ok(version: str) -> None:
    cas = manifeste(pack(version)).findall(f"{P}cas")
    par_offre: dict[str, set[str]] = {}
    for un in cas:
        par_offre.setdefault(un.get("offre", ""), set()).add(un.get("genre", ""))
    assert list(par_offre) == [offre.code for offre in catalogue(version).offres]
    rangs = list(Genre)
    depots = {genre.name for genre in rangs[: rangs.index(Genre.ETAT_EN_DEPOT)]} - {"CODE_DEPRECIE", "CODE_RETIRE"}
    assert all(genres >= depots for genres in par_offre.values()), "every kind that does not need a code's status"
    assert {un.get("genre") for un in cas} == {g.name for g in Genre} - (
        {"CODE_RETIRE"} if version == "2026.1" else set()
    )
    assert len({un.get("code") for un in cas}) == len(cas)
    verdicts = {un.get("genre"): un.get("verdict") for un in cas}
    assert {g for g, v in verdicts.items() if v == "ACCEPTE"} >= {"MINIMAL", "RENVOI", "COMPLET", "GENERIQUE"}
    for genre in ("REFERENCE_DEJA_UTILISEE", "OFFRE_NON_CONFORME", "PRESTATION_INCONNUE"):
        assert verdicts[genre] == genre


@pytest.mark.exigence("R8", "R3.2")
@pytest.mark.parametrize("version", VERSIONS)
def test_un_cas_montre_ce_que_dit_son_genre__ok(version: str) -> None:
    attendus = {
        "CHAMP_MANQUANT": {"CHAMP_MANQUANT"},
        "CODE_INCONNU": {"VALEUR_HORS_LISTE"},
        "CODE_RETIRE": {"VALEUR_RETIREE"},
        "REGLE_NON_RESPECTEE": {"OBLIGATOIRE_SI", "INTERDIT_SI", "REGLE_NON_RESPECTEE"},
    }
    vus: Counter[str] = Counter()
    for cas in manifeste(pack(version)).findall(f"{P}cas"):
        genre, codes = cas.get("genre", ""), [e.get("code", "") for e in cas.findall(f"{P}erreur")]
        vus[genre] += 1
        if genre in attendus:
            assert codes
            assert set(codes) <= attendus[genre], cas.get("code")
        elif genre == "VALEUR_INCORRECTE":
            assert len(codes) == 1
            assert codes[0] not in {"CHAMP_MANQUANT", *attendus["REGLE_NON_RESPECTEE"]}
        elif genre == "TOUT_A_LA_FOIS":
            assert len(set(codes)) > 1
        if genre == "CODE_DEPRECIE":
            assert {a.get("code") for a in cas.findall(f"{P}avertissement")} == {"VALEUR_DEPRECIEE"}
    assert vus["CODE_RETIRE"] == (0 if version == "2026.1" else 8), "the first version has withdrawn nothing yet"


@pytest.mark.exigence("R2.1", "R3.2")
def test_une_reponse_dit_depuis_quelle_version__ok() -> None:
    depuis = "jusqu'à la version 2026.1 ; ne l'est plus depuis la version 2026.2.".encode()
    dites = {nom for version in (pack("2026.2"), suite()) for nom, o in FichiersDuPack(version).items() if depuis in o}
    assert "jeu-de-test/reponses/ACCES_FTTH/CODE_RETIRE.xml" in dites
    assert not any(depuis in octets for octets in FichiersDuPack(pack("2026.2")).values()), "without a predecessor"


@pytest.mark.exigence("R8")
def test_le_parc_du_jeu_s_importe__ok() -> None:
    rapport = Rapport()
    codes = {offre.code for offre in catalogue("2026.2").offres}
    lues = list(lire_parc(BytesIO(FichiersDuPack(suite())["jeu-de-test/parc.csv"]), codes, rapport))
    prestations = [lue for _, lue in lues]
    assert all(isinstance(p, Prestation) for p in prestations)
    assert [p.offre for p in prestations if isinstance(p, Prestation)] == [o.code for o in catalogue("2026.2").offres]
    assert {p.plateforme for p in prestations if isinstance(p, Prestation)} == {"integration"}


@pytest.mark.exigence("R8")
def test_les_identifiants_tiennent_dans_le_parc__ok() -> None:
    longs = ["A" * 40, "A" * 39 + "B", "A" * 36]
    identifiants = [prestation_essai(code) for code in longs]
    assert len(set(identifiants)) == 3
    assert all(len(identifiant) <= 40 for identifiant in identifiants)
    assert prestation_essai("ACCES_FTTH") == "JDT-ACCES_FTTH"


@pytest.mark.exigence("R8")
def test_seuls_les_jokers_sont_oublies__ok() -> None:
    fin = (
        "<ws:avertissement><ws:code>VERSION_BIENTOT_RETIREE</ws:code><ws:message>le 1er</ws:message></ws:avertissement>"
    )
    autre = fin.replace("VERSION_BIENTOT_RETIREE", "VALEUR_DEPRECIEE")
    gabarit = "<ws:numeroSignalisation>{}</ws:numeroSignalisation><ws:requete>{}</ws:requete>{}<ws:code>X</ws:code>"
    certificat = fin.replace("VERSION_BIENTOT_RETIREE", "CERTIFICAT_BIENTOT_EXPIRE")
    recue = gabarit.format("7K3M", "0a1b", fin + autre + certificat)
    attendue = gabarit.format("{numeroSignalisation}", "{requete}", autre)
    assert normaliser(recue.encode()) == attendue.encode()
    assert {code.name for code in CodeAvertissement} == {VALEUR_DEPRECIEE, *AVERTISSEMENTS_IGNORES}


@pytest.mark.exigence("R8")
def test_avec_beaucoup_d_offres_chacune_a_moins_de_cas__ok(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module_cas, "CAS_MAX", 10)
    _, octets = empaqueter(depuis_dossiers(RACINE, "2026.1"), URL)
    par_offre = Counter(cas.get("offre") for cas in manifeste(octets).findall(f"{P}cas"))
    assert set(par_offre.values()) == {module_cas.CAS_MIN}
    genres = {cas.get("genre") for cas in manifeste(octets).findall(f"{P}cas")}
    assert {"MINIMAL", "CHAMP_MANQUANT", "REGLE_NON_RESPECTEE"} <= genres


@pytest.mark.exigence("R8", "R1.4")
def test_le_jeu_ne_depend_que_du_catalogue__ok() -> None:
    deux = empaqueter(depuis_dossiers(RACINE, "2026.2"), URL, precedent=catalogue("2026.1"))[1]
    assert deux == suite()
    with zipfile.ZipFile(BytesIO(deux)) as archive:
        noms = archive.namelist()
    messages = [nom for nom in noms if nom.startswith("jeu-de-test/messages/")]
    cas = manifeste(deux).findall(f"{P}cas")
    assert {f"jeu-de-test/{un.get('message')}" for un in cas} == set(messages)
    premiers = [un.get("message", "") for un in cas if un.get("genre") in ("MINIMAL", "RENVOI")]
    assert premiers[::2] == premiers[1::2], "RENVOI shares one"
    assert charger(deux).catalogue == catalogue("2026.2"), "a reader takes no notice of it"


@pytest.mark.exigence("R8")
def test_le_script_est_celui_de_la_version__ok() -> None:
    script = FichiersDuPack(suite())["jeu-de-test/jeu-de-test.sh"].decode()
    assert not re.search(r"@[A-Z]+@", script)
    assert f"{URL}" in script
    lignes = [ligne.split("\t") for ligne in FichiersDuPack(suite())["jeu-de-test/cas.tsv"].decode().splitlines()]
    assert {ligne[5] for ligne in lignes} == {
        f"/integration/ws/1/{s}" for s in ("depot/2026.2", "suivi", "rendez-vous")
    }
