"""Differences between the codes that a field accepts, seen from that field."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from esav_soap.model.catalogue import Catalogue, Nomenclature, Statut, Valeur
from esav_soap.model.structure import Element, Feuille
from esav_soap.model.types import Choisi
from esav_soap.publication.ecarts.mots import liste
from esav_soap.publication.ecarts.objets import CodeEcart, Ecart, Lieu


@dataclass(frozen=True, slots=True)
class _Cote:
    """A field on one side of the comparison: its accepted codes, and the field that they depend on, if the Offre has it."""

    nomenclature: Nomenclature
    admises: Mapping[str, Valeur]
    parent: Feuille | None
    codes_parents: frozenset[str]

    @property
    def couples(self) -> frozenset[tuple[str, str]]:
        """(code of the parent field, code) that may go together."""
        return frozenset((p, v.code) for v in self.admises.values() for p in v.parents if p in self.codes_parents)


def _cote(catalogue: Catalogue, type_: Choisi, freres: Sequence[Element]) -> _Cote:
    nomenclature = catalogue.nomenclatures[type_.nomenclature]
    admises = {valeur.code: valeur for valeur in nomenclature.acceptees}
    parent = next((f for f in freres if isinstance(f, Feuille) and f.code == type_.depend_de), None)
    codes: frozenset[str] = frozenset()
    if parent is not None and isinstance(parent.champ.type, Choisi):
        codes = frozenset(v.code for v in catalogue.nomenclatures[parent.champ.type.nomenclature].acceptees)
    return _Cote(nomenclature, admises, parent, codes)


def comparer_codes(
    lieu: Lieu,
    catalogues: tuple[Catalogue, Catalogue],
    types: tuple[Choisi, Choisi],
    freres: tuple[Sequence[Element], Sequence[Element]],
) -> Iterator[Ecart]:
    """``freres``: the fields and groups beside the field, on each side; one difference for each kind of change."""
    avant, apres = (_cote(c, t, f) for c, t, f in zip(catalogues, types, freres, strict=True))
    if avant.nomenclature.code != apres.nomenclature.code:
        un, autre = avant.nomenclature.code, apres.nomenclature.code
        dit = f"la nomenclature {autre} prend la place de {un}"
        yield lieu.ecart(CodeEcart.NOMENCLATURE_REMPLACEE, dit, un, autre)
    yield from _admis(lieu, avant, apres)
    yield from _statuts(lieu, avant, apres)
    yield from _dependance(lieu, avant, apres)
    yield from _ecrits(lieu, avant, apres)


def _admis(lieu: Lieu, avant: _Cote, apres: _Cote) -> Iterator[Ecart]:
    retires = [_retire(v, apres) for v in avant.admises.values() if v.code not in apres.admises]
    if retires:
        tous = len(retires) == len(avant.admises)
        code = CodeEcart.VALEURS_TOUTES_RETIREES if tous else CodeEcart.VALEURS_RETIREES
        sujet = "aucun ancien code n'est plus admis" if tous else _nombre("code retiré", len(retires))
        yield lieu.ecart(code, f"{sujet} : {liste(retires)}", liste(retires))
    ajoutes = [_cite(v) for v in apres.admises.values() if v.code not in avant.admises]
    if ajoutes:
        sujet = _nombre("nouveau code", len(ajoutes), "nouveaux codes")
        yield lieu.ecart(CodeEcart.VALEURS_AJOUTEES, f"{sujet} : {liste(ajoutes)}", "", liste(ajoutes))


def _statuts(lieu: Lieu, avant: _Cote, apres: _Cote) -> Iterator[Ecart]:
    communs = [(avant.admises[v.code], v) for v in apres.admises.values() if v.code in avant.admises]
    deprecies = [_remplace(n) for a, n in communs if n.statut is Statut.DEPRECIE and a.statut is Statut.ACTIF]
    if deprecies:
        sujet = _nombre("code déprécié", len(deprecies))
        yield lieu.ecart(CodeEcart.VALEURS_DEPRECIEES, f"{sujet} : {liste(deprecies)}", "", liste(deprecies))
    retablis = [_cite(n) for a, n in communs if n.statut is Statut.ACTIF and a.statut is Statut.DEPRECIE]
    if retablis:
        sujet = _nombre("code qui n'est plus déprécié", len(retablis), "codes qui ne sont plus dépréciés")
        yield lieu.ecart(CodeEcart.VALEURS_RETABLIES, f"{sujet} : {liste(retablis)}", "", liste(retablis))


def _dependance(lieu: Lieu, avant: _Cote, apres: _Cote) -> Iterator[Ecart]:
    """In force only where the Offre has the parent field, so also its coming and going count."""
    if apres.parent is None:
        if avant.parent is not None:
            dit = f"le code n'a plus à être rattaché à celui de « {avant.parent.libelle} »"
            yield lieu.ecart(CodeEcart.DEPENDANCE_RETIREE, dit, avant.parent.code)
        return
    if avant.parent is None or avant.parent.code != apres.parent.code:
        dit = f"le code doit désormais être rattaché à celui de « {apres.parent.libelle} »"
        ancien = avant.parent.code if avant.parent else ""
        yield lieu.ecart(CodeEcart.DEPENDANCE_AJOUTEE, dit, ancien, apres.parent.code)
        return
    # Couples of a code that came or went, on either field, follow from that and are not told again.
    restent = {v for v in avant.admises if v in apres.admises}
    parents = avant.codes_parents & apres.codes_parents
    perdus, gagnes = (
        sorted((v, p) for p, v in couples if v in restent and p in parents)
        for couples in (avant.couples - apres.couples, apres.couples - avant.couples)
    )
    ici = apres.parent.libelle
    if perdus:
        dits = liste([f"{v} avec {p}" for v, p in perdus])
        yield lieu.ecart(CodeEcart.VALEURS_DETACHEES, f"ne vont plus ensemble, selon « {ici} » : {dits}", dits)
    if gagnes:
        dits = liste([f"{v} avec {p}" for v, p in gagnes])
        yield lieu.ecart(CodeEcart.VALEURS_RATTACHEES, f"vont désormais ensemble, selon « {ici} » : {dits}", "", dits)


def _ecrits(lieu: Lieu, avant: _Cote, apres: _Cote) -> Iterator[Ecart]:
    communs = [(avant.admises[v.code], v) for v in apres.admises.values() if v.code in avant.admises]
    noms = [(a, n) for a, n in communs if a.libelle != n.libelle]
    if noms:
        dits = liste([f"{n.code} ({a.libelle} → {n.libelle})" for a, n in noms])
        un, autre = liste([_cite(a) for a, _ in noms]), liste([_cite(n) for _, n in noms])
        sujet = _nombre("libellé de code changé", len(noms), "libellés de codes changés")
        yield lieu.ecart(CodeEcart.VALEURS_RENOMMEES, f"{sujet} : {dits}", un, autre)
    aides = [
        n.code
        for a, n in communs
        if a.aide != n.aide or (a.statut is n.statut is Statut.DEPRECIE and a.remplacement != n.remplacement)
    ]
    if aides:
        yield lieu.ecart(CodeEcart.VALEURS_EXPLIQUEES, f"explications changées : {liste(aides)}", "", liste(aides))


def _cite(valeur: Valeur) -> str:
    return f"{valeur.code} ({valeur.libelle})"


def _remplace(valeur: Valeur) -> str:
    return f"{valeur.code}, employer {valeur.remplacement}" if valeur.remplacement else _cite(valeur)


def _retire(valeur: Valeur, apres: _Cote) -> str:
    suivante = apres.nomenclature.par_code.get(valeur.code)
    remplacement = suivante.remplacement if suivante else valeur.remplacement
    return f"{valeur.code}, employer {remplacement}" if remplacement in apres.admises else _cite(valeur)


def _nombre(mot: str, combien: int, pluriel: str = "") -> str:
    """« 1 code retiré », « 2 codes retirés »."""
    if combien == 1:
        return f"1 {mot}"
    return f"{combien} " + (pluriel or " ".join(f"{m}s" for m in mot.split()))
