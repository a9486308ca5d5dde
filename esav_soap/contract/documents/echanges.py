"""The messages as the technical specification shows them: requests from their structures, answers from their Spyne types."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from esav_soap.contract import reponses as r
from esav_soap.contract import spyne_compat as s
from esav_soap.contract.maquettes.mots import admis
from esav_soap.contract.services import RECEPTEURS, REPONSES, SERVICES, Reponse, appel, requetes
from esav_soap.model import (
    Branche,
    Catalogue,
    Choisi,
    Choix,
    Courriel,
    Date,
    DateHeure,
    Element,
    Entier,
    Feuille,
    Nombre,
    OuiNon,
    Telephone,
    Texte,
    TexteLong,
    Type,
)
from esav_soap.names import PLATEFORMES, chemin_service

#: Services that opérateurs call; the others are for the Fournisseur's own people.
INTERNES = frozenset({"publication", "sav"})

_XSD: dict[type[Type], str] = {
    Texte: "xs:string",
    TexteLong: "xs:string",
    Entier: "xs:int",
    Nombre: "xs:decimal",
    Date: "xs:date",
    DateHeure: "xs:dateTime",
    OuiNon: "xs:boolean",
    Telephone: "xs:string",
    Courriel: "xs:string",
    Choisi: "xs:string",
}
_SIMPLES = (
    (s.Unicode, "xs:string"),
    (s.Date, "xs:date"),  # before DateTime, which it is one of
    (s.DateTime, "xs:dateTime"),
    (s.Boolean, "xs:boolean"),
    (s.ByteArray, "xs:base64Binary"),
    (s.Integer32, "xs:int"),
    (s.Decimal, "xs:decimal"),
)


@dataclass(frozen=True, slots=True)
class VueElement:
    """An element of a message. ``profondeur``: 0 for a child of the operation; ``complexe``: name of its type, if it has
    elements and is described apart."""

    nom: str
    profondeur: int
    occurrences: str
    type: str
    texte: str
    admis: str = ""
    complexe: str = ""


@dataclass(frozen=True, slots=True)
class VueOperation:
    nom: str
    libelle: str
    requete: tuple[VueElement, ...]
    regles: tuple[str, ...]
    reponse: VueElement


@dataclass(frozen=True, slots=True)
class VueService:
    """``chemin``: of the production platform, with the version where there is one."""

    nom: str
    chemin: str
    integration: str
    operations: tuple[VueOperation, ...]


@dataclass(frozen=True, slots=True)
class VueType:
    """A complex type of the answers."""

    nom: str
    texte: str
    elements: tuple[VueElement, ...]


def services(catalogue: Catalogue) -> tuple[VueService, ...]:
    """The services of opérateurs with their operations, in the order of the WSDLs."""
    return tuple(_servi(nom, catalogue) for nom in SERVICES if nom not in INTERNES)


def recepteurs() -> tuple[VueService, ...]:
    """The services that an opérateur may offer, for e-SAV to call."""
    return tuple(_service(nom, [_appelee(operation) for operation in noms]) for nom, noms in RECEPTEURS.items())


def _servi(nom: str, catalogue: Catalogue) -> VueService:
    structures = requetes(nom, catalogue)
    operations = [
        VueOperation(
            operation,
            structures[operation].libelle,
            tuple(_elements(structures[operation].enfants)),
            tuple(regle.message for regle in structures[operation].regles),
            _rendue(REPONSES[operation]),
        )
        for operation in SERVICES[nom]
    ]
    return _service(nom, operations, catalogue.version if nom == "depot" else None)


def _appelee(operation: str) -> VueOperation:
    requete, reponse = appel(operation)
    elements = tuple(_membre(code, membre) for code, membre in requete._type_info.items())
    return VueOperation(operation, requete.Annotations.doc.rstrip("."), elements, (), _rendue(reponse))


def _service(nom: str, operations: Iterable[VueOperation], version: str | None = None) -> VueService:
    production, integration = (chemin_service(plateforme, nom, version) for plateforme in PLATEFORMES)
    return VueService(nom, production, integration, tuple(operations))


def _rendue(reponse: Reponse) -> VueElement:
    return _membre(reponse.nom, reponse.type.customize(min_occurs=1, max_occurs=1))


def _elements(enfants: Iterable[Element], profondeur: int = 0) -> Iterator[VueElement]:
    for enfant in enfants:
        match enfant:
            case Feuille():
                genre = enfant.champ.type
                longueur = _longueur(genre)
                yield VueElement(
                    enfant.code,
                    profondeur,
                    _occurrences(enfant.minimum, enfant.maximum),
                    _XSD[type(genre)],
                    _phrase(enfant.libelle, enfant.champ.aide),
                    longueur or admis(genre, ""),
                )
            case Branche():
                occurrences = _occurrences(enfant.minimum, enfant.maximum)
                yield VueElement(
                    enfant.code, profondeur, occurrences, enfant.nom_type, _phrase(enfant.libelle, enfant.aide)
                )
                yield from _elements(enfant.enfants, profondeur + 1)
            case Choix():
                texte = "Le formulaire d’une Offre, et d’une seule : un élément au nom de l’Offre."
                yield VueElement(enfant.code, profondeur, "1", enfant.nom_type, texte)


def _longueur(genre: Type) -> str:
    if isinstance(genre, Texte | TexteLong):
        return f"{genre.longueur_min} à {genre.longueur_max} caractères"
    return ""


def _phrase(libelle: str, aide: str) -> str:
    return f"{libelle}. {aide}" if aide else libelle


def types_reponses() -> tuple[VueType, ...]:
    """The types of the answers of these services, each once, an answer before what it holds; the fault last."""
    racines = [REPONSES[op].type for nom, noms in SERVICES.items() if nom not in INTERNES for op in noms]
    racines += [appel(op)[1].type for noms in RECEPTEURS.values() for op in noms]
    vus: dict[str, VueType] = {}
    for racine in (*racines, r.ErreurEsav):
        _decrire(racine, vus)
    return tuple(vus.values())


def _decrire(type_: Any, vus: dict[str, VueType]) -> None:
    nom = type_.get_type_name()
    if nom in vus:
        return
    membres = list(type_._type_info.items())
    texte = type_.Annotations.doc or ""
    vus[nom] = VueType(nom, texte, tuple(_membre(code, membre) for code, membre in membres))
    for _, membre in membres:
        if issubclass(membre, s.ComplexModel):
            _decrire(membre, vus)


def _membre(nom: str, type_: Any) -> VueElement:
    occurrences = _occurrences(int(type_.Attributes.min_occurs), type_.Attributes.max_occurs)
    if issubclass(type_, s.ComplexModel):
        complexe = type_.get_type_name()
        return VueElement(nom, 0, occurrences, complexe, type_.Annotations.doc or "", complexe=complexe)
    simple = next(mot for connu, mot in _SIMPLES if issubclass(type_, connu))
    return VueElement(nom, 0, occurrences, simple, type_.Annotations.doc or "")


def _occurrences(minimum: int, maximum: Any) -> str:
    haut = "n" if maximum == float("inf") else str(int(maximum))
    return haut if str(minimum) == haut else f"{minimum} à {haut}"
