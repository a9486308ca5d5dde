"""The generic deposit: code/value pairs become the form that the typed deposit would have sent."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from lxml import etree

from esav_soap.errors import CodeChamp, ErreurChamp
from esav_soap.intake.attendus import nombre
from esav_soap.intake.messages import erreur
from esav_soap.intake.proches import proche
from esav_soap.model.structure import Branche, Feuille, Structure

_CHEMIN = re.compile(r"(?:([A-Za-z][A-Za-z0-9]*)(?:\[([1-9][0-9]{0,8})\])?/)?([A-Za-z][A-Za-z0-9]*)", re.ASCII)


@dataclass(frozen=True, slots=True)
class FormulaireGenerique:
    """The typed form, the pairs that found no place, and the ranks given to the occurrences of each group."""

    element: etree._Element
    erreurs: tuple[ErreurChamp, ...]
    rangs: Mapping[str, Sequence[int]]


class Assembleur:
    """Builds forms of one Offre from pairs. ``espace``: namespace of the form's element itself."""

    def __init__(self, structure: Structure, espace: str, absents: Mapping[str, str]) -> None:
        self._structure = structure
        self._etiquette = f"{{{espace}}}{structure.nom}"
        self._espaces = {"cat": espace, "off": structure.espace}
        self._absents = absents
        self._feuilles = dict(structure.feuilles())
        self._groupes = {e.code: e for e in structure.enfants if isinstance(e, Branche)}

    def assembler(self, paires: Iterable[tuple[str, str]]) -> FormulaireGenerique:
        """The form of ``(chemin, valeur)`` pairs, in any order; a multiple nomenclature gives its path once per code."""
        valeurs: dict[tuple[str, int, str], list[str]] = {}
        erreurs: list[ErreurChamp] = []
        for chemin, valeur in paires:
            cle = self._lire(chemin)
            if isinstance(cle, ErreurChamp):
                erreurs.append(cle)
                continue
            recues = valeurs.setdefault(cle, [])
            feuille = self._feuilles[f"{cle[0]}/{cle[2]}" if cle[0] else cle[2]]
            if len(recues) >= feuille.maximum:
                fois = "une seule fois" if feuille.maximum == 1 else f"{feuille.maximum} fois au plus"
                message = f"« {feuille.libelle} » : admis {fois}"
                erreurs.append(erreur(CodeChamp.CHAMP_EN_TROP, feuille.code, feuille.libelle, chemin, message, valeur))
            else:
                recues.append(valeur)
        rangs = {code: sorted({rang for groupe, rang, _ in valeurs if groupe == code}) for code in self._groupes}
        for code, donnes in rangs.items():
            erreurs += _trous(self._groupes[code], donnes)
        return FormulaireGenerique(self._construire(valeurs, rangs), tuple(erreurs), rangs)

    def _lire(self, chemin: str) -> tuple[str, int, str] | ErreurChamp:
        """(group or "", rank or 0, field) of a path, or why it leads nowhere."""
        lu = _CHEMIN.fullmatch(chemin)
        if lu is None:
            message = f"« {chemin[:90]} » n'est pas un code de champ : écrire champ, groupe/champ ou groupe[rang]/champ"
            return erreur(CodeChamp.CHAMP_INCONNU, chemin[:90], chemin[:90], chemin, message)
        groupe, rang, champ = lu[1] or "", int(lu[2] or 1) if lu[1] else 0, lu[3]
        structurel = f"{groupe}/{champ}" if groupe else champ
        if structurel in self._feuilles:
            if groupe and rang > self._groupes[groupe].maximum:
                branche = self._groupes[groupe]
                message = f"« {branche.libelle} » : {nombre(branche.maximum, 'occurrence')} au plus"
                admises = (f"maximum {branche.maximum}",)
                return erreur(CodeChamp.CHAMP_EN_TROP, groupe, branche.libelle, chemin, message, admises=admises)
            return groupe, rang, champ
        libelle = self._absents.get(structurel) or (self._absents.get(groupe) if groupe else None)
        if libelle is not None:
            message = f"« {libelle} » : l'Offre n'emploie pas ce champ, ne pas l'envoyer"
            return erreur(CodeChamp.CHAMP_ABSENT_OFFRE, champ, libelle, chemin, message)
        voisin = proche(structurel, self._feuilles)
        suite = f" ; vouliez-vous « {voisin} » ?" if voisin else ""
        message = f"« {chemin} » n'existe pas dans « {self._structure.libelle} »{suite}"
        return erreur(CodeChamp.CHAMP_INCONNU, champ, champ, chemin, message)

    def _construire(
        self, valeurs: Mapping[tuple[str, int, str], Sequence[str]], rangs: Mapping[str, Sequence[int]]
    ) -> etree._Element:
        forme = etree.Element(self._etiquette, nsmap=self._espaces)
        for enfant in self._structure.enfants:
            if isinstance(enfant, Feuille):
                self._poser(forme, enfant, valeurs.get(("", 0, enfant.code), ()))
            elif isinstance(enfant, Branche):
                for rang in rangs[enfant.code]:
                    occurrence = etree.SubElement(forme, f"{{{self._structure.espace}}}{enfant.code}")
                    for feuille in enfant.enfants:
                        if isinstance(feuille, Feuille):
                            self._poser(occurrence, feuille, valeurs.get((enfant.code, rang, feuille.code), ()))
        return forme

    def _poser(self, parent: etree._Element, feuille: Feuille, valeurs: Sequence[str]) -> None:
        for valeur in valeurs:
            etree.SubElement(parent, f"{{{self._structure.espace}}}{feuille.code}").text = valeur


def _trous(branche: Branche, rangs: Sequence[int]) -> list[ErreurChamp]:
    """Ranks follow each other from 1: a hole is more likely a lost occurrence than a way of counting."""
    manquants = sorted(set(range(1, rangs[-1] + 1)) - set(rangs)) if rangs else []
    return [
        erreur(
            CodeChamp.CHAMP_MANQUANT,
            branche.code,
            branche.libelle,
            f"{branche.code}[{rang}]",
            f"« {branche.libelle} » : le rang {rang} manque, les rangs se suivent à partir de 1",
        )
        for rang in manquants
    ]
