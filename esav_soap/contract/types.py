"""From the model to Spyne types: a :class:`Structure` becomes the complex types that the WSDL and the XSDs show (R1.2).

Every simple type is named, with its facets and occurrences given in one call: Spyne drops the name of a type that is
customised again. Nothing is nillable: a missing field is left out.
"""

from __future__ import annotations

from datetime import date
from typing import Any

from esav_soap.contract import spyne_compat as s
from esav_soap.model.catalogue import Nomenclature
from esav_soap.model.structure import Branche, Choix, Element, Feuille, Structure
from esav_soap.model.types import (
    ENTIER_MAX,
    ENTIER_MIN,
    LONGUEUR_COURRIEL,
    MOTIF_COURRIEL,
    MOTIF_DATE,
    MOTIF_DATE_HEURE,
    MOTIF_TELEPHONE,
    Choisi,
    Courriel,
    Date,
    DateHeure,
    Entier,
    Fichier,
    Nombre,
    OuiNon,
    Telephone,
    Texte,
    TexteLong,
)
from esav_soap.names import nom_type

TypeSpyne = Any  # Spyne's classes are made at run time and are not annotated


class Fabrique:
    """Makes the Spyne types of one contract, each named type once.

    ``communs``: namespace of the simple types that all forms share; ``nomenclatures``: those that its fields refer to.
    """

    def __init__(self, communs: str, nomenclatures: dict[str, Nomenclature] | None = None) -> None:
        self._communs = communs
        self._nomenclatures = nomenclatures or {}

    def structure(self, structure: Structure, **attributs: Any) -> TypeSpyne:
        """Complex type of a structure. ``attributs``: Spyne attributes such as ``min_occurs``."""
        membres = [(e.code, self.element(e, structure.espace, structure.nom_type)) for e in structure.enfants]
        classe = s.type_complexe(structure.nom_type, structure.espace, membres, structure.libelle)
        return classe.customize(nillable=False, **attributs)

    def element(self, element: Element, espace: str, parent: str) -> TypeSpyne:
        """Spyne type of one member of the complex type named ``parent`` in ``espace``."""
        match element:
            case Feuille():
                return self._feuille(element, espace, parent)
            case Branche():
                membres = [(e.code, self.element(e, espace, element.nom_type)) for e in element.enfants]
                classe = s.type_complexe(element.nom_type, espace, membres, element.libelle)
                return classe.customize(nillable=False, min_occurs=element.minimum, max_occurs=element.maximum)
            case Choix():
                branches = [
                    (st.nom, self.structure(st, min_occurs=0, xml_choice_group="offre", sub_name=st.nom))
                    for st in element.structures
                ]
                classe = s.type_complexe(element.nom_type, element.espace, branches, element.libelle)
                return classe.customize(nillable=False, min_occurs=1, max_occurs=1)

    def _feuille(self, feuille: Feuille, espace: str, parent: str) -> TypeSpyne:
        occurrences = {
            "min_occurs": feuille.minimum,
            "max_occurs": feuille.maximum,
            "nillable": False,
            "doc": feuille.libelle,
        }
        propre = {"type_name": f"{parent}{nom_type(feuille.code)}Type", "__namespace__": espace}
        commun = {"__namespace__": self._communs}
        t = feuille.champ.type
        match t:
            case Fichier():
                return s.ByteArray.customize(**occurrences)
            case Texte(motif=str() as motif):
                facettes = {"min_len": t.longueur_min, "max_len": t.longueur_max, "pattern": motif}
                return s.Unicode.customize(**propre, **facettes, **occurrences)
            case Texte() | TexteLong():
                nom = f"Texte{t.longueur_min}A{t.longueur_max}"
                facettes = {"min_len": t.longueur_min, "max_len": t.longueur_max}
                return s.Unicode.customize(type_name=nom, **commun, **facettes, **occurrences)
            case Entier():
                bornes: dict[str, Any] = {}
                if t.minimum != ENTIER_MIN:
                    bornes["ge"] = t.minimum
                if t.maximum != ENTIER_MAX:
                    bornes["le"] = t.maximum
                return s.Integer32.customize(**(propre if bornes else {}), **bornes, **occurrences)
            case Nombre():
                bornes = {"fraction_digits": t.decimales}
                if t.minimum is not None:
                    bornes["ge"] = t.minimum
                if t.maximum is not None:
                    bornes["le"] = t.maximum
                return s.Decimal.customize(**propre, **bornes, **occurrences)
            case Date(minimum=None, maximum=None):
                return s.Date.customize(type_name="DateSimple", **commun, pattern=MOTIF_DATE, **occurrences)
            case Date():
                bornes = {}
                if t.minimum is not None:
                    bornes["ge"] = date.fromisoformat(t.minimum)
                if t.maximum is not None:
                    bornes["le"] = date.fromisoformat(t.maximum)
                return s.Date.customize(**propre, pattern=MOTIF_DATE, **bornes, **occurrences)
            case DateHeure():
                return s.DateTime.customize(type_name="DateHeure", **commun, pattern=MOTIF_DATE_HEURE, **occurrences)
            case OuiNon():
                return s.Boolean.customize(**occurrences)
            case Telephone():
                return s.Unicode.customize(type_name="Telephone", **commun, pattern=MOTIF_TELEPHONE, **occurrences)
            case Courriel():
                longueur = {"max_len": LONGUEUR_COURRIEL}
                return s.Unicode.customize(
                    type_name="Courriel", **commun, pattern=MOTIF_COURRIEL, **longueur, **occurrences
                )
            case Choisi():
                codes = [v.code for v in self._nomenclatures[t.nomenclature].acceptees]
                return s.Unicode.customize(type_name=nom_type(t.nomenclature), **commun, values=codes, **occurrences)
