"""Small edits of a catalogue, as a publisher makes them from one version to the next, drawn from a random generator."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from random import Random
from typing import Any

from esav_soap.model import (
    Catalogue,
    Champ,
    Choisi,
    Courriel,
    Date,
    DateHeure,
    Entier,
    Formulaire,
    GenreRegle,
    Groupe,
    Noeud,
    Nombre,
    Nomenclature,
    OuiNon,
    Regle,
    Section,
    Statut,
    Telephone,
    Texte,
    TexteLong,
    Usage,
    Valeur,
)

Edition = Callable[[Catalogue, Random], Catalogue]


def _formulaire(catalogue: Catalogue, formulaire: Formulaire) -> Catalogue:
    return replace(catalogue, formulaires={**catalogue.formulaires, formulaire.code: formulaire})


def _tirer(catalogue: Catalogue, rng: Random) -> Formulaire:
    return catalogue.formulaires[rng.choice(sorted(catalogue.formulaires))]


def _sections(catalogue: Catalogue, rng: Random, change: Callable[[list[Noeud]], list[Noeud]]) -> Catalogue:
    """One section's fields and groups, or one group's fields, changed."""
    formulaire = _tirer(catalogue, rng)
    rang = rng.randrange(len(formulaire.sections))
    section = formulaire.sections[rang]
    noeuds = list(section.noeuds)
    groupes = [i for i, n in enumerate(noeuds) if isinstance(n, Groupe)]
    if groupes and rng.random() < 0.4:
        i = rng.choice(groupes)
        groupe: Any = noeuds[i]
        noeuds[i] = replace(groupe, champs=tuple(change(list(groupe.champs))) or groupe.champs)
    else:
        noeuds = change(noeuds) or noeuds
    sections = [*formulaire.sections[:rang], replace(section, noeuds=tuple(noeuds)), *formulaire.sections[rang + 1 :]]
    return _formulaire(catalogue, replace(formulaire, sections=tuple(sections)))


def _un_noeud(catalogue: Catalogue, rng: Random, change: Callable[[Any], Noeud], genre: type = object) -> Catalogue:
    def dans(noeuds: list[Noeud]) -> list[Noeud]:
        rangs = [i for i, n in enumerate(noeuds) if isinstance(n, genre)]
        if rangs:
            i = rng.choice(rangs)
            noeuds[i] = change(noeuds[i])
        return noeuds

    return _sections(catalogue, rng, dans)


def _sans_un(liste: list[Any], rng: Random) -> list[Any]:
    rang = rng.randrange(len(liste)) if liste else 0
    return [*liste[:rang], *liste[rang + 1 :]]


def _codes(catalogue: Catalogue) -> set[str]:
    pris = set()
    for formulaire in catalogue.formulaires.values():
        for noeud in formulaire.noeuds():
            pris.add(noeud.code)
            if isinstance(noeud, Groupe):
                pris |= {champ.code for champ in noeud.champs}
    return pris


def usage_par_defaut(catalogue: Catalogue, rng: Random) -> Catalogue:
    return _un_noeud(catalogue, rng, lambda n: replace(n, usage=rng.choice(list(Usage))))


def usage_de_l_offre(catalogue: Catalogue, rng: Random) -> Catalogue:
    rang = rng.randrange(len(catalogue.offres))
    offre = catalogue.offres[rang]
    chemins = []
    for noeud in catalogue.formulaires[offre.formulaire].noeuds():
        chemins.append(noeud.code)
        if isinstance(noeud, Groupe):
            chemins += [f"{noeud.code}/{champ.code}" for champ in noeud.champs]
    usages = {**offre.usages, rng.choice(chemins): rng.choice(list(Usage))}
    offres = [*catalogue.offres[:rang], replace(offre, usages=usages), *catalogue.offres[rang + 1 :]]
    return replace(catalogue, offres=tuple(offres))


def oter(catalogue: Catalogue, rng: Random) -> Catalogue:
    return _sections(catalogue, rng, lambda noeuds: _sans_un(noeuds, rng))


def ajouter(catalogue: Catalogue, rng: Random) -> Catalogue:
    code = next(c for i in range(99) if (c := f"nouveau{i}") not in _codes(catalogue))
    champ = Champ(code, "Nouveau", _type(catalogue, rng), rng.choice([Usage.FACULTATIF, Usage.OBLIGATOIRE]))

    def dans(noeuds: list[Noeud]) -> list[Noeud]:
        noeuds.insert(rng.randrange(len(noeuds) + 1), champ)
        return noeuds

    return _sections(catalogue, rng, dans)


def deplacer(catalogue: Catalogue, rng: Random) -> Catalogue:
    def dans(noeuds: list[Noeud]) -> list[Noeud]:
        noeud = noeuds.pop(rng.randrange(len(noeuds)))
        noeuds.insert(rng.randrange(len(noeuds) + 1), noeud)
        return noeuds

    return _sections(catalogue, rng, dans)


def couper_une_section(catalogue: Catalogue, rng: Random) -> Catalogue:
    """Sections are for the eye only."""
    formulaire = _tirer(catalogue, rng)
    noeuds = tuple(formulaire.noeuds())
    coupe = rng.randrange(1, len(noeuds)) if len(noeuds) > 1 else 0
    sections = [Section("s1", "Un", noeuds[:coupe]), Section("s2", "Deux", noeuds[coupe:])]
    return _formulaire(catalogue, replace(formulaire, sections=tuple(s for s in sections if s.noeuds)))


def changer_de_type(catalogue: Catalogue, rng: Random) -> Catalogue:
    return _un_noeud(catalogue, rng, lambda c: replace(c, type=_type(catalogue, rng)), Champ)


def regler(catalogue: Catalogue, rng: Random) -> Catalogue:
    """Other facets for the same type."""
    return _un_noeud(catalogue, rng, lambda c: replace(c, type=_regle(c.type, rng)), Champ)


def repeter(catalogue: Catalogue, rng: Random) -> Catalogue:
    def change(groupe: Groupe) -> Groupe:
        bas = rng.randint(1, 3)
        return replace(groupe, minimum=bas, maximum=rng.randint(bas, 5))

    return _un_noeud(catalogue, rng, change, Groupe)


def dire_autrement(catalogue: Catalogue, rng: Random) -> Catalogue:
    return _un_noeud(catalogue, rng, lambda n: replace(n, libelle=n.libelle + " bis", aide="Autre aide."))


def _nomenclature(catalogue: Catalogue, rng: Random, change: Callable[[list[Valeur]], list[Valeur]]) -> Catalogue:
    nomenclature: Nomenclature = catalogue.nomenclatures[rng.choice(sorted(catalogue.nomenclatures))]
    nouvelle = replace(nomenclature, valeurs=tuple(change(list(nomenclature.valeurs))))
    if not nouvelle.acceptees:  # an XSD enumeration needs one
        return catalogue
    return replace(catalogue, nomenclatures={**catalogue.nomenclatures, nouvelle.code: nouvelle})


def changer_un_code(catalogue: Catalogue, rng: Random) -> Catalogue:
    def dans(valeurs: list[Valeur]) -> list[Valeur]:
        i = rng.randrange(len(valeurs))
        valeurs[i] = replace(valeurs[i], statut=rng.choice(list(Statut)), libelle="Autre")
        return valeurs

    return _nomenclature(catalogue, rng, dans)


def oter_un_code(catalogue: Catalogue, rng: Random) -> Catalogue:
    return _nomenclature(catalogue, rng, lambda valeurs: _sans_un(valeurs, rng))


def ajouter_un_code(catalogue: Catalogue, rng: Random) -> Catalogue:
    return _nomenclature(
        catalogue, rng, lambda v: [Valeur("TOUT_NEUF", "Neuf"), *(x for x in v if x.code != "TOUT_NEUF")]
    )


def rattacher(catalogue: Catalogue, rng: Random) -> Catalogue:
    """Other parents for about half of the codes of a dependent nomenclature."""
    dependantes = [n for _, n in sorted(catalogue.nomenclatures.items()) if n.parent in catalogue.nomenclatures]
    if not dependantes:
        return catalogue
    nomenclature = rng.choice(dependantes)
    parents = [v.code for v in catalogue.nomenclatures[nomenclature.parent or ""].valeurs]
    valeurs = tuple(
        replace(v, parents=tuple(rng.sample(parents, rng.randint(1, len(parents))))) if rng.random() < 0.5 else v
        for v in nomenclature.valeurs
    )
    nouvelle = replace(nomenclature, valeurs=valeurs)
    return replace(catalogue, nomenclatures={**catalogue.nomenclatures, nouvelle.code: nouvelle})


def changer_de_forme(catalogue: Catalogue, rng: Random) -> Catalogue:
    """Another pattern and nothing else; sometimes a wider one."""

    def change(champ: Champ) -> Champ:
        if not isinstance(champ.type, Texte):
            return champ
        avant = champ.type.motif or "[A-Z]*"
        motif = rng.choice([f"({avant})|[0-9]*", "[A-Z][A-Za-z0-9 -]*", ".*", avant.replace("9", "5"), "[^A]*"])
        return replace(champ, type=replace(champ.type, motif=motif))

    return _un_noeud(catalogue, rng, change, Champ)


def _regles(catalogue: Catalogue, rng: Random, change: Callable[[list[Regle], list[str]], list[Regle]]) -> Catalogue:
    """The rules of a form, or of one of its groups; ``change`` also gets the codes of the fields that they may name."""
    formulaire = _tirer(catalogue, rng)
    groupes = [n for n in formulaire.noeuds() if isinstance(n, Groupe)]
    if groupes and rng.random() < 0.3:
        groupe = rng.choice(groupes)
        nouveau = replace(groupe, regles=tuple(change(list(groupe.regles), [c.code for c in groupe.champs])))
        sections = tuple(
            replace(s, noeuds=tuple(nouveau if n is groupe else n for n in s.noeuds)) for s in formulaire.sections
        )
        return _formulaire(catalogue, replace(formulaire, sections=sections))
    codes = [n.code for n in formulaire.noeuds()]
    return _formulaire(catalogue, replace(formulaire, regles=tuple(change(list(formulaire.regles), codes))))


def oter_une_regle(catalogue: Catalogue, rng: Random) -> Catalogue:
    return _regles(catalogue, rng, lambda regles, _: _sans_un(regles, rng))


def ajouter_une_regle(catalogue: Catalogue, rng: Random) -> Catalogue:
    def dans(regles: list[Regle], codes: list[str]) -> list[Regle]:
        un, autre = rng.choice(codes), rng.choice(codes)
        genre = rng.choice(list(GenreRegle))
        condition = rng.choice([un, f"not({un})", f"string-length({un}) > 3", f"count({un}) = 0"])
        neuve = Regle("NEUVE", genre, condition, "Une règle de plus.", autre)
        return [*(r for r in regles if r.code != "NEUVE"), neuve]

    return _regles(catalogue, rng, dans)


def changer_une_regle(catalogue: Catalogue, rng: Random) -> Catalogue:
    def dans(regles: list[Regle], codes: list[str]) -> list[Regle]:
        if not regles:
            return regles
        i = rng.randrange(len(regles))
        regle, autre = regles[i], rng.choice(codes)
        condition = rng.choice(
            [
                f"({regle.condition}) and {autre}",
                f"({regle.condition}) or not({autre})",
                f"not({regle.condition})",
                regle.condition.replace("0", "9"),
                regle.condition.replace("2", "1"),
                regle.condition,
            ]
        )
        regles[i] = replace(regle, condition=condition, message="Autre message.")
        return regles

    return _regles(catalogue, rng, dans)


def _type(catalogue: Catalogue, rng: Random) -> Any:
    nomenclature = rng.choice(sorted(catalogue.nomenclatures))
    types = [Texte(), TexteLong(), Entier(), Nombre(), Date(), DateHeure(), OuiNon(), Telephone(), Courriel()]
    return _regle(rng.choice([*types, Choisi(nomenclature, rng.randint(1, 3))]), rng)


def _regle(type_: Any, rng: Random) -> Any:
    match type_:
        case Texte():
            bas = rng.randint(1, 12)
            motif = rng.choice([type_.motif, None, "[A-Za-z0-9 -]*", ".*"])
            return Texte(bas, rng.randint(bas, 60), motif)
        case TexteLong():
            bas = rng.randint(1, 40)
            return rng.choice([TexteLong, Texte])(bas, rng.randint(bas, 300))
        case Entier():
            bas = rng.randint(-50, 50)
            return Entier(bas, rng.randint(bas, 2**20), rng.choice([type_.unite, "m", None]))
        case Nombre():
            bas_, haut = sorted(Decimal(rng.randint(-60, 60)) for _ in range(2))
            return Nombre(rng.choice([bas_, None]), rng.choice([haut, None]), rng.randint(0, 4), type_.unite)
        case Date():
            bas_jour, haut_jour = sorted(f"2026-{rng.randint(1, 12):02d}-{rng.randint(1, 28):02d}" for _ in range(2))
            return Date(rng.choice([bas_jour, None]), rng.choice([haut_jour, None]))
        case Choisi():
            return replace(type_, maximum=rng.randint(1, 4), depend_de=rng.choice([type_.depend_de, None]))
        case _:
            return type_


EDITIONS: tuple[Edition, ...] = (
    usage_par_defaut,
    usage_de_l_offre,
    oter,
    ajouter,
    deplacer,
    couper_une_section,
    changer_de_type,
    regler,
    regler,
    repeter,
    dire_autrement,
    changer_un_code,
    oter_un_code,
    ajouter_un_code,
    rattacher,
    changer_de_forme,
    oter_une_regle,
    ajouter_une_regle,
    changer_une_regle,
)
