"""The fields of a formulaire as the functional specification shows them: once each, with the usage that every Offre makes."""

from __future__ import annotations

from dataclasses import dataclass

from esav_soap.contract.maquettes.mots import admis, en_clair, francais
from esav_soap.contract.maquettes.vue import GENRES
from esav_soap.model import (
    Catalogue,
    Champ,
    Choisi,
    Courriel,
    Date,
    DateHeure,
    Entier,
    Formulaire,
    Groupe,
    Noeud,
    Nombre,
    Offre,
    OuiNon,
    Regle,
    Telephone,
    Texte,
    TexteLong,
    Type,
    Usage,
    usage_de,
)

_TYPES: dict[type[Type], str] = {
    Texte: "Texte d’une ligne",
    TexteLong: "Texte de plusieurs lignes",
    Entier: "Nombre entier",
    Nombre: "Nombre décimal",
    Date: "Date",
    DateHeure: "Date et heure, avec décalage",
    OuiNon: "Oui ou non",
    Telephone: "Numéro de téléphone",
    Courriel: "Adresse de courriel",
    Choisi: "Code",
}
_USAGES = {Usage.OBLIGATOIRE: "Obligatoire", Usage.FACULTATIF: "Facultatif", Usage.ABSENT: "Absent"}


@dataclass(frozen=True, slots=True)
class VueUsage:
    """A usage, and the Offres (labels) that make it; none: all of them."""

    mot: str
    classe: str
    offres: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class VueRegle:
    """A rule, at the field that it is shown at."""

    code: str
    titre: str
    message: str
    condition: str
    champ: str


@dataclass(frozen=True, slots=True)
class VueNoeud:
    """A field or a group; ``champs`` are those of a group. ``details``: what is accepted, in words, one thing each."""

    chemin: str
    libelle: str
    aide: str
    usages: tuple[VueUsage, ...]
    type: str
    details: tuple[str, ...] = ()
    exemples: tuple[str, ...] = ()
    motif: str = ""
    nomenclature: str = ""
    champs: tuple[VueNoeud, ...] = ()
    regles: tuple[VueRegle, ...] = ()


@dataclass(frozen=True, slots=True)
class VueSection:
    libelle: str
    aide: str
    noeuds: tuple[VueNoeud, ...]


@dataclass(frozen=True, slots=True)
class VueFormulaire:
    """A formulaire with the Offres that use it."""

    code: str
    libelle: str
    aide: str
    offres: tuple[Offre, ...]
    sections: tuple[VueSection, ...]
    regles: tuple[VueRegle, ...]
    nombre: int


def vue_formulaire(catalogue: Catalogue, formulaire: Formulaire) -> VueFormulaire:
    """The formulaire as it is used in this version."""
    offres = tuple(offre for offre in catalogue.offres if offre.formulaire == formulaire.code)
    libelles = {noeud.code: noeud.libelle for noeud in formulaire.noeuds()}
    sections = tuple(
        VueSection(s.libelle, s.aide, tuple(_noeud(catalogue, noeud, offres, libelles) for noeud in s.noeuds))
        for s in formulaire.sections
    )
    nombre = sum(len(n.champs) if isinstance(n, Groupe) else 1 for n in formulaire.noeuds())
    regles = _regles(formulaire.regles, libelles)
    return VueFormulaire(formulaire.code, formulaire.libelle, formulaire.aide, offres, sections, regles, nombre)


def _noeud(catalogue: Catalogue, noeud: Noeud, offres: tuple[Offre, ...], libelles: dict[str, str]) -> VueNoeud:
    if isinstance(noeud, Champ):
        return _champ(catalogue, noeud, noeud.code, offres, libelles)
    dedans = {champ.code: champ.libelle for champ in noeud.champs}
    employeuses = tuple(o for o in offres if usage_de(o, noeud.code, noeud) is not Usage.ABSENT)
    return VueNoeud(
        chemin=noeud.code,
        libelle=noeud.libelle,
        aide=noeud.aide,
        usages=_usages(noeud.code, noeud, offres),
        type="Groupe",
        details=(_occurrences(noeud),),
        champs=tuple(_champ(catalogue, c, f"{noeud.code}/{c.code}", employeuses, dedans) for c in noeud.champs),
        regles=_regles(noeud.regles, dedans),
    )


def _champ(
    catalogue: Catalogue, champ: Champ, chemin: str, offres: tuple[Offre, ...], libelles: dict[str, str]
) -> VueNoeud:
    genre = champ.type
    parent = libelles.get(genre.depend_de or "", "") if isinstance(genre, Choisi) else ""
    dit = admis(genre, parent)
    valeurs = _libelles_valeurs(catalogue, genre)
    details = [dit] if dit else []
    if champ.defaut is not None:
        details.append(f"Proposé : {en_clair(genre, champ.defaut, valeurs)}")
    return VueNoeud(
        chemin=chemin,
        libelle=champ.libelle,
        aide=champ.aide,
        usages=_usages(chemin, champ, offres),
        type=_type(genre),
        details=tuple(details),
        exemples=tuple(en_clair(genre, exemple, valeurs) for exemple in champ.exemples),
        motif=(genre.motif or "") if isinstance(genre, Texte) else "",
        nomenclature=genre.nomenclature if isinstance(genre, Choisi) else "",
    )


def _type(genre: Type) -> str:
    if isinstance(genre, Choisi) and genre.maximum > 1:
        return "Un ou plusieurs codes"
    unite = f", en {genre.unite}" if isinstance(genre, Entier | Nombre) and genre.unite else ""
    return _TYPES[type(genre)] + unite


def _libelles_valeurs(catalogue: Catalogue, genre: Type) -> dict[str, str]:
    if isinstance(genre, OuiNon):
        return {"true": "oui", "1": "oui", "oui": "oui", "false": "non", "0": "non", "non": "non"}
    if isinstance(genre, Choisi):
        return {v.code: v.code for v in catalogue.nomenclatures[genre.nomenclature].valeurs}
    return {}


def _usages(chemin: str, noeud: Noeud, offres: tuple[Offre, ...]) -> tuple[VueUsage, ...]:
    """What the Offres say of a field; of one in a group, those that use the group."""
    par_usage: dict[Usage, list[str]] = {}
    for offre in offres:
        par_usage.setdefault(usage_de(offre, chemin, noeud), []).append(offre.libelle)
    unanimes = len(par_usage) == 1
    return tuple(
        VueUsage(_USAGES[usage], usage.value, () if unanimes else tuple(par_usage[usage]))
        for usage in Usage
        if usage in par_usage
    )


def _occurrences(groupe: Groupe) -> str:
    if groupe.maximum == 1:
        return "Une fois au plus"
    if groupe.minimum > 1:
        return f"De {francais(groupe.minimum)} à {francais(groupe.maximum)} fois s’il est donné"
    return f"{francais(groupe.maximum)} fois au plus"


def _regles(regles: tuple[Regle, ...], libelles: dict[str, str]) -> tuple[VueRegle, ...]:
    return tuple(
        VueRegle(r.code, GENRES[r.genre], r.message, r.condition, libelles.get(r.champ or "", "")) for r in regles
    )
