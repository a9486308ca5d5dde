"""Example forms spoiled on purpose, one thing at a time: what the gate shows to every processor (R2.1).

The same catalogue always gives the same examples.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from copy import deepcopy
from dataclasses import dataclass
from decimal import Decimal
from functools import partial
from random import Random

from lxml import etree

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
    Structure,
    Telephone,
    Texte,
    TexteLong,
)
from esav_soap.names import NS_XSI


@dataclass(frozen=True, slots=True)
class Exemple:
    """A form and what the schema should say of it; None: either, as long as all processors say the same.

    ``propos``: in French, what it is an example of.
    """

    propos: str
    element: etree._Element
    attendu: bool | None


def mutations(forme: etree._Element, structure: Structure, catalogue: Catalogue, maximum: int) -> Iterator[Exemple]:
    """Spoiled copies of a valid form of ``structure``, at most ``maximum``: then some of them are drawn by lot, so that
    another Offre shows others."""
    possibles: list[Callable[[], Exemple]] = [*_de_forme(forme, structure)]
    for rang, feuille in _feuilles(forme, structure):
        for valeur, attendu in _valeurs(feuille, catalogue):
            possibles.append(partial(_de_valeur, forme, rang, feuille, valeur, attendu))
    if len(possibles) > maximum:
        possibles = Random(structure.espace).sample(possibles, maximum)  # noqa: S311 - examples, not secrets
    for gater in possibles:
        yield gater()


def _de_valeur(forme: etree._Element, rang: int, feuille: Feuille, valeur: str, attendu: bool | None) -> Exemple:
    copie, cible = _copier(forme, rang)
    cible.text = valeur
    montre = valeur if len(valeur) <= 40 else f"{valeur[:39]}…"
    return Exemple(f"champ « {feuille.code} » valant « {montre} »", copie, attendu)


def _de_forme(forme: etree._Element, structure: Structure) -> Iterator[Callable[[], Exemple]]:
    """Each way to spoil the shape, once."""
    noeuds = list(_noeuds(forme, structure))
    seuls = [(rang, attendu) for rang, attendu, seul in noeuds if seul]
    for rang, attendu in [(r, a) for r, a in seuls if a.minimum][:1]:
        yield partial(_gater, forme, rang, f"sans « {attendu.code} », obligatoire", _retirer)
    for rang, attendu in [(r, a) for r, a in seuls if a.maximum == 1 and isinstance(a, Feuille)][:1]:
        yield partial(_gater, forme, rang, f"« {attendu.code} » en double", _doubler)
    for rang, feuille in [(r, a) for r, a, _ in noeuds if isinstance(a, Feuille)][:1]:
        for propos, geste in _GESTES:
            yield partial(_gater, forme, rang, f"« {feuille.code} » {propos}", geste)
    yield partial(_gater, forme, 0, "avec un champ inconnu", partial(_inconnu, structure.espace))
    if len({enfant.tag for enfant in forme}) > 1:
        yield partial(_gater, forme, 0, "le premier champ déplacé à la fin", _deplacer)


def _gater(forme: etree._Element, rang: int, propos: str, geste: Callable[[etree._Element], None]) -> Exemple:
    copie, cible = _copier(forme, rang)
    geste(cible)
    return Exemple(propos, copie, False)


def _retirer(cible: etree._Element) -> None:
    parent = cible.getparent()
    assert parent is not None
    parent.remove(cible)


def _doubler(cible: etree._Element) -> None:
    cible.addnext(deepcopy(cible))


def _inconnu(espace: str, forme: etree._Element) -> None:
    etree.SubElement(forme, f"{{{espace}}}champInconnuDuContrat").text = "x"


def _deplacer(forme: etree._Element) -> None:
    forme.append(forme[0])


def _autre_espace(cible: etree._Element) -> None:
    cible.tag = f"{{urn:esav:autre}}{etree.QName(cible).localname}"


def _vider(cible: etree._Element) -> None:
    cible.text = None


def _attribut(cible: etree._Element) -> None:
    cible.set("id", "1")


def _nil(cible: etree._Element) -> None:
    cible.text = None
    cible.set(f"{{{NS_XSI}}}nil", "true")


def _suivre_de_texte(cible: etree._Element) -> None:
    cible.tail = "texte perdu"


def _enfant(cible: etree._Element) -> None:
    etree.SubElement(cible, cible.tag)


_GESTES = (
    ("dans un autre espace de noms", _autre_espace),
    ("vide", _vider),
    ("avec un attribut", _attribut),
    ("avec xsi:nil", _nil),
    ("suivi de texte", _suivre_de_texte),
    ("avec un élément dedans", _enfant),
)


def _valeurs(feuille: Feuille, catalogue: Catalogue) -> Iterator[tuple[str, bool | None]]:
    """Values at the bounds of a field's type and beyond, with what the schema should say of each."""
    match feuille.champ.type:
        case Texte(motif=str()) as t:
            yield "A" * (t.longueur_max + 1), False
            yield from ((valeur, None) for valeur in ("é" * t.longueur_min, "A" * t.longueur_max, "0", "à-b 1/2"))
        case Texte() | TexteLong() as t:
            yield "A" * (t.longueur_max + 1), False
            yield "é" * t.longueur_max, True
            yield "A" * max(t.longueur_min, 1), True
            if t.longueur_min > 1:
                yield "é" * (t.longueur_min - 1), False
        case Entier() as t:
            yield from ((str(t.maximum + 1), False), (str(t.minimum - 1), False))
            yield from ((str(t.maximum), True), (str(t.minimum), True), ("douze", False), ("1.0", False))
        case Nombre() as t:
            yield from (("1,5", False), ("1e3", False), ("INF", False))
            yield f"0.{'0' * t.decimales}1", False
            for borne, pas in ((t.minimum, Decimal(-1)), (t.maximum, Decimal(1))):
                if borne is not None:
                    yield format(borne, "f"), None
                    yield format(borne + pas, "f"), False
        case Date() as t:
            yield from (("2026-02-30", False), ("02/03/2026", False), ("2026-03-02Z", False))
            yield from ((borne, True) for borne in (t.minimum, t.maximum) if borne is not None)
        case DateHeure():
            yield from (("2026-03-02T10:00:00", False), ("2026-02-30T10:00:00Z", False), ("2026-03-02T10:00:00Z", True))
        case OuiNon():
            yield from (("oui", False), ("true", True), ("2", False))
        case Telephone():
            yield from (("123", False), ("+33102030405", True), ("01 02 03 04 05", False))
        case Courriel():
            yield from (("sans-arobase", False), ("a@b.fr", True))
        case Choisi() as t:
            codes = catalogue.nomenclatures[t.nomenclature].par_code
            yield "CODE_INVENTE_POUR_VOIR", None if "CODE_INVENTE_POUR_VOIR" in codes else False
            yield from ((valeur.code, True) for valeur in catalogue.nomenclatures[t.nomenclature].acceptees[:1])


def _noeuds(forme: etree._Element, structure: Structure) -> Iterator[tuple[int, Feuille | Branche, bool]]:
    """Fields and groups that the form holds: rank among all its elements, what is expected, whether it stands once."""
    rangs = {element: rang for rang, element in enumerate(forme.iter(etree.Element))}
    yield from _dans(forme, structure.enfants, structure.espace, rangs)


def _dans(
    parent: etree._Element, attendus: tuple[Element, ...], espace: str, rangs: dict[etree._Element, int]
) -> Iterator[tuple[int, Feuille | Branche, bool]]:
    par_nom = {f"{{{espace}}}{attendu.code}": attendu for attendu in attendus}
    for element in parent.iterchildren(tag=etree.Element):
        attendu = par_nom.get(element.tag)
        if attendu is None or isinstance(attendu, Choix):
            continue
        yield rangs[element], attendu, len(parent.findall(element.tag)) == 1
        if isinstance(attendu, Branche):
            yield from _dans(element, attendu.enfants, espace, rangs)


def _feuilles(forme: etree._Element, structure: Structure) -> Iterator[tuple[int, Feuille]]:
    return ((rang, attendu) for rang, attendu, _ in _noeuds(forme, structure) if isinstance(attendu, Feuille))


def _copier(forme: etree._Element, rang: int) -> tuple[etree._Element, etree._Element]:
    """A copy of the form, and in it the element of that rank."""
    copie = deepcopy(forme)
    return copie, next(element for ici, element in enumerate(copie.iter(etree.Element)) if ici == rang)
