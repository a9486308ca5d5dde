"""The two catalogue versions that the repository ships: what R1.5 promises of them, and what 2026.2 changes."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from decimal import Decimal
from pathlib import Path

import pytest

from esav_soap.model import (
    Canal,
    Catalogue,
    Champ,
    Choisi,
    GenreRegle,
    Groupe,
    Nombre,
    Regle,
    Statut,
    TestPrealable,
    Texte,
    TexteLong,
    Type,
    Usage,
    structure_offre,
    types,
)
from esav_soap.reader import lire
from esav_soap.reader.sources import depuis_dossiers

RACINE = Path(__file__).parents[3]
VERSIONS = ("2026.1", "2026.2")
PASSIVES = {
    "ACCES_FTTH",
    "LIAISON_NRO_PM",
    "HEBERGEMENT_NRO",
    "HEBERGEMENT_PM",
    "FTTE_FTTO_PASSIF",
    "FIBRE_NOIRE",
    "GENIE_CIVIL",
}
ACTIVEES = {"FTTH_ACTIVE", "FTTE_ACTIVE"}


def champs(catalogue: Catalogue) -> Iterator[tuple[str, Champ]]:
    """Every field of every formulaire, as ``formulaire/champ`` or ``formulaire/groupe/champ``."""
    for formulaire in catalogue.formulaires.values():
        for noeud in formulaire.noeuds():
            if isinstance(noeud, Groupe):
                for champ in noeud.champs:
                    yield f"{formulaire.code}/{noeud.code}/{champ.code}", champ
            else:
                yield f"{formulaire.code}/{noeud.code}", noeud


def regles(catalogue: Catalogue) -> Iterator[tuple[str, Regle]]:
    for formulaire in catalogue.formulaires.values():
        for regle in formulaire.regles:
            yield formulaire.code, regle
        for noeud in formulaire.noeuds():
            if isinstance(noeud, Groupe):
                for regle in noeud.regles:
                    yield f"{formulaire.code}/{noeud.code}", regle


OFFRES = [*(("2026.1", code) for code in sorted(PASSIVES)), *(("2026.2", code) for code in sorted(PASSIVES | ACTIVEES))]


@pytest.mark.exigence("R1.5")
@pytest.mark.parametrize("version", VERSIONS)
def test_version_se_lit_sans_probleme(catalogues: Mapping[str, Catalogue], version: str) -> None:
    lecture = lire(depuis_dossiers(RACINE, version), version_attendue=version)
    assert lecture.problemes == ()
    assert lecture.catalogue is not None
    assert lecture.catalogue.version == version
    assert len(lecture.catalogue.notes) >= 3


@pytest.mark.exigence("R1.5")
def test_offres_passives_puis_activees(catalogues: Mapping[str, Catalogue]) -> None:
    premiere, seconde = (catalogues[version] for version in VERSIONS)
    assert {o.code for o in premiere.offres} == PASSIVES
    assert {o.code for o in seconde.offres} == PASSIVES | ACTIVEES
    assert not any(o.activee for o in premiere.offres)
    assert {o.code for o in seconde.offres if o.activee} == ACTIVEES
    assert seconde.offre("FTTH_ACTIVE").test_prealable is TestPrealable.OBLIGATOIRE
    assert all(o.test_prealable is TestPrealable.AUCUN for o in seconde.offres if not o.activee)


@pytest.mark.exigence("R1.5", "R6.4")
@pytest.mark.parametrize("version", VERSIONS)
def test_acces_ftth_par_web_services_seulement(catalogues: Mapping[str, Catalogue], version: str) -> None:
    assert catalogues[version].offre("ACCES_FTTH").canaux == (Canal.WS,)
    for offre in catalogues[version].offres:
        if offre.code != "ACCES_FTTH":
            assert set(offre.canaux) == {Canal.WS, Canal.EN_LIGNE}, offre.code


@pytest.mark.exigence("R1.5")
@pytest.mark.parametrize(("version", "offre"), OFFRES)
def test_dix_a_quarante_champs_par_offre(catalogues: Mapping[str, Catalogue], version: str, offre: str) -> None:
    structure = structure_offre(catalogues[version], catalogues[version].offre(offre))
    assert 10 <= len(list(structure.feuilles())) <= 40


@pytest.mark.exigence("R1.2")
@pytest.mark.parametrize("version", VERSIONS)
def test_un_formulaire_sert_deux_offres_avec_d_autres_usages(catalogues: Mapping[str, Catalogue], version: str) -> None:
    cat = catalogues[version]
    nro, pm = (
        {chemin: feuille.minimum for chemin, feuille in structure_offre(cat, cat.offre(code)).feuilles()}
        for code in ("HEBERGEMENT_NRO", "HEBERGEMENT_PM")
    )
    assert cat.offre("HEBERGEMENT_NRO").formulaire == cat.offre("HEBERGEMENT_PM").formulaire
    assert nro["referenceNro"] == pm["referencePm"] == 1
    assert "referencePm" not in nro
    assert "referenceNro" not in pm
    assert (nro["contactSite/telephoneContact"], pm["contactSite/telephoneContact"]) == (1, 0)


@pytest.mark.exigence("R1.3", "R1.5")
@pytest.mark.parametrize("version", VERSIONS)
def test_toute_la_langue_est_employee(catalogues: Mapping[str, Catalogue], version: str) -> None:
    cat = catalogues[version]
    tous = [champ for _, champ in champs(cat)]
    employes: set[type[Type]] = {type(champ.type) for champ in tous}
    assert employes == set(types.Type.__args__)
    choisis = [champ.type for champ in tous if isinstance(champ.type, Choisi)]
    assert any(t.maximum > 1 for t in choisis)
    assert any(t.depend_de for t in choisis)
    assert any(isinstance(champ.type, Texte) and champ.type.motif for champ in tous)
    assert any(isinstance(champ.type, Nombre) and champ.type.unite == "dBm" for champ in tous)
    assert any(champ.defaut for champ in tous)
    groupes = [n for f in cat.formulaires.values() for n in f.noeuds() if isinstance(n, Groupe)]
    assert any(groupe.maximum > 1 for groupe in groupes)
    assert {regle.genre for _, regle in regles(cat)} == set(GenreRegle)
    assert {regle.genre for groupe in groupes for regle in groupe.regles} == set(GenreRegle)
    assert any("../" in regle.condition for groupe in groupes for regle in groupe.regles)


@pytest.mark.exigence("R1.5")
@pytest.mark.parametrize("version", VERSIONS)
def test_chaque_champ_a_une_aide_et_chaque_texte_un_exemple(catalogues: Mapping[str, Catalogue], version: str) -> None:
    sans_aide = [chemin for chemin, champ in champs(catalogues[version]) if not champ.aide]
    libres = (Texte, TexteLong, Nombre, types.Entier, types.Date, types.DateHeure, types.Telephone, types.Courriel)
    sans_exemple = [
        chemin for chemin, champ in champs(catalogues[version]) if isinstance(champ.type, libres) and not champ.exemples
    ]
    assert (sans_aide, sans_exemple) == ([], [])


@pytest.mark.exigence("R1.3")
@pytest.mark.parametrize("version", VERSIONS)
def test_au_moins_trois_regles_par_formulaire_au_message_entier(
    catalogues: Mapping[str, Catalogue], version: str
) -> None:
    cat = catalogues[version]
    for code, formulaire in cat.formulaires.items():
        assert len(formulaire.regles) >= 3, code
    for lieu, regle in regles(cat):
        assert regle.message.endswith("."), (lieu, regle.code)


@pytest.mark.exigence("R1.5")
def test_aucun_code_ne_disparait_ni_ne_revient_en_arriere(catalogues: Mapping[str, Catalogue]) -> None:
    ordre = list(Statut)
    premiere, seconde = (catalogues[version] for version in VERSIONS)
    for code, nomenclature in premiere.nomenclatures.items():
        apres = seconde.nomenclatures[code].par_code
        for valeur in nomenclature.valeurs:
            assert ordre.index(apres[valeur.code].statut) >= ordre.index(valeur.statut), (code, valeur.code)
            if valeur.statut is Statut.DEPRECIE:
                assert apres[valeur.code].statut is Statut.RETIRE, (code, valeur.code)


@pytest.mark.exigence("R1.5")
@pytest.mark.parametrize("version", VERSIONS)
def test_codes_deprecies_ou_retires_ont_un_remplacement_actif(
    catalogues: Mapping[str, Catalogue], version: str
) -> None:
    statuts: set[Statut] = set()
    for nomenclature in catalogues[version].nomenclatures.values():
        for valeur in nomenclature.valeurs:
            statuts.add(valeur.statut)
            if valeur.statut is not Statut.ACTIF:
                assert valeur.remplacement, (nomenclature.code, valeur.code)
                assert nomenclature.par_code[valeur.remplacement].statut is Statut.ACTIF
    assert statuts == ({Statut.ACTIF, Statut.DEPRECIE} if version == "2026.1" else set(Statut))


@pytest.mark.exigence("R1.5")
def test_2026_2_change_de_toutes_les_facons(catalogues: Mapping[str, Catalogue]) -> None:
    avant, apres = (dict(champs(catalogues[version])) for version in VERSIONS)
    communs = avant.keys() & apres.keys()
    nouveaux = {c for c in apres.keys() - avant.keys() if c.split("/")[0] in catalogues["2026.1"].formulaires}
    assert {apres[c].usage for c in nouveaux} == {Usage.OBLIGATOIRE, Usage.FACULTATIF}
    assert avant.keys() - apres.keys() == {"fibre-noire/tronconPresume"}
    assert {c for c in communs if type(avant[c].type) is not type(apres[c].type)} == {"genie-civil/proprietaire"}
    assert {c: apres[c].usage for c in communs if avant[c].usage is not apres[c].usage} == {
        "fibre-noire/nombreFibresTouchees": Usage.OBLIGATOIRE,
        "liaison-nro-pm/clientsTouches": Usage.OBLIGATOIRE,
        "liaison-nro-pm/accesNroAutorise": Usage.FACULTATIF,
    }
    assert {c for c in communs if avant[c].libelle != apres[c].libelle} == {"acces-ftth/positionPm"}
    bornes: dict[str, tuple[Decimal | None, Decimal | None]] = {
        c: (a.minimum, b.minimum)
        for c in communs
        if isinstance(a := avant[c].type, Nombre) and isinstance(b := apres[c].type, Nombre) and a != b
    }
    assert bornes["acces-ftth/puissancePto"] == (Decimal(-40), Decimal(-50))
    motifs = {
        c
        for c in communs
        if isinstance(a := avant[c].type, Texte) and isinstance(b := apres[c].type, Texte) and a.motif != b.motif
    }
    assert motifs == {"acces-ftth/referencePbo", "acces-ftth/codeAcces", "hebergement/codeAcces"}
    regles_avant, regles_apres = (
        {
            (lieu, r.code): r
            for lieu, r in regles(catalogues[version])
            if lieu.split("/")[0] not in ("ftth-active", "ftte-active")
        }
        for version in VERSIONS
    )
    assert regles_avant.keys() - regles_apres.keys() == {("genie-civil", "DANGER-BALISAGE")}
    assert regles_apres.keys() - regles_avant.keys() == {
        ("genie-civil", "NACELLE-HAUTEUR"),
        ("hebergement", "DIGICODE-ANNONCE"),
        ("liaison-nro-pm", "CONNECTEUR-EN-CAUSE"),
    }
    assert any(
        regles_avant[c].condition != regles_apres[c].condition for c in regles_avant.keys() & regles_apres.keys()
    )


@pytest.mark.exigence("R1.5")
@pytest.mark.parametrize("version", VERSIONS)
def test_vocabulaire_du_metier(catalogues: Mapping[str, Catalogue], version: str) -> None:
    cat = catalogues[version]
    couleurs = [valeur.code for valeur in cat.nomenclatures["COULEUR_FIBRE"].valeurs]
    fotag = "ROUGE BLEU VERT JAUNE VIOLET BLANC ORANGE GRIS MARRON NOIR TURQUOISE ROSE"
    assert couleurs == fotag.split()
    assert {"L1310", "L1490", "L1550", "L1625"} <= cat.nomenclatures["LONGUEUR_ONDE"].par_code.keys()
    assert {"GTR_4H_S2", "GTR_10H_S1"} <= cat.nomenclatures["GTR"].par_code.keys()
    assert {"L1T", "K3C"} <= cat.nomenclatures["TYPE_CHAMBRE"].par_code.keys()
    assert cat.nomenclatures["NATURE_DEFAUT"].parent == "FAMILLE_DEFAUT"
    pto = dict(champs(cat))["acces-ftth/referencePto"]
    assert isinstance(pto.type, Texte)
    assert pto.type.motif
    assert re.fullmatch(pto.type.motif, "OO-35AB-0C42")
    assert not re.fullmatch(pto.type.motif, "OO-35AB-0C4")
