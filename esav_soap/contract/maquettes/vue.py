"""What a maquette shows, computed from the model: the templates only lay it out.

A page has two readers. Templates get the dataclasses below; the page's script gets :func:`modele_script`, the same form as
plain JSON values.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from esav_soap.contract.maquettes.champs import VueChamp, type_script, vue_champ
from esav_soap.model import (
    Branche,
    Canal,
    Catalogue,
    Choisi,
    Choix,
    Element,
    Feuille,
    GenreRegle,
    Offre,
    Regle,
    Section,
    Statut,
    Structure,
    TestPrealable,
    TypeRendezVous,
    structure_offre,
)
from esav_soap.model.xpath import noms

CANAUX = {Canal.WS: "Web services", Canal.EN_LIGNE: "e-SAV en ligne"}
RENDEZ_VOUS = {
    TypeRendezVous.SAV: "SAV",
    TypeRendezVous.SAV_PLUS: "SAV+",
    TypeRendezVous.EXPERTISE_CONTRADICTOIRE: "Expertise contradictoire",
}
TESTS = {
    TestPrealable.AUCUN: "Aucun",
    TestPrealable.FACULTATIF: "Facultatif",
    TestPrealable.OBLIGATOIRE: "Obligatoire",
}
GENRES = {
    GenreRegle.REGLE: "À respecter",
    GenreRegle.OBLIGATOIRE_SI: "Parfois obligatoire",
    GenreRegle.INTERDIT_SI: "Parfois sans objet",
}


@dataclass(frozen=True, slots=True)
class VueRegle:
    """A rule; ``cible`` is the label of the field that it is shown at, ``lieu`` that of its group."""

    code: str
    genre: str
    titre: str
    condition: str
    message: str
    champ: str
    cible: str
    lieu: str = ""


@dataclass(frozen=True, slots=True)
class VueGroupe:
    """A group; ``champs`` are those of its model occurrence, whose ids carry the rank 0."""

    id: str
    code: str
    libelle: str
    aide: str
    minimum: int
    maximum: int
    occurrences: str
    champs: tuple[VueChamp, ...]
    regles: tuple[VueRegle, ...] = ()
    regles_internes: tuple[VueRegle, ...] = ()


@dataclass(frozen=True, slots=True)
class VueSection:
    id: str
    libelle: str
    aide: str
    noeuds: tuple[VueChamp | VueGroupe, ...]


@dataclass(frozen=True, slots=True)
class VueOffre:
    """One Offre: the header's facts, the sections, every rule, and ``modele`` for the script."""

    code: str
    libelle: str
    aide: str
    version: str
    espace: str
    element: str
    activee: bool
    canaux: tuple[str, ...]
    rendez_vous: tuple[str, ...]
    test_prealable: str
    formulaire: str
    nombre_champs: int
    nombre_obligatoires: int
    sections: tuple[VueSection, ...]
    regles: tuple[VueRegle, ...]
    modele: dict[str, object] = field(hash=False)

    @property
    def fichier(self) -> str:
        return f"{self.code}.html"


def vue_offre(catalogue: Catalogue, offre: Offre) -> VueOffre:
    """All that the page of ``offre`` shows. Raises ``ExpressionInvalide`` for a rule that is not XPath 1.0."""
    structure = structure_offre(catalogue, offre)
    par_code: dict[str, Element] = {enfant.code: enfant for enfant in structure.enfants}
    formulaire = catalogue.formulaires[offre.formulaire]
    regles = tuple(_regles(structure.regles, par_code))
    sections = [_section(catalogue, section, par_code, regles) for section in formulaire.sections]
    internes = [r for s in sections for n in s.noeuds if isinstance(n, VueGroupe) for r in n.regles_internes]
    feuilles = [feuille for _, feuille in structure.feuilles()]
    return VueOffre(
        code=offre.code,
        libelle=offre.libelle,
        aide=offre.aide or formulaire.aide,
        version=catalogue.version,
        espace=structure.espace,
        element=structure.nom,
        activee=offre.activee,
        canaux=tuple(CANAUX[canal] for canal in offre.canaux),
        rendez_vous=tuple(RENDEZ_VOUS[genre] for genre in offre.rendez_vous),
        test_prealable=TESTS[offre.test_prealable],
        formulaire=formulaire.libelle,
        nombre_champs=len(feuilles),
        nombre_obligatoires=sum(1 for feuille in feuilles if feuille.minimum),
        sections=tuple(section for section in sections if section.noeuds),
        regles=(*regles, *internes),
        modele=modele_script(catalogue, structure),
    )


def _section(
    catalogue: Catalogue, section: Section, par_code: dict[str, Element], regles: tuple[VueRegle, ...]
) -> VueSection:
    noeuds: list[VueChamp | VueGroupe] = []
    for noeud in section.noeuds:
        element = par_code.get(noeud.code)
        if isinstance(element, Feuille):
            depend = _parent(element, par_code)
            noeuds.append(vue_champ(catalogue, element, f"c-{element.code}", element.code, depend))
        elif isinstance(element, Branche):
            noeuds.append(_groupe(catalogue, element, regles))
    return VueSection(f"s-{section.code}", section.libelle, section.aide, tuple(noeuds))


def _parent(feuille: Feuille, par_code: dict[str, Element]) -> str:
    """Label of the field that a dependent list depends on; empty for other fields."""
    genre = feuille.champ.type
    if not isinstance(genre, Choisi) or genre.depend_de is None or genre.depend_de not in par_code:
        return ""
    return par_code[genre.depend_de].libelle


def _groupe(catalogue: Catalogue, branche: Branche, regles: tuple[VueRegle, ...]) -> VueGroupe:
    enfants: dict[str, Element] = {enfant.code: enfant for enfant in branche.enfants}
    champs = [
        vue_champ(
            catalogue,
            feuille,
            f"c-{branche.code}-0-{feuille.code}",
            f"{branche.code}/{feuille.code}",
            _parent(feuille, enfants),
        )
        for feuille in branche.enfants
        if isinstance(feuille, Feuille)
    ]
    return VueGroupe(
        id=f"c-{branche.code}",
        code=branche.code,
        libelle=branche.libelle,
        aide=branche.aide,
        minimum=branche.minimum,
        maximum=branche.maximum,
        occurrences=_occurrences(branche.minimum, branche.maximum),
        champs=tuple(champs),
        regles=tuple(regle for regle in regles if regle.champ == branche.code),
        regles_internes=tuple(_regles(branche.regles, enfants, branche.libelle)),
    )


def _occurrences(minimum: int, maximum: int) -> str:
    if maximum == 1:
        return "une fois" if minimum else "facultatif"
    if minimum == maximum:
        return f"{minimum} fois"
    return f"de {minimum} à {maximum}" if minimum else f"facultatif, {maximum} au plus"


def _regles(regles: tuple[Regle, ...], elements: dict[str, Element], lieu: str = "") -> Iterator[VueRegle]:
    for regle in regles:
        cible = elements[regle.champ].libelle if regle.champ in elements else ""
        # A field that the Offre does not use cannot be present: a rule that forbids it has nothing to say here.
        if regle.genre is GenreRegle.INTERDIT_SI and not cible:
            continue
        yield VueRegle(
            code=regle.code,
            genre=regle.genre.value,
            titre=GENRES[regle.genre],
            condition=regle.condition,
            message=regle.message,
            champ=regle.champ or "",
            cible=cible,
            lieu=lieu,
        )


def modele_script(catalogue: Catalogue, structure: Structure) -> dict[str, object]:
    """The form for the page's script: elements in wire order with their types, rules, and what some lists add.

    ``parents``: to which codes the values of a dependent list are attached; ``deprecies``: what to say of deprecated ones.
    """
    choisis = [f.champ.type for _, f in structure.feuilles() if isinstance(f.champ.type, Choisi)]
    listes = {genre.nomenclature for genre in choisis if genre.depend_de}
    deprecies = {genre.nomenclature: _deprecies(catalogue, genre.nomenclature) for genre in choisis}
    return {
        "espace": structure.espace,
        "nom": structure.nom,
        "libelle": structure.libelle,
        "enfants": _elements_script(structure.enfants),
        "regles": _regles_script(structure.regles),
        "parents": {
            code: {valeur.code: list(valeur.parents) for valeur in catalogue.nomenclatures[code].acceptees}
            for code in sorted(listes)
        },
        "deprecies": {code: messages for code, messages in deprecies.items() if messages},
    }


def _deprecies(catalogue: Catalogue, code: str) -> dict[str, str]:
    """What the page says when a deprecated value of a nomenclature is chosen."""
    nomenclature = catalogue.nomenclatures[code]
    messages: dict[str, str] = {}
    for valeur in nomenclature.acceptees:
        if valeur.statut is Statut.DEPRECIE:
            autre = nomenclature.par_code.get(valeur.remplacement or "")
            conseil = f" : choisir plutôt « {autre.libelle} »" if autre else ""
            messages[valeur.code] = f"« {valeur.libelle} » est déprécié et sera retiré{conseil}."
    return messages


def _elements_script(elements: tuple[Element, ...]) -> list[dict[str, object]]:
    donnees: list[dict[str, object]] = []
    for element in elements:
        if isinstance(element, Choix):
            continue  # a choice between Offres stands above a form, never in it
        commun: dict[str, object] = {
            "code": element.code,
            "libelle": element.libelle,
            "min": element.minimum,
            "max": element.maximum,
        }
        if isinstance(element, Feuille):
            donnees.append(commun | type_script(element))
        else:
            enfants = _elements_script(element.enfants)
            donnees.append(commun | {"type": "groupe", "enfants": enfants, "regles": _regles_script(element.regles)})
    return donnees


def _regles_script(regles: tuple[Regle, ...]) -> list[dict[str, object]]:
    return [
        {
            "code": regle.code,
            "genre": regle.genre.value,
            "condition": regle.condition,
            "message": regle.message,
            "champ": regle.champ,
            # Which fields the person must have touched before a rule speaks up.
            "regarde": sorted(noms(regle.condition) | ({regle.champ} if regle.champ else set())),
        }
        for regle in regles
    ]
