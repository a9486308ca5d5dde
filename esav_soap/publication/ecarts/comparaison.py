"""What changes from one version of the catalogue to another, for whoever sends messages (R2.1).

Two forms are compared as they go over the wire (:func:`esav_soap.model.structure_offre`): what counts is what an Offre
accepts, whatever the files look like.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from esav_soap.model.catalogue import Canal, Catalogue, Offre, TestPrealable, TypeRendezVous
from esav_soap.model.formulaire import Groupe, Regle
from esav_soap.model.structure import Branche, Element, Feuille, structure_offre
from esav_soap.model.types import Choisi
from esav_soap.publication.ecarts.mots import decrire, genre, liste, occurrences
from esav_soap.publication.ecarts.nomenclatures import comparer_codes
from esav_soap.publication.ecarts.objets import CodeEcart, Ecart, Lieu
from esav_soap.publication.ecarts.regles import comparer_regles, noms_connus
from esav_soap.publication.ecarts.types import comparer_types

_CANAUX = {Canal.WS: "Web services", Canal.EN_LIGNE: "e-SAV en ligne"}
_RENDEZ_VOUS = {
    TypeRendezVous.SAV: "SAV",
    TypeRendezVous.SAV_PLUS: "SAV+",
    TypeRendezVous.EXPERTISE_CONTRADICTOIRE: "expertise contradictoire",
}
_Deux = tuple[Sequence[Element], Sequence[Element]]


def comparer(ancien: Catalogue, nouveau: Catalogue) -> tuple[Ecart, ...]:
    """Every difference: Offres in the order of the new catalogue and then those that are gone, each in the order of its
    form. No two have the same ``nom``; the same two catalogues always give the same list."""
    ecarts: list[Ecart] = []
    for offre in nouveau.offres:
        lieu = Lieu(offre.code, offre.libelle)
        if offre.code in ancien:
            ecarts += _offre(lieu, ancien, nouveau)
        else:
            feuilles = list(structure_offre(nouveau, offre).feuilles())
            obligatoires = sum(1 for _, feuille in feuilles if feuille.minimum)
            dit = f"nouvelle Offre, {len(feuilles)} champs dont {obligatoires} obligatoires"
            ecarts.append(lieu.ecart(CodeEcart.OFFRE_AJOUTEE, dit, "", offre.libelle))
    for offre in ancien.offres:
        if offre.code not in nouveau:
            lieu = Lieu(offre.code, offre.libelle)
            dit = "l'Offre n'est plus dans le catalogue : ses signalisations sont refusées"
            ecarts.append(lieu.ecart(CodeEcart.OFFRE_RETIREE, dit, offre.libelle))
    return tuple(ecarts)


def _offre(lieu: Lieu, ancien: Catalogue, nouveau: Catalogue) -> Iterator[Ecart]:
    avant, apres = ancien.offre(lieu.offre), nouveau.offre(lieu.offre)
    yield from _presentation(lieu, avant, apres)
    yield from _acces(lieu, avant, apres)
    formulaires = ancien.formulaires[avant.formulaire], nouveau.formulaires[apres.formulaire]
    declares = tuple(formulaire.defaut_declare or "" for formulaire in formulaires)
    if declares[0] != declares[1]:
        dit = f"le suivi montre « {declares[1] or 'aucun champ'} » comme défaut déclaré, au lieu de « {declares[0] or 'aucun champ'} »"
        yield lieu.ecart(CodeEcart.DEFAUT_DECLARE, dit, *declares)
    structures = structure_offre(ancien, avant), structure_offre(nouveau, apres)
    chemins: set[str] = set()
    for noeud in formulaires[1].noeuds():
        chemins.add(noeud.code)
        if isinstance(noeud, Groupe):
            chemins |= {f"{noeud.code}/{champ.code}" for champ in noeud.champs}
    comparaison = _Comparaison(
        (ancien, nouveau), frozenset(chemins), (noms_connus(structures[0].enfants), noms_connus(structures[1].enfants))
    )
    regles = structures[0].regles, structures[1].regles
    yield from comparaison.listes(lieu, (structures[0].enfants, structures[1].enfants), regles)


def _presentation(lieu: Lieu, avant: Offre, apres: Offre) -> Iterator[Ecart]:
    if avant.libelle != apres.libelle:
        dit = f"le libellé de l'Offre était « {avant.libelle} »"
        yield lieu.ecart(CodeEcart.OFFRE_LIBELLE, dit, avant.libelle, apres.libelle)
    if avant.aide != apres.aide:
        dit = f"présentation de l'Offre changée : « {apres.aide} »" if apres.aide else "présentation de l'Offre retirée"
        yield lieu.ecart(CodeEcart.OFFRE_AIDE, dit, avant.aide, apres.aide)
    if avant.formulaire != apres.formulaire:
        dit = f"l'Offre emploie le formulaire {apres.formulaire}, au lieu de {avant.formulaire}"
        yield lieu.ecart(CodeEcart.OFFRE_FORMULAIRE, dit, avant.formulaire, apres.formulaire)


def _acces(lieu: Lieu, avant: Offre, apres: Offre) -> Iterator[Ecart]:
    if apres.activee and not avant.activee:
        yield lieu.ecart(CodeEcart.OFFRE_ACTIVEE, "l'Offre devient activée", "passive", "activée")
    if avant.activee and not apres.activee:
        yield lieu.ecart(CodeEcart.OFFRE_DESACTIVEE, "l'Offre n'est plus activée", "activée", "passive")
    perdus = liste([_CANAUX[c] for c in Canal if c in avant.canaux and c not in apres.canaux])
    if perdus:
        yield lieu.ecart(CodeEcart.CANAL_RETIRE, f"plus de signalisation par : {perdus}", perdus)
    gagnes = liste([_CANAUX[c] for c in Canal if c in apres.canaux and c not in avant.canaux])
    if gagnes:
        yield lieu.ecart(CodeEcart.CANAL_AJOUTE, f"signalisation possible aussi par : {gagnes}", "", gagnes)
    perdus = liste([_RENDEZ_VOUS[r] for r in TypeRendezVous if r in avant.rendez_vous and r not in apres.rendez_vous])
    if perdus:
        yield lieu.ecart(CodeEcart.RENDEZ_VOUS_RETIRE, f"plus de rendez-vous : {perdus}", perdus)
    gagnes = liste([_RENDEZ_VOUS[r] for r in TypeRendezVous if r in apres.rendez_vous and r not in avant.rendez_vous])
    if gagnes:
        yield lieu.ecart(CodeEcart.RENDEZ_VOUS_AJOUTE, f"rendez-vous désormais possible : {gagnes}", "", gagnes)
    un, autre = avant.test_prealable, apres.test_prealable
    if un is not autre:
        code = {
            TestPrealable.OBLIGATOIRE: CodeEcart.TEST_EXIGE,
            TestPrealable.FACULTATIF: CodeEcart.TEST_PROPOSE,
            TestPrealable.AUCUN: CodeEcart.TEST_RETIRE,
        }[autre]
        dit = f"test préalable au dépôt : {autre.value}, au lieu de {un.value}"
        yield lieu.ecart(code, dit, un.value, autre.value)


@dataclass(frozen=True, slots=True)
class _Comparaison:
    """Two forms of one Offre. ``chemins``: what the new formulaire has, used by the Offre or not."""

    catalogues: tuple[Catalogue, Catalogue]
    chemins: frozenset[str]
    connus: tuple[frozenset[str], frozenset[str]]

    def listes(self, lieu: Lieu, enfants: _Deux, regles: tuple[Sequence[Regle], Sequence[Regle]]) -> Iterator[Ecart]:
        """Two lists of fields and groups, and the rules over them, each at its field."""
        avant, apres = ({enfant.code: enfant for enfant in cote} for cote in enfants)
        codes = _fondre(list(avant), list(apres))

        def lieu_de(champ: str | None) -> Lieu:
            element = apres.get(champ or "") or avant.get(champ or "")
            return lieu if element is None else lieu.dans(element.code, element.libelle)

        par_champ: dict[str | None, list[Ecart]] = {}
        for champ, ecart in comparer_regles(lieu_de, *regles, self.connus):
            par_champ.setdefault(champ if champ in codes else None, []).append(ecart)
        deplaces = _deplaces([c for c in avant if c in apres], [c for c in apres if c in avant])
        for code in codes:
            ancien, nouveau = avant.get(code), apres.get(code)
            element = nouveau or ancien
            assert element is not None
            ici = lieu.dans(code, element.libelle)
            if ancien is None or nouveau is None:
                yield self._venu(ici, element) if ancien is None else self._parti(ici, element)
            else:
                if code in deplaces:
                    yield _deplace(ici, enfants, code)
                yield from self._noeud(ici, ancien, nouveau, enfants)
            yield from par_champ.get(code, ())
        yield from par_champ.get(None, ())

    def _venu(self, lieu: Lieu, element: Element) -> Ecart:
        quoi, decrit = ("groupe" if isinstance(element, Branche) else "champ"), decrire(element)
        if isinstance(element, Feuille | Branche) and not element.minimum:
            return lieu.ecart(CodeEcart.CHAMP_AJOUTE, f"nouveau {quoi} facultatif ({decrit})", "", decrit)
        dit = f"nouveau {quoi} obligatoire ({decrit})"
        return lieu.ecart(CodeEcart.CHAMP_AJOUTE_OBLIGATOIRE, dit, "", decrit)

    def _parti(self, lieu: Lieu, element: Element) -> Ecart:
        quoi, decrit = ("groupe" if isinstance(element, Branche) else "champ"), decrire(element)
        if lieu.champ in self.chemins:
            dit = f"l'Offre n'emploie plus ce {quoi} ({decrit}) : ne plus l'envoyer"
            return lieu.ecart(CodeEcart.CHAMP_ABSENT_OFFRE, dit, decrit)
        return lieu.ecart(CodeEcart.CHAMP_RETIRE, f"{quoi} retiré ({decrit}) : ne plus l'envoyer", decrit)

    def _noeud(self, lieu: Lieu, ancien: Element, nouveau: Element, freres: _Deux) -> Iterator[Ecart]:
        if isinstance(ancien, Feuille) and isinstance(nouveau, Feuille):
            yield from _usage(lieu, ancien, nouveau)
            yield from comparer_types(lieu, ancien, nouveau)
            types = ancien.champ.type, nouveau.champ.type
            if isinstance(types[0], Choisi) and isinstance(types[1], Choisi):
                yield from comparer_codes(lieu, self.catalogues, (types[0], types[1]), freres)
            yield from _dits(lieu, ancien, nouveau)
            un, autre = ancien.champ.defaut or "", nouveau.champ.defaut or ""
            if un != autre:
                dit = f"valeur proposée par défaut : « {autre or 'aucune'} », au lieu de « {un or 'aucune'} »"
                yield lieu.ecart(CodeEcart.DEFAUT_CHANGE, dit, un, autre)
        elif isinstance(ancien, Branche) and isinstance(nouveau, Branche):
            yield from _usage(lieu, ancien, nouveau)
            yield from _occurrences(lieu, ancien, nouveau)
            yield from _dits(lieu, ancien, nouveau)
            yield from self.listes(lieu, (ancien.enfants, nouveau.enfants), (ancien.regles, nouveau.regles))
        else:
            avant, apres = genre(ancien), genre(nouveau)
            yield lieu.ecart(CodeEcart.TYPE_CHANGE, f"le type change : {avant} → {apres}", avant, apres)


def _usage(lieu: Lieu, ancien: Feuille | Branche, nouveau: Feuille | Branche) -> Iterator[Ecart]:
    if nouveau.minimum and not ancien.minimum:
        yield lieu.ecart(
            CodeEcart.CHAMP_DEVENU_OBLIGATOIRE, "devient obligatoire, était facultatif", "facultatif", "obligatoire"
        )
    if ancien.minimum and not nouveau.minimum:
        yield lieu.ecart(
            CodeEcart.CHAMP_DEVENU_FACULTATIF, "devient facultatif, était obligatoire", "obligatoire", "facultatif"
        )


def _occurrences(lieu: Lieu, ancien: Branche, nouveau: Branche) -> Iterator[Ecart]:
    """From none to some, or back, is told as a change of usage."""
    bas = max(ancien.minimum, 1), max(nouveau.minimum, 1)
    if (bas[0], ancien.maximum) == (bas[1], nouveau.maximum):
        return
    moins = bas[1] > bas[0] or nouveau.maximum < ancien.maximum
    code = CodeEcart.OCCURRENCES_REDUITES if moins else CodeEcart.OCCURRENCES_ETENDUES
    un, autre = occurrences(bas[0], ancien.maximum), occurrences(bas[1], nouveau.maximum)
    yield lieu.ecart(code, f"groupe donné {un} → {autre}", un, autre)


def _dits(lieu: Lieu, ancien: Feuille | Branche, nouveau: Feuille | Branche) -> Iterator[Ecart]:
    if ancien.libelle != nouveau.libelle:
        dit = f"le libellé était « {ancien.libelle} »"
        yield lieu.ecart(CodeEcart.LIBELLE_CHANGE, dit, ancien.libelle, nouveau.libelle)
    un, autre = (e.champ.aide if isinstance(e, Feuille) else e.aide for e in (ancien, nouveau))
    if un != autre:
        dit = f"aide changée : « {autre} »" if autre else f"aide retirée ; c'était « {un} »"
        yield lieu.ecart(CodeEcart.AIDE_CHANGEE, dit, un, autre)


def _deplace(lieu: Lieu, enfants: _Deux, code: str) -> Ecart:
    avant, apres = (_apres_quoi(cote, code) for cote in enfants)
    return lieu.ecart(CodeEcart.CHAMP_DEPLACE, f"se place désormais {apres}, et non plus {avant}", avant, apres)


def _apres_quoi(enfants: Sequence[Element], code: str) -> str:
    rang = next(i for i, enfant in enumerate(enfants) if enfant.code == code)
    return f"après « {enfants[rang - 1].libelle} »" if rang else "en tête"


def _fondre(avant: Sequence[str], apres: Sequence[str]) -> list[str]:
    """The new codes in their order, the old ones that are gone each after what it followed."""
    fondus = list(apres)
    place = 0
    for code in avant:
        if code in apres:
            place = fondus.index(code) + 1
        else:
            fondus.insert(place, code)
            place += 1
    return fondus


def _deplaces(avant: Sequence[str], apres: Sequence[str]) -> frozenset[str]:
    """As few of the common codes as explain the new order: all but a longest subsequence that keeps it."""
    rangs = {code: i for i, code in enumerate(avant)}
    fins: list[int] = []  # smallest last rank of a growing subsequence of each length
    qui: list[str] = []  # the code that ends it
    precedent: dict[str, str | None] = {}
    for code in apres:
        longueur = bisect_left(fins, rangs[code])
        precedent[code] = qui[longueur - 1] if longueur else None
        fins[longueur : longueur + 1] = [rangs[code]]
        qui[longueur : longueur + 1] = [code]
    gardes: set[str] = set()
    courant = qui[-1] if qui else None
    while courant is not None:
        gardes.add(courant)
        courant = precedent[courant]
    return frozenset(apres) - gardes
