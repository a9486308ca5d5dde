"""The cases of the jeu de test: for each Offre, messages that are accepted and messages that are refused (annexe 2, R8).

The forms come from :mod:`esav_soap.contract.exemples`, the answers from :mod:`.reponses`; the same catalogue always gives
the same cases.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Set
from functools import cached_property
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
from esav_soap.usecases.jeu_de_test.objets import PREFIXE, Cas, Genre, prestation_essai
from esav_soap.usecases.jeu_de_test.reponses import Juge, ServiceFeint
from esav_soap.usecases.jeu_de_test.suites import ATTEINTS, NOMBRE, Suites
from esav_soap.usecases.jeu_de_test.suivi import ServiceSuivi

#: Cases of a whole jeu de test: with many Offres, each has fewer.
CAS_MAX = 2000
#: Never fewer for an Offre, and never so many forms tried to find one that breaks a rule.
CAS_MIN = 5
_ESSAIS_REGLE = 80
_ESSAIS_CHAMP = 12
_REGLES = frozenset({CodeChamp.OBLIGATOIRE_SI, CodeChamp.INTERDIT_SI, CodeChamp.REGLE_NON_RESPECTEE})
_VALEURS = frozenset(CodeChamp) - _REGLES


#: What is kept first when each Offre may only have some.
_PRIORITES = (
    *(Genre.MINIMAL, Genre.CHAMP_MANQUANT, Genre.VALEUR_INCORRECTE, Genre.CODE_INCONNU, Genre.REGLE_NON_RESPECTEE),
    *(Genre.GENERIQUE, Genre.COMPLET, Genre.TOUT_A_LA_FOIS, Genre.RENVOI, Genre.REFERENCE_DEJA_UTILISEE),
    *(Genre.OFFRE_NON_CONFORME, Genre.PRESTATION_INCONNUE, Genre.VALIDATION, Genre.CODE_DEPRECIE, Genre.CODE_RETIRE),
    Genre.CHEMIN_INCONNU,
)


def cas_du_catalogue(
    catalogue: Catalogue, juge: Juge, suivi: Callable[[int, int], None] = lambda fait, total: None
) -> tuple[Cas, ...]:
    """All cases of a version, by Offre in the catalogue's order. ``suivi``: Offres done, and in all.

    An Offre without a possible example has none: the check of the catalogue tells of it.
    """
    parc = {prestation_essai(o.code, s): o.code for o in catalogue.offres for s in (None, *ATTEINTS)}
    service = ServiceFeint(juge, parc)
    suivi_feint = ServiceSuivi(catalogue.version, {offre.code: offre for offre in catalogue.offres})
    nombre = max(CAS_MIN, CAS_MAX // len(catalogue.offres))
    gardes = frozenset(_PRIORITES[:nombre])
    # What follows a deposit is shown for as many Offres, from the first one on, as there is room for.
    suivies = max(0, CAS_MAX - len(catalogue.offres) * len(_PRIORITES)) // NOMBRE
    trouves: list[Cas] = []
    for rang, offre in enumerate(catalogue.offres):
        suivi(rang, len(catalogue.offres))
        autre = catalogue.offres[rang - 1] if len(catalogue.offres) > 1 else None
        suivi_ici = suivi_feint if rang < suivies else None
        atelier = _Atelier(catalogue, offre, autre, rang, service, suivi_ici, gardes)
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
        suivi: ServiceSuivi | None,
        gardes: frozenset[Genre],
    ) -> None:
        self._catalogue = catalogue
        self._offre = offre
        self._autre = autre
        self._rang = rang
        self._service = service
        self._suivi = suivi
        self._gardes = gardes
        self._structure: Structure = structure_offre(catalogue, offre)
        self._alea = Random(f"{catalogue.version} {offre.code}")  # noqa: S311 - examples, always the same
        self._numero = 0

    def cas(self) -> Iterator[Cas]:
        minimale = exemple(self._structure, self._catalogue, self._alea, complet=False)
        yield from self._acceptes(minimale)
        yield from self._refuses(minimale)
        if self._suivi is not None:
            yield from self._suites(minimale, self._suivi)

    @cached_property
    def _complete(self) -> etree._Element:
        """The form with all that it can hold: made only when a case wants it."""
        alea = Random(f"{self._catalogue.version} {self._offre.code} complet")  # noqa: S311 - always the same
        return exemple(self._structure, self._catalogue, alea, complet=True)

    def _formes(self, minimale: etree._Element) -> Iterator[etree._Element]:
        """Where something to make wrong is looked for."""
        yield minimale
        yield self._complete

    def _acceptes(self, minimale: etree._Element) -> Iterator[Cas]:
        premiere = self._reference()
        depot = self._typee(minimale, premiere)
        yield from self._un(Genre.MINIMAL, "deposerSignalisation", depot)
        yield from self._un(Genre.RENVOI, "deposerSignalisation", depot)
        autre = self._typee(minimale, premiere, nom="Durand Paul")
        yield from self._un(Genre.REFERENCE_DEJA_UTILISEE, "deposerSignalisation", autre)
        if Genre.COMPLET in self._gardes:
            yield from self._un(Genre.COMPLET, "deposerSignalisation", self._typee(self._complete))
        operation = "deposerSignalisationGenerique"
        if Genre.GENERIQUE in self._gardes:
            yield from self._un(Genre.GENERIQUE, operation, self._par_couples(self._complete, operation))
        yield from self._un(
            Genre.VALIDATION, "validerSignalisation", self._typee(minimale, operation="validerSignalisation")
        )
        garde = Genre.CODE_DEPRECIE in self._gardes
        deprecie = self._code_de_statut(minimale, Statut.DEPRECIE) if garde else None
        if deprecie is not None:
            yield from self._un(Genre.CODE_DEPRECIE, "deposerSignalisation", self._typee(deprecie))

    def _refuses(self, minimale: etree._Element) -> Iterator[Cas]:
        manquants = (sans(minimale, place) for place in places(minimale, self._structure))
        recettes: dict[Genre, Callable[[], etree._Element | None]] = {
            Genre.CHAMP_MANQUANT: lambda: self._premiere(manquants, {CodeChamp.CHAMP_MANQUANT}),
            Genre.VALEUR_INCORRECTE: lambda: self._valeur_incorrecte(minimale),
            Genre.CODE_INCONNU: lambda: self._code_inconnu(minimale),
            Genre.CODE_RETIRE: lambda: self._code_de_statut(minimale, Statut.RETIRE),
            Genre.REGLE_NON_RESPECTEE: lambda: self._regle(minimale),
            Genre.TOUT_A_LA_FOIS: lambda: self._tout(minimale),
        }
        for genre, recette in recettes.items():
            forme = recette() if genre in self._gardes else None  # a form is looked for only where it is wanted
            if forme is not None:
                yield from self._un(genre, "deposerSignalisation", self._typee(forme))
        if Genre.CHEMIN_INCONNU in self._gardes:
            yield from self._chemin_inconnu(minimale if len(minimale) else self._complete)
        if self._autre is not None:
            mauvaise = self._typee(minimale, prestation=prestation_essai(self._autre.code))
            yield from self._un(Genre.OFFRE_NON_CONFORME, "deposerSignalisation", mauvaise)
        inconnue = self._typee(minimale, prestation=f"{PREFIXE}INCONNUE")
        yield from self._un(Genre.PRESTATION_INCONNUE, "deposerSignalisation", inconnue)

    def _chemin_inconnu(self, forme: etree._Element) -> Iterator[Cas]:
        operation = "deposerSignalisationGenerique"
        couples = self._par_couples(forme, operation)
        champ = couples.find(f"{{{NS_WS}}}champ")
        if champ is not None:
            champ[0].text = "champInconnu"
            yield from self._un(Genre.CHEMIN_INCONNU, operation, couples)

    def _un(self, genre: Genre, operation: str, requete: etree._Element) -> Iterator[Cas]:
        if genre in self._gardes:
            message = _enveloppe(requete)
            yield Cas(self._offre.code, genre, operation, message, self._service.appeler(message))

    def _suites(self, minimale: etree._Element, suivi: ServiceSuivi) -> Iterator[Cas]:
        """What follows: on the signalisation of MINIMAL, and on one for each scenario that leads to a state."""
        suites = Suites(self._offre, self._premiere_reference, suivi, _enveloppe)
        references = {}
        for scenario, atteint in ATTEINTS.items():
            references[scenario] = self._reference()
            prestation = prestation_essai(self._offre.code, scenario)
            requete = self._typee(minimale, references[scenario], prestation=prestation)
            message = _enveloppe(requete)
            attendu = self._service.appeler(message)
            yield Cas(self._offre.code, Genre[f"VERS_{atteint.name}"], "deposerSignalisation", message, attendu)
        yield from suites.suivi()
        yield from suites.rendez_vous()
        yield from suites.etats(references)

    # Messages

    @property
    def _premiere_reference(self) -> str:
        return f"{PREFIXE}{self._catalogue.version}-{self._rang + 1:04d}-01"

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

    def _valeur_incorrecte(self, minimale: etree._Element) -> etree._Element | None:
        """One wrong value; drawn, so that the Offres do not all show the same type."""
        for forme in self._formes(minimale):
            fausses = self._fausses(forme)
            self._alea.shuffle(fausses)
            trouvee = self._premiere((avec(forme, fausse) for fausse in fausses), _VALEURS)
            if trouvee is not None:
                return trouvee
        return None

    def _choisis(self, forme: etree._Element) -> list[Place]:
        return [p for p in places(forme, self._structure) if isinstance(p.feuille.champ.type, Choisi)]

    def _code_inconnu(self, minimale: etree._Element) -> etree._Element | None:
        for forme in self._formes(minimale):
            candidates = (avec(forme, (place, CODE_INCONNU)) for place in self._choisis(forme))
            trouvee = self._premiere(candidates, {CodeChamp.VALEUR_HORS_LISTE})
            if trouvee is not None:
                return trouvee
        return None

    def _code_de_statut(self, minimale: etree._Element, statut: Statut) -> etree._Element | None:
        """A form with a deprecated code (it is accepted) or a withdrawn one (it is not); None where there is none."""
        nomenclatures = self._catalogue.nomenclatures
        for forme in self._formes(minimale):
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

    def _regle(self, minimale: etree._Element) -> etree._Element | None:
        for forme in self._formes(minimale):
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
