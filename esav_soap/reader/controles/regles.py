"""Cross-checks of the rules: what they look at exists, and they can be both kept and broken."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from elementpath import XPathToken

from esav_soap.model import GenreRegle, Nomenclature, Offre
from esav_soap.model.xpath import ExpressionInvalide, analyser, compiler
from esav_soap.reader.codes import CodeProbleme
from esav_soap.reader.controles.carte import RACINE, Carte
from esav_soap.reader.controles.chemins import Marche
from esav_soap.reader.controles.comparaisons import codes_compares, controler_codes
from esav_soap.reader.controles.satisfaction import Verdict, eprouver
from esav_soap.reader.lieux import Problemes, abrege, phrase, proche
from esav_soap.reader.lus import FormulaireLu, GroupeLu, RegleLue

_ESPACE_ESSAI = "urn:esav:catalogue:essai"


def controler_regles(
    formulaire: FormulaireLu, offres: Sequence[Offre], nomenclatures: Mapping[str, Nomenclature], problemes: Problemes
) -> None:
    """Every defect of a formulaire's rules. ``offres``: those that use it, whose usages say what can be absent."""
    carte = Carte(formulaire)
    vues: set[str] = set()
    groupes = [noeud for noeud in formulaire.noeuds() if isinstance(noeud, GroupeLu)]
    a_voir = [(regle, RACINE) for regle in formulaire.regles]
    a_voir += [(regle, groupe.code) for groupe in groupes for regle in groupe.regles]
    for regle, contexte in a_voir:
        if "code" not in regle.invalides:
            if regle.regle.code in vues:
                problemes.ajouter(
                    CodeProbleme.REGLE_EN_DOUBLE,
                    regle.lieu,
                    f"Le code de règle « {regle.regle.code} » est donné deux fois.",
                )
            vues.add(regle.regle.code)
        _Controle(regle, contexte, carte, nomenclatures, problemes).controler(offres)


class _Controle:
    """Checks one rule, seen from ``contexte``: the form, or the path of a group."""

    def __init__(
        self,
        regle: RegleLue,
        contexte: str,
        carte: Carte,
        nomenclatures: Mapping[str, Nomenclature],
        problemes: Problemes,
    ) -> None:
        self.lue = regle
        self.regle = regle.regle
        self.contexte = contexte
        self.carte = carte
        self.nomenclatures = nomenclatures
        self.problemes = problemes
        self.refusee = False

    def controler(self, offres: Sequence[Offre]) -> None:
        self._champ()
        if not self.lue.lisible:
            return
        try:
            racine = analyser(self.regle.condition)
            compiler(self.regle.condition, _ESPACE_ESSAI)
        except ExpressionInvalide as refus:
            self._signaler(CodeProbleme.XPATH_INVALIDE, str(refus))
            return
        tokens = list(racine.iter())
        marche = Marche(self.carte, self._signaler)
        marche.resoudre(racine, frozenset({self.contexte}))
        if not self.refusee and not any(_regarde(token) for token in tokens):
            self._signaler(CodeProbleme.REGLE_CONSTANTE, f"« {abrege(self.regle.condition)} » ne regarde aucun champ")
        controler_codes(codes_compares(tokens, marche.resultats), self.carte, self.nomenclatures, self._signaler)
        if not self.refusee and self.carte.complete:
            self._effet(racine, marche, offres)

    def _signaler(self, code: CodeProbleme, raison: str) -> None:
        self.refusee = True
        self.problemes.ajouter(code, self.lue.lieu_condition, phrase(f"Règle « {self.regle.code} » : {raison}"))

    def _champ(self) -> None:
        champ = self.regle.champ
        admis = self.carte.enfants.get(self.contexte, {})
        if champ is None or champ in admis:
            return
        self.refusee = True
        if not self.carte.egare(champ):
            ou = f"du groupe « {self.contexte} »" if self.contexte else "du formulaire"
            self.problemes.ajouter(
                CodeProbleme.REGLE_CHAMP_INCONNU,
                self.lue.lieu,
                f"Règle « {self.regle.code} » : « {champ} » n'est pas un champ {ou}.{proche(champ, admis)}",
            )

    def _effet(self, racine: XPathToken, marche: Marche, offres: Sequence[Offre]) -> None:
        if self.regle.genre is not GenreRegle.REGLE and self.regle.champ is None:
            return
        verdict = eprouver(self.regle, self.contexte, racine, marche, self.nomenclatures, offres)
        condition = abrege(self.regle.condition, 120)
        if verdict is Verdict.IMPOSSIBLE:
            self._signaler(CodeProbleme.REGLE_IMPOSSIBLE, f"aucun formulaire ne peut la respecter : « {condition} »")
        elif verdict is Verdict.CONDITION_JAMAIS_VRAIE:
            self._signaler(CodeProbleme.REGLE_SANS_EFFET, f"sa condition n'est jamais vraie : « {condition} »")
        elif verdict is Verdict.TOUJOURS_RESPECTEE:
            self._signaler(CodeProbleme.REGLE_SANS_EFFET, f"aucun formulaire ne peut l'enfreindre : « {condition} »")


def _regarde(token: XPathToken) -> bool:
    return token.symbol == "(name)" or (token.symbol == "*" and len(token) == 0)
