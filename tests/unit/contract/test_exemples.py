"""Example forms: valid, reproducible, complete or minimal as asked; patterns drawn as XSD reads them."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from random import Random

import pytest
from elementpath.regex import translate_pattern
from lxml import etree

from esav_soap.contract.exemples import ExempleImpossible, exemple, paires, requete_depot, requete_depot_generique
from esav_soap.contract.motifs import MotifIllisible, tirer
from esav_soap.contract.schemas import compiler_schema, fichiers_schemas
from esav_soap.contract.wsdl import contrat
from esav_soap.model import (
    Catalogue,
    Champ,
    Feuille,
    Formulaire,
    GenreRegle,
    Offre,
    OuiNon,
    Regle,
    Section,
    Structure,
    Texte,
    Usage,
    structure_offre,
)
from esav_soap.model.types import MOTIF_COURRIEL, MOTIF_TELEPHONE
from esav_soap.model.xpath import compiler
from esav_soap.reader import lire_catalogue
from esav_soap.reader.sources import depuis_dossiers

RACINE = Path(__file__).parents[3]


@cache
def catalogue() -> Catalogue:
    return lire_catalogue(depuis_dossiers(RACINE, "2026.2"))


@cache
def schema() -> etree.XMLSchema:
    return compiler_schema(fichiers_schemas(contrat("depot", catalogue()), catalogue()), "depot.xsd")


def structures() -> list[Structure]:
    return [structure_offre(catalogue(), offre) for offre in catalogue().offres]


@pytest.mark.exigence("R1.4")
@pytest.mark.parametrize("complet", [True, False, None])
def test_forms_and_requests_are_valid(complet: bool | None) -> None:
    for offre, structure in zip(catalogue().offres, structures(), strict=True):
        for graine in range(5):
            rng = Random(graine)
            forme = exemple(structure, catalogue(), rng, complet)
            for regle in structure.regles:
                assert compiler(regle.expression, structure.espace)(forme), regle.code
            requetes = (
                requete_depot(forme, rng),
                requete_depot(forme, rng, "validerSignalisation", prestation="P", reference="R"),
                requete_depot_generique(forme, structure, offre.code, rng),
            )
            for requete in requetes:
                assert schema().validate(requete), schema().error_log


@pytest.mark.exigence("R1.4")
def test_the_same_seed_gives_the_same_bytes_and_another_seed_others() -> None:
    structure = structures()[0]

    def octets(graine: int) -> bytes:
        rng = Random(graine)
        return etree.tostring(requete_depot(exemple(structure, catalogue(), rng), rng))

    assert octets(1) == octets(1)
    assert len({octets(graine) for graine in range(10)}) == 10


@pytest.mark.exigence("R1.4")
def test_complete_forms_have_nearly_all_fields_and_minimal_ones_few() -> None:
    for structure in structures():
        tous = {chemin.partition("/")[0] for chemin, _ in structure.feuilles()}
        obligatoires = {e.code for e in structure.enfants if isinstance(e, Feuille) and e.minimum}
        complete = {etree.QName(e).localname for e in exemple(structure, catalogue(), Random(3), True)}
        minimale = {etree.QName(e).localname for e in exemple(structure, catalogue(), Random(3), False)}
        assert obligatoires <= minimale
        assert len(minimale) < len(complete)
        assert len(tous - complete) <= 4, structure.nom  # what rules forbid beside the others


@pytest.mark.exigence("R1.4")
def test_pairs_name_every_value_once() -> None:
    structure = next(s for s in structures() if s.nom == "fibreNoire")
    forme = exemple(structure, catalogue(), Random(5), True)
    obtenues = list(paires(forme, structure))
    assert [valeur for _, valeur in obtenues] == [e.text for e in forme.iter() if not len(e)]
    assert any(re.fullmatch(r"extremites\[2\]/[a-zA-Z]+", chemin) for chemin, _ in obtenues)


def _essai(regles: tuple[Regle, ...], *champs: Champ) -> tuple[Structure, Catalogue]:
    formulaire = Formulaire("essai", "Essai", (Section("s", "S", champs),), regles=regles)
    essai = Catalogue("2026.1", "Essai", (Offre("ESSAI", "Essai", "essai"),), {"essai": formulaire}, {})
    return structure_offre(essai, essai.offre("ESSAI")), essai


@pytest.mark.exigence("R1.4")
def test_rules_that_contradict_each_other_are_told() -> None:
    champ = Champ("a", "A", OuiNon(), Usage.OBLIGATOIRE)
    structure, essai = _essai((Regle("R", GenreRegle.INTERDIT_SI, "true()", "m", "a"),), champ)
    with pytest.raises(ExempleImpossible, match="essai"):
        exemple(structure, essai, Random(1))


@pytest.mark.exigence("R1.4")
def test_a_pattern_that_cannot_be_drawn_takes_the_catalogues_example() -> None:
    champ = Champ("a", "A", Texte(motif=r"\p{Lu}{2}"), Usage.OBLIGATOIRE, exemples=("ÉÀ",))
    structure, essai = _essai((), champ)
    assert exemple(structure, essai, Random(1))[0].text == "ÉÀ"
    structure, essai = _essai((), Champ("a", "A", Texte(motif=r"\p{Lu}{2}"), Usage.OBLIGATOIRE))
    with pytest.raises(MotifIllisible):
        exemple(structure, essai, Random(1))


@pytest.mark.exigence("R1.4")
@pytest.mark.parametrize(
    "motif",
    [
        "abc",
        "a|bc|",
        "[A-Z]{2}-[0-9]{1,6}",
        "(ab?){2,}c*d+",
        r"\d{3}\.\-[\d\-x]",
        "[^A-Z]{3}",
        "[a\\]b]{4}",
        "P[0-9]{1,3}(/[A-D])?",
        "x.y",
        r"[A-Z0-9][A-Z0-9/_\-]{2,24}",
        "[A-Z*#-]{3}",
        MOTIF_TELEPHONE,
        MOTIF_COURRIEL,
    ],
)
def test_drawn_texts_match_their_pattern(motif: str) -> None:
    voulu = re.compile(translate_pattern(motif, back_references=False, lazy_quantifiers=False, anchors=False))
    tires = [tirer(motif, Random(graine)) for graine in range(50)]
    assert all(voulu.search(texte) for texte in tires)
    assert len(set(tires)) > 1 or motif == "abc"


@pytest.mark.exigence("R1.4")
@pytest.mark.parametrize("motif", [r"\p{L}", "[a-z-[aeiou]]", "(a", "a)", "[", "*a", r"\i\c*", "a\\"])
def test_syntax_that_is_not_read_is_told(motif: str) -> None:
    with pytest.raises(MotifIllisible):
        tirer(motif, Random(1))
