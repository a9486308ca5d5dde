"""What an XSD cannot say: cross-field rules, dependent and doubled codes, compiled to XPath (R1.3).

Each rule becomes the node-set of its offenders, seen from the form's element; all together become one expression, which
is the only thing that an accepted form pays for.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import cast

from lxml import etree

from esav_soap.errors import CodeChamp, ErreurChamp
from esav_soap.intake.messages import erreur
from esav_soap.intake.valeurs import Nomenclatures, blancs_comptent
from esav_soap.intake.verdict import VALEUR_DEPRECIEE, Avertissement
from esav_soap.model.catalogue import Nomenclature, Statut
from esav_soap.model.formulaire import GenreRegle, Regle
from esav_soap.model.structure import Branche, Choix, Element, Feuille, Structure
from esav_soap.model.types import Choisi, Date, DateHeure, Entier, Nombre, OuiNon
from esav_soap.model.xpath import PREFIXE, analyser, noms, qualifier

_CODES = {
    GenreRegle.REGLE: CodeChamp.REGLE_NON_RESPECTEE,
    GenreRegle.OBLIGATOIRE_SI: CodeChamp.OBLIGATOIRE_SI,
    GenreRegle.INTERDIT_SI: CodeChamp.INTERDIT_SI,
}
Rangs = Mapping[str, Sequence[int]]
_Expliquer = Callable[[etree._Element, str], ErreurChamp]


@dataclass(frozen=True, slots=True)
class _Liste:
    """A list of sibling elements: ``pas`` is the XPath step from the form to their parent ("" for the form itself)."""

    pas: str
    nom: str
    libelle: str
    enfants: tuple[Element, ...]
    regles: tuple[Regle, ...]


@dataclass(frozen=True, slots=True)
class _Controle:
    """One rule. ``tenu``: XPath that is true when it is kept; ``coupables``: its offenders, whom ``expliquer`` is told of
    with their paths; ``noms``: the fields that it looks at, None when it may look at any."""

    tenu: str
    coupables: etree.XPath
    noms: frozenset[str] | None
    expliquer: _Expliquer


class Regles:
    """The rules of a structure; immutable, and safe to use from several threads."""

    def __init__(self, structure: Structure, nomenclatures: Nomenclatures) -> None:
        """Raises :class:`esav_soap.model.xpath.ExpressionInvalide` when a rule does not compile."""
        self._espaces = {PREFIXE: structure.espace}
        self._nomenclatures = nomenclatures
        self._feuilles = dict(structure.feuilles())
        self._champs = frozenset(feuille.code for feuille in self._feuilles.values())
        self._multiples = frozenset(_multiples(structure.enfants, ""))
        listes = list(_listes("", structure.nom, structure.libelle, structure.enfants, structure.regles))
        self._controles = tuple(c for liste in listes for c in self._compiler(liste))
        propres = [f"not({chemin})" for liste in listes for chemin in _a_normaliser(liste)]
        tenus = propres + [controle.tenu for controle in self._controles]
        self._toutes = self._xpath(_conjonction(tenus)) if tenus else None
        deprecies = [chemin for liste in listes for chemin in _deprecies(liste, nomenclatures)]
        self._deprecies = self._xpath(" | ".join(deprecies)) if deprecies else None

    def respectees(self, element: etree._Element) -> bool:
        """Whether a schema-valid element keeps every rule and is in normal form (see ``normalisation``)."""
        return self._toutes is None or self._toutes(element) is True

    def violations(
        self, element: etree._Element, chemin: str, erreurs: Sequence[ErreurChamp] = (), rangs: Rangs | None = None
    ) -> list[ErreurChamp]:
        """The broken rules, in the catalogue's order.

        ``chemin``: path of ``element`` with its final ``/``. Rules that look at a field named in ``erreurs`` are left out:
        what they would say is not sure. ``rangs``: ranks that the caller gave to groups.
        """
        if any(self._cache_des_champs(e) for e in erreurs):
            return []
        fautifs = frozenset(nom for e in erreurs for nom in _noms_fautifs(e.chemin))
        trouvees = []
        for controle in self._controles:
            if fautifs and (controle.noms is None or controle.noms & fautifs):
                continue
            trouvees += [
                controle.expliquer(noeud, chemin + self._chemin(noeud, element, rangs or {}))
                for noeud in _noeuds(controle.coupables, element)
            ]
        return trouvees

    def _cache_des_champs(self, erreur: ErreurChamp) -> bool:
        """Whether an error leaves open what other fields hold: the walk stopped early or could not explain, or a list of
        fields stands in another namespace, where rules do not see it."""
        if erreur.code is CodeChamp.ESPACE_DE_NOMS:
            return self._champs.isdisjoint(_noms_fautifs(erreur.chemin))
        return erreur.code is CodeChamp.NON_CONFORME

    def avertissements(self, element: etree._Element) -> tuple[Avertissement, ...]:
        """A warning for each deprecated code in an accepted form."""
        if self._deprecies is None:
            return ()
        return tuple(self._deprecie(noeud, element) for noeud in _noeuds(self._deprecies, element))

    def _deprecie(self, noeud: etree._Element, element: etree._Element) -> Avertissement:
        champ = self._feuilles["/".join(nom for nom, _ in _ascendance(noeud, element))].champ
        code = noeud.text or ""
        valeur = _nomenclature(champ.type, self._nomenclatures).par_code[code]
        suite = f" ; employer « {valeur.remplacement} »" if valeur.remplacement else ""
        lieu = self._chemin(noeud, element, {})
        message = f"« {champ.libelle} » ({lieu}) : le code « {code} » est déprécié et sera retiré{suite}."
        return Avertissement(VALEUR_DEPRECIEE, message)

    def _chemin(self, noeud: etree._Element, racine: etree._Element, rangs: Rangs) -> str:
        """Path from ``racine`` to ``noeud``; "" for the root itself."""
        morceaux, structurel = [], ""
        for nom, rang in _ascendance(noeud, racine):
            structurel += nom
            if structurel in self._multiples:
                rang = rangs[nom][rang - 1] if nom in rangs else rang
                morceaux.append(f"{nom}[{rang}]")
            else:
                morceaux.append(nom)
            structurel += "/"
        return "/".join(morceaux)

    def _compiler(self, liste: _Liste) -> Iterator[_Controle]:
        for feuille in liste.enfants:
            if isinstance(feuille, Feuille) and isinstance(feuille.champ.type, Choisi):
                yield from self._codes(liste, feuille, feuille.champ.type)
        for regle in liste.regles:
            expression = qualifier(regle.expression)
            if liste.pas:
                coupables = f"{liste.pas}/self::node()[not({expression})]"
                tenu = f"not({coupables})"
            else:
                coupables = f"self::node()[not({expression})]"
                tenu = f"({expression})"
            vus = None if _regarde_tout(regle.expression) else noms(regle.expression)
            yield _Controle(tenu, self._xpath(coupables), vus, _expliquer_regle(liste, regle))

    def _codes(self, liste: _Liste, feuille: Feuille, type_: Choisi) -> Iterator[_Controle]:
        ici = _pas(liste.pas, feuille.code)
        if feuille.maximum > 1:
            doubles = f"{ici}[. = preceding-sibling::{PREFIXE}:{feuille.code}]"
            yield _Controle(
                f"not({doubles})", self._xpath(doubles), frozenset({feuille.code}), _expliquer_double(feuille)
            )
        parent = next((e for e in liste.enfants if isinstance(e, Feuille) and e.code == type_.depend_de), None)
        if parent is not None:
            # A form whose Offre has no parent field cannot name the parent's code: nothing depends on it there.
            couples = " ".join(
                f"{p}>{v.code}" for v in self._nomenclatures[type_.nomenclature].acceptees for p in v.parents
            )
            paire = f"concat(' ', ../{PREFIXE}:{parent.code}, '>', ., ' ')"
            detaches = f"{ici}[not(contains(' {couples} ', {paire}))]"
            vus = frozenset({feuille.code, parent.code})
            explication = _expliquer_detache(feuille, parent, self._nomenclatures[type_.nomenclature])
            yield _Controle(f"not({detaches})", self._xpath(detaches), vus, explication)

    def _xpath(self, expression: str) -> etree.XPath:
        return etree.XPath(expression, namespaces=self._espaces, regexp=False, smart_strings=False)


def _noeuds(xpath: etree.XPath, element: etree._Element) -> list[etree._Element]:
    return cast(list[etree._Element], xpath(element))


def _listes(
    pas: str, nom: str, libelle: str, enfants: tuple[Element, ...], regles: tuple[Regle, ...]
) -> Iterator[_Liste]:
    yield _Liste(pas, nom, libelle, enfants, regles)
    for enfant in enfants:
        if isinstance(enfant, Branche):
            dedans = _pas(pas, enfant.code)
            yield from _listes(dedans, enfant.code, enfant.libelle, enfant.enfants, enfant.regles)


def _multiples(enfants: Sequence[Element], chemin: str) -> Iterator[str]:
    for enfant in enfants:
        ici = f"{chemin}{enfant.code}"
        if not isinstance(enfant, Choix) and enfant.maximum > 1:
            yield ici
        if isinstance(enfant, Branche):
            yield from _multiples(enfant.enfants, f"{ici}/")


def _pas(pas: str, code: str) -> str:
    return f"{pas}/{PREFIXE}:{code}" if pas else f"{PREFIXE}:{code}"


def _a_normaliser(liste: _Liste) -> Iterator[str]:
    """Values that the XSD accepts in a form that the rules and the readers of a form should not have to know: blanks
    around, a ``+`` sign (XPath 1.0 reads ``+5`` as NaN), 1 and 0 for true and false."""
    for enfant in liste.enfants:
        if not isinstance(enfant, Feuille) or blancs_comptent(enfant.champ.type):
            continue
        ici = _pas(liste.pas, enfant.code)
        match enfant.champ.type:
            case OuiNon():
                yield f"{ici}[not(. = 'true' or . = 'false')]"
            case Entier() | Nombre():
                yield f"{ici}[normalize-space(.) != . or starts-with(., '+')]"
            case Date() | DateHeure():
                yield f"{ici}[normalize-space(.) != .]"
            case _:
                pass  # the XSD itself refuses blanks around codes, phone numbers and e-mail addresses


def _deprecies(liste: _Liste, nomenclatures: Nomenclatures) -> Iterator[str]:
    for enfant in liste.enfants:
        if isinstance(enfant, Feuille) and isinstance(enfant.champ.type, Choisi):
            valeurs = _nomenclature(enfant.champ.type, nomenclatures).valeurs
            codes = " ".join(v.code for v in valeurs if v.statut is Statut.DEPRECIE)
            if codes:
                yield f"{_pas(liste.pas, enfant.code)}[contains(' {codes} ', concat(' ', ., ' '))]"


def _nomenclature(type_: object, nomenclatures: Nomenclatures) -> Nomenclature:
    if not isinstance(type_, Choisi):
        raise TypeError(f"{type_!r} is not a code of a nomenclature")
    return nomenclatures[type_.nomenclature]


def _conjonction(expressions: Sequence[str]) -> str:
    """All of them, as a balanced tree: libxml2 evaluates by recursion."""
    if len(expressions) == 1:
        return expressions[0] if expressions[0].startswith("not(") else f"boolean({expressions[0]})"
    milieu = len(expressions) // 2
    return f"({_conjonction(expressions[:milieu])} and {_conjonction(expressions[milieu:])})"


def _regarde_tout(expression: str) -> bool:
    """Whether the expression may look at fields that it does not name."""
    return any(t.symbol == "node" or (t.symbol == "*" and len(t) == 0) for t in analyser(expression).iter())


_RANG = re.compile(r"\[[0-9]+\]")


def _noms_fautifs(chemin: str) -> Iterator[str]:
    """Field that an error's path shows, and what an attribute or a text belongs to."""
    morceaux = _RANG.sub("", chemin).split("/")
    while morceaux and (morceaux[-1].startswith("@") or morceaux[-1] == "text()"):
        morceaux.pop()
    if morceaux:
        yield morceaux[-1]


def _ascendance(noeud: etree._Element, racine: etree._Element) -> list[tuple[str, int]]:
    """Local names from below ``racine`` down to ``noeud``, with their ranks among siblings of the same name."""
    trouves: list[tuple[str, int]] = []
    courant: etree._Element | None = noeud
    while courant is not None and courant is not racine:
        rang = 1 + sum(1 for _ in courant.itersiblings(courant.tag, preceding=True))
        trouves.append((etree.QName(courant).localname, rang))
        courant = courant.getparent()
    return trouves[::-1]


def _expliquer_regle(liste: _Liste, regle: Regle) -> _Expliquer:
    cible = next((e for e in liste.enfants if e.code == regle.champ), None)
    code = _CODES[regle.genre]

    def expliquer(noeud: etree._Element, chemin: str) -> ErreurChamp:
        chemin = chemin.rstrip("/")
        if regle.champ is None:
            return erreur(code, liste.nom, liste.libelle, chemin, regle.message)
        libelle = cible.libelle if cible is not None else regle.champ
        ici = f"{chemin}/{regle.champ}" if chemin else regle.champ
        vus = _vus(noeud, regle.champ)
        valeur = (vus[0].text or "").strip() if len(vus) == 1 and not len(vus[0]) else ""
        return erreur(code, regle.champ, libelle, ici, regle.message, valeur)

    return expliquer


def _vus(noeud: etree._Element, code: str) -> list[etree._Element]:
    return [enfant for enfant in noeud if etree.QName(enfant).localname == code]


def _expliquer_double(feuille: Feuille) -> _Expliquer:
    def expliquer(noeud: etree._Element, chemin: str) -> ErreurChamp:
        code = noeud.text or ""
        message = f"« {feuille.libelle} » : le code « {code} » est donné plusieurs fois"
        return erreur(CodeChamp.VALEUR_EN_DOUBLE, feuille.code, feuille.libelle, chemin, message, code)

    return expliquer


def _expliquer_detache(feuille: Feuille, parent: Feuille, nomenclature: Nomenclature) -> _Expliquer:
    def expliquer(noeud: etree._Element, chemin: str) -> ErreurChamp:
        code = noeud.text or ""
        freres = noeud.itersiblings(preceding=True)
        choisi = next((f.text or "" for f in freres if etree.QName(f).localname == parent.code), None)
        if choisi is None:
            message = f"« {feuille.libelle} » dépend de « {parent.libelle} », qui manque"
            return erreur(CodeChamp.VALEUR_NON_RATTACHEE, feuille.code, feuille.libelle, chemin, message, code)
        admises = tuple(v.code for v in nomenclature.acceptees if choisi in v.parents)
        message = f"« {feuille.libelle} » : le code « {code} » n'est pas rattaché à « {choisi} », choisi dans « {parent.libelle} »"
        return erreur(CodeChamp.VALEUR_NON_RATTACHEE, feuille.code, feuille.libelle, chemin, message, code, admises)

    return expliquer
