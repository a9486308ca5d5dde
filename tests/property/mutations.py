"""Ways to spoil a valid request: each knows the error that it must give, and touches nothing that another one touched."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from copy import deepcopy
from dataclasses import dataclass, field
from random import Random

from lxml import etree

from esav_soap.errors import CodeChamp
from esav_soap.intake.controle import absents
from esav_soap.model import (
    Branche,
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
    Statut,
    Structure,
    Telephone,
    Texte,
    TexteLong,
    structure_offre,
)
from esav_soap.model.types import ENTIER_MAX
from esav_soap.names import NS_XSI, ns_catalogue, ns_offre
from tests.property.commun import Banc, codes, depot

C = CodeChamp


@dataclass
class Noeud:
    """An element of the request with what the contract says of it."""

    element: etree._Element
    attendu: Element
    parent: etree._Element
    freres: tuple[Element, ...]

    @property
    def feuille(self) -> Feuille:
        assert isinstance(self.attendu, Feuille)
        return self.attendu

    @property
    def seul(self) -> bool:
        return self.nombre == 1

    @property
    def nombre(self) -> int:
        return sum(1 for e in self.parent if etree.QName(e).localname == self.attendu.code)


@dataclass
class Chantier:
    """A request being spoiled. ``attendus``: code and path (made at the end, ranks may still change) of each error."""

    banc: Banc
    version: str
    offre: str
    requete: etree._Element
    attendus: list[tuple[CodeChamp, Callable[[], str]]] = field(default_factory=list)
    pris: set[etree._Element] = field(default_factory=set)
    gardes: set[etree._Element] = field(default_factory=set)

    def intouche(self, element: etree._Element) -> bool:
        """Whether nothing in the element was spoiled or is named by an error, so that it may go or be repeated."""
        return not any(e in self.pris or e in self.gardes for e in element.iter())

    def noeuds(self) -> Iterator[Noeud]:
        yield from _noeuds(self.requete, self.banc.requete)

    def libres(self, parent_aussi: bool = False) -> list[Noeud]:
        return [n for n in self.noeuds() if n.element not in self.pris and not (parent_aussi and n.parent in self.pris)]

    def feuilles(self) -> list[Noeud]:
        return [n for n in self.libres() if isinstance(n.attendu, Feuille)]

    def noter(self, code: CodeChamp, element: etree._Element, suite: str = "") -> None:
        self.attendus.append((code, lambda: self.chemin(element) + suite))

    def chemin(self, element: etree._Element) -> str:
        """Path of an element as an error must show it."""
        multiples = {n.element for n in self.noeuds() if not isinstance(n.attendu, Choix) and n.attendu.maximum > 1}
        morceaux: list[str] = []
        while element is not self.requete:
            parent = element.getparent()
            assert parent is not None
            memes = [e for e in parent if etree.QName(e).localname == etree.QName(element).localname]
            rang = f"[{memes.index(element) + 1}]" if len(memes) > 1 or element in multiples else ""
            morceaux.append(etree.QName(element).localname + rang)
            element = parent
        return "/".join(reversed(morceaux))

    def verdict(self) -> list[tuple[str, str]]:
        trouves = sorted((code.name, chemin()) for code, chemin in self.attendus)
        if any(code is C.PLUSIEURS_OFFRES for code, _ in self.attendus):  # then no form is looked into
            return [(code, chemin) for code, chemin in trouves if not chemin.startswith("formulaire/")]
        return trouves


def _noeuds(parent: etree._Element, structure: Structure) -> Iterator[Noeud]:
    yield from _dans(parent, structure.enfants)


def _dans(parent: etree._Element, attendus: tuple[Element, ...]) -> Iterator[Noeud]:
    par_code = {a.code: a for a in attendus}
    for element in parent:
        attendu = par_code.get(etree.QName(element).localname)
        if attendu is None:
            continue
        yield Noeud(element, attendu, parent, attendus)
        if isinstance(attendu, Branche):
            yield from _dans(element, attendu.enfants)
        elif isinstance(attendu, Choix):
            for forme in element:
                for structure in attendu.structures:
                    if structure.nom == etree.QName(forme).localname:
                        yield from _noeuds(forme, structure)


Mutation = Callable[[Chantier, Random], bool]


def _un(candidats: list[Noeud], rng: Random) -> Noeud | None:
    return rng.choice(candidats) if candidats else None


def manquant(c: Chantier, rng: Random) -> bool:
    """A mandatory field or group that stands once is taken away."""
    n = _un([n for n in c.libres(True) if n.seul and (isinstance(n.attendu, Choix) or n.attendu.minimum == 1)], rng)
    if n is None or not c.intouche(n.element):
        return False
    n.parent.remove(n.element)
    parent, code = n.parent, n.attendu.code
    c.gardes.add(parent)
    c.attendus.append((C.CHAMP_MANQUANT, lambda: (c.chemin(parent) + "/" if c.chemin(parent) else "") + code))
    return True


def pas_assez(c: Chantier, rng: Random) -> bool:
    """A group with a minimum of several occurrences loses one."""
    trop_justes = [
        n
        for n in c.libres(True)
        if isinstance(n.attendu, Branche) and n.attendu.minimum > 1 and n.nombre == n.attendu.minimum
    ]
    n = _un(trop_justes, rng)
    if n is None or not c.intouche(n.element):
        return False
    parent, code = n.parent, n.attendu.code
    parent.remove(n.element)
    c.gardes.add(parent)
    c.pris |= {e for e in parent if etree.QName(e).localname == code}
    c.attendus.append((C.OCCURRENCES_INSUFFISANTES, lambda: f"{c.chemin(parent)}/{code}"))
    return True


def vide(c: Chantier, rng: Random) -> bool:
    n = _un([n for n in c.feuilles() if n.seul], rng)
    if n is None:
        return False
    n.element.text = rng.choice([None, "" if isinstance(n.feuille.champ.type, Texte | TexteLong) else " \n "])
    c.pris.add(n.element)
    c.noter(C.CHAMP_MANQUANT if n.feuille.minimum else C.CHAMP_VIDE, n.element)
    return True


def inconnu(c: Chantier, rng: Random) -> bool:
    """An element of the right namespace that the contract does not know."""
    n = _un(c.libres(True), rng)
    if n is None:
        return False
    nom = f"inconnu{len(c.attendus)}"
    intrus = etree.Element(f"{{{etree.QName(n.element).namespace}}}{nom}")
    intrus.text = "x"
    n.parent.insert(rng.randint(0, len(n.parent)), intrus)
    c.pris.add(intrus)
    c.gardes.add(n.parent)
    c.noter(C.CHAMP_INCONNU, intrus)
    return True


def absent_de_l_offre(c: Chantier, rng: Random) -> bool:
    """A field that the formulaire has and the Offre does not use."""
    offre = c.banc.catalogue.offre(c.offre)
    structure = structure_offre(c.banc.catalogue, offre)
    deja = {etree.QName(e).localname for e in c.requete.iter()}
    inutiles = [code for code in absents(c.banc.catalogue, offre, structure) if "/" not in code and code not in deja]
    forme = next((e for e in c.requete.iter() if etree.QName(e).localname == structure.nom), None)
    if not inutiles or forme is None or forme in c.pris:
        return False
    intrus = etree.SubElement(forme, f"{{{structure.espace}}}{rng.choice(inutiles)}")
    intrus.text = "x"
    c.pris.add(intrus)
    c.noter(C.CHAMP_ABSENT_OFFRE, intrus)
    return True


def deplace(c: Chantier, rng: Random) -> bool:
    """A single child goes past at least two others; the parent is then left alone, or another child would be to blame."""
    candidats = []
    for n in c.libres(True):
        freres = list(n.parent)
        ici = freres.index(n.element)
        places = [j for j in range(len(freres)) if abs(j - ici) >= 2]
        seul = not isinstance(n.attendu, Choix) and n.attendu.maximum == 1 and n.seul
        if seul and places and not any(e in c.pris for e in freres):
            candidats.append((n, places))
    if not candidats:
        return False
    n, places = rng.choice(candidats)
    cible = rng.choice(places)
    n.parent.remove(n.element)
    n.parent.insert(cible, n.element)
    c.pris |= {n.parent, *n.parent}
    c.noter(C.CHAMP_MAL_PLACE, n.element)
    return True


def double(c: Chantier, rng: Random) -> bool:
    """One occurrence more than the maximum, which the element has reached."""
    n = _un([n for n in c.libres(True) if isinstance(n.attendu, Choix) or n.attendu.maximum <= 6], rng)
    if n is None or isinstance(n.attendu, Choix):
        return False
    memes = [e for e in n.parent if etree.QName(e).localname == n.attendu.code]
    if not all(c.intouche(m) for m in memes):
        return False
    while len(memes) <= n.attendu.maximum:
        copie = deepcopy(memes[-1])
        memes[-1].addnext(copie)
        memes.append(copie)
    c.pris |= {e for m in memes for e in m.iter()}
    c.noter(C.CHAMP_EN_TROP, memes[-1])
    return True


def mauvais_espace(c: Chantier, rng: Random) -> bool:
    n = _un([n for n in c.libres() if not isinstance(n.attendu, Choix)], rng)
    if n is None:
        return False
    # Each time another namespace: a child in the wrong namespace of its group is told of with the group.
    premier = all(code is not C.ESPACE_DE_NOMS for code, _ in c.attendus)
    espace = rng.choice(["" if premier else f"{{urn:b:{len(c.attendus)}}}", f"{{urn:autre:{len(c.attendus)}}}"])
    n.element.tag = espace + etree.QName(n.element).localname
    c.pris.add(n.element)
    if isinstance(n.attendu, Branche):
        c.pris |= set(n.element.iter())
    c.noter(C.ESPACE_DE_NOMS, n.element)
    return True


def espace_partage(c: Chantier, rng: Random) -> bool:
    """Several children of one parent, or all, in one wrong namespace: one error, at the parent."""
    parents = list(dict.fromkeys(n.parent for n in c.noeuds()))
    parent = rng.choice(parents)
    libres = [n.element for n in c.libres(True) if n.parent is parent and c.intouche(n.element)]
    tous = len(libres) == len(parent) and parent not in c.gardes and rng.random() < 0.5
    choisis = libres if tous else rng.sample(libres, rng.randint(2, len(libres) - 1)) if len(libres) > 2 else []
    if len(choisis) < 2:
        return False
    espace = rng.choice([f"urn:partage:{len(c.attendus)}", ns_offre("2024.1", f"O{len(c.attendus)}")])
    for element in choisis:
        element.tag = f"{{{espace}}}{etree.QName(element).localname}"
        c.pris |= set(element.iter())
    # One at least stays where it should be, or nothing of the parent would be looked into.
    c.pris.add(parent if tous else next(e for e in libres if e not in choisis))
    c.gardes.add(parent)
    c.noter(C.ESPACE_DE_NOMS, parent)
    return True


def autre_version(c: Chantier, rng: Random) -> bool:
    """The form of another version of the catalogue: one error, whatever that form looks like."""
    formes = list(c.requete.iterfind("{*}formulaire/*"))
    if len(formes) != 1 or not c.intouche(formes[0]) or formes[0] in c.pris:
        return False
    for element in formes[0].iter():
        element.tag = f"{{{ns_offre('2024.1', c.offre)}}}{etree.QName(element).localname}"
    formes[0].tag = f"{{{ns_catalogue('2024.1')}}}{etree.QName(formes[0]).localname}"
    etree.SubElement(formes[0], f"{{{ns_offre('2024.1', c.offre)}}}champDAutrefois").text = "x"
    c.pris |= set(formes[0].iter())
    c.noter(C.ESPACE_DE_NOMS, formes[0])
    return True


def nil(c: Chantier, rng: Random) -> bool:
    n = _un(c.feuilles(), rng)
    if n is None:
        return False
    n.element.set(f"{{{NS_XSI}}}nil", rng.choice(["true", "false", "1"]))
    if rng.random() < 0.6:
        n.element.text = None
    c.pris.add(n.element)
    c.noter(C.NIL_INTERDIT, n.element, "/@xsi:nil")
    return True


def attribut(c: Chantier, rng: Random) -> bool:
    n = _un(c.libres(), rng)
    if n is None:
        return False
    nom, affiche, valeur = rng.choice(
        [
            ("id", "id", "1"),
            ("{http://www.w3.org/XML/1998/namespace}lang", "lang", "fr"),
            (f"{{{NS_XSI}}}type", "xsi:type", "anyURI"),
            (f"{{{NS_XSI}}}autre", "xsi:autre", ""),
        ]
    )
    n.element.set(nom, valeur)
    c.pris.add(n.element)
    c.noter(C.ATTRIBUT_INTERDIT, n.element, f"/@{affiche}")
    return True


def texte_perdu(c: Chantier, rng: Random) -> bool:
    n = _un([n for n in c.libres(True) if not (n.element.tail or "").strip()], rng)
    if n is None:
        return False
    n.element.tail = rng.choice(["texte perdu", "0", "."])
    c.pris.add(n.element)
    c.gardes.add(n.parent)
    c.attendus.append((C.TEXTE_INATTENDU, lambda: (c.chemin(n.parent) + "/" if c.chemin(n.parent) else "") + "text()"))
    return True


def element_dans_champ(c: Chantier, rng: Random) -> bool:
    n = _un(c.feuilles(), rng)
    if n is None:
        return False
    etree.SubElement(n.element, rng.choice([n.element.tag, "b", "{urn:autre}b"]))
    c.pris |= set(n.element.iter())
    c.noter(C.ELEMENT_INATTENDU, n.element)
    return True


def deux_formulaires(c: Chantier, rng: Random) -> bool:
    autres = [code for code in codes(c.banc.catalogue) if code != c.offre]
    formulaires = [e for e in c.requete if etree.QName(e).localname == "formulaire"]
    if len(formulaires) != 1 or formulaires[0] in c.pris or len(formulaires[0]) != 1:
        return False
    seconde = depot(c.version, rng.choice(autres))[1][0]
    formulaires[0].insert(rng.randint(0, 1), seconde)
    c.pris |= set(seconde.iter()) | {formulaires[0]}
    c.noter(C.PLUSIEURS_OFFRES, formulaires[0])
    return True


def mauvaise_valeur(c: Chantier, rng: Random) -> bool:
    possibles = [(n, valeurs) for n in c.feuilles() if (valeurs := list(_mauvaises(c, n.feuille)))]
    if not possibles:
        return False
    n, valeurs = rng.choice(possibles)
    code, valeur = rng.choice(valeurs)
    n.element.text = valeur
    c.pris.add(n.element)
    c.noter(code, n.element)
    return True


def _mauvaises(c: Chantier, feuille: Feuille) -> Iterator[tuple[CodeChamp, str]]:
    match feuille.champ.type:
        case Texte() as t:
            yield C.TROP_LONG, "A" * (t.longueur_max + 1)
            if t.motif is not None and t.longueur_max >= 2:
                yield C.MOTIF_NON_RESPECTE, "é" * t.longueur_max
            if t.longueur_min > 1:
                yield C.TROP_COURT, "A" * (t.longueur_min - 1)
        case TexteLong() as t:
            yield C.TROP_LONG, "é" * (t.longueur_max + 1)
            if t.longueur_min > 1:
                yield C.TROP_COURT, "é\n" * (t.longueur_min // 2 - 1) + "é"
        case Entier() as t:
            for valeur in ("douze", "1.0", "1e3", "1 000", "- 1", "0x1", "1,0"):
                yield C.TYPE_INVALIDE, valeur
            yield C.TROP_GRAND, str(t.maximum + 1)
            yield C.TROP_PETIT, str(t.minimum - 1)
            yield C.TROP_GRAND, "9" * 5000
            yield C.TROP_PETIT, f"-{ENTIER_MAX + 2}"
        case Nombre() as t:
            for valeur in ("1,5", "1e3", "INF", ".", "+", "1_5", "--1"):
                yield C.TYPE_INVALIDE, valeur
            milieu = t.minimum if t.minimum is not None else t.maximum
            yield (
                C.TROP_DE_DECIMALES,
                f"{int(milieu or 0)}.{'0' * t.decimales}1" if (milieu or 0) >= 0 else "-0.0000001",
            )
            if t.maximum is not None:
                yield C.TROP_GRAND, str(t.maximum + 1)
            if t.minimum is not None:
                yield C.TROP_PETIT, str(t.minimum - 1)
        case Date() as t:
            for valeur in ("2026-02-30", "02/03/2026", "2026-03-02Z", "2026-3-2", "0026-03-02", "2026-13-01", "hier"):
                yield C.TYPE_INVALIDE, valeur
            if t.minimum is not None:
                yield C.TROP_PETIT, "1000-01-01"
            if t.maximum is not None:
                yield C.TROP_GRAND, "2999-12-31"
        case DateHeure():
            yield C.FUSEAU_MANQUANT, "2026-03-02T10:00:00"
            yield C.FUSEAU_MANQUANT, "2026-03-02T10:00:00.123"
            for valeur in ("2026-02-30T10:00:00Z", "2026-03-02", "2026-03-02T24:00:00Z", "2026-03-02T10:00:00+15:00"):
                yield C.TYPE_INVALIDE, valeur
            yield C.TYPE_INVALIDE, "2026-03-02T10:60:00Z"
        case OuiNon():
            for valeur in ("oui", "TRUE", "True", "2", "vrai", "01"):
                yield C.TYPE_INVALIDE, valeur
        case Telephone():
            for valeur in ("01 23 45 67 89", "123", "+0123456", "0033123456789", "01.23.45.67.89", "telephone"):
                yield C.MOTIF_NON_RESPECTE, valeur
        case Courriel():
            for valeur in ("sans-arobase", "a@b", "é@exemple.fr", "a@@exemple.fr", "a b@exemple.fr"):
                yield C.MOTIF_NON_RESPECTE, valeur
            yield C.TROP_LONG, "a" * 60 + "@" + ".".join(["b" * 60] * 4)
        case Choisi() as t:
            nomenclature = c.banc.catalogue.nomenclatures[t.nomenclature]
            for valeur in ("CODE_INVENTE", nomenclature.valeurs[0].code.lower(), nomenclature.valeurs[0].libelle):
                if valeur not in nomenclature.par_code:
                    yield C.VALEUR_HORS_LISTE, valeur
            for retiree in nomenclature.valeurs:
                if retiree.statut is Statut.RETIRE:
                    yield C.VALEUR_RETIREE, retiree.code


MUTATIONS: tuple[Mutation, ...] = (
    manquant,
    pas_assez,
    vide,
    inconnu,
    absent_de_l_offre,
    deplace,
    double,
    mauvais_espace,
    espace_partage,
    autre_version,
    nil,
    attribut,
    texte_perdu,
    element_dans_champ,
    deux_formulaires,
    mauvaise_valeur,
    mauvaise_valeur,
)
