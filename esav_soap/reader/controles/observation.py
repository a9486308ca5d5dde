"""What a rule asks of each field, when it asks only what a finite trial can answer exactly."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation

from elementpath import XPathToken

from esav_soap.model import Choisi
from esav_soap.reader.controles.carte import Carte, Genre
from esav_soap.reader.controles.chemins import Marche
from esav_soap.reader.controles.comparaisons import COMPARATEURS, EGALITES, litteral
from esav_soap.reader.lus import ChampLu, GroupeLu

_NOMBRE_MAX = 10**12
_DECIMALES_MAX = 6


class Inexact(Exception):
    """The expression asks more than the trial can answer: no verdict."""


@dataclass
class Questions:
    """What is asked of one node. ``occurrences``: how many of them the answer may need."""

    textes: set[str] = field(default_factory=set)
    nombres: set[Decimal] = field(default_factory=set)
    longueurs: set[int] = field(default_factory=set)
    morceaux: set[str] = field(default_factory=set)
    occurrences: int = 0
    compte: bool = False
    complet: bool = False


class Observation:
    """The nodes that a rule looks at, and what it asks of them."""

    def __init__(self, carte: Carte) -> None:
        self._carte = carte
        self._questions: dict[str, Questions] = {}

    @property
    def vus(self) -> frozenset[str]:
        return frozenset(self._questions)

    def de(self, chemin: str) -> Questions:
        return self._questions.get(chemin) or Questions()

    def regarder(self, chemin: str) -> Questions:
        """Note that the rule looks at a node; a dependent field brings all its codes, and its master's."""
        return self._questions.setdefault(chemin, Questions())

    def maitre(self, champ: ChampLu | None, parent: str) -> str | None:
        """Code of the field that ``champ`` depends on, when the rule looks at it too."""
        if champ is None or not isinstance(champ.champ.type, Choisi):
            return None
        maitre = champ.champ.type.depend_de
        chemin = f"{parent}/{maitre}" if parent else maitre
        return maitre if chemin in self._questions else None

    def completer(self) -> None:
        """Dependent fields looked at with their master are tried with all codes: which go together matters."""
        for chemin in list(self._questions):
            parent = chemin.rpartition("/")[0]
            maitre = self.maitre(self._carte.champ(chemin), parent)
            if maitre is not None:
                self._questions[chemin].complet = True
                self._questions[f"{parent}/{maitre}" if parent else maitre].complet = True


def observer(racine: XPathToken, contexte: str, marche: Marche) -> Observation:
    """What the condition asks. Raises :class:`Inexact` when a finite trial could not answer it."""
    observateur = _Observateur(contexte, marche)
    observateur.formule(racine)
    observateur.observation.completer()
    return observateur.observation


class _Observateur:
    def __init__(self, contexte: str, marche: Marche) -> None:
        self.contexte = contexte
        self.marche = marche
        self.carte = marche.carte
        self.observation = Observation(marche.carte)

    def formule(self, token: XPathToken) -> None:
        """A condition: true or false for each form."""
        symbole = token.symbol
        if symbole in ("or", "and", "not", "boolean", "("):
            for operande in token:
                self.formule(operande)
        elif symbole in ("true", "false"):
            return
        elif symbole in COMPARATEURS:
            self._comparaison(token[0], token.symbol, token[1])
        elif symbole in ("contains", "starts-with"):
            morceau = litteral(token[1])
            if morceau is None:
                raise Inexact
            for chemin in self._chemin(token[0]):
                self._champ(chemin).morceaux.add(morceau)
        elif self._genre(token) is Genre.NOEUDS:
            self._chemin(token)
        else:
            raise Inexact

    def _genre(self, token: XPathToken) -> Genre:
        return self.marche.resultats[id(token)].genre

    def _champ(self, chemin: str) -> Questions:
        if self.carte.champ(chemin) is None:
            raise Inexact
        return self.observation.regarder(chemin)

    def _comparaison(self, gauche: XPathToken, operateur: str, droite: XPathToken) -> None:
        gauche, droite = _sans_parentheses(gauche), _sans_parentheses(droite)
        if _constante(gauche) is not None and _constante(droite) is None:
            gauche, droite = droite, gauche
        constante = _constante(droite)
        if constante is None:
            self._entre_champs(gauche, operateur, droite)
            return
        nombre = _nombre(constante)
        if gauche.symbol in ("count", "string-length") and len(gauche) == 1:
            if nombre is None or (operateur in EGALITES and isinstance(constante, str)):
                raise Inexact
            for chemin in self._chemin(gauche[0]):
                self._mesure(gauche.symbol, chemin, int(nombre))
            return
        numerique = gauche.symbol == "number" and len(gauche) == 1
        interne = gauche[0] if gauche.symbol in ("number", "string", "normalize-space") and len(gauche) == 1 else gauche
        if self._genre(interne) is not Genre.NOEUDS or (gauche.symbol == "normalize-space" and constante == ""):
            raise Inexact
        for chemin in self._chemin(interne):
            questions = self._champ(chemin)
            if isinstance(constante, str) and operateur in EGALITES and not numerique:
                questions.textes.add(constante)
            elif nombre is not None:
                questions.nombres.add(nombre)
            else:
                raise Inexact

    def _mesure(self, fonction: str, chemin: str, nombre: int) -> None:
        if fonction == "string-length":
            self._champ(chemin).longueurs |= {nombre - 1, nombre, nombre + 1}
            return
        questions = self.observation.regarder(chemin)
        questions.compte = True
        groupe = chemin.partition("/")[0]
        de_groupe = self.observation.regarder(groupe)
        de_groupe.occurrences += max(nombre, 0)  # one more than counted: the path's own mention adds it

    def _entre_champs(self, gauche: XPathToken, operateur: str, droite: XPathToken) -> None:
        """Two fields compared: exact only between fields whose values can all be tried."""
        if operateur not in EGALITES:
            raise Inexact
        for cote in (gauche, droite):
            if self._genre(cote) is not Genre.NOEUDS:
                raise Inexact
            for chemin in self._chemin(cote):
                champ = self.carte.champ(chemin)
                if champ is None or not isinstance(champ.champ.type, Choisi) or champ.champ.type.maximum > 1:
                    raise Inexact
                self.observation.regarder(chemin).complet = True

    def _chemin(self, token: XPathToken) -> frozenset[str]:
        """The nodes of a path, each noted; predicates are conditions of their own."""
        symbole = token.symbol
        if symbole in ("/", "|", "("):
            for partie in token:
                self._chemin(partie)
        elif symbole == "[":
            self._chemin(token[0])
            self._predicat(token[0], token[1])
        elif symbole in ("child", "self") and len(token) == 1:
            self._chemin(token[0])
        elif symbole == "(name)":
            self._noter(token)
        elif symbole not in (".", ".."):
            raise Inexact
        resultat = self.marche.resultats.get(id(token))
        if resultat is None:
            raise Inexact
        return resultat.chemins

    def _noter(self, token: XPathToken) -> None:
        resultat = self.marche.resultats.get(id(token))
        for chemin in resultat.chemins if resultat else ():
            self.observation.regarder(chemin)
            noeud = self.carte.noeuds[chemin]
            if isinstance(noeud, GroupeLu):
                if self.contexte:  # a group's rule that looks at groups: which occurrence it stands in would matter
                    raise Inexact
                self.observation.regarder(chemin).occurrences += 1

    def _predicat(self, base: XPathToken, predicat: XPathToken) -> None:
        if predicat.symbol == "(integer)":
            for chemin in self.marche.resultats[id(base)].chemins:
                self._mesure("count", chemin, int(str(predicat.value)))
            return
        if self._genre(predicat) is Genre.NOMBRE:
            raise Inexact
        self.formule(predicat)


def _sans_parentheses(token: XPathToken) -> XPathToken:
    while token.symbol == "(":
        token = token[0]
    return token


def _constante(token: XPathToken) -> str | Decimal | None:
    if token.symbol == "(string)":
        return str(token.value)
    if token.symbol in ("(integer)", "(decimal)"):
        return Decimal(str(token.value))
    if token.symbol == "-" and len(token) == 1:
        interne = _constante(_sans_parentheses(token[0]))
        return -interne if isinstance(interne, Decimal) else None
    return None


def _nombre(constante: str | Decimal) -> Decimal | None:
    """The number that XPath sees. Raises :class:`Inexact` where binary arithmetic would round it."""
    try:
        nombre = Decimal(constante.strip()) if isinstance(constante, str) else constante
    except InvalidOperation:
        return None
    if not nombre.is_finite() or (isinstance(constante, str) and not set(constante.strip()) <= set("-.0123456789")):
        return None
    if abs(nombre) > _NOMBRE_MAX or nombre != round(nombre, _DECIMALES_MAX):
        raise Inexact
    return nombre
