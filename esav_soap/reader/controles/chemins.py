"""What a rule's expression looks at: each path resolved against the formulaire, each operator against its operands.

The walk is an evaluation over the formulaire instead of a form: a step gives the set of nodes that it can reach.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from elementpath import XPathToken

from esav_soap.reader.codes import CodeProbleme
from esav_soap.reader.controles.carte import RACINE, Carte, Genre, Resultat, Signaler
from esav_soap.reader.controles.comparaisons import COMPARATEURS, controler_comparaison
from esav_soap.reader.lieux import proche

_BOOLEENS = frozenset({"or", "and", *COMPARATEURS})
_NOMBRES = frozenset({"+", "-", "*", "div", "mod"})
_FONCTIONS_BOOLEENNES = frozenset({"boolean", "not", "true", "false", "contains", "starts-with"})
_FONCTIONS_NUMERIQUES = frozenset(
    {"count", "sum", "number", "floor", "ceiling", "round", "string-length", "position", "last"}
)
_FRERES = frozenset({"following-sibling", "preceding-sibling"})
_DESCENDANTS = frozenset({"descendant", "descendant-or-self"})
_PRESENCE = frozenset({"boolean", "not", "count"})


@dataclass
class Marche:
    """Resolves one expression; problems go to ``signaler``, results of the tokens to ``resultats`` (by ``id``)."""

    carte: Carte
    signaler: Signaler
    resultats: dict[int, Resultat] = field(default_factory=dict)

    def resoudre(self, token: XPathToken, contexte: frozenset[str]) -> Resultat:
        """Kind and nodes of a token seen from the nodes ``contexte``."""
        resultat = self._resoudre(token, contexte)
        self.resultats[id(token)] = resultat
        return resultat

    def _resoudre(self, token: XPathToken, contexte: frozenset[str]) -> Resultat:
        symbole = token.symbol
        if symbole in ("(name)", "node", "..", ".") or (symbole == "*" and len(token) == 0):
            return _noeuds(self._pas(token, contexte, "child"))
        if symbole in ("(string)", "(integer)", "(decimal)"):
            return Resultat(Genre.TEXTE if symbole == "(string)" else Genre.NOMBRE)
        if symbole == "(":
            return self.resoudre(token[0], contexte)
        if symbole in ("/", "//"):
            gauche = self._chemins(token[0], contexte)
            depart = self.carte.descendants(gauche) if symbole == "//" else gauche
            return _noeuds(self._chemins(token[1], depart))
        if symbole == "[":
            base = self._chemins(token[0], contexte)
            self.resoudre(token[1], base)
            return _noeuds(base)
        if symbole == "|":
            return _noeuds(self._chemins(token[0], contexte) | self._chemins(token[1], contexte))
        if symbole in _BOOLEENS or symbole in _NOMBRES:
            return self._operateur(token, contexte)
        if len(token) == 1 and symbole in ("child", "self", "parent", *_FRERES, *_DESCENDANTS):
            return _noeuds(self._pas(token[0], contexte, symbole))
        return self._fonction(token, contexte)

    def _chemins(self, token: XPathToken, contexte: frozenset[str]) -> frozenset[str]:
        """Paths of a token that has to be a path."""
        resultat = self.resoudre(token, contexte)
        if resultat.genre is not Genre.NOEUDS:
            self.signaler(
                CodeProbleme.XPATH_TYPE, f"« {token.source} » : un champ est attendu, pas {resultat.genre.value}"
            )
        return resultat.chemins

    def _pas(self, test: XPathToken, contexte: frozenset[str], axe: str) -> frozenset[str]:
        if test.symbol == ".":
            return contexte
        if test.symbol == "..":
            return self._parents(contexte)
        if axe == "self":
            atteints = contexte
        elif axe == "parent":
            atteints = self._parents(contexte)
        elif axe in _FRERES:
            atteints = frozenset(e for p in self._parents(contexte) for e in self.carte.enfants.get(p, {}).values())
        elif axe in _DESCENDANTS:
            atteints = self.carte.descendants(contexte)
        else:
            atteints = frozenset(e for chemin in contexte for e in self.carte.enfants.get(chemin, {}).values())
        if test.symbol != "(name)":
            return atteints
        nom = str(test.value)
        trouves = frozenset(chemin for chemin in atteints if chemin.rpartition("/")[2] == nom)
        if contexte and not trouves and not self.carte.egare(nom):
            self._inconnu(nom, contexte)
        return trouves

    def _parents(self, contexte: frozenset[str]) -> frozenset[str]:
        if RACINE in contexte:
            self.signaler(CodeProbleme.XPATH_HORS_FORMULAIRE, "le chemin remonte au-dessus du formulaire")
        return frozenset(chemin.rpartition("/")[0] for chemin in contexte if chemin != RACINE)

    def _inconnu(self, nom: str, contexte: frozenset[str]) -> None:
        enfants = self.carte.des(contexte)
        lieu = sorted(contexte)[0]
        if self.carte.champ(lieu) is not None:
            raison = f"« {lieu} » est un champ simple : il ne contient pas « {nom} »"
        else:
            ou = f"dans le groupe « {lieu} »" if lieu else "dans le formulaire"
            raison = f"« {nom} » n'existe pas {ou}.{self._conseil(nom, lieu, enfants)}"
        self.signaler(CodeProbleme.XPATH_CHAMP_INCONNU, raison)

    def _conseil(self, nom: str, lieu: str, enfants: dict[str, set[str]]) -> str:
        if lieu and nom in self.carte.enfants[RACINE]:
            return f" Il est dans le formulaire : écrire ../{nom}."
        ailleurs = sorted(chemin for chemin in self.carte.noeuds if chemin.endswith(f"/{nom}"))
        if ailleurs and not lieu:
            return f" Il est dans un groupe : écrire {ailleurs[0]}."
        if "-" in nom and nom.partition("-")[0] in enfants:
            return " Pour soustraire, entourer « - » de blancs."
        return proche(nom, enfants)

    def _operateur(self, token: XPathToken, contexte: frozenset[str]) -> Resultat:
        operandes = [self.resoudre(operande, contexte) for operande in token]
        if token.symbol in COMPARATEURS:
            controler_comparaison(token, operandes, self.carte, self.signaler)
            booleen = any(operande.genre is Genre.BOOLEEN for operande in operandes)
            if not booleen:
                self._valeurs(operandes)
            return Resultat(Genre.BOOLEEN)
        if token.symbol in _BOOLEENS:
            return Resultat(Genre.BOOLEEN)
        self._valeurs(operandes)
        return Resultat(Genre.NOMBRE)

    def _fonction(self, token: XPathToken, contexte: frozenset[str]) -> Resultat:
        nom = token.symbol
        arguments = [self.resoudre(argument, contexte) for argument in token]
        if nom in ("count", "sum") and arguments[0].genre is not Genre.NOEUDS:
            self.signaler(CodeProbleme.XPATH_TYPE, f"{nom}() attend des champs, pas {arguments[0].genre.value}")
        if nom not in _PRESENCE:
            self._valeurs(arguments)
        if nom in _FONCTIONS_BOOLEENNES:
            return Resultat(Genre.BOOLEEN)
        return Resultat(Genre.NOMBRE if nom in _FONCTIONS_NUMERIQUES else Genre.TEXTE)

    def _valeurs(self, operandes: list[Resultat]) -> None:
        """Groups and the form have no value of their own."""
        for operande in operandes:
            for chemin in sorted(operande.chemins):
                if self.carte.champ(chemin) is None:
                    sujet = f"le groupe « {chemin} »" if chemin else "le formulaire"
                    self.signaler(CodeProbleme.XPATH_TYPE, f"{sujet} n'a pas de valeur à comparer : nommer un champ")


def _noeuds(chemins: frozenset[str]) -> Resultat:
    return Resultat(Genre.NOEUDS, chemins)
