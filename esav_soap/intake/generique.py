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

_PAS = r"([A-Za-z][A-Za-z0-9]*)(?:\[([1-9][0-9]{0,8})\])?"
_CHEMIN = re.compile(f"(?:{_PAS}/)?{_PAS}", re.ASCII)

#: Where a value goes: code of the group or "", its rank or 0, code of the field.
_Cle = tuple[str, int, str]


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
        valeurs: dict[_Cle, list[str]] = {}
        erreurs: list[ErreurChamp] = []
        en_trop: dict[tuple[str, int], ErreurChamp] = {}
        for chemin, valeur in paires:
            cle, refus = self._lire(chemin)
            if refus is not None:
                erreurs.append(refus)
            if cle is None:
                continue
            groupe, rang, _ = cle
            if groupe and rang > self._groupes[groupe].maximum:
                en_trop.setdefault((groupe, rang), _occurrence_en_trop(self._groupes[groupe], rang))
                continue
            recues = valeurs.setdefault(cle, [])
            feuille = self._feuilles[_structurel(cle)]
            if len(recues) < feuille.maximum:
                recues.append(valeur)
            elif refus is None:
                fois = "une seule fois" if feuille.maximum == 1 else f"{feuille.maximum} fois au plus"
                message = f"« {feuille.libelle} » : admis {fois}"
                erreurs.append(erreur(CodeChamp.CHAMP_EN_TROP, feuille.code, feuille.libelle, chemin, message, valeur))
        erreurs += en_trop.values()
        rangs = {code: sorted({rang for groupe, rang, _ in valeurs if groupe == code}) for code in self._groupes}
        for code, donnes in rangs.items():
            erreurs += _trous(self._groupes[code], donnes)
        return FormulaireGenerique(self._construire(valeurs, rangs), tuple(erreurs), rangs)

    def _lire(self, chemin: str) -> tuple[_Cle | None, ErreurChamp | None]:
        """Where a path leads, and what is wrong with it; both for a rank on a field, whose meaning is plain all the same."""
        lu = _CHEMIN.fullmatch(chemin)
        if lu is None:
            message = f"« {chemin[:90]} » n'est pas un code de champ : écrire champ, groupe/champ ou groupe[rang]/champ"
            return None, erreur(CodeChamp.CHAMP_INCONNU, chemin[:90], chemin[:90], chemin, message)
        groupe, champ, rang_champ = lu[1] or "", lu[3], lu[4]
        cle = (groupe, int(lu[2] or 1) if groupe else 0, champ)
        feuille = self._feuilles.get(_structurel(cle))
        if feuille is None:
            return None, self._sans_champ(chemin, cle, rang_champ or "1")
        if rang_champ is None:
            return cle, None
        sans_rang = chemin[: chemin.rindex("[")]
        pourquoi = "n'est pas répété" if feuille.maximum == 1 else "s'écrit une fois pour chaque code"
        message = f"« {feuille.libelle} » {pourquoi} : écrire « {sans_rang} », sans rang"
        return cle, erreur(CodeChamp.CHAMP_INCONNU, champ, feuille.libelle, chemin, message)

    def _sans_champ(self, chemin: str, cle: _Cle, rang: str) -> ErreurChamp:
        """Why a well-written path leads to no field: a group, a field that the Offre does not use, or nothing."""
        groupe, _, champ = cle
        branche = self._groupes.get(champ) if not groupe else None
        if branche is not None and branche.enfants:
            exemple = f"{champ}[{rang}]/{branche.enfants[0].code}"
            message = f"« {branche.libelle} » est un groupe : donner chacun de ses champs, par exemple {exemple}"
            return erreur(CodeChamp.CHAMP_INCONNU, champ, branche.libelle, chemin, message)
        structurel = _structurel(cle)
        libelle = self._absents.get(structurel) or (self._absents.get(groupe) if groupe else None)
        if libelle is not None:
            message = f"« {libelle} » : l'Offre n'emploie pas ce champ, ne pas l'envoyer"
            return erreur(CodeChamp.CHAMP_ABSENT_OFFRE, champ, libelle, chemin, message)
        voisin = proche(structurel, self._feuilles)
        suite = f" ; vouliez-vous « {voisin} » ?" if voisin else ""
        message = f"« {chemin} » n'existe pas dans « {self._structure.libelle} »{suite}"
        return erreur(CodeChamp.CHAMP_INCONNU, champ, champ, chemin, message)

    def _construire(self, valeurs: Mapping[_Cle, Sequence[str]], rangs: Mapping[str, Sequence[int]]) -> etree._Element:
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


def _structurel(cle: _Cle) -> str:
    return f"{cle[0]}/{cle[2]}" if cle[0] else cle[2]


def _occurrence_en_trop(branche: Branche, rang: int) -> ErreurChamp:
    """A whole occurrence beyond the maximum, told of once however many fields it has."""
    message = f"« {branche.libelle} » : {nombre(branche.maximum, 'occurrence')} au plus"
    admises = (f"maximum {branche.maximum}",)
    chemin = f"{branche.code}[{rang}]"
    return erreur(CodeChamp.CHAMP_EN_TROP, branche.code, branche.libelle, chemin, message, admises=admises)


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
