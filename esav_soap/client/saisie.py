"""From what the caller has -- pairs, a nested dict, a form file -- to the element that stands in ``formulaire``."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from copy import deepcopy
from difflib import get_close_matches
from typing import Any
from unicodedata import normalize

from lxml import etree

from esav_soap.client.contrat import Champ, ContratDepot, Offre
from esav_soap.client.erreurs import ProblemeSaisie, SaisieInvalide
from esav_soap.client.valeurs import sur_le_fil

_CHEMIN = re.compile(r"(?:(?P<groupe>[^/\[\]]+)(?:\[(?P<rang>[0-9]{1,9})\])?/)?(?P<champ>[^/\[\]]+)")
_CATALOGUE = re.compile(r"urn:esav:catalogue:(?P<version>[^:]+)(?::(?P<offre>[^:]+))?")
_LONGUEUR_PROCHE = 80


def offre_de(contrat: ContratDepot, code: str) -> Offre:
    """The Offre of that code, or of that element's name. Raises :class:`SaisieInvalide`."""
    for offre in contrat.offres.values():
        if code in (offre.code, offre.element):
            return offre
    voisin = proche(code, contrat.offres)
    suite = f" ; vouliez-vous « {voisin} » ?" if voisin else "."
    message = f"la version {contrat.version} n'a pas cette Offre{suite} Ses Offres : {', '.join(contrat.offres)}"
    raise SaisieInvalide([ProblemeSaisie("offre", message, code, voisin)])


def depuis_paires(contrat: ContratDepot, offre: Offre, paires: Iterable[tuple[str, str]]) -> etree._Element:
    """The form of ``(chemin, valeur)`` pairs in any order.

    A path is ``champ``, ``groupe/champ`` (the first occurrence) or ``groupe[rang]/champ``; a repeated field is given
    once for each value; an empty value is not sent. Raises :class:`SaisieInvalide`, with every problem.
    """
    problemes: list[ProblemeSaisie] = []
    recu: dict[str, list[str]] = {}
    groupes: dict[str, dict[int, dict[str, list[str]]]] = {}
    for chemin, valeur in paires:
        lu = _CHEMIN.fullmatch(chemin)
        groupe, rang, champ = (lu["groupe"], int(lu["rang"] or 1), lu["champ"]) if lu else (None, 1, chemin)
        connu = f"{groupe}/{champ}" if groupe else champ
        if connu not in offre.par_chemin:
            problemes.append(_inconnu(offre, chemin, connu))
        elif valeur.strip():
            place = groupes.setdefault(groupe, {}).setdefault(rang, {}) if groupe else recu
            place.setdefault(champ, []).append(valeur)
    arbre: dict[str, Any] = dict(recu)
    for code, occurrences in groupes.items():
        # Ranks that do not follow each other from 1 are more likely a lost occurrence than a way of counting.
        attendus = list(range(1, len(occurrences) + 1))
        if sorted(occurrences) != attendus:
            rangs = ", ".join(map(str, sorted(occurrences)))
            message = f"les rangs se suivent à partir de 1 ; reçus : {rangs}"
            problemes.append(ProblemeSaisie(code, message))
        arbre[code] = [occurrences[rang] for rang in sorted(occurrences)]
    return _construire(contrat, offre, arbre, problemes)


def depuis_valeurs(contrat: ContratDepot, offre: Offre, valeurs: Mapping[str, Any]) -> etree._Element:
    """The form of a nested dict by field code: a list for what is repeated, a dict for a group; None is not sent.

    Values are Python's (``int``, ``Decimal``, ``date``, ``datetime``, ``bool``) or the text of the pairs. Raises
    :class:`SaisieInvalide`, with every problem.
    """
    return _construire(contrat, offre, valeurs, [])


def depuis_xml(contrat: ContratDepot, source: bytes | etree._Element, *, brut: bool = False) -> etree._Element:
    """The form in a document, such as a maquette makes it; its content is left as it is, for the service to judge.

    With ``brut`` the root too is whatever it is. Raises :class:`SaisieInvalide`: not XML, or no form of this version.
    """
    if isinstance(source, bytes):
        try:
            racine = etree.fromstring(source, etree.XMLParser(resolve_entities=False, no_network=True))
        except etree.XMLSyntaxError as exc:
            raise SaisieInvalide(
                [ProblemeSaisie("formulaire", f"ce fichier n'est pas du XML lisible : {exc}")]
            ) from exc
        if racine.getroottree().docinfo.internalDTD is not None:
            raise SaisieInvalide([ProblemeSaisie("formulaire", "un formulaire n'a pas de DOCTYPE")])
    else:
        racine = deepcopy(source)
    racine.tail = None
    nom = etree.QName(racine)
    # The element's own schema has it in the Offre's namespace; inside of ``formulaire`` it is in the version's.
    for offre in contrat.offres.values():
        if nom.localname == offre.element and nom.namespace in (offre.espace, contrat.espace):
            racine.tag = f"{{{contrat.espace}}}{offre.element}"
            return racine
    if brut:
        return racine
    lu = _CATALOGUE.fullmatch(nom.namespace or "")
    if lu and lu["version"] != contrat.version:
        message = f"ce formulaire est de la version {lu['version']}, le contrat employé est celui de {contrat.version}"
    else:
        elements = [offre.element for offre in contrat.offres.values()]
        voisin = proche(nom.localname, elements)
        suite = f" ; vouliez-vous « {voisin} » ?" if voisin and voisin != nom.localname else ""
        espace = f"de l'espace de noms « {nom.namespace} »" if nom.namespace else "sans espace de noms"
        message = (
            f"« {nom.localname} » {espace} n'est le formulaire d'aucune Offre de la version {contrat.version}{suite}"
        )
    raise SaisieInvalide([ProblemeSaisie(nom.localname, message)])


def proche(nom: str, connus: Iterable[str]) -> str:
    """The known name nearest to ``nom``, or "": the same but for case and accents, or a few letters apart."""
    if len(nom) > _LONGUEUR_PROCHE:
        return ""
    par_forme = {_forme(connu): connu for connu in connus}
    voisins = get_close_matches(_forme(nom), par_forme, 1, 0.65)
    return par_forme[voisins[0]] if voisins else ""


def _forme(nom: str) -> str:
    return "".join(lettre for lettre in normalize("NFKD", nom).casefold() if lettre.isalnum())


def _inconnu(offre: Offre, chemin: str, connu: str) -> ProblemeSaisie:
    groupe = next((c for c in offre.champs if c.champs and c.code == chemin.partition("[")[0]), None)
    if groupe is not None and "/" not in chemin:
        message = f"« {groupe.code} » est un groupe : écrire {groupe.code}[1]/{groupe.champs[0].code}=…"
        return ProblemeSaisie(chemin, message)
    voisin = proche(connu, offre.par_chemin)
    if not voisin and "/" not in connu:
        # The field of a group, given without its group.
        voisin = next((c for c in offre.par_chemin if c.rpartition("/")[2] == connu), "")
    suite = f" ; vouliez-vous « {voisin} » ?" if voisin else ""
    return ProblemeSaisie(chemin, f"ce champ n'existe pas dans le formulaire {offre.code}{suite}", proche=voisin)


def _construire(
    contrat: ContratDepot, offre: Offre, valeurs: Mapping[str, Any], problemes: list[ProblemeSaisie]
) -> etree._Element:
    espaces: Any = {None: offre.espace, "cat": contrat.espace}
    racine = etree.Element(f"{{{contrat.espace}}}{offre.element}", nsmap=espaces)
    _remplir(racine, offre, offre.champs, valeurs, "", problemes)
    if problemes:
        raise SaisieInvalide(problemes)
    return racine


def _remplir(
    parent: etree._Element,
    offre: Offre,
    champs: Sequence[Champ],
    valeurs: Mapping[str, Any],
    lieu: str,
    problemes: list[ProblemeSaisie],
) -> None:
    connus = {champ.code for champ in champs}
    problemes += [_inconnu(offre, f"{lieu}{nom}", f"{lieu}{nom}") for nom in valeurs if nom not in connus]
    for champ in champs:
        recues = _liste(valeurs.get(champ.code))
        if champ.maximum is not None and len(recues) > champ.maximum:
            fois = "une seule fois" if champ.maximum == 1 else f"{champ.maximum} fois au plus"
            message = f"« {champ.code} » est donné {len(recues)} fois, admis {fois}"
            problemes.append(ProblemeSaisie(f"{lieu}{champ.code}", message))
        for rang, valeur in enumerate(recues, 1):
            chemin = f"{lieu}{champ.code}[{rang}]" if champ.multiple else f"{lieu}{champ.code}"
            noeud = etree.SubElement(parent, f"{{{offre.espace}}}{champ.code}")
            if not champ.champs:
                _poser(noeud, champ, valeur, chemin, problemes)
            elif isinstance(valeur, Mapping):
                _remplir(noeud, offre, champ.champs, valeur, f"{chemin}/", problemes)
            else:
                problemes.append(ProblemeSaisie(chemin, f"« {champ.code} » est un groupe : donner ses champs"))


def _poser(noeud: etree._Element, champ: Champ, valeur: object, chemin: str, problemes: list[ProblemeSaisie]) -> None:
    try:
        texte = sur_le_fil(champ, valeur)
    except ValueError as exc:
        problemes.append(ProblemeSaisie(chemin, f"« {champ.libelle} » : {exc}", str(valeur)[:200]))
        return
    try:
        noeud.text = texte
    except ValueError:
        message = f"« {champ.libelle} » : ce texte contient un caractère qui ne peut pas figurer dans un message XML"
        problemes.append(ProblemeSaisie(chemin, message, repr(valeur)[:200]))


def _liste(valeur: Any) -> list[Any]:
    if valeur is None:
        return []
    return list(valeur) if isinstance(valeur, (list, tuple)) else [valeur]
