"""A version of the catalogue: Offres, formulaires, nomenclatures (R1.1)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from functools import cached_property

from esav_soap.model.formulaire import Formulaire, Usage


class Statut(Enum):
    """Life of a nomenclature value: ``DEPRECIE`` is accepted with a warning, ``RETIRE`` is refused."""

    ACTIF = "actif"
    DEPRECIE = "deprecie"
    RETIRE = "retire"


class Canal(Enum):
    """Where signalisations of an Offre may come from (annexe 1: accès FTTH only by Web services)."""

    WS = "WS"
    EN_LIGNE = "EN_LIGNE"


class TypeRendezVous(Enum):
    """Kinds of appointments (art. 4.2)."""

    SAV = "SAV"
    SAV_PLUS = "SAV_PLUS"
    EXPERTISE_CONTRADICTOIRE = "EXPERTISE_CONTRADICTOIRE"


class TestPrealable(Enum):
    """Whether an Offre wants a test before a deposit (R5.2); only activated Offres may."""

    AUCUN = "aucun"
    FACULTATIF = "facultatif"
    OBLIGATOIRE = "obligatoire"

    __test__ = False


@dataclass(frozen=True, slots=True)
class Valeur:
    """A code of a nomenclature. ``parents``: codes of the parent nomenclature that it is attached to."""

    code: str
    libelle: str
    statut: Statut = Statut.ACTIF
    parents: tuple[str, ...] = ()
    remplacement: str | None = None
    aide: str = ""


@dataclass(frozen=True)
class Nomenclature:
    """A code list. ``parent``: code of the nomenclature that the values' ``parents`` belong to."""

    code: str
    libelle: str
    valeurs: tuple[Valeur, ...]
    parent: str | None = None
    aide: str = ""

    @cached_property
    def par_code(self) -> Mapping[str, Valeur]:
        return {valeur.code: valeur for valeur in self.valeurs}

    @cached_property
    def acceptees(self) -> tuple[Valeur, ...]:
        """Values that a form may carry: active and deprecated ones, in the catalogue's order."""
        return tuple(v for v in self.valeurs if v.statut is not Statut.RETIRE)


@dataclass(frozen=True)
class Offre:
    """A wholesale product. ``usages``: path of a field (``champ`` or ``groupe/champ``) -> what this Offre says of it."""

    code: str
    libelle: str
    formulaire: str
    activee: bool = False
    canaux: tuple[Canal, ...] = (Canal.WS,)
    rendez_vous: tuple[TypeRendezVous, ...] = ()
    test_prealable: TestPrealable = TestPrealable.AUCUN
    usages: Mapping[str, Usage] = field(default_factory=dict)
    aide: str = ""


@dataclass(frozen=True)
class Catalogue:
    """A whole version. Lists keep the files' order; the maps are by code."""

    version: str
    libelle: str
    offres: tuple[Offre, ...]
    formulaires: Mapping[str, Formulaire]
    nomenclatures: Mapping[str, Nomenclature]
    notes: tuple[str, ...] = ()

    def offre(self, code: str) -> Offre:
        """The Offre of that code. Raises ``KeyError`` when this version has none."""
        return self._offres[code]

    def __contains__(self, code: str) -> bool:
        return code in self._offres

    @cached_property
    def _offres(self) -> Mapping[str, Offre]:
        return {offre.code: offre for offre in self.offres}
