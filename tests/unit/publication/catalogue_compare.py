"""A small catalogue of one Offre, each part of which a test replaces: what two versions are compared on."""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from esav_soap.model import (
    Catalogue,
    Champ,
    Choisi,
    Date,
    Entier,
    Formulaire,
    GenreRegle,
    Groupe,
    Nombre,
    Nomenclature,
    Offre,
    Regle,
    Section,
    Statut,
    Texte,
    TexteLong,
    Usage,
    Valeur,
)
from esav_soap.publication.ecarts import Gravite

OB, FA, AB = Usage.OBLIGATOIRE, Usage.FACULTATIF, Usage.ABSENT
C, R, X = Gravite.COMPATIBLE, Gravite.RESTRICTIF, Gravite.RUPTURE

SI = GenreRegle.OBLIGATOIRE_SI
FAMILLES = Nomenclature("FAMILLE", "Familles", (Valeur("OPTIQUE", "Optique"), Valeur("ENERGIE", "Énergie")))
NATURES = Nomenclature(
    "NATURE",
    "Natures",
    (
        Valeur("COUPURE", "Coupure", parents=("OPTIQUE",)),
        Valeur("PERTE", "Perte", parents=("OPTIQUE", "ENERGIE")),
        Valeur("ANCIENNE", "Ancienne", Statut.DEPRECIE, ("OPTIQUE",), "COUPURE"),
        Valeur("DISPARUE", "Disparue", Statut.RETIRE, ("OPTIQUE",), "COUPURE"),
    ),
    parent="FAMILLE",
)
MESURES = Groupe(
    "mesures",
    "Mesures",
    (
        Champ("distance", "Distance", Entier(0, 1000, "m"), OB),
        Champ("perte", "Perte", Nombre(Decimal(0), Decimal("40.5"), 2, "dB")),
    ),
    minimum=1,
    maximum=3,
    regles=(Regle("LOIN", SI, "distance > 500", "Donner la perte.", "perte"),),
)
CHAMPS: tuple[Any, ...] = (
    Champ("reference", "Référence", Texte(2, 12, "[A-Z]{2,12}"), OB),
    Champ("famille", "Famille", Choisi("FAMILLE"), OB),
    Champ("nature", "Nature", Choisi("NATURE", depend_de="famille"), OB),
    Champ("autres", "Autres natures", Choisi("NATURE", maximum=3)),
    Champ("jour", "Jour", Date("2026-01-01", "2026-12-31")),
    Champ("note", "Note", TexteLong(1, 100), aide="Ce que vous voulez.", defaut="RAS"),
    MESURES,
    Champ("cache", "Caché", Texte(), AB),
)
REGLES = (
    Regle("NOTER", SI, "famille = 'ENERGIE' or nature = 'PERTE'", "Dire pourquoi.", "note"),
    Regle("PEU", GenreRegle.REGLE, "not(jour) or count(mesures) <= 2", "Deux mesures au plus avec un jour."),
)


OFFRE = Offre("UN", "Offre un", "essai", aide="L'une.")


@dataclass(frozen=True)
class Fabrique:
    """A catalogue of one Offre, each part of which a case replaces."""

    champs: tuple[Any, ...] = CHAMPS
    regles: tuple[Regle, ...] = REGLES
    nomenclatures: tuple[Nomenclature, ...] = (FAMILLES, NATURES)
    offre: Offre = OFFRE
    declare: str | None = "nature"

    def catalogue(self, version: str) -> Catalogue:
        formulaire = Formulaire(
            self.offre.formulaire,
            "Essai",
            (Section("s", "Section", self.champs),),
            regles=self.regles,
            defaut_declare=self.declare,
        )
        return Catalogue(
            version,
            version,
            (self.offre,),
            {formulaire.code: formulaire},
            {nomenclature.code: nomenclature for nomenclature in self.nomenclatures},
        )


BASE = Fabrique()


def champ(code: str, **changes: Any) -> tuple[Any, ...]:
    """All fields, one of them changed; ``groupe/champ`` for one of a group."""
    groupe, _, dedans = code.partition("/")
    return tuple(
        replace(c, champs=tuple(replace(d, **changes) if d.code == dedans else d for d in c.champs))
        if dedans and c.code == groupe
        else replace(c, **changes)
        if c.code == code
        else c
        for c in CHAMPS
    )


def sans(code: str) -> tuple[Any, ...]:
    return tuple(c for c in CHAMPS if c.code != code)


def avec(nouveau: Any, rang: int = 5) -> tuple[Any, ...]:
    return (*CHAMPS[:rang], nouveau, *CHAMPS[rang:])


def nature(code: str | None, /, **changes: Any) -> tuple[Nomenclature, ...]:
    """The nomenclatures, one value of NATURE changed (code None: a new one)."""
    valeurs = tuple(replace(v, **changes) if v.code == code else v for v in NATURES.valeurs)
    if code is None:
        valeurs += (Valeur(**changes),)
    return (FAMILLES, replace(NATURES, valeurs=valeurs))


def regle(code: str, **changes: Any) -> tuple[Regle, ...]:
    return tuple(replace(r, **changes) if r.code == code else r for r in REGLES)


def offre(**changes: Any) -> Offre:
    return replace(OFFRE, **changes)


NEUF = Champ("neuf", "Neuf", Entier(1, 9))
