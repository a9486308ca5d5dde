"""Cross-checks of the code lists: codes, parents, replacements."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from esav_soap.model import Nomenclature, Statut
from esav_soap.reader.codes import CodeProbleme
from esav_soap.reader.lieux import Problemes, proche
from esav_soap.reader.lus import NomenclatureLue, ValeurLue


def controler_nomenclatures(
    lues: Collection[NomenclatureLue],
    connues: Mapping[str, Nomenclature],
    illisibles: Collection[str],
    problemes: Problemes,
) -> None:
    """Every defect of the nomenclatures. ``connues``: by code; ``illisibles``: codes whose file could not be read."""
    vues: set[str] = set()
    for lue in lues:
        if "code" not in lue.invalides and lue.code in vues:
            problemes.ajouter(
                CodeProbleme.NOMENCLATURE_EN_DOUBLE, lue.lieu, f"La nomenclature « {lue.code} » est dans deux fichiers."
            )
        vues.add(lue.code)
        parente = lue.nomenclature.parent
        if parente is not None and parente not in connues and parente not in illisibles:
            problemes.ajouter(
                CodeProbleme.PARENT_NOMENCLATURE_INCONNU,
                lue.lieu,
                f"La nomenclature parente « {parente} » n'est pas dans le pack.{proche(parente, connues)}",
            )
        if lue.valeurs and all(v.valeur.statut is Statut.RETIRE for v in lue.valeurs):
            problemes.ajouter(
                CodeProbleme.NOMENCLATURE_SANS_VALEUR, lue.lieu, f"Toutes les valeurs de « {lue.code} » sont retirées."
            )
        _valeurs(lue, connues, problemes)
    _cycles(lues, connues, problemes)


def _valeurs(lue: NomenclatureLue, connues: Mapping[str, Nomenclature], problemes: Problemes) -> None:
    vus: set[str] = set()
    par_code = lue.nomenclature.par_code
    for valeur in lue.valeurs:
        code = valeur.valeur.code
        if "code" not in valeur.invalides and code in vus:
            problemes.ajouter(
                CodeProbleme.VALEUR_EN_DOUBLE,
                valeur.lieu,
                f"Le code « {code} » est donné deux fois dans « {lue.code} ».",
            )
        vus.add(code)
        _parents(lue, valeur, connues, problemes)
        remplacement = valeur.valeur.remplacement
        if remplacement is None:
            continue
        if valeur.valeur.statut is Statut.ACTIF and "statut" not in valeur.invalides:
            problemes.ajouter(
                CodeProbleme.REMPLACEMENT_INUTILE,
                valeur.lieu,
                f"« {code} » est actif : il n'a pas de remplacement « {remplacement} ».",
            )
        if remplacement == code:
            problemes.ajouter(CodeProbleme.REMPLACEMENT_DE_SOI, valeur.lieu, f"« {code} » se remplace lui-même.")
        elif remplacement not in par_code:
            problemes.ajouter(
                CodeProbleme.REMPLACEMENT_INCONNU,
                valeur.lieu,
                f"Le remplacement « {remplacement} » n'est pas dans « {lue.code} ».{proche(remplacement, par_code)}",
            )
        elif par_code[remplacement].statut is not Statut.ACTIF:
            problemes.ajouter(
                CodeProbleme.REMPLACEMENT_INACTIF,
                valeur.lieu,
                f"Le remplacement « {remplacement} » de « {code} » est lui-même {par_code[remplacement].statut.value}.",
            )


def _parents(
    lue: NomenclatureLue, valeur: ValeurLue, connues: Mapping[str, Nomenclature], problemes: Problemes
) -> None:
    if {"parents", "statut"} & valeur.invalides or "parent" in lue.invalides:
        return
    code, parents = valeur.valeur.code, valeur.valeur.parents
    admise = valeur.valeur.statut is not Statut.RETIRE
    if lue.nomenclature.parent is None:
        if parents:
            problemes.ajouter(
                CodeProbleme.PARENTS_SANS_PARENTE,
                valeur.lieu,
                f"« {code} » a des parents, mais « {lue.code} » n'a pas de nomenclature parente.",
            )
        return
    if not parents and admise:
        problemes.ajouter(
            CodeProbleme.PARENTS_MANQUANTS,
            valeur.lieu,
            f"« {code} » doit dire à quels codes de « {lue.nomenclature.parent} » il se rattache (attribut parents).",
        )
    for double in sorted({p for p in parents if parents.count(p) > 1}):
        problemes.ajouter(
            CodeProbleme.PARENT_EN_DOUBLE, valeur.lieu, f"« {code} » cite deux fois le code parent « {double} »."
        )
    parente = connues.get(lue.nomenclature.parent)
    if parente is None:
        return
    for inconnu in sorted(set(parents) - set(parente.par_code)):
        problemes.ajouter(
            CodeProbleme.PARENT_VALEUR_INCONNU,
            valeur.lieu,
            f"Le code parent « {inconnu} » de « {code} » n'est pas dans « {parente.code} ».{proche(inconnu, parente.par_code)}",
        )
    trouves = [parente.par_code[p] for p in parents if p in parente.par_code]
    if admise and trouves and len(trouves) == len(parents) and all(p.statut is Statut.RETIRE for p in trouves):
        problemes.ajouter(
            CodeProbleme.PARENT_VALEUR_RETIREE,
            valeur.lieu,
            f"« {code} » ne se rattache qu'à des codes retirés de « {parente.code} » : il ne pourrait jamais être choisi.",
        )


def _cycles(lues: Collection[NomenclatureLue], connues: Mapping[str, Nomenclature], problemes: Problemes) -> None:
    """One problem for each circle, at its first code in alphabetical order."""
    for lue in lues:
        chaine = [lue.code]
        suivant = lue.nomenclature.parent
        while suivant is not None and suivant in connues and suivant not in chaine:
            chaine.append(suivant)
            suivant = connues[suivant].parent
        if suivant == lue.code and lue.code == min(chaine):
            problemes.ajouter(
                CodeProbleme.PARENT_CYCLE,
                lue.lieu,
                f"Nomenclatures parentes en cercle : {' → '.join([*chaine, suivant])}.",
            )
