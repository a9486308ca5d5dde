"""The rules of the shipped formulaires, tried on forms made at random: none is vacuous, all can be kept together."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from random import Random

import pytest
from lxml import etree

from esav_soap.model import (
    Branche,
    Catalogue,
    Choisi,
    Courriel,
    Date,
    DateHeure,
    Element,
    Entier,
    Feuille,
    Groupe,
    Nombre,
    Offre,
    OuiNon,
    Structure,
    Telephone,
    structure_offre,
    xpath,
)

VERSIONS = ("2026.1", "2026.2")
#: (formulaire or formulaire/groupe, code of the rule)
Cle = tuple[str, str]


def regles(catalogue: Catalogue) -> Iterator[tuple[Cle, str]]:
    """Every rule with its expression."""
    for formulaire in catalogue.formulaires.values():
        for regle in formulaire.regles:
            yield (formulaire.code, regle.code), regle.expression
        for noeud in formulaire.noeuds():
            if isinstance(noeud, Groupe):
                for regle in noeud.regles:
                    yield (f"{formulaire.code}/{noeud.code}", regle.code), regle.expression


def juge(catalogue: Catalogue, offre: Offre) -> Callable[[etree._Element], list[tuple[Cle, bool]]]:
    """A function that gives the verdict of each rule on a form of the Offre, for each occurrence of its group."""
    espace = structure_offre(catalogue, offre).espace
    compilees = [
        (cle, cle[0].partition("/")[2], xpath.compiler(expression, espace))
        for cle, expression in regles(catalogue)
        if cle[0].partition("/")[0] == offre.formulaire
    ]

    def juger(formulaire: etree._Element) -> list[tuple[Cle, bool]]:
        return [
            (cle, expression(contexte) is True)
            for cle, groupe, expression in compilees
            for contexte in (formulaire.findall(f"{{{espace}}}{groupe}") if groupe else [formulaire])
        ]

    return juger


@pytest.mark.exigence("R1.3")
@pytest.mark.parametrize("version", VERSIONS)
def test_chaque_regle_peut_etre_respectee_et_enfreinte(catalogues: Mapping[str, Catalogue], version: str) -> None:
    cat = catalogues[version]
    verdicts: dict[Cle, set[bool]] = {}
    for offre in cat.offres:
        structure, juger, hasard = structure_offre(cat, offre), juge(cat, offre), Random(f"{version} {offre.code}")
        for essai in range(500):
            for cle, verdict in juger(au_hasard(cat, structure, hasard, (0.2, 0.5, 0.9)[essai % 3])):
                verdicts.setdefault(cle, set()).add(verdict)
    vides = {cle: verdicts.get(cle) for cle, _ in regles(cat) if verdicts.get(cle) != {True, False}}
    assert vides == {}


@pytest.mark.exigence("R1.3", "R1.5")
@pytest.mark.parametrize("version", VERSIONS)
def test_chaque_offre_a_un_formulaire_qui_respecte_toutes_ses_regles(
    catalogues: Mapping[str, Catalogue], version: str
) -> None:
    cat = catalogues[version]
    sans = []
    for offre in cat.offres:
        structure, juger, hasard = structure_offre(cat, offre), juge(cat, offre), Random(offre.code)
        essais = (au_hasard(cat, structure, hasard, 0.15) for _ in range(3000))
        if not any(all(verdict for _, verdict in juger(formulaire)) for formulaire in essais):
            sans.append(offre.code)
    assert sans == []


def au_hasard(catalogue: Catalogue, structure: Structure, hasard: Random, facultatifs: float) -> etree._Element:
    """A form of the Offre, plausible but not always valid; each optional field is there with that probability."""
    racine = etree.Element(f"{{{structure.espace}}}{structure.nom}")
    _remplir(racine, structure.enfants, catalogue, structure.espace, hasard, facultatifs)
    return racine


def _remplir(
    parent: etree._Element,
    enfants: Sequence[Element],
    catalogue: Catalogue,
    espace: str,
    hasard: Random,
    facultatifs: float,
) -> None:
    choisis: dict[str, str] = {}
    for enfant in enfants:
        assert isinstance(enfant, Feuille | Branche)
        if not enfant.minimum and hasard.random() >= facultatifs:
            continue
        nombre = hasard.randint(max(enfant.minimum, 1), min(enfant.maximum, enfant.minimum + 3))
        balise = f"{{{espace}}}{enfant.code}"
        if isinstance(enfant, Branche):
            for _ in range(nombre):
                occurrence = etree.SubElement(parent, balise)
                _remplir(occurrence, enfant.enfants, catalogue, espace, hasard, max(facultatifs, 0.5))
            continue
        for valeur in _valeurs(catalogue, enfant, nombre, hasard, choisis):
            etree.SubElement(parent, balise).text = valeur
            choisis[enfant.code] = valeur


def _valeurs(
    catalogue: Catalogue, feuille: Feuille, nombre: int, hasard: Random, choisis: Mapping[str, str]
) -> list[str]:
    type_ = feuille.champ.type
    match type_:
        case Choisi():
            parent = choisis.get(type_.depend_de or "")
            acceptees = catalogue.nomenclatures[type_.nomenclature].acceptees
            codes = [v.code for v in acceptees if parent is None or parent in v.parents]
            return hasard.sample(codes, min(nombre, len(codes)))
        case OuiNon():
            return [hasard.choice(("true", "false"))]
        case Entier():
            haut = type_.maximum if hasard.random() < 0.5 else min(type_.maximum, type_.minimum + 5)
            return [str(hasard.randint(type_.minimum, haut))]
        case Nombre():
            bornes = float(type_.minimum or 0), float(1000 if type_.maximum is None else type_.maximum)
            return [f"{hasard.uniform(*bornes):.{type_.decimales}f}"]
        case Date():
            return [f"2026-{hasard.randint(1, 12):02}-{hasard.randint(1, 28):02}"]
        case DateHeure():
            return [f"2026-03-0{hasard.randint(1, 3)}T{hasard.randint(8, 19):02}:30:00+01:00"]
        case Telephone():
            return ["0612345678"]
        case Courriel():
            return ["supervision@operateur.example"]
        case _:
            exemple = feuille.champ.exemples[0]
            return [hasard.choice((exemple, exemple[:-1] + "9"))]
