"""XML names that the contract would give twice: two codes may differ and still make the same type."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from esav_soap.names import nom_element, nom_type
from esav_soap.reader.codes import CodeProbleme
from esav_soap.reader.lieux import Problemes
from esav_soap.reader.lus import FormulaireLu, GroupeLu, PackLu

#: Names of the types that every contract shares.
RESERVES = frozenset({"Telephone", "Courriel", "DateHeure", "DateSimple", "Formulaire"})
_TEXTE_BORNE = re.compile(r"Texte[0-9]+A[0-9]+")


def reserve(nom: str) -> bool:
    """Whether a type of that name belongs to every contract."""
    return nom in RESERVES or _TEXTE_BORNE.fullmatch(nom) is not None


def controler_collisions(pack: PackLu, formulaires: Mapping[str, FormulaireLu], problemes: Problemes) -> None:
    """Names of Offres, nomenclatures and groups that collide with each other or with shared types."""
    _nomenclatures(pack, problemes)
    types: dict[str, str] = {}
    for offre in pack.offres:
        if "code" in offre.invalides:
            continue
        nom = nom_type(offre.code)
        if reserve(nom):
            problemes.ajouter(
                CodeProbleme.NOM_RESERVE,
                offre.lieu,
                f"L'Offre « {offre.code} » donnerait le nom XML « {nom} », déjà pris.",
            )
        autre = types.setdefault(nom, offre.code)
        if autre != offre.code:
            problemes.ajouter(
                CodeProbleme.COLLISION_OFFRES,
                offre.lieu,
                f"Les Offres « {autre} » et « {offre.code} » donnent le même élément « {nom_element(offre.code)} ».",
            )
    for formulaire in formulaires.values():
        _dans_le_formulaire(formulaire, problemes)
    _groupes_et_offres(pack, formulaires, types, problemes)


def _nomenclatures(pack: PackLu, problemes: Problemes) -> None:
    types: dict[str, str] = {}
    for lue in pack.nomenclatures:
        if "code" in lue.invalides:
            continue
        nom = nom_type(lue.code)
        if reserve(nom):
            problemes.ajouter(
                CodeProbleme.NOM_RESERVE,
                lue.lieu,
                f"La nomenclature « {lue.code} » donnerait le type « {nom} », déjà pris.",
            )
        autre = types.setdefault(nom, lue.code)
        if autre != lue.code:
            problemes.ajouter(
                CodeProbleme.COLLISION_NOMENCLATURES,
                lue.lieu,
                f"Les nomenclatures « {autre} » et « {lue.code} » donnent le même type « {nom} ».",
            )


def _suffixes(noeud: GroupeLu) -> Iterator[tuple[str, str]]:
    groupe = nom_type(noeud.code)
    yield groupe, noeud.code
    for champ in noeud.champs:
        yield f"{groupe}{nom_type(champ.code)}Type", f"{noeud.code}/{champ.code}"


def _dans_le_formulaire(formulaire: FormulaireLu, problemes: Problemes) -> None:
    """Types of groups and of their fields are named after them: ``mesures`` + ``pto`` and ``mesuresPto`` collide."""
    simples = {f"{nom_type(n.code)}Type": n.code for n in formulaire.noeuds() if not isinstance(n, GroupeLu)}
    pris = dict(simples)
    for noeud in formulaire.noeuds():
        if not isinstance(noeud, GroupeLu):
            continue
        for nom, chemin in _suffixes(noeud):
            autre = pris.setdefault(nom, chemin)
            if autre != chemin:
                problemes.ajouter(
                    CodeProbleme.COLLISION_GROUPES,
                    noeud.lieu,
                    f"« {autre} » et « {chemin} » donnent le même nom de type « …{nom} ».",
                )


def _groupes_et_offres(
    pack: PackLu, formulaires: Mapping[str, FormulaireLu], types: Mapping[str, str], problemes: Problemes
) -> None:
    """A group's type takes the Offre's name first: Offre ``ACCES`` with group ``ftth`` and Offre ``ACCES_FTTH`` collide."""
    for offre in pack.offres:
        formulaire = formulaires.get(offre.offre.formulaire)
        for noeud in formulaire.noeuds() if formulaire else ():
            if not isinstance(noeud, GroupeLu):
                continue
            nom = nom_type(offre.code) + nom_type(noeud.code)
            if nom in types:
                problemes.ajouter(
                    CodeProbleme.COLLISION_GROUPES,
                    noeud.lieu,
                    f"Le groupe « {noeud.code} » donne pour l'Offre « {offre.code} » le type « {nom} », celui de l'Offre "
                    f"« {types[nom]} ».",
                )
