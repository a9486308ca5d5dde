"""The check of a deposit: libxml2's verdict, the rules, and only for a refused one the explanation (R3.1, R3.2)."""

from __future__ import annotations

import logging
import re
from collections.abc import Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass

from lxml import etree

from esav_soap.errors import CodeChamp, ErreurChamp
from esav_soap.intake.explication import Contexte, expliquer
from esav_soap.intake.generique import Assembleur
from esav_soap.intake.messages import BLANCS, erreur, ligne
from esav_soap.intake.normalisation import normaliser, sans_commentaires
from esav_soap.intake.ordre import ranger
from esav_soap.intake.proches import proche
from esav_soap.intake.regles import Regles
from esav_soap.intake.valeurs import Nomenclatures
from esav_soap.intake.verdict import EnteteRecu, Verdict
from esav_soap.model.catalogue import Catalogue, Offre
from esav_soap.model.formulaire import Groupe
from esav_soap.model.requetes import OFFRE, choix_formulaire, requetes_depot
from esav_soap.model.structure import Structure
from esav_soap.names import NS_WS, ns_catalogue

journal = logging.getLogger("esav.intake")

_ANALYSEUR = etree.XMLParser(no_network=True, resolve_entities=False, load_dtd=False)
#: A correct deposit around a form.
_AUTOUR = (
    f'<ws:deposerSignalisation xmlns:ws="{NS_WS}"><ws:entete><ws:identifiantPrestation>X</ws:identifiantPrestation>'
    "<ws:referenceOperateur>X</ws:referenceOperateur><ws:contact><ws:nom>X</ws:nom>"
    "<ws:telephone>0299000000</ws:telephone></ws:contact></ws:entete><ws:formulaire>".encode(),
    b"</ws:formulaire></ws:deposerSignalisation>",
)

_CHAMP_VALEUR = re.compile(r"champ\[([0-9]+)\]/valeur")
_VALEUR_JUGEE_AILLEURS = frozenset({CodeChamp.CHAMP_MANQUANT, CodeChamp.CHAMP_VIDE, CodeChamp.TROP_LONG})


@dataclass(frozen=True, slots=True)
class _Formulaire:
    """What is known of an Offre's form."""

    code: str
    structure: Structure
    regles: Regles
    assembleur: Assembleur


class Controle:
    """The check of the four depot operations for one catalogue version; immutable, and safe to use from several threads.

    ``schema``: the compiled XSD set of the version. Requests are normalised in place (comments gone, blanks around values
    other than texts gone); whatever goes wrong inside raises and is never an acceptance.
    """

    def __init__(self, catalogue: Catalogue, schema: etree.XMLSchema) -> None:
        """Raises :class:`esav_soap.model.xpath.ExpressionInvalide` when a rule does not compile."""
        self._schema = schema
        self._requetes = {f"{{{NS_WS}}}{nom}": structure for nom, structure in requetes_depot(catalogue).items()}
        self._absents = {
            structure.espace: absents(catalogue, offre, structure)
            for offre, structure in zip(catalogue.offres, choix_formulaire(catalogue).structures, strict=True)
        }
        self._contexte = Contexte(catalogue.nomenclatures, self._absents)
        espace = ns_catalogue(catalogue.version)
        self._formulaires: dict[str, _Formulaire] = {}
        self._par_offre: dict[str, _Formulaire] = {}
        for offre, structure in zip(catalogue.offres, choix_formulaire(catalogue).structures, strict=True):
            regles = Regles(structure, catalogue.nomenclatures)
            assembleur = Assembleur(structure, espace, self._absents[structure.espace])
            formulaire = _Formulaire(offre.code, structure, regles, assembleur)
            self._formulaires[f"{{{espace}}}{structure.nom}"] = self._par_offre[offre.code] = formulaire

    def controler(self, requete: etree._Element) -> Verdict:
        """The verdict on a request, the SOAP body's child. Raises ``KeyError`` for an element that is none of the four."""
        return self._juger(requete, prudent=True)

    def reproches(self, requete: etree._Element) -> tuple[ErreurChamp, ...]:
        """All that can be held against a request, also by rules that look at a wrong field: what is not in it is surely
        accepted. :meth:`controler` leaves those out, for what they say is not sure. Normalises in place, raises the same."""
        return self._juger(requete, prudent=False).erreurs

    def _juger(self, requete: etree._Element, *, prudent: bool) -> Verdict:
        structure = self._requetes[requete.tag]
        sans_commentaires(requete)
        if structure.nom.endswith("Generique"):
            return self._generique(requete, structure, prudent)
        if not self._schema.validate(requete):
            normaliser(requete, structure)
            if not self._schema.validate(requete):
                return self._refus(requete, structure, prudent)
        return self._regles(requete, structure)

    def controler_formulaire(self, formulaire: bytes) -> Verdict:
        """The verdict on a form alone (UTF-8, the Offre's element with its namespaces), as if it came in a deposit whose
        header is right. Raises ``lxml.etree.XMLSyntaxError`` when it is not XML."""
        return self.controler(etree.fromstring(_AUTOUR[0] + formulaire + _AUTOUR[1], _ANALYSEUR))

    def _regles(self, requete: etree._Element, structure: Structure) -> Verdict:
        """A schema-valid typed request: exactly one form, and its rules."""
        entete, formulaires = requete
        if len(formulaires) != 1:  # the XSD lets the choice be empty, see soap-facts on xs:choice
            return self._refus(requete, structure, prudent=True)
        element = formulaires[0]
        formulaire = self._formulaires[element.tag]
        if not formulaire.regles.respectees(element):
            normaliser(requete, structure)
            if not formulaire.regles.respectees(element):
                chemin = f"formulaire/{formulaire.structure.nom}/"
                violations = formulaire.regles.violations(element, chemin)
                erreurs = ranger((), violations, formulaire.structure, chemin)
                return Verdict(formulaire.code, erreurs=tuple(erreurs) or _inexplique(requete))
        avertissements = formulaire.regles.avertissements(element)
        return Verdict(formulaire.code, element, _entete(entete), (), avertissements, (entete, element))

    def _refus(self, requete: etree._Element, structure: Structure, prudent: bool) -> Verdict:
        erreurs = expliquer(requete, structure, self._contexte)
        formes = [forme for forme in requete.iterfind("{*}formulaire/*") if forme.tag in self._formulaires]
        code = None
        plusieurs = any(e.code is CodeChamp.PLUSIEURS_OFFRES for e in erreurs)
        if len(formes) == 1 and not plusieurs:
            formulaire = self._formulaires[formes[0].tag]
            code = formulaire.code
            chemin = f"formulaire/{formulaire.structure.nom}/"
            connues = _dessous(erreurs, chemin) if prudent else ()
            violations = formulaire.regles.violations(formes[0], chemin, connues)
            erreurs = ranger(erreurs, violations, formulaire.structure, chemin)
        return Verdict(code, erreurs=tuple(erreurs) or _inexplique(requete))

    def _generique(self, requete: etree._Element, structure: Structure, prudent: bool) -> Verdict:
        erreurs: list[ErreurChamp] = []
        if not self._schema.validate(requete):
            normaliser(requete, structure)
            if not self._schema.validate(requete):
                erreurs = expliquer(requete, structure, self._contexte) or list(_inexplique(requete))
        code = (requete.findtext(f"{{{NS_WS}}}{OFFRE.code}") or "").strip(BLANCS)
        formulaire = self._par_offre.get(code)
        if formulaire is None:
            if code:
                erreurs.append(self._offre_inconnue(code))
            elif not any(e.chemin == OFFRE.code for e in erreurs):  # blanks, which the schema takes for a text
                raison = "ce champ obligatoire est vide"
                admises = tuple(self._par_offre)
                erreurs.append(ligne(CodeChamp.CHAMP_MANQUANT, OFFRE, OFFRE.code, raison, admises=admises))
            return Verdict(erreurs=tuple(erreurs))
        paires, suffisantes = _paires(requete)
        erreurs = [e for e in erreurs if not _jugee_ailleurs(e, suffisantes)]
        assemble = formulaire.assembleur.assembler(paires)
        element = assemble.element
        if erreurs or assemble.erreurs:
            contexte = Contexte(self._contexte.nomenclatures, self._absents, assemble.rangs)
            marche = expliquer(element, formulaire.structure, contexte)
            connues = [*erreurs, *assemble.erreurs, *marche] if prudent else []
            violations = formulaire.regles.violations(element, "", connues, assemble.rangs)
            erreurs += ranger(marche, [*assemble.erreurs, *violations], formulaire.structure)
            return Verdict(code, erreurs=tuple(erreurs))
        return self._forme_generique(requete, element, formulaire, prudent)

    def _forme_generique(
        self, requete: etree._Element, element: etree._Element, formulaire: _Formulaire, prudent: bool
    ) -> Verdict:
        """The form of an otherwise correct generic request, judged inside of the typed request that it stands for."""
        entete = requete[0]
        typee = etree.Element(f"{{{NS_WS}}}deposerSignalisation")
        typee.append(deepcopy(entete))
        etree.SubElement(typee, f"{{{NS_WS}}}formulaire").append(element)
        structure = self._requetes[f"{{{NS_WS}}}deposerSignalisation"]
        valide = self._schema.validate(typee)
        if not valide or not formulaire.regles.respectees(element):
            normaliser(typee, structure)
            valide = self._schema.validate(typee)
            if not valide or not formulaire.regles.respectees(element):
                erreurs = [] if valide else expliquer(element, formulaire.structure, self._contexte)
                violations = formulaire.regles.violations(element, "", erreurs if prudent else ())
                erreurs = ranger(erreurs, violations, formulaire.structure)
                return Verdict(formulaire.code, erreurs=tuple(erreurs) or _inexplique(requete))
        avertissements = formulaire.regles.avertissements(element)
        contenu = (typee[0], element)
        return Verdict(formulaire.code, element, _entete(entete), (), avertissements, contenu)

    def _offre_inconnue(self, code: str) -> ErreurChamp:
        voisin = proche(code, self._par_offre)
        suite = f" ; vouliez-vous « {voisin} » ?" if voisin else ""
        message = f"L'Offre « {code} » n'existe pas dans cette version du catalogue{suite}"
        admises = tuple(self._par_offre)
        return erreur(CodeChamp.OFFRE_INCONNUE, OFFRE.code, OFFRE.libelle, OFFRE.code, message, code, admises)


def controler_requete(
    requete: etree._Element,
    structure: Structure,
    schema: etree.XMLSchema,
    nomenclatures: Nomenclatures | None = None,
) -> tuple[ErreurChamp, ...]:
    """All errors of a request without a form, which is normalised in place; empty when it is accepted (R3.2)."""
    sans_commentaires(requete)
    regles = _regles_de(structure, nomenclatures or {})
    if schema.validate(requete) and regles.respectees(requete):
        return ()
    normaliser(requete, structure)
    valide = schema.validate(requete)
    if valide and regles.respectees(requete):
        return ()
    erreurs = [] if valide else expliquer(requete, structure, Contexte(nomenclatures or {}))
    erreurs = ranger(erreurs, regles.violations(requete, "", erreurs), structure)
    return tuple(erreurs) or _inexplique(requete)


#: Rules of the services' requests. By identity: structures are module constants, and hashing one costs more than its use.
_REGLES: dict[int, tuple[Structure, Nomenclatures, Regles]] = {}


def _regles_de(structure: Structure, nomenclatures: Nomenclatures) -> Regles:
    connu = _REGLES.get(id(structure))
    if connu is not None and connu[0] is structure and connu[1] == nomenclatures:
        return connu[2]
    regles = Regles(structure, nomenclatures)
    if len(_REGLES) >= 256:
        _REGLES.clear()
    _REGLES[id(structure)] = (structure, nomenclatures, regles)
    return regles


def absents(catalogue: Catalogue, offre: Offre, structure: Structure) -> Mapping[str, str]:
    """Paths that the formulaire has and the Offre does not use, with their labels."""
    presents = {chemin for chemin, _ in structure.feuilles()} | {enfant.code for enfant in structure.enfants}
    trouves: dict[str, str] = {}
    for noeud in catalogue.formulaires[offre.formulaire].noeuds():
        trouves[noeud.code] = noeud.libelle
        if isinstance(noeud, Groupe):
            trouves |= {f"{noeud.code}/{champ.code}": champ.libelle for champ in noeud.champs}
    return {chemin: libelle for chemin, libelle in trouves.items() if chemin not in presents}


def _entete(entete: etree._Element) -> EnteteRecu:
    identifiant, reference, contact = entete
    return EnteteRecu(
        (identifiant.text or "").strip(BLANCS),
        (reference.text or "").strip(BLANCS),
        *[(enfant.text or "").strip(BLANCS) for enfant in contact],
    )


def _dessous(erreurs: Sequence[ErreurChamp], chemin: str) -> list[ErreurChamp]:
    """The errors that bear on the form at ``chemin``, which ends with ``/``."""
    autour = ("", chemin.rstrip("/"))
    return [
        e
        for e in erreurs
        if e.chemin.startswith(chemin)
        or e.code is CodeChamp.NON_CONFORME
        or (e.code is CodeChamp.ESPACE_DE_NOMS and e.chemin in autour)
    ]


def _inexplique(requete: etree._Element) -> tuple[ErreurChamp, ...]:
    """libxml2 refuses and the walk finds nothing: still a refusal, and a line in the log, for it is a defect of ours."""
    journal.error("refusal without explanation: %s", requete.tag)
    nom = etree.QName(requete).localname
    return (erreur(CodeChamp.NON_CONFORME, nom, nom, "", CodeChamp.NON_CONFORME.value),)


def _paires(requete: etree._Element) -> tuple[list[tuple[str, str]], frozenset[int]]:
    """The pairs of a generic request that can be read, and their ranks from 1."""
    paires: list[tuple[str, str]] = []
    rangs: set[int] = set()
    for rang, champ in enumerate(requete.iterfind(f"{{{NS_WS}}}champ"), start=1):
        cles = [e for e in champ if e.tag == f"{{{NS_WS}}}chemin" and not len(e)]
        valeurs = [e for e in champ if e.tag == f"{{{NS_WS}}}valeur" and not len(e)]
        if len(cles) == 1 and len(valeurs) == 1 and cles[0].text:
            paires.append((cles[0].text.strip(BLANCS), valeurs[0].text or ""))
            rangs.add(rang)
    return paires, frozenset(rangs)


def _jugee_ailleurs(erreur_: ErreurChamp, rangs: frozenset[int]) -> bool:
    """An empty or too long value of a pair is told of once, at the field that the pair names."""
    lu = _CHAMP_VALEUR.fullmatch(erreur_.chemin)
    return lu is not None and int(lu[1]) in rangs and erreur_.code in _VALEUR_JUGEE_AILLEURS
