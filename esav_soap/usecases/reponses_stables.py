"""Answers never change inside a WS version: old client stacks break on any difference (R2.2, art. 12.1).

The answers of the version in force, as its pack publishes them, are compared with those of the candidate.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from lxml import etree

from esav_soap.errors import Probleme
from esav_soap.names import NS_WSDL, NS_XSD
from esav_soap.usecases.codes_verification import CodeVerification, message
from esav_soap.usecases.formes_xsd import Forme, composants, forme, nom_qualifie

_W, _XSD = f"{{{NS_WSDL}}}", f"{{{NS_XSD}}}"
_C = CodeVerification
#: Whether an element or a type is meant, and its qualified name.
_Cle = tuple[bool, str]
_REFERENCES = {"type": False, "base": False, "itemType": False, "ref": True}


@dataclass(frozen=True, slots=True)
class _Service:
    """What a WSDL promises. ``sorties``: operation -> names of the elements that may come back, its answer and its faults;
    ``composants``: those elements, and every element and type that they are made of."""

    espace: str
    sorties: Mapping[str, tuple[str, ...]]
    composants: Mapping[_Cle, etree._Element]


def comparer_reponses(avant: Mapping[str, bytes], apres: Mapping[str, bytes]) -> Iterator[Probleme]:
    """What became of the answers of every WSDL of the pack ``avant`` (files by path) in the pack ``apres``.

    New services and operations are welcome; nothing is said when the WS version itself changed.
    """
    for chemin in sorted(avant):
        if not chemin.startswith("wsdl/"):
            continue
        ancien = _service(avant[chemin])
        if chemin not in apres:
            yield _probleme(chemin, _C.OPERATION_RETIREE, "Ce WSDL n'est plus dans le pack.")
            continue
        nouveau = _service(apres[chemin])
        if ancien is not None and nouveau is not None and ancien.espace == nouveau.espace:
            yield from _comparer(chemin, ancien, nouveau)


def _comparer(chemin: str, ancien: _Service, nouveau: _Service) -> Iterator[Probleme]:
    for operation, sorties in ancien.sorties.items():
        if operation not in nouveau.sorties:
            yield _probleme(chemin, _C.OPERATION_RETIREE, f"L'opération « {operation} » a disparu.")
        elif nouveau.sorties[operation] != sorties:
            dit = f"L'opération « {operation} » ne répond plus par {_liste(sorties)} mais par {_liste(nouveau.sorties[operation])}."
            yield _probleme(chemin, _C.REPONSE_MODIFIEE, dit)
    for cle, noeud in ancien.composants.items():
        quoi = f"{'Élément' if cle[0] else 'Type'} « {_local(cle[1])} »"
        if cle not in nouveau.composants:
            yield _probleme(chemin, _C.REPONSE_MODIFIEE, f"{quoi} : il n'est plus dans les réponses.")
        elif forme(noeud) != forme(nouveau.composants[cle]):
            for dit in _membres(_par_nom(noeud), _par_nom(nouveau.composants[cle])):
                yield _probleme(chemin, _C.REPONSE_MODIFIEE, f"{quoi} : {dit}.")


def _membres(avant: Mapping[str, Forme], apres: Mapping[str, Forme]) -> Iterator[str]:
    """How two forms of a component differ, which they do."""
    if avant == apres and list(avant) == list(apres):
        yield "sa composition a changé"
    for nom, dit in avant.items():
        if nom not in apres:
            yield f"le membre « {nom} » a disparu"
        elif apres[nom] != dit:
            yield f"le membre « {nom} » a changé"
    yield from (f"le membre « {nom} » est nouveau" for nom in apres if nom not in avant)
    if avant.keys() == apres.keys() and list(avant) != list(apres):
        premier = next(nom for nom, autre in zip(avant, apres, strict=True) if nom != autre)
        yield f"l'ordre des membres a changé à partir de « {premier} »"


def _service(wsdl: bytes) -> _Service | None:
    """None for what is not XML: those who load it as a client tell of it."""
    try:
        racine = etree.fromstring(wsdl, etree.XMLParser(no_network=True, resolve_entities=False, load_dtd=False))
    except etree.XMLSyntaxError:
        return None
    globaux = {
        (genre == "element", f"{{{schema.get('targetNamespace', '')}}}{nom}"): noeud
        for schema in racine.iter(f"{_XSD}schema")
        for (genre, nom), noeud in composants(schema)
    }
    messages = {
        message_.get("name", ""): nom_qualifie(part, part.get("element", ""))
        for message_ in racine.iter(f"{_W}message")
        for part in message_.iter(f"{_W}part")
    }
    sorties: dict[str, tuple[str, ...]] = {}
    for operation in racine.iterfind(f"{_W}portType/{_W}operation"):
        rendus = operation.iter(f"{_W}output", f"{_W}fault")
        noms = (messages.get(rendu.get("message", "").rpartition(":")[2], "") for rendu in rendus)
        sorties[operation.get("name", "")] = tuple(sorted(noms))
    vus: dict[_Cle, etree._Element] = {}
    a_voir = [(True, nom) for noms in sorties.values() for nom in noms]
    while a_voir:
        cle = a_voir.pop()
        if cle not in vus and cle in globaux:
            vus[cle] = globaux[cle]
            a_voir += _cites(globaux[cle])
    return _Service(racine.get("targetNamespace", ""), sorties, dict(sorted(vus.items(), key=lambda vu: vu[0])))


def _par_nom(noeud: etree._Element) -> dict[str, Forme]:
    """Members of a complex type, in order."""
    return {
        (membre.get("name") or membre.get("ref") or ""): forme(membre)
        for membre in noeud.iterdescendants(f"{_XSD}element")
    }


def _cites(composant: etree._Element) -> Iterator[_Cle]:
    for noeud in composant.iter(etree.Element):
        for attribut, est_element in _REFERENCES.items():
            if valeur := noeud.get(attribut):
                yield est_element, nom_qualifie(noeud, valeur)


def _local(nom: str) -> str:
    return nom.rpartition("}")[2]


def _liste(noms: Sequence[str]) -> str:
    return ", ".join(f"« {_local(nom)} »" for nom in noms) or "rien"


def _probleme(chemin: str, code: CodeVerification, precision: str) -> Probleme:
    return Probleme(chemin, 0, code.name, message(code, precision))
