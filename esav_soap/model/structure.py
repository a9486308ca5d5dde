"""What is on the wire: trees of elements with their occurrences, resolved for one Offre or one operation.

``contract`` turns a :class:`Structure` into Spyne types, ``intake`` checks elements against it; both see the same thing,
whether it comes from the catalogue (:func:`structure_offre`) or from the declaration of a service's request.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from esav_soap.model.catalogue import Catalogue, Offre
from esav_soap.model.formulaire import Champ, Groupe, Noeud, Regle, Usage
from esav_soap.model.types import Choisi
from esav_soap.names import nom_element, nom_type, ns_offre


@dataclass(frozen=True, slots=True)
class Feuille:
    """An element with a value: ``champ`` present ``minimum`` (0 or 1) to ``maximum`` times."""

    champ: Champ
    minimum: int
    maximum: int

    @property
    def code(self) -> str:
        return self.champ.code

    @property
    def libelle(self) -> str:
        return self.champ.libelle


@dataclass(frozen=True, slots=True)
class Branche:
    """An element with children, present ``minimum`` to ``maximum`` times. ``nom_type`` names its XSD complex type."""

    code: str
    libelle: str
    nom_type: str
    enfants: tuple[Element, ...]
    minimum: int
    maximum: int
    aide: str = ""
    regles: tuple[Regle, ...] = ()


@dataclass(frozen=True, slots=True)
class Choix:
    """An element, present once, that holds exactly one of ``structures`` (the form of one Offre).

    The chosen element has the structure's ``nom`` in namespace ``espace``; its children are in the structure's own.
    """

    code: str
    libelle: str
    nom_type: str
    espace: str
    structures: tuple[Structure, ...]


Element = Feuille | Branche | Choix


@dataclass(frozen=True, slots=True)
class Structure:
    """The content of one XML type: all elements in namespace ``espace``, in this order.

    ``nom`` is the element's local name, ``nom_type`` the complex type's.
    """

    espace: str
    nom: str
    nom_type: str
    libelle: str
    enfants: tuple[Element, ...]
    regles: tuple[Regle, ...] = ()

    def feuilles(self) -> Iterator[tuple[str, Feuille]]:
        """Every leaf with its path (``champ`` or ``groupe/champ``), in wire order; a Choix has none."""
        return _feuilles(self.enfants, "")


def _feuilles(enfants: tuple[Element, ...], chemin: str) -> Iterator[tuple[str, Feuille]]:
    for enfant in enfants:
        if isinstance(enfant, Feuille):
            yield f"{chemin}{enfant.code}", enfant
        elif isinstance(enfant, Branche):
            yield from _feuilles(enfant.enfants, f"{chemin}{enfant.code}/")


def structure_offre(catalogue: Catalogue, offre: Offre) -> Structure:
    """The form of an Offre as it goes over the wire: usages applied, absent fields gone (R1.2).

    Rules of absent groups go with them; other rules stay, and see an absent field as an empty set.
    """
    formulaire = catalogue.formulaires[offre.formulaire]
    prefixe = nom_type(offre.code)
    enfants: list[Element] = []
    for noeud in formulaire.noeuds():
        element = _element(noeud, offre, prefixe)
        if element is not None:
            enfants.append(element)
    return Structure(
        espace=ns_offre(catalogue.version, offre.code),
        nom=nom_element(offre.code),
        nom_type=prefixe,
        libelle=offre.libelle,
        enfants=tuple(enfants),
        regles=formulaire.regles,
    )


def usage_de(offre: Offre, chemin: str, noeud: Noeud) -> Usage:
    """What ``offre`` says of the field or group at ``chemin``: its own word, or the formulaire's default."""
    return offre.usages.get(chemin, noeud.usage)


def _element(noeud: Noeud, offre: Offre, prefixe: str, chemin: str = "") -> Element | None:
    ici = f"{chemin}{noeud.code}"
    usage = usage_de(offre, ici, noeud)
    if usage is Usage.ABSENT:
        return None
    obligatoire = usage is Usage.OBLIGATOIRE
    if isinstance(noeud, Champ):
        maximum = noeud.type.maximum if isinstance(noeud.type, Choisi) else 1
        return Feuille(replace(noeud, usage=usage), int(obligatoire), maximum)
    return _branche(noeud, offre, prefixe, ici, obligatoire)


def _branche(groupe: Groupe, offre: Offre, prefixe: str, chemin: str, obligatoire: bool) -> Branche:
    enfants = [_element(champ, offre, prefixe, f"{chemin}/") for champ in groupe.champs]
    return Branche(
        code=groupe.code,
        libelle=groupe.libelle,
        nom_type=prefixe + nom_type(groupe.code),
        enfants=tuple(enfant for enfant in enfants if enfant is not None),
        minimum=max(groupe.minimum, 1) if obligatoire else 0,
        maximum=groupe.maximum,
        aide=groupe.aide,
        regles=groupe.regles,
    )
