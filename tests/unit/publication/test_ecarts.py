"""Differences of two versions: each kind, its gravity, its words and its place; whole lists are compared."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

import pytest

from esav_soap.model import GenreRegle, Regle, Section, Statut
from esav_soap.publication.ecarts import CodeEcart, Gravite, comparer, compter
from tests.unit.publication.cas_ecarts import CAS, INVERSES
from tests.unit.publication.catalogue_compare import (
    AB,
    BASE,
    CHAMPS,
    FA,
    FAMILLES,
    REGLES,
    SI,
    C,
    Fabrique,
    R,
    X,
    nature,
    offre,
    sans,
)


def ecrire(avant: Fabrique, apres: Fabrique) -> list[str]:
    ecarts = comparer(avant.catalogue("2026.1"), apres.catalogue("2026.2"))
    for ecart in ecarts:
        assert ecart.gravite is CodeEcart[ecart.code].gravite
    return [f"{e.nom} | {e.message}" for e in ecarts]


@pytest.mark.exigence("R2.1")
@pytest.mark.parametrize(("apres", "gravite", "attendus"), [c[1:] for c in CAS], ids=[c[0] for c in CAS])
def test_chaque_ecart__ok(apres: Fabrique, gravite: Gravite, attendus: list[str]) -> None:
    assert ecrire(BASE, apres) == attendus
    trouves = comparer(BASE.catalogue("2026.1"), apres.catalogue("2026.2"))
    assert max((e.gravite for e in trouves), key=lambda g: g.rang, default=C) is gravite


@pytest.mark.exigence("R2.1")
@pytest.mark.parametrize(("nom", "codes"), INVERSES, ids=[i[0] for i in INVERSES])
def test_dans_l_autre_sens__ok(nom: str, codes: list[str]) -> None:
    apres = next(cas[1] for cas in CAS if cas[0] == nom)
    assert [e.code for e in comparer(apres.catalogue("2026.1"), BASE.catalogue("2026.2"))] == codes


@pytest.mark.exigence("R2.1")
def test_chaque_code_est_eprouve__ok() -> None:
    dits = {re.split("[: ]", dit)[1] for cas in CAS for dit in cas[3]} | {
        code for _, codes in INVERSES for code in codes
    }
    assert dits | {"OFFRE_AJOUTEE", "OFFRE_RETIREE"} == {code.name for code in CodeEcart}


@pytest.mark.exigence("R2.1")
def test_rien_ne_change__ok() -> None:
    """Numbers, labels and notes of versions, and sections, are for the eye."""
    avant, apres = BASE.catalogue("2026.1"), BASE.catalogue("2026.2")
    formulaire = apres.formulaires["essai"]
    coupe = (Section("a", "A", CHAMPS[:3]), Section("b", "B", CHAMPS[3:]))
    apres = replace(apres, notes=("Rien.",), formulaires={"essai": replace(formulaire, sections=coupe)})
    assert comparer(avant, apres) == ()


@pytest.mark.exigence("R2.1", "R2.7")
def test_les_offres_viennent_et_partent_dans_l_ordre_du_nouveau_catalogue__ok() -> None:
    un = BASE.catalogue("2026.1")
    offres = {code: replace(BASE.offre, code=code, libelle=code.lower()) for code in ("DEUX", "TROIS", "QUATRE")}
    avant = replace(un, offres=(offres["TROIS"], BASE.offre, offres["DEUX"]))
    apres = replace(un, offres=(offres["QUATRE"], offres["DEUX"], replace(BASE.offre, libelle="Autre")))
    ecarts = comparer(avant, apres)
    assert [e.nom for e in ecarts] == ["QUATRE:OFFRE_AJOUTEE", "UN:OFFRE_LIBELLE", "TROIS:OFFRE_RETIREE"]
    assert [e.gravite for e in ecarts] == [C, C, X]
    assert ecarts[0].message == "« quatre » : nouvelle Offre, 8 champs dont 4 obligatoires."
    assert compter(ecarts) == {X: 1, R: 0, C: 2}


@pytest.mark.exigence("R1.2", "R2.1")
def test_chaque_offre_voit_ses_propres_ecarts__ok() -> None:
    """A field that one Offre does not use does not change for it."""
    deux = replace(BASE.offre, code="DEUX", usages={"jour": AB})
    avant, apres = BASE.catalogue("2026.1"), Fabrique(champs=sans("jour")).catalogue("2026.2")
    avant, apres = (replace(c, offres=(deux, *c.offres)) for c in (avant, apres))
    assert [e.nom for e in comparer(avant, apres)] == ["UN/jour:CHAMP_RETIRE"]


@pytest.mark.exigence("R2.1")
def test_un_champ_maitre_qui_arrive_impose_sa_dependance__ok() -> None:
    """The Offre did not have the parent field, so codes were free: now they depend on it, though nothing is mandatory."""
    libre = Fabrique(offre=offre(usages={"famille": AB}))
    tenu = Fabrique(offre=offre(usages={"famille": FA}))
    assert ecrire(libre, tenu) == [
        "UN/famille:CHAMP_AJOUTE | « Famille » : nouveau champ facultatif (code de la nomenclature FAMILLE).",
        "UN/nature:DEPENDANCE_AJOUTEE | « Nature » : le code doit désormais être rattaché à celui de « Famille ».",
    ]


@pytest.mark.exigence("R2.1")
def test_un_code_maitre_retire_n_est_pas_redit_par_ceux_qui_en_dependent__ok() -> None:
    familles = replace(FAMILLES, valeurs=(FAMILLES.valeurs[0], replace(FAMILLES.valeurs[1], statut=Statut.RETIRE)))
    natures = nature("PERTE", parents=("OPTIQUE",))[1]
    (dit,) = ecrire(BASE, Fabrique(nomenclatures=(familles, natures)))
    assert dit.startswith("UN/famille:VALEURS_RETIREES ")


SOUPLES: list[tuple[GenreRegle, str, str, bool]] = [
    (SI, "jour or note", "jour", True),
    (SI, "jour", "jour and note", True),
    (SI, "jour", "jour or note", False),
    (SI, "mesures/distance > 5", "mesures/distance > 6", True),
    (SI, "mesures/distance > 5", "mesures/distance > 4.5", False),
    (SI, "not(jour) and note", "note and (not(jour) and reference = 'A')", True),
    (GenreRegle.REGLE, "jour", "(jour) or note", True),
    (GenreRegle.REGLE, "jour and note", "jour", True),
    (GenreRegle.REGLE, "not(jour or note)", "not(jour)", True),
    (GenreRegle.REGLE, "not(jour)", "not(jour or note)", False),
    (GenreRegle.REGLE, "number(note) < -28", "number(note) < -25", True),
    (GenreRegle.REGLE, "number(note) < -25", "number(note) < -28", False),
    (GenreRegle.REGLE, "number(note) <= 60", "number(note) < 61", False),
    (GenreRegle.REGLE, "note = 'A'", "note = 'B'", False),
    (GenreRegle.REGLE, "jour", "jour or true", True),
    (GenreRegle.REGLE, "true() or jour", "true or jour", False),
    (GenreRegle.REGLE, "note = '1' and jour", "note = 1", False),
    (GenreRegle.REGLE, "((note))  =  'A'", "note='A' or jour", True),
    (GenreRegle.REGLE, "(jour and note) or famille = 'OPTIQUE'", "famille = 'OPTIQUE' or note or autres", True),
]


@pytest.mark.exigence("R2.1")
@pytest.mark.parametrize(("genre", "avant", "apres", "souple"), SOUPLES)
def test_une_regle_n_est_dite_assouplie_que_si_c_est_sur__ok(
    genre: GenreRegle, avant: str, apres: str, souple: bool
) -> None:
    def version(condition: str) -> Fabrique:
        return Fabrique(regles=(Regle("R", genre, condition, "Message.", "note"),))

    (dit,) = ecrire(version(avant), version(apres))
    assert dit.startswith(f"UN/note:{'REGLE_ASSOUPLIE' if souple else 'REGLE_CHANGEE'}:R ")


@pytest.mark.exigence("R2.1")
def test_une_regle_ecrite_autrement_n_a_pas_change__ok() -> None:
    autre = replace(REGLES[0], condition="( famille='ENERGIE' )  or\n nature = 'PERTE'")
    assert ecrire(BASE, Fabrique(regles=(autre, REGLES[1]))) == []


@pytest.mark.exigence("R2.1")
@pytest.mark.parametrize(
    "changer",
    [
        lambda r: replace(r, genre=GenreRegle.INTERDIT_SI),
        lambda r: replace(r, champ="jour"),
    ],
)
def test_une_regle_qui_porte_sur_autre_chose_change__ok(changer: Callable[[Regle], Regle]) -> None:
    ecarts = comparer(BASE.catalogue("2026.1"), Fabrique(regles=(changer(REGLES[0]), *REGLES[1:])).catalogue("2026.2"))
    assert [e.code for e in ecarts] == ["REGLE_CHANGEE"]
