"""Differences between the types of a field: what it accepts, other than codes."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from esav_soap.model.structure import Feuille
from esav_soap.model.types import Choisi, Date, Entier, Nombre, Texte, TexteLong
from esav_soap.publication.ecarts.motifs import admet_tout
from esav_soap.publication.ecarts.mots import bornes, decrire, genre, longueurs, pluriel
from esav_soap.publication.ecarts.objets import CodeEcart, Ecart, Lieu


def meme_genre(ancien: Feuille, nouveau: Feuille) -> bool:
    """Whether values are written alike: texts of one and of several lines are both plain strings on the wire."""
    un, autre = ancien.champ.type, nouveau.champ.type
    if isinstance(un, Texte | TexteLong):
        return isinstance(autre, Texte | TexteLong)
    return type(un) is type(autre)


def comparer_types(lieu: Lieu, ancien: Feuille, nouveau: Feuille) -> Iterator[Ecart]:
    """Type and facets of a field that both versions have."""
    if not meme_genre(ancien, nouveau):
        avant, apres = decrire(ancien), decrire(nouveau)
        yield lieu.ecart(CodeEcart.TYPE_CHANGE, f"le type change : {avant} → {apres}", avant, apres)
        return
    un, autre = ancien.champ.type, nouveau.champ.type
    if isinstance(un, Texte | TexteLong) and isinstance(autre, Texte | TexteLong):
        if type(un) is not type(autre):
            avant, apres = genre(ancien), genre(nouveau)
            yield lieu.ecart(CodeEcart.SAISIE_CHANGEE, f"saisie : {avant} → {apres}", avant, apres)
        yield from _textes(lieu, un, autre)
    elif isinstance(un, Entier | Nombre | Date) and isinstance(autre, Entier | Nombre | Date):
        yield from _bornes(lieu, un, autre)
        if isinstance(un, Nombre) and isinstance(autre, Nombre):
            yield from _decimales(lieu, un.decimales, autre.decimales)
        if not isinstance(un, Date) and not isinstance(autre, Date):
            yield from _unites(lieu, un.unite, autre.unite)
    elif isinstance(un, Choisi) and isinstance(autre, Choisi) and un.maximum != autre.maximum:
        moins = autre.maximum < un.maximum
        code = CodeEcart.OCCURRENCES_REDUITES if moins else CodeEcart.OCCURRENCES_ETENDUES
        avant, apres = (f"{pluriel(t.maximum, 'code')} au plus" for t in (un, autre))
        yield lieu.ecart(code, f"{avant} → {apres}", avant, apres)


def _textes(lieu: Lieu, avant: Texte | TexteLong, apres: Texte | TexteLong) -> Iterator[Ecart]:
    un, autre = longueurs(avant), longueurs(apres)
    if un != autre:
        moins = apres.longueur_min > avant.longueur_min or apres.longueur_max < avant.longueur_max
        code = CodeEcart.LONGUEUR_REDUITE if moins else CodeEcart.LONGUEUR_ETENDUE
        yield lieu.ecart(code, f"longueur : {un} → {autre}", un, autre)
    motif = avant.motif if isinstance(avant, Texte) else None
    nouveau = apres.motif if isinstance(apres, Texte) else None
    if motif == nouveau:
        return
    if nouveau is None:
        dit = f"plus aucune forme n'est imposée ; l'ancienne était {motif}"
        yield lieu.ecart(CodeEcart.MOTIF_RETIRE, dit, motif or "")
    elif motif is None:
        yield lieu.ecart(CodeEcart.MOTIF_CHANGE, f"une forme est désormais imposée : {nouveau}", "", nouveau)
    else:
        plus = admet_tout(nouveau, motif)
        code = CodeEcart.MOTIF_ELARGI if plus else CodeEcart.MOTIF_CHANGE
        yield lieu.ecart(code, f"forme imposée : {motif} → {nouveau}", motif, nouveau)


def _bornes(lieu: Lieu, avant: Entier | Nombre | Date, apres: Entier | Nombre | Date) -> Iterator[Ecart]:
    if (avant.minimum, avant.maximum) == (apres.minimum, apres.maximum):
        return
    moins = _plus_haut(apres.minimum, avant.minimum) or _plus_bas(apres.maximum, avant.maximum)
    code = CodeEcart.BORNES_RESSERREES if moins else CodeEcart.BORNES_ELARGIES
    un, autre = bornes(avant) or "sans bornes", bornes(apres) or "sans bornes"
    yield lieu.ecart(code, f"bornes : {un} → {autre}", un, autre)


_Borne = int | Decimal | str | None  # two bounds of one kind; days are written so that they sort as text


def _plus_haut(apres: _Borne, avant: _Borne) -> bool:
    """Whether a lower bound rose; None is below everything."""
    return apres is not None and (avant is None or apres > avant)  # type: ignore[operator]


def _plus_bas(apres: _Borne, avant: _Borne) -> bool:
    """Whether an upper bound sank; None is above everything."""
    return apres is not None and (avant is None or apres < avant)  # type: ignore[operator]


def _decimales(lieu: Lieu, avant: int, apres: int) -> Iterator[Ecart]:
    if avant != apres:
        code = CodeEcart.DECIMALES_REDUITES if apres < avant else CodeEcart.DECIMALES_ETENDUES
        un, autre = pluriel(avant, "décimale"), pluriel(apres, "décimale")
        yield lieu.ecart(code, f"{un} au plus → {autre} au plus", un, autre)


def _unites(lieu: Lieu, avant: str | None, apres: str | None) -> Iterator[Ecart]:
    if avant == apres:
        return
    if avant and apres:
        yield lieu.ecart(CodeEcart.UNITE_CHANGEE, f"unité : {avant} → {apres}", avant, apres)
    elif apres:
        yield lieu.ecart(CodeEcart.UNITE_PRECISEE, f"l'unité est désormais écrite : {apres}", "", apres)
    else:
        yield lieu.ecart(CodeEcart.UNITE_PRECISEE, f"l'unité n'est plus écrite ; c'était {avant}", avant or "")
