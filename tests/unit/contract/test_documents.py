"""The documents of annexe 2: complete, true, self-contained; every link leads somewhere in the pack."""

from __future__ import annotations

import re
from dataclasses import replace
from enum import Enum
from functools import cache
from posixpath import join, normpath

import pytest
from lxml import etree, html

from esav_soap.contract import reponses as r
from esav_soap.contract.documents.echanges import INTERNES
from esav_soap.contract.documents.rendu import DOCUMENTS, documents
from esav_soap.contract.services import REPONSES, SERVICES
from esav_soap.errors import CodeAvertissement, CodeChamp, CodeErreur
from esav_soap.model import Canal, Catalogue, Groupe, TypeRendezVous, structure_offre
from esav_soap.names import NS_WS, NS_WSDL
from esav_soap.publication import EtatVersion
from esav_soap.publication.enonces import REGLES
from esav_soap.reader import lire_catalogue
from esav_soap.reader.sources import depuis_dossiers
from esav_soap.rendez_vous import DUREE_TENUE, EtatReservation, Plage
from esav_soap.rendez_vous.horaires import FERMETURE, HEURE_LIMITE, REOUVERTURE
from esav_soap.signalisation import Action, Attendu, CauseCloture, Cote, Etat, MotifRejet, Responsabilite
from esav_soap.signalisation.motifs import Interlocuteur
from esav_soap.signalisation.scenarios import Scenario, etapes, prestation_essai
from esav_soap.signalisation.transitions import DELAI_CONTESTATION, TRANSITIONS, Exige
from esav_soap.usecases.catalogue import empaqueter
from esav_soap.usecases.documentation import SENS_ORDINAIRE, faits
from esav_soap.usecases.registre import ouvrir_pack
from esav_soap.usecases.suivi import JOURS_HISTORIQUE
from tests.faux import RACINE, URL

VERSIONS = ("2026.1", "2026.2")
PAGES = (*(d.chemin for d in DOCUMENTS), "documents/index.html", "jeu-de-test/index.html")


@cache
def catalogue(version: str) -> Catalogue:
    return lire_catalogue(depuis_dossiers(RACINE, version))


@cache
def fichiers(version: str) -> dict[str, bytes]:
    """The pack of a version, the second with its predecessor."""
    precedent = catalogue("2026.1") if version == "2026.2" else None
    return ouvrir_pack(empaqueter(depuis_dossiers(RACINE, version), URL, precedent=precedent)[1])


@cache
def page(version: str, chemin: str) -> html.HtmlElement:
    return html.document_fromstring(fichiers(version)[chemin].decode())


def plat(dit: str) -> str:
    """With one plain blank where there is any."""
    return " ".join(dit.split())


def texte(version: str, chemin: str) -> str:
    return plat(page(version, chemin).text_content())


@pytest.mark.exigence("R8", "R1.4")
@pytest.mark.parametrize("version", VERSIONS)
def test_chaque_lien_mene_quelque_part__ok(version: str) -> None:
    ids = {nom: set(page(version, nom).xpath("//@id")) for nom in fichiers(version) if nom.endswith(".html")}
    vus = 0
    for nom in PAGES:
        for href in page(version, nom).xpath("//a/@href"):
            chemin, _, ancre = href.partition("#")
            cible = normpath(join(nom, "..", chemin)) if chemin else nom
            assert cible in fichiers(version), f"{nom}: {href}"
            if ancre:
                assert ancre in ids[cible], f"{nom}: {href}"
            vus += 1
    assert vus > 300


@pytest.mark.exigence("R8", "R1.4")
@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("nom", PAGES)
def test_une_page_se_suffit__ok(version: str, nom: str) -> None:
    racine = page(version, nom)
    brute = fichiers(version)[nom].decode()
    assert brute.startswith("<!DOCTYPE html>")
    assert b"\r" not in fichiers(version)[nom]
    assert "{{" not in brute
    assert not racine.xpath("//script | //link[@href != 'data:,'] | //img | //iframe | //@style | //@onclick")
    (regle,) = racine.xpath("//meta[@http-equiv='Content-Security-Policy']/@content")
    assert "default-src 'none'" in regle
    assert "unsafe" not in regle
    assert racine.get("lang") == "fr"
    ids = racine.xpath("//@id")
    assert len(ids) == len(set(ids))
    assert all(reference in ids for ref in racine.xpath("//@aria-labelledby") for reference in ref.split())
    assert len(racine.xpath("//h1")) == len(racine.xpath("//main")) == 1
    for table in racine.xpath("//table"):
        assert table.xpath("./thead//th[@scope='col']")
        assert all(ligne.xpath("./th[@scope='row']") for ligne in table.xpath("./tbody/tr"))


@pytest.mark.exigence("R8", "R1.2")
@pytest.mark.parametrize("version", VERSIONS)
def test_tous_les_champs_et_leurs_usages__ok(version: str) -> None:
    nom = "documents/specifications-fonctionnelles.html"
    racine, lu = page(version, nom), catalogue(version)
    for offre in lu.offres:
        structure = structure_offre(lu, offre)
        formulaire = lu.formulaires[offre.formulaire]
        presents = dict(structure.feuilles())
        for noeud in formulaire.noeuds():
            for champ in noeud.champs if isinstance(noeud, Groupe) else (noeud,):
                chemin = f"{noeud.code}/{champ.code}" if champ is not noeud else champ.code
                (ligne,) = racine.xpath("//tr[@id=$i]", i=f"f-{formulaire.code}-{chemin.replace('/', '-')}")
                feuille = presents.get(chemin)
                attendu = "absent" if feuille is None else "obligatoire" if feuille.minimum else "facultatif"
                if isinstance(noeud, Groupe) and all(c.code != noeud.code for c in structure.enfants):
                    continue  # the group's own line says that the Offre has none of it
                usages = {
                    u.get("class").split()[1]: " ".join(u.xpath("string(small)").split())
                    for u in ligne.xpath(".//span[starts-with(@class, 'usage')]")
                }
                assert attendu in usages
                assert not usages[attendu] or plat(offre.libelle) in usages[attendu]
                assert plat(champ.libelle) in plat(ligne.text_content())
                assert plat(champ.aide) in plat(ligne.text_content())
        for regle in formulaire.regles:
            assert plat(regle.message) in texte(version, nom)
    for nomenclature in lu.nomenclatures.values():
        (titre,) = racine.xpath("//h3[@id=$i]", i=f"n-{nomenclature.code}")
        codes = titre.getparent().xpath(".//tbody//th/code/text()")
        assert codes == [valeur.code for valeur in nomenclature.valeurs]


@pytest.mark.exigence("R8")
def test_tous_les_codes_etats_et_regles__ok() -> None:
    nom = "documents/specifications-fonctionnelles.html"
    codes = set(page("2026.2", nom).xpath("//tbody//th/code/text()"))
    for enumere in (CodeErreur, CodeChamp, CodeAvertissement, Etat, EtatVersion):
        assert {membre.name for membre in enumere} <= codes
    dit = texte("2026.2", nom)
    assert all(plat(regle.enonce) in dit and f"({regle.article})" in dit for regle in REGLES)
    assert all(plat(code.value) in dit for code in (*CodeErreur, *CodeChamp, *CodeAvertissement))


@pytest.mark.exigence("R8", "R3.4", "R3.6")
def test_la_vie_d_une_signalisation_est_celle_de_la_table__ok() -> None:
    racine = page("2026.2", "documents/specifications-fonctionnelles.html")
    lignes = _lignes(racine, "vie")
    dites = [[plat(case.text_content()) for case in ligne] for ligne in lignes]
    ordre = [None, *Etat]
    attendues = sorted(TRANSITIONS, key=lambda t: ordre.index(t.de))
    assert [(d[0], d[1]) for d in dites] == [(t.de.name if t.de else "(aucun)", t.action.name) for t in attendues]
    for ligne, dite, t in zip(lignes, dites, attendues, strict=True):
        vers = t.vers.name if isinstance(t.vers, Etat) else "inchangé" if t.vers is None else t.vers.value
        assert dite[2] == plat(vers)
        assert ("opérateur" in dite[3], "Fournisseur" in dite[3]) == tuple(
            cote in t.cotes for cote in (Cote.OPERATEUR, Cote.FOURNISSEUR)
        )
        assert [e for e in Exige if e.champ in ligne.xpath("td[last()]//code/text()")] == [
            e for e in Exige if e in t.exige
        ]
    dit = texte("2026.2", "documents/specifications-fonctionnelles.html")
    assert f"jusqu’à la fin du {DELAI_CONTESTATION}e jour ouvré" in dit
    assert "close le 02/07/2026 à 15:40, jusqu’au 08/07/2026 à 00:00" in dit


@pytest.mark.exigence("R8", "R3.5", "R4.1", "R4.3")
def test_les_delais_sont_ceux_des_regles__ok() -> None:
    nom = "documents/specifications-fonctionnelles.html"
    racine, dit = page("2026.2", nom), texte("2026.2", nom)
    delais = " ".join(plat(ligne.text_content()) for ligne in _lignes(racine, "rendez-vous"))
    for attendu in (
        f"{int(DUREE_TENUE.total_seconds() // 60)} minutes",
        f"sauf de {FERMETURE:%H:%M} à {REOUVERTURE:%H:%M}",
        f"jusqu'à la veille à {HEURE_LIMITE:%H:%M}",
        "à partir du 06/07/2026",
        "jusqu'au 06/07/2026 à 18:00",
        "elle rouvre le 25/10/2026 à 04:00",
    ):
        assert attendu in delais, attendu
    assert f"jusqu’au {JOURS_HISTORIQUE}e jour calendaire" in dit
    echeances = {plat(str(ligne.xpath("string(td[last()])"))) for ligne in _lignes(racine, "garantie")}
    assert {"01/07/2026 à 13:30", "04/07/2026 à 10:00", "inconnue pendant le gel"} <= echeances


@pytest.mark.exigence("R8", "R3.4", "R4.1")
def test_les_codes_des_reponses_sont_ceux_du_domaine__ok() -> None:
    racine = page("2026.2", "documents/specifications-techniques.html")
    listes: dict[str, type[Enum]] = {
        "etat": Etat,
        "action": Action,
        "auteur": Cote,
        "attendu": Attendu,
        "aupresDe": Interlocuteur,
        "motif": MotifRejet,
        "cause": CauseCloture,
        "responsabilite": Responsabilite,
        "genre": TypeRendezVous,
        "plage": Plage,
        "etatRendezVous": EtatReservation,
    }
    for element, liste in listes.items():
        dits = {
            str(ligne.xpath("string(th)")): plat(ligne.text_content()) for ligne in _lignes(racine, f"codes-{element}")
        }
        assert list(dits) == [membre.name for membre in liste], element
        for membre in liste:
            assert (
                not isinstance(membre.value, str)
                or liste in (Cote, TypeRendezVous)
                or plat(membre.value) in dits[membre.name]
            )
            assert not isinstance(membre, Attendu) or dits[membre.name].endswith(membre.aupres_de.name)
    # every element of an event that carries a code is told
    codes = [
        nom
        for nom, _ in r.EvenementSuivi._type_info.items()
        if f"libelle{nom[:1].upper()}{nom[1:]}" in r.EvenementSuivi._type_info
    ]
    assert set(codes) <= set(listes)


@pytest.mark.exigence("R8", "R3.5", "R4.1")
def test_les_demandes_en_exemple_sont_conformes__ok() -> None:
    racine = page("2026.2", "documents/specifications-techniques.html")
    for ancre, service, operation in (
        ("ex-evenements", "suivi", "listerEvenements"),
        ("ex-rendez-vous", "rendez-vous", "reserverRendezVous"),
    ):
        (demande,) = etree.fromstring(str(racine.xpath("string(//pre[@aria-labelledby=$a])", a=ancre)).encode()).iter(
            f"{{{NS_WS}}}{operation}"
        )
        types = etree.fromstring(fichiers("2026.2")[f"wsdl/{service}.wsdl"]).find(f"{{{NS_WSDL}}}types")
        assert types is not None
        schema = etree.XMLSchema(etree.fromstring(etree.tostring(types[0])))
        assert schema.validate(etree.fromstring(etree.tostring(demande))), schema.error_log


def _lignes(racine: html.HtmlElement, ancre: str) -> list[html.HtmlElement]:
    """Rows of the table under a heading."""
    (zone,) = racine.xpath("//div[@role='region'][@aria-labelledby=$a]", a=ancre)
    return list(zone.xpath(".//tbody/tr"))


@pytest.mark.exigence("R8", "R9")
def test_le_contrat_element_par_element__ok() -> None:
    nom = "documents/specifications-techniques.html"
    racine, brut = page("2026.2", nom), texte("2026.2", nom)
    for service, operations in SERVICES.items():
        adresse = f"/production/ws/1/{service}" + ("/2026.2" if service == "depot" else "")
        if service in INTERNES:
            assert adresse not in brut, "not for opérateurs"
            continue
        assert adresse in brut
        assert adresse.replace("production", "integration") in brut
        for operation in operations:
            assert racine.xpath("//h3[@id=$i]", i=f"op-{operation}")
            assert f'SOAPAction: "urn:esav:ws:1:{operation}"' in brut
            decrit = _elements(racine, f"type-{REPONSES[operation].type.get_type_name()}")
            assert decrit == list(REPONSES[operation].type._type_info)
    assert _elements(racine, "type-ErreurEsav") == list(r.ErreurEsav._type_info)
    depot = _elements(racine, "op-deposerSignalisation")
    assert depot == [
        *("entete", "identifiantPrestation", "referenceOperateur", "contact", "nom", "telephone", "courriel"),
        "formulaire",
    ]
    assert "FORMULAIRE_INVALIDE" in racine.xpath("string(//pre[@aria-labelledby='ex-refus'])")
    assert f"{URL}" in brut
    assert " 2 Mio" in brut


def _elements(racine: html.HtmlElement, ancre: str) -> list[str]:
    """First column of the table under a heading."""
    (zone,) = racine.xpath("//div[@role='region'][@aria-labelledby=$a]", a=ancre)
    return [str(code) for code in zone.xpath(".//tbody//th/code/text()")]


@pytest.mark.exigence("R8", "R6.4")
@pytest.mark.parametrize("version", VERSIONS)
def test_en_ligne_seulement_les_offres_du_canal__ok(version: str) -> None:
    nom = "documents/guide-en-ligne.html"
    liens = set(page(version, nom).xpath("//table//a/@href"))
    attendues = {f"../maquettes/{o.code}.html" for o in catalogue(version).offres if Canal.EN_LIGNE in o.canaux}
    assert liens == attendues
    assert "../maquettes/ACCES_FTTH.html" not in liens, "annexe 1: Web services only"
    assert "ne sont pas encore ouvertes" in texte(version, nom)
    # what the guide quotes stands in the maquettes
    maquette = fichiers(version)[f"maquettes/{sorted(attendues)[0].rpartition('/')[2]}"].decode()
    cites = [c for c in re.findall(r"« ([^»]+) »", texte(version, nom)) if not c.startswith("Parfois")]
    assert len(cites) == 3
    assert all(f">{cite}<" in maquette for cite in cites)


@pytest.mark.exigence("R1.4", "R2.1")
def test_le_changelog_est_lie_quand_il_existe__ok() -> None:
    lien = "../changelog.html"
    assert lien not in page("2026.1", "documents/index.html").xpath("//a/@href")
    assert lien in page("2026.2", "documents/index.html").xpath("//a/@href")
    assert "depuis la version 2026.1" in texte("2026.2", "documents/guide-integration.html")


@pytest.mark.exigence("R8", "R6.3")
@pytest.mark.parametrize("version", VERSIONS)
def test_le_guide_dit_chaque_scenario__ok(version: str) -> None:
    racine = page(version, "documents/guide-integration.html")
    (zone,) = racine.xpath("//div[@role='region'][@aria-labelledby='essais']")
    dits = {str(ligne.xpath("string(th)")): ligne.xpath("td")[0] for ligne in zone.xpath(".//tbody/tr")}
    assert list(dits) == ["JDT-OFFRE", *(f"JDT-{scenario.name}-OFFRE" for scenario in Scenario)]
    assert plat(dits["JDT-OFFRE"].text_content()) == plat(SENS_ORDINAIRE)
    for scenario in Scenario:
        dit = dits[f"JDT-{scenario.name}-OFFRE"]
        assert plat(dit.text_content()).startswith(plat(scenario.value))
        suite = [plat(li.text_content()) for li in dit.xpath(".//li")]
        assert suite == [plat(f"{e.minutes} min : {e.etat.name}, « {e.commentaire} »") for e in etapes(scenario)]
    assert f"JDT-REJET-{catalogue(version).offres[0].code}" in texte(version, "documents/guide-integration.html")
    assert "Ceux-ci sont abrégés" not in texte(version, "documents/guide-integration.html")
    assert "#essais" in str(page(version, "documents/jeu-de-test.html").xpath("//a/@href"))


@pytest.mark.exigence("R8", "R6.3")
def test_le_guide_dit_les_identifiants_abreges__ok() -> None:
    """Those of the guide are those that the service knows."""
    lu = catalogue("2026.1")
    longue = "OFFRE_" + "X" * 20
    autre = replace(lu, offres=tuple(replace(o, code=longue) if o is lu.offres[0] else o for o in lu.offres))
    rendu = documents(autre, faits(autre, (), URL, None))["documents/guide-integration.html"].decode()
    noms = [prestation_essai(longue, s) for s in (None, *Scenario)]
    abreges = [nom for nom in noms if longue not in nom]
    longs = (Scenario.QUALIFICATION, Scenario.VALIDATION, Scenario.MAINTENANCE)
    assert abreges == [prestation_essai(longue, scenario) for scenario in longs]
    assert "Ceux-ci sont abrégés" in rendu
    assert [nom for nom in noms if f"<code>{nom}</code> : " in rendu] == abreges


@pytest.mark.exigence("R1.4")
def test_le_manifeste_liste_tout__ok() -> None:
    lu = html.fromstring(fichiers("2026.2")["pack.xml"].partition(b"-->\n")[2])
    chemins = {noeud.get("chemin") for noeud in lu.iter() if isinstance(noeud.tag, str) and noeud.get("chemin")}
    assert chemins == set(fichiers("2026.2")) - {"pack.xml"}
    assert {*PAGES, "changelog.xml", "jeu-de-test/parc.csv"} <= chemins
