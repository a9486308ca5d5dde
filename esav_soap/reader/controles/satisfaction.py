"""Can a rule be kept, and can it be broken? Forms are tried in a finite abstraction that is exact for what it accepts.

An expression is accepted when it only compares fields with literals, tests presence, counts, measures a length or looks
for one text: then a few values of each field (each literal, its neighbours, the bounds, something else) stand for all.
Anything else gets no verdict: a problem must be a proof. Usages are taken together over all Offres of the formulaire.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from enum import Enum
from itertools import product

from elementpath import XPathToken
from lxml import etree

from esav_soap.model import Champ, GenreRegle, Groupe, Nomenclature, Offre, Regle, Usage, usage_de
from esav_soap.reader.controles.carte import RACINE, Carte
from esav_soap.reader.controles.chemins import Marche
from esav_soap.reader.controles.domaines import Textes, domaine
from esav_soap.reader.controles.observation import Inexact, Observation, observer
from esav_soap.reader.lus import ChampLu, GroupeLu

#: Forms tried for one rule; above, no verdict.
COMBINAISONS_MAX = 4000
#: Occurrences of a group tried at most.
OCCURRENCES_MAX = 4


class Verdict(Enum):
    """What the trial of a rule says."""

    UTILE = "elle peut être respectée et enfreinte"
    SANS_AVIS = "trop complexe pour être éprouvée"
    IMPOSSIBLE = "jamais respectée"
    CONDITION_JAMAIS_VRAIE = "condition jamais vraie"
    TOUJOURS_RESPECTEE = "jamais enfreinte"


#: One occurrence of a group: texts of each of its fields.
Occurrence = tuple[tuple[str, Textes], ...]
#: One child of the form: code, and its texts or its occurrences.
Enfant = tuple[str, Textes | tuple[Occurrence, ...]]


def eprouver(
    regle: Regle,
    contexte: str,
    racine: XPathToken,
    marche: Marche,
    nomenclatures: Mapping[str, Nomenclature],
    offres: Sequence[Offre],
) -> Verdict:
    """Try a rule whose condition ``racine`` was resolved by ``marche`` without a problem."""
    try:
        observation = observer(racine, contexte, marche)
        if regle.genre is not GenreRegle.REGLE:
            observation.regarder(f"{contexte}/{regle.champ}" if contexte else str(regle.champ))
        formes = _Formes(marche.carte, observation, contexte, nomenclatures, offres).toutes()
    except Inexact:
        return Verdict.SANS_AVIS
    return _juger(regle, contexte, formes)


def _juger(regle: Regle, contexte: str, formes: Iterator[tuple[Enfant, ...]]) -> Verdict:
    expression = etree.XPath(regle.expression, smart_strings=False, regexp=False)
    condition = etree.XPath(f"boolean({regle.condition})", smart_strings=False, regexp=False)
    gardee = enfreinte = condition_vraie = False
    for enfants in formes:
        element = _element(enfants)
        depart = element.find(contexte) if contexte else element
        if depart is None:
            continue
        vraie = bool(expression(depart))
        gardee, enfreinte = gardee or vraie, enfreinte or not vraie
        if gardee and enfreinte:
            return Verdict.UTILE
        condition_vraie = condition_vraie or bool(condition(depart))
    if not gardee and not enfreinte:
        return Verdict.SANS_AVIS
    if not gardee:
        return Verdict.IMPOSSIBLE
    if regle.genre is not GenreRegle.REGLE and not condition_vraie:
        return Verdict.CONDITION_JAMAIS_VRAIE
    return Verdict.TOUJOURS_RESPECTEE


def _element(enfants: tuple[Enfant, ...]) -> etree._Element:
    forme = etree.Element("formulaire")
    for code, contenu in enfants:
        for occurrence in contenu:
            element = etree.SubElement(forme, code)
            if isinstance(occurrence, str):
                element.text = occurrence
                continue
            for champ, textes in occurrence:
                for texte in textes:
                    etree.SubElement(element, champ).text = texte
    return forme


class _Formes:
    """The forms to try: every choice of presence, values and occurrences of what a rule looks at."""

    def __init__(
        self,
        carte: Carte,
        observation: Observation,
        contexte: str,
        nomenclatures: Mapping[str, Nomenclature],
        offres: Sequence[Offre],
    ) -> None:
        self.carte = carte
        self.observation = observation
        self.contexte = contexte
        self.nomenclatures = nomenclatures
        self.offres = offres

    def toutes(self) -> Iterator[tuple[Enfant, ...]]:
        """Raises :class:`Inexact` before the first form when there are too many."""
        vus = self.observation.vus
        premiers = {chemin.partition("/")[0] for chemin in vus} | {self.contexte}
        codes = [code for code in self.carte.enfants[RACINE] if code in premiers]
        choix: list[list[Textes | tuple[Occurrence, ...]]] = []
        taille = 1
        for code in codes:
            noeud = self.carte.noeuds[code]
            if isinstance(noeud, GroupeLu):
                options: list[Textes | tuple[Occurrence, ...]] = list(self._groupe(noeud))
            else:
                options = list(self._champ(code, noeud.champ))
            choix.append(options)
            taille *= len(options)
            if taille > COMBINAISONS_MAX:
                raise Inexact
        return self._combiner(codes, choix)

    def _combiner(
        self, codes: Sequence[str], choix: Sequence[list[Textes | tuple[Occurrence, ...]]]
    ) -> Iterator[tuple[Enfant, ...]]:
        liens = self._liens(RACINE)
        for contenus in product(*choix):
            enfants = tuple(zip(codes, contenus, strict=True))
            if self._rattaches(dict(enfants), liens):
                yield enfants

    def _champ(self, chemin: str, champ: Champ) -> Iterator[Textes]:
        absent, present = self._presences(chemin, champ)
        if absent:
            yield ()
        if present:
            yield from domaine(champ, self.observation.de(chemin), self.nomenclatures)

    def _presences(self, chemin: str, noeud: Champ | Groupe) -> tuple[bool, bool]:
        usages = {usage_de(offre, chemin, noeud) for offre in self.offres} or {noeud.usage}
        return usages != {Usage.OBLIGATOIRE}, usages != {Usage.ABSENT}

    def _groupe(self, groupe: GroupeLu) -> Iterator[tuple[Occurrence, ...]]:
        code = groupe.code
        absent, present = self._presences(code, groupe.groupe)
        if self.contexte == code:
            nombres = [1]
        else:
            if absent:
                yield ()
            voulues = max(1, self.observation.de(code).occurrences)
            minimum = 1 if absent else groupe.groupe.minimum
            if max(minimum, min(voulues, groupe.groupe.maximum)) > OCCURRENCES_MAX:
                raise Inexact
            nombres = list(range(minimum, min(max(minimum, voulues), groupe.groupe.maximum) + 1)) if present else []
        occurrences = self._occurrences(groupe) if nombres else []
        for nombre in nombres:
            if len(occurrences) ** nombre > COMBINAISONS_MAX:
                raise Inexact
            yield from product(occurrences, repeat=nombre)

    def _occurrences(self, groupe: GroupeLu) -> list[Occurrence]:
        vus = self.observation.vus
        champs = [champ for champ in groupe.champs if f"{groupe.code}/{champ.code}" in vus]
        choix = [list(self._champ(f"{groupe.code}/{champ.code}", champ.champ)) for champ in champs]
        taille = 1
        for options in choix:
            taille *= len(options)
            if taille > COMBINAISONS_MAX:
                raise Inexact
        liens = self._liens(groupe.code)
        codes = [champ.code for champ in champs]
        toutes = [tuple(zip(codes, textes, strict=True)) for textes in product(*choix)]
        return [occurrence for occurrence in toutes if self._rattaches(dict(occurrence), liens)]

    def _liens(self, parent: str) -> list[tuple[str, str, Nomenclature]]:
        """Dependent fields of a list that the rule looks at together with the field they depend on."""
        liens = []
        for code, chemin in self.carte.enfants[parent].items():
            champ = self.carte.champ(chemin)
            maitre = self.observation.maitre(champ, parent) if chemin in self.observation.vus else None
            nomenclature = self.nomenclatures.get(_ref(champ))
            if maitre is not None and nomenclature is not None:
                liens.append((code, maitre, nomenclature))
        return liens

    @staticmethod
    def _rattaches(
        contenus: Mapping[str, Textes | tuple[Occurrence, ...]], liens: Sequence[tuple[str, str, Nomenclature]]
    ) -> bool:
        for code, maitre, nomenclature in liens:
            du_maitre = contenus[maitre]
            for texte in contenus[code]:
                valeur = nomenclature.par_code.get(str(texte))
                if not du_maitre or (valeur is not None and du_maitre[0] not in valeur.parents):
                    return False
        return True


def _ref(champ: ChampLu | None) -> str:
    return getattr(champ.champ.type, "nomenclature", "") if champ else ""
