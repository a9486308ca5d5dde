"""Example forms and requests, drawn from a random generator: the same seed always gives the same bytes.

They are valid for the XSD and the rules of their Offre; the jeu de test, the demonstration, the measurements and the tests
take them from here (R1.4, annexe 2).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass
from functools import lru_cache
from random import Random

from lxml import etree

from esav_soap.contract.valeurs_exemples import Tireur
from esav_soap.model.catalogue import Catalogue, Nomenclature
from esav_soap.model.formulaire import GenreRegle, Regle
from esav_soap.model.requetes import (
    CHAMP_GENERIQUE,
    CONTACT,
    ENTETE,
    IDENTIFIANT_PRESTATION,
    OFFRE,
    REFERENCE_OPERATEUR,
)
from esav_soap.model.structure import Branche, Choix, Element, Feuille, Structure
from esav_soap.model.types import Choisi
from esav_soap.model.xpath import analyser, compiler, noms
from esav_soap.names import NS_WS, ns_catalogue

_REPRISES = 40
_RETOUCHES = 120

#: Content of a list of siblings: code -> texts of a field, or contents of a group, one for each occurrence.
Contenu = dict[str, list["str | Contenu"]]


class ExempleImpossible(RuntimeError):
    """No form that keeps all rules was found; the rules probably contradict each other."""


@dataclass(frozen=True, slots=True)
class _Faute:
    """A broken rule, where it is broken."""

    regle: Regle
    attendus: tuple[Element, ...]
    contenu: Contenu


def exemple(structure: Structure, catalogue: Catalogue, rng: Random, complet: bool | None = None) -> etree._Element:
    """The form element of an Offre, filled and valid.

    ``structure``: from :func:`esav_soap.model.structure_offre`. ``complet``: all fields that the rules allow (True), only
    those that are mandatory (False), or a random part (None). Raises :class:`ExempleImpossible`.
    """
    espace = ns_catalogue(catalogue.version)
    atelier = _Atelier(structure, catalogue.nomenclatures, rng, complet)
    etiquette = f"{{{espace}}}{structure.nom}"
    return atelier.remplir(etiquette, {"cat": espace, structure.nom: structure.espace})


def requete_depot(
    formulaire: etree._Element,
    rng: Random,
    operation: str = "deposerSignalisation",
    *,
    prestation: str | None = None,
    reference: str | None = None,
) -> etree._Element:
    """The request that deposits (or validates) a typed form; the form is copied."""
    requete = etree.Element(f"{{{NS_WS}}}{operation}", nsmap={"ws": NS_WS})
    _entete(requete, rng, prestation, reference)
    etree.SubElement(requete, f"{{{NS_WS}}}formulaire").append(deepcopy(formulaire))
    return requete


def requete_depot_generique(
    formulaire: etree._Element,
    structure: Structure,
    offre: str,
    rng: Random,
    operation: str = "deposerSignalisationGenerique",
    *,
    prestation: str | None = None,
    reference: str | None = None,
) -> etree._Element:
    """The same deposit as code/value pairs. ``offre``: code of the Offre."""
    requete = etree.Element(f"{{{NS_WS}}}{operation}", nsmap={"ws": NS_WS})
    _entete(requete, rng, prestation, reference)
    _texte(requete, OFFRE.code, offre)
    for chemin, valeur in paires(formulaire, structure):
        champ = etree.SubElement(requete, f"{{{NS_WS}}}{CHAMP_GENERIQUE.code}")
        _texte(champ, "chemin", chemin)
        _texte(champ, "valeur", valeur)
    return requete


def paires(formulaire: etree._Element, structure: Structure) -> Iterator[tuple[str, str]]:
    """Code/value pairs of a valid form: ``champ``, or ``groupe[rang]/champ`` where the group may be repeated."""
    multiples = {e.code for e in structure.enfants if isinstance(e, Branche) and e.maximum > 1}
    rangs: dict[str, int] = {}
    for noeud in formulaire:
        code = etree.QName(noeud).localname
        rangs[code] = rangs.get(code, 0) + 1
        for champ in noeud:
            groupe = f"{code}[{rangs[code]}]" if code in multiples else code
            yield f"{groupe}/{etree.QName(champ).localname}", champ.text or ""
        if not len(noeud):
            yield code, noeud.text or ""


def _entete(requete: etree._Element, rng: Random, prestation: str | None, reference: str | None) -> None:
    entete = etree.SubElement(requete, f"{{{NS_WS}}}{ENTETE.code}")
    _texte(entete, IDENTIFIANT_PRESTATION.code, prestation or f"PREST-{rng.randrange(10**8):08d}")
    _texte(entete, REFERENCE_OPERATEUR.code, reference or f"OP-2026-{rng.randrange(10**6):06d}")
    contact = etree.SubElement(entete, f"{{{NS_WS}}}{CONTACT.code}")
    tireur = Tireur({}, rng)
    for feuille in CONTACT.enfants:
        if isinstance(feuille, Feuille) and (feuille.minimum or rng.random() < 0.5):
            _texte(contact, feuille.code, tireur.valeur(feuille.champ))


def _texte(parent: etree._Element, code: str, valeur: str) -> None:
    etree.SubElement(parent, f"{{{NS_WS}}}{code}").text = valeur


class _Atelier:
    """Fills one form: draws it, then redraws the fields that broken rules look at until all rules are kept."""

    def __init__(
        self, structure: Structure, nomenclatures: Mapping[str, Nomenclature], rng: Random, complet: bool | None
    ) -> None:
        self._structure = structure
        self._nomenclatures = nomenclatures
        self._rng = rng
        self._part = {True: 1.0, False: 0.0, None: 0.5}[complet]
        self._tireur = Tireur(nomenclatures, rng)

    def remplir(self, etiquette: str, espaces: dict[str, str]) -> etree._Element:
        for _ in range(_REPRISES):
            contenu = self._tirer(self._structure.enfants)
            for _ in range(_RETOUCHES):
                element = etree.Element(etiquette, nsmap=espaces)
                self._ecrire(element, self._structure.enfants, contenu)
                fautes = list(self._fautes(element, contenu))
                if not fautes:
                    return element
                self._retoucher(self._rng.choice(fautes), contenu)
        raise ExempleImpossible(self._structure.nom)

    def _tirer(self, attendus: Sequence[Element]) -> Contenu:
        contenu: Contenu = {}
        for attendu in attendus:
            self._poser(attendu, attendus, contenu, _obligatoire(attendu) or self._rng.random() < self._part)
        return contenu

    def _poser(self, attendu: Element, attendus: Sequence[Element], contenu: Contenu, present: bool) -> None:
        """Draw one field or group anew."""
        contenu[attendu.code] = []
        if not present or isinstance(attendu, Choix):
            return
        if isinstance(attendu, Branche):
            bas = max(attendu.minimum, 1)
            nombre = self._rng.randint(bas, max(bas, min(attendu.maximum, 3)))
            contenu[attendu.code] = [self._tirer(attendu.enfants) for _ in range(nombre)]
            return
        type_ = attendu.champ.type
        if isinstance(type_, Choisi):
            codes = self._codes(attendu, type_, attendus, contenu)
            nombre = min(len(codes), self._rng.randint(1, min(attendu.maximum, 3)))
            contenu[attendu.code] = list(self._rng.sample(codes, nombre))
            self._redependre(attendu.code, attendus, contenu)
            return
        contenu[attendu.code] = [self._tireur.valeur(attendu.champ)]

    def _redependre(self, parent: str, attendus: Sequence[Element], contenu: Contenu) -> None:
        """Draw again what depends on the code of the field ``parent``."""
        for enfant, type_ in _choisis(attendus):
            if type_.depend_de == parent and enfant.code in contenu:
                self._poser(enfant, attendus, contenu, bool(contenu[enfant.code]) or _obligatoire(enfant))

    def _codes(self, feuille: Feuille, type_: Choisi, attendus: Sequence[Element], contenu: Contenu) -> list[str]:
        """Codes that the field may take beside what its parent field holds, and that leave its own dependants a choice."""
        acceptees = self._nomenclatures[type_.nomenclature].acceptees
        parent = type_.depend_de
        if parent is not None and any(a.code == parent for a in attendus):
            choisis = contenu.get(parent, [])
            acceptees = tuple(v for v in acceptees if any(c in v.parents for c in choisis))
        for enfant, choisi in _choisis(attendus):
            if choisi.depend_de == feuille.code and enfant.minimum:
                suivantes = self._nomenclatures[choisi.nomenclature].acceptees
                acceptees = tuple(v for v in acceptees if any(v.code in s.parents for s in suivantes))
        return [v.code for v in acceptees]

    def _ecrire(self, parent: etree._Element, attendus: Sequence[Element], contenu: Contenu) -> None:
        for attendu in attendus:
            for valeur in contenu.get(attendu.code, ()):
                element = etree.SubElement(parent, f"{{{self._structure.espace}}}{attendu.code}")
                if isinstance(valeur, str):
                    element.text = valeur
                elif isinstance(attendu, Branche):
                    self._ecrire(element, attendu.enfants, valeur)

    def _fautes(self, element: etree._Element, contenu: Contenu) -> Iterator[_Faute]:
        espace = self._structure.espace
        for regle in self._structure.regles:
            if not _compilee(regle.expression, espace)(element):
                yield _Faute(regle, self._structure.enfants, contenu)
        for groupe in self._structure.enfants:
            if not isinstance(groupe, Branche):
                continue
            occurrences = element.findall(f"{{{espace}}}{groupe.code}")
            for occurrence, dedans in zip(occurrences, contenu.get(groupe.code, ()), strict=True):
                for regle in groupe.regles:
                    if isinstance(dedans, dict) and not _compilee(regle.expression, espace)(occurrence):
                        yield _Faute(regle, groupe.enfants, dedans)

    def _retoucher(self, faute: _Faute, racine: Contenu) -> None:
        """One change that may mend a broken rule."""
        regle, rng = faute.regle, self._rng
        cible = next((a for a in faute.attendus if a.code == regle.champ), None)
        if cible is not None and rng.random() < 0.8:
            if regle.genre is GenreRegle.OBLIGATOIRE_SI:
                return self._poser(cible, faute.attendus, faute.contenu, True)
            if regle.genre is GenreRegle.INTERDIT_SI and not _obligatoire(cible):
                return self._poser(cible, faute.attendus, faute.contenu, False)
        candidats = list(self._regardes(faute, racine))
        if not candidats:
            return None
        attendu, attendus, contenu = rng.choice(candidats)
        present = _obligatoire(attendu) or rng.random() < max(0.3, self._part * 0.9)
        self._poser(attendu, attendus, contenu, present)
        litteraux = _litteraux(regle.expression)
        if present and isinstance(attendu, Feuille) and litteraux and rng.random() < 0.3:
            valeur = self._tireur.autour(attendu.champ, rng.choice(litteraux))
            if valeur is not None:
                contenu[attendu.code] = [valeur]
                self._redependre(attendu.code, attendus, contenu)
        return None

    def _regardes(self, faute: _Faute, racine: Contenu) -> Iterator[tuple[Element, Sequence[Element], Contenu]]:
        """The fields and groups that the rule names: beside it, in the form, or in the form's groups."""
        vus = noms(faute.regle.expression)
        listes: list[tuple[Sequence[Element], Contenu]] = [(faute.attendus, faute.contenu)]
        if faute.contenu is not racine:
            listes.append((self._structure.enfants, racine))
        else:
            for groupe in self._structure.enfants:
                if isinstance(groupe, Branche) and groupe.code in vus:
                    listes += [(groupe.enfants, c) for c in racine.get(groupe.code, ()) if isinstance(c, dict)]
        for attendus, contenu in listes:
            yield from ((a, attendus, contenu) for a in attendus if a.code in vus)


def _choisis(attendus: Sequence[Element]) -> Iterator[tuple[Feuille, Choisi]]:
    for attendu in attendus:
        if isinstance(attendu, Feuille) and isinstance(attendu.champ.type, Choisi):
            yield attendu, attendu.champ.type


def _obligatoire(attendu: Element) -> bool:
    return isinstance(attendu, Choix) or attendu.minimum > 0


@lru_cache(maxsize=4096)
def _compilee(expression: str, espace: str) -> etree.XPath:
    return compiler(expression, espace)


@lru_cache(maxsize=4096)
def _litteraux(expression: str) -> tuple[str, ...]:
    """Strings and numbers that the expression names: values around them decide it."""
    feuilles = ("(string)", "(integer)", "(decimal)")
    return tuple(str(token.value) for token in analyser(expression).iter() if token.symbol in feuilles)
