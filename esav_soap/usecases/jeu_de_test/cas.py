"""The cases of the jeu de test: for each Offre, messages that are accepted and messages that are refused (annexe 2, R8).

The forms come from :mod:`esav_soap.contract.exemples`, the answers from :mod:`.reponses`; the same catalogue always gives
the same cases.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterator, Set
from dataclasses import dataclass
from enum import Enum
from random import Random

from lxml import etree

from esav_soap.contract.exemples import ExempleImpossible, exemple, requete_depot, requete_depot_generique
from esav_soap.errors import CodeChamp, ErreurChamp
from esav_soap.model import Catalogue, Choisi, Offre, Statut, Structure, structure_offre
from esav_soap.model.requetes import CONTACT
from esav_soap.names import NS_SOAP_11, NS_WS
from esav_soap.usecases.jeu_de_test.alterations import (
    CODE_INCONNU,
    Place,
    avec,
    changements,
    codes,
    places,
    sans,
    valeur_fausse,
)
from esav_soap.usecases.jeu_de_test.reponses import Juge, ReponseAttendue, ServiceFeint

#: Cases of a whole jeu de test: with many Offres, each has fewer.
CAS_MAX = 2000
#: Never fewer for an Offre, and never so many forms tried to find one that breaks a rule.
CAS_MIN = 5
_ESSAIS_REGLE = 80
_ESSAIS_CHAMP = 12
_REGLES = frozenset({CodeChamp.OBLIGATOIRE_SI, CodeChamp.INTERDIT_SI, CodeChamp.REGLE_NON_RESPECTEE})
_VALEURS = frozenset(CodeChamp) - _REGLES
#: Prefix of the references: whoever runs the set puts its own before it, so that it can be run again.
PREFIXE = "JDT-"


class Genre(Enum):
    """Kinds of cases, in the order in which they are run. Value: what the case shows, as the documents print it."""

    MINIMAL = "Dépôt avec les seuls champs obligatoires : accepté."
    RENVOI = "Le même message, envoyé de nouveau : le premier accusé de réception, et « dejaDeposee » à vrai."
    REFERENCE_DEJA_UTILISEE = "Un autre contenu sous la même référence : refusé."
    COMPLET = "Dépôt avec tous les champs que les règles permettent : accepté."
    GENERIQUE = "Dépôt par couples code et valeur : accepté, comme le formulaire typé."
    VALIDATION = "Vérification sans dépôt : le message serait accepté, rien n'est enregistré."
    CODE_DEPRECIE = "Dépôt avec un code déprécié : accepté, avec un avertissement."
    CHAMP_MANQUANT = "Un champ obligatoire manque."
    VALEUR_INCORRECTE = "Une valeur n'est pas du type du champ, ou sort de ses bornes."
    CODE_INCONNU = "Un code n'est pas dans la nomenclature."
    CODE_RETIRE = "Un code a été retiré de la nomenclature."
    REGLE_NON_RESPECTEE = "Chaque champ est correct, mais une règle du formulaire n'est pas respectée."
    TOUT_A_LA_FOIS = "Plusieurs défauts dans un message : ils sont tous dits, en une fois."
    CHEMIN_INCONNU = "Par couples code et valeur, un chemin qui n'existe pas."
    OFFRE_NON_CONFORME = "La prestation existe, mais relève d'une autre Offre."
    PRESTATION_INCONNUE = "Aucune prestation du parc ne porte cet identifiant."


#: What is kept first when each Offre may only have some.
_PRIORITES = (
    *(Genre.MINIMAL, Genre.CHAMP_MANQUANT, Genre.VALEUR_INCORRECTE, Genre.CODE_INCONNU, Genre.REGLE_NON_RESPECTEE),
    *(Genre.GENERIQUE, Genre.COMPLET, Genre.TOUT_A_LA_FOIS, Genre.RENVOI, Genre.REFERENCE_DEJA_UTILISEE),
    *(Genre.OFFRE_NON_CONFORME, Genre.PRESTATION_INCONNUE, Genre.VALIDATION, Genre.CODE_DEPRECIE, Genre.CODE_RETIRE),
    Genre.CHEMIN_INCONNU,
)


@dataclass(frozen=True, slots=True)
class Cas:
    """A message and what is answered to it. ``message``: SOAP 1.1, ready to be posted."""

    offre: str
    genre: Genre
    operation: str
    message: bytes
    attendu: ReponseAttendue

    @property
    def code(self) -> str:
        """Name of the case, unique in the set: ``ACCES_FTTH-CHAMP_MANQUANT``."""
        return f"{self.offre}-{self.genre.name}"


def prestation_essai(offre: str) -> str:
    """Identifiant of the test prestation of an Offre; the same in every version of the catalogue."""
    identifiant = f"{PREFIXE}{offre}"
    return identifiant if len(identifiant) <= 40 else f"{PREFIXE}{zlib.crc32(offre.encode()):08X}-{offre[:27]}"


def cas_du_catalogue(
    catalogue: Catalogue, juge: Juge, suivi: Callable[[int, int], None] = lambda fait, total: None
) -> tuple[Cas, ...]:
    """All cases of a version, by Offre in the catalogue's order. ``suivi``: Offres done, and in all.

    An Offre without a possible example has none: the check of the catalogue tells of it.
    """
    parc = {prestation_essai(offre.code): offre.code for offre in catalogue.offres}
    service = ServiceFeint(juge, parc)
    nombre = max(CAS_MIN, CAS_MAX // len(catalogue.offres))
    gardes = frozenset(_PRIORITES[:nombre])
    trouves: list[Cas] = []
    for rang, offre in enumerate(catalogue.offres):
        suivi(rang, len(catalogue.offres))
        autre = catalogue.offres[rang - 1] if len(catalogue.offres) > 1 else None
        atelier = _Atelier(catalogue, offre, autre, rang, service, gardes)
        try:
            trouves += atelier.cas()
        except ExempleImpossible:
            continue
    return tuple(trouves)


class _Atelier:
    """Makes the cases of one Offre."""

    def __init__(
        self,
        catalogue: Catalogue,
        offre: Offre,
        autre: Offre | None,
        rang: int,
        service: ServiceFeint,
        gardes: frozenset[Genre],
    ) -> None:
        self._catalogue = catalogue
        self._offre = offre
        self._autre = autre
        self._rang = rang
        self._service = service
        self._gardes = gardes
        self._structure: Structure = structure_offre(catalogue, offre)
        self._alea = Random(f"{catalogue.version} {offre.code}")  # noqa: S311 - examples, always the same
        self._numero = 0

    def cas(self) -> Iterator[Cas]:
        minimale = exemple(self._structure, self._catalogue, self._alea, complet=False)
        complete = exemple(self._structure, self._catalogue, self._alea, complet=True)
        yield from self._acceptes(minimale, complete)
        yield from self._refuses(minimale, complete)

    def _acceptes(self, minimale: etree._Element, complete: etree._Element) -> Iterator[Cas]:
        premiere = self._reference()
        depot = self._typee(minimale, premiere)
        yield from self._un(Genre.MINIMAL, "deposerSignalisation", depot)
        yield from self._un(Genre.RENVOI, "deposerSignalisation", depot)
        autre = self._typee(minimale, premiere, nom="Durand Paul")
        yield from self._un(Genre.REFERENCE_DEJA_UTILISEE, "deposerSignalisation", autre)
        yield from self._un(Genre.COMPLET, "deposerSignalisation", self._typee(complete))
        operation = "deposerSignalisationGenerique"
        yield from self._un(Genre.GENERIQUE, operation, self._par_couples(complete, operation))
        yield from self._un(
            Genre.VALIDATION, "validerSignalisation", self._typee(minimale, operation="validerSignalisation")
        )
        deprecie = self._code_de_statut((minimale, complete), Statut.DEPRECIE)
        if deprecie is not None:
            yield from self._un(Genre.CODE_DEPRECIE, "deposerSignalisation", self._typee(deprecie))

    def _refuses(self, minimale: etree._Element, complete: etree._Element) -> Iterator[Cas]:
        manquants = (sans(minimale, place) for place in places(minimale, self._structure))
        formes = {
            Genre.CHAMP_MANQUANT: self._premiere(manquants, {CodeChamp.CHAMP_MANQUANT}),
            Genre.VALEUR_INCORRECTE: self._valeur_incorrecte(minimale, complete),
            Genre.CODE_INCONNU: self._code_inconnu(minimale, complete),
            Genre.CODE_RETIRE: self._code_de_statut((minimale, complete), Statut.RETIRE),
            Genre.REGLE_NON_RESPECTEE: self._regle(minimale, complete),
            Genre.TOUT_A_LA_FOIS: self._tout(minimale),
        }
        for genre, forme in formes.items():
            if forme is not None:
                yield from self._un(genre, "deposerSignalisation", self._typee(forme))
        operation = "deposerSignalisationGenerique"
        couples = self._par_couples(minimale if len(minimale) else complete, operation)
        champ = couples.find(f"{{{NS_WS}}}champ")
        if champ is not None:
            champ[0].text = "champInconnu"
            yield from self._un(Genre.CHEMIN_INCONNU, operation, couples)
        if self._autre is not None:
            mauvaise = self._typee(minimale, prestation=prestation_essai(self._autre.code))
            yield from self._un(Genre.OFFRE_NON_CONFORME, "deposerSignalisation", mauvaise)
        inconnue = self._typee(minimale, prestation=f"{PREFIXE}INCONNUE")
        yield from self._un(Genre.PRESTATION_INCONNUE, "deposerSignalisation", inconnue)

    def _un(self, genre: Genre, operation: str, requete: etree._Element) -> Iterator[Cas]:
        if genre in self._gardes:
            message = _enveloppe(requete)
            yield Cas(self._offre.code, genre, operation, message, self._service.appeler(message))

    # Messages

    def _reference(self) -> str:
        self._numero += 1
        return f"{PREFIXE}{self._catalogue.version}-{self._rang + 1:04d}-{self._numero:02d}"

    def _typee(
        self,
        forme: etree._Element,
        reference: str | None = None,
        *,
        operation: str = "deposerSignalisation",
        prestation: str | None = None,
        nom: str = "Martin Claire",
    ) -> etree._Element:
        prestation = prestation or prestation_essai(self._offre.code)
        reference = reference or self._reference()
        requete = requete_depot(forme, self._alea, operation, prestation=prestation, reference=reference)
        return _nommer(requete, nom)

    def _par_couples(self, forme: etree._Element, operation: str) -> etree._Element:
        return _nommer(
            requete_depot_generique(
                forme,
                self._structure,
                self._offre.code,
                self._alea,
                operation,
                prestation=prestation_essai(self._offre.code),
                reference=self._reference(),
            ),
            "Martin Claire",
        )

    # Forms with a defect

    def _juger(self, forme: etree._Element) -> tuple[ErreurChamp, ...]:
        return self._service.juger(_enveloppe(self._typee(forme, "JDT")))

    def _premiere(
        self, formes: Iterator[etree._Element], voulus: Set[CodeChamp], essais: int = _ESSAIS_CHAMP
    ) -> etree._Element | None:
        """The first form whose only defect is of these kinds; else the one with the fewest defects, all of them so."""
        meilleure: tuple[int, etree._Element] | None = None
        for forme, _ in zip(formes, range(essais), strict=False):
            erreurs = self._juger(forme)
            if not erreurs or {e.code for e in erreurs} - voulus:
                continue
            if len(erreurs) == 1:
                return forme
            if meilleure is None or len(erreurs) < meilleure[0]:
                meilleure = (len(erreurs), forme)
        return meilleure[1] if meilleure else None

    def _fausses(self, forme: etree._Element) -> list[tuple[Place, str]]:
        trouvees = []
        for place in places(forme, self._structure):
            fausse = valeur_fausse(place.feuille.champ.type)
            if fausse is not None:
                trouvees.append((place, fausse))
        return trouvees

    def _valeur_incorrecte(self, *formes: etree._Element) -> etree._Element | None:
        """One wrong value; drawn, so that the Offres do not all show the same type."""
        for forme in formes:
            fausses = self._fausses(forme)
            self._alea.shuffle(fausses)
            trouvee = self._premiere((avec(forme, fausse) for fausse in fausses), _VALEURS)
            if trouvee is not None:
                return trouvee
        return None

    def _choisis(self, forme: etree._Element) -> list[Place]:
        return [p for p in places(forme, self._structure) if isinstance(p.feuille.champ.type, Choisi)]

    def _code_inconnu(self, *formes: etree._Element) -> etree._Element | None:
        for forme in formes:
            candidates = (avec(forme, (place, CODE_INCONNU)) for place in self._choisis(forme))
            trouvee = self._premiere(candidates, {CodeChamp.VALEUR_HORS_LISTE})
            if trouvee is not None:
                return trouvee
        return None

    def _code_de_statut(self, formes: tuple[etree._Element, ...], statut: Statut) -> etree._Element | None:
        """A form with a deprecated code (it is accepted) or a withdrawn one (it is not); None where there is none."""
        nomenclatures = self._catalogue.nomenclatures
        for forme in formes:
            essais = 0
            for place in self._choisis(forme):
                for code in codes(place.feuille.champ.type, nomenclatures, statut):
                    essais += 1
                    essai = avec(forme, (place, code))
                    trouves = [e.code for e in self._juger(essai)]
                    if trouves == ([CodeChamp.VALEUR_RETIREE] if statut is Statut.RETIRE else []):
                        return essai
                    if essais == _ESSAIS_CHAMP:
                        return None
        return None

    def _regle(self, *formes: etree._Element) -> etree._Element | None:
        if Genre.REGLE_NON_RESPECTEE not in self._gardes:
            return None
        for forme in formes:
            candidates = changements(forme, self._structure, self._catalogue.nomenclatures)
            trouvee = self._premiere(candidates, _REGLES, _ESSAIS_REGLE)
            if trouvee is not None:
                return trouvee
        return None

    def _tout(self, forme: etree._Element) -> etree._Element | None:
        """A field that is missing, a wrong value and an unknown code, in one form."""
        fausses = self._fausses(forme)[:1]
        prises = {place.chemin for place, _ in fausses}
        choisies = [(p, CODE_INCONNU) for p in self._choisis(forme)[-1:]]
        altere = avec(forme, *fausses, *choisies)
        prises |= {place.chemin for place, _ in choisies}
        for place in reversed(places(forme, self._structure)):
            if place.chemin not in prises and not place.facultative:
                altere = sans(altere, place)
                break
        return altere if len(self._juger(altere)) > 1 else None


def _nommer(requete: etree._Element, nom: str) -> etree._Element:
    noeud = next(requete.iter(f"{{{NS_WS}}}{CONTACT.code}"))
    noeud[0].text = nom
    return requete


def _enveloppe(requete: etree._Element) -> bytes:
    """The SOAP 1.1 message, indented for its readers."""
    racine = etree.Element(f"{{{NS_SOAP_11}}}Envelope", nsmap={"soap": NS_SOAP_11})
    etree.SubElement(racine, f"{{{NS_SOAP_11}}}Body").append(requete)
    etree.indent(racine, "  ")
    return etree.tostring(racine, encoding="UTF-8", xml_declaration=True) + b"\n"
