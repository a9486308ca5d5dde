"""A catalogue written back as a pack's files: the inverse of the reader, for round trips."""

from __future__ import annotations

from collections.abc import Mapping

from lxml import etree

from esav_soap.model import (
    Catalogue,
    Champ,
    Choisi,
    Courriel,
    Date,
    DateHeure,
    Entier,
    Formulaire,
    Groupe,
    Nombre,
    Nomenclature,
    Offre,
    OuiNon,
    Regle,
    Telephone,
    Texte,
    TexteLong,
    Type,
)
from esav_soap.names import NS_PACK

_PARSER = etree.XMLParser()


def serialiser(catalogue: Catalogue) -> dict[str, bytes]:
    """The pack's files by logical path."""
    fichiers = {"catalogue.xml": _octets(_catalogue(catalogue))}
    for code, formulaire in catalogue.formulaires.items():
        fichiers[f"formulaires/{code}.xml"] = _octets(_formulaire(formulaire))
    for code, nomenclature in catalogue.nomenclatures.items():
        fichiers[f"nomenclatures/{code}.xml"] = _octets(_nomenclature(nomenclature))
    return fichiers


def _octets(racine: etree._Element) -> bytes:
    return etree.tostring(racine, encoding="UTF-8", xml_declaration=True, pretty_print=True)


def _element(
    nom: str, parent: etree._Element | None = None, texte: str = "", attributs: Mapping[str, object] | None = None
) -> etree._Element:
    marque = f"{{{NS_PACK}}}{nom}"
    element = _PARSER.makeelement(marque) if parent is None else etree.SubElement(parent, marque)
    for attribut, valeur in (attributs or {}).items():
        if valeur is not None:
            element.set(attribut, str(valeur))
    element.text = texte or None
    return element


def _titres(element: etree._Element, libelle: str, aide: str) -> None:
    _element("libelle", element, libelle)
    if aide:
        _element("aide", element, aide)


def _catalogue(catalogue: Catalogue) -> etree._Element:
    racine = _element("catalogue", attributs={"version": catalogue.version})
    _element("libelle", racine, catalogue.libelle)
    for note in catalogue.notes:
        _element("note", racine, note)
    for offre in catalogue.offres:
        _offre(offre, racine)
    return racine


def _offre(offre: Offre, racine: etree._Element) -> None:
    activee = "oui" if offre.activee else "non"
    attributs = {"code": offre.code, "formulaire": offre.formulaire, "activee": activee}
    element = _element("offre", racine, attributs=attributs)
    _titres(element, offre.libelle, offre.aide)
    for canal in offre.canaux:
        _element("canal", element, canal.value)
    for rendez_vous in offre.rendez_vous:
        _element("rendezVous", element, rendez_vous.value)
    _element("testPrealable", element, offre.test_prealable.value)
    for chemin, usage in offre.usages.items():
        _element("usage", element, attributs={"champ": chemin, "valeur": usage.value})


def _nomenclature(nomenclature: Nomenclature) -> etree._Element:
    racine = _element("nomenclature", attributs={"code": nomenclature.code, "parent": nomenclature.parent})
    _titres(racine, nomenclature.libelle, nomenclature.aide)
    for valeur in nomenclature.valeurs:
        attributs = {
            "code": valeur.code,
            "statut": valeur.statut.value,
            "parents": " ".join(valeur.parents) or None,
            "remplacement": valeur.remplacement,
        }
        _titres(_element("valeur", racine, attributs=attributs), valeur.libelle, valeur.aide)
    return racine


def _formulaire(formulaire: Formulaire) -> etree._Element:
    racine = _element("formulaire", attributs={"code": formulaire.code, "defautDeclare": formulaire.defaut_declare})
    _titres(racine, formulaire.libelle, formulaire.aide)
    for section in formulaire.sections:
        element = _element("section", racine, attributs={"code": section.code})
        _titres(element, section.libelle, section.aide)
        for noeud in section.noeuds:
            if isinstance(noeud, Groupe):
                _groupe(noeud, element)
            else:
                _champ(noeud, element)
    for regle in formulaire.regles:
        _regle(regle, racine)
    return racine


def _groupe(groupe: Groupe, parent: etree._Element) -> None:
    bornes = {"min": groupe.minimum, "max": groupe.maximum}
    element = _element("groupe", parent, attributs={"code": groupe.code, "usage": groupe.usage.value, **bornes})
    _titres(element, groupe.libelle, groupe.aide)
    for champ in groupe.champs:
        _champ(champ, element)
    for regle in groupe.regles:
        _regle(regle, element)


def _champ(champ: Champ, parent: etree._Element) -> None:
    nom, attributs = _type(champ.type)
    communs = {"code": champ.code, "usage": champ.usage.value, "defaut": champ.defaut}
    element = _element(nom, parent, attributs={**communs, **attributs})
    _titres(element, champ.libelle, champ.aide)
    for exemple in champ.exemples:
        _element("exemple", element, exemple)


def _type(type_: Type) -> tuple[str, dict[str, object]]:
    match type_:
        case Texte(mini, maxi, motif):
            return "texte", {"longueurMin": mini, "longueurMax": maxi, "motif": motif}
        case TexteLong(mini, maxi):
            return "texteLong", {"longueurMin": mini, "longueurMax": maxi}
        case Entier(minimum, maximum, unite):
            return "entier", {"min": minimum, "max": maximum, "unite": unite}
        case Nombre(bas, haut, decimales, unite):
            bornes = {"min": None if bas is None else f"{bas:f}", "max": None if haut is None else f"{haut:f}"}
            return "decimal", {**bornes, "decimales": decimales, "unite": unite}
        case Date(debut, fin):
            return "date", {"min": debut, "max": fin}
        case Choisi(nomenclature, maximum, depend_de):
            return "nomenclature", {"ref": nomenclature, "max": maximum, "dependDe": depend_de}
        case DateHeure():
            return "dateHeure", {}
        case OuiNon():
            return "ouiNon", {}
        case Telephone():
            return "telephone", {}
        case Courriel():
            return "courriel", {}


def _regle(regle: Regle, parent: etree._Element) -> None:
    element = _element(regle.genre.value, parent, attributs={"code": regle.code, "champ": regle.champ})
    _element("condition", element, regle.condition)
    _element("message", element, regle.message)
