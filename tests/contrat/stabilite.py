"""The promise inside a WS version: what clients read back and what they send, recorded once, and compared with what is served.

``ws-1.json`` holds, for every service, its operations and the types that they reach. A client generated from any WSDL of WS
version 1 goes on working as long as nothing of it is taken back:

- in what clients read (answers, the fault, the notifications that e-SAV sends): no member removed, renamed, moved, retyped,
  made optional or mandatory, or repeated otherwise; a member may be added, optional, at the end;
- in what clients send: no member that is there may be refused henceforth, none may become mandatory; an optional one may be
  added, and what is admitted may widen.

``make contrat`` (``python -m tests.contrat.stabilite --enregistrer``) records such additions, and refuses all else: that
needs a new WS version. Forms are not here: they belong to the catalogue version, which has its own rules.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lxml import etree

from esav_soap.contract.services import RECEPTEURS
from esav_soap.names import NS_WS, NS_XSD, VERSION_WS
from tests.contrat.servis import CHEMINS, W, Wsdl, X, qname, servi

ENREGISTRE = Path(__file__).parent / f"ws-{VERSION_WS}.json"
_CATALOGUE = re.compile(r"urn:esav:catalogue:[^:]+")

#: A member: name, type, minOccurs, maxOccurs, facets of a restricted type.
Membre = dict[str, Any]
#: ``operations``: by ``service.operation``; ``lus`` and ``envoyes``: types that clients read, or send, by name.
Releve = dict[str, dict[str, Any]]


@dataclass(frozen=True)
class Ecart:
    """A difference. ``rupture``: it breaks clients that exist; else it is an addition that may be recorded."""

    code: str
    ou: str
    rupture: bool

    def __str__(self) -> str:
        return f"{'RUPTURE' if self.rupture else 'ajout'} {self.code} {self.ou}"


def relever(wsdls: Mapping[str, Wsdl]) -> Releve:
    """What these WSDLs promise, by service."""
    releve: Releve = {"operations": {}, "lus": {}, "envoyes": {}}
    for service, wsdl in wsdls.items():
        actions = {o.getparent().get("name"): o.get("soapAction") for o in wsdl.lie("operation")}  # type: ignore[union-attr]
        recoit = service in RECEPTEURS  # there e-SAV is the client
        for nom, operation in wsdl.operations("portType").items():
            parts = {}
            for sens in operation.iterchildren(f"{W}input", f"{W}output", f"{W}fault"):
                message = wsdl.message(sens)
                if message is not None:
                    (part,) = message
                    parts[etree.QName(sens).localname] = qname(part, "element")[1]
            releve["operations"][f"{service}.{nom}"] = {"soapAction": actions.get(nom), **parts}
            for cote, element in parts.items():
                genre = "envoyes" if (cote == "input") is not recoit else "lus"
                _relever_element(wsdl, element, releve[genre])
    return {genre: dict(sorted(contenu.items())) for genre, contenu in releve.items()}


def _relever_element(wsdl: Wsdl, element: str, types: dict[str, Any]) -> None:
    racine = wsdl.composant(("element",), NS_WS, element)
    assert racine is not None
    a_voir = [qname(racine, "type")]
    while a_voir:
        espace, nom = a_voir.pop()
        type_ = wsdl.composant(("complexType",), espace, nom)
        if type_ is None or espace != NS_WS:
            continue
        membres = [_membre(wsdl, membre) for membre in type_.iter(f"{X}element")]
        if types.setdefault(nom, membres) != membres:
            raise ValueError(f"deux types différents du même nom : {nom}")
        a_voir += [qname(m, "type") for m in type_.iter(f"{X}element") if qname(m, "type")[1] not in types]


def _membre(wsdl: Wsdl, element: etree._Element) -> Membre:
    espace, nom = qname(element, "type")
    membre: Membre = {
        "nom": element.get("name"),
        "type": f"xs:{nom}" if espace == NS_XSD else nom,
        "min": int(element.get("minOccurs", "1")),
        "max": element.get("maxOccurs", "1"),
    }
    simple = wsdl.composant(("simpleType",), espace, nom)
    if simple is not None:
        membre["type"] = simple[0].get("base")
        facettes: dict[str, list[str]] = {}
        for facette in simple[0]:
            facettes.setdefault(etree.QName(facette).localname, []).append(facette.get("value", ""))
        membre["facettes"] = facettes
    elif _CATALOGUE.fullmatch(espace):
        membre["type"] = f"catalogue:{nom}"
    return membre


def comparer(avant: Releve, apres: Releve) -> list[Ecart]:
    """Every difference from what is recorded."""
    return [*_operations(avant["operations"], apres["operations"]), *_lus(avant, apres), *_envoyes(avant, apres)]


def _operations(avant: Mapping[str, Any], apres: Mapping[str, Any]) -> Iterator[Ecart]:
    for nom, promise in avant.items():
        if nom not in apres:
            yield Ecart("OPERATION_RETIREE", nom, True)
        else:
            autres = [cle for cle in {*promise, *apres[nom]} if promise.get(cle) != apres[nom].get(cle)]
            yield from (Ecart("OPERATION_CHANGEE", f"{nom}.{cle}", True) for cle in sorted(autres))
    yield from (Ecart("OPERATION_NOUVELLE", nom, False) for nom in apres if nom not in avant)


def _lus(avant: Releve, apres: Releve) -> Iterator[Ecart]:
    for type_, promis in avant["lus"].items():
        servis = {m["nom"]: m for m in apres["lus"].get(type_, ())}
        for membre in promis:
            ici = f"{type_}.{membre['nom']}"
            if membre["nom"] not in servis:
                yield Ecart("MEMBRE_LU_RETIRE", ici, True)
                continue
            servi_ = servis[membre["nom"]]
            yield from (Ecart(f"MEMBRE_LU_CHANGE({a})", ici, True) for a in _attributs(membre, servi_))
        yield from _ordre(type_, promis, apres["lus"].get(type_, ()))
        for rang, ajoute in enumerate(apres["lus"].get(type_, ())):
            if ajoute["nom"] not in {m["nom"] for m in promis}:
                ici = f"{type_}.{ajoute['nom']}"
                if ajoute["min"]:
                    yield Ecart("MEMBRE_LU_NOUVEAU_OBLIGATOIRE", ici, True)
                elif rang < len(promis):
                    yield Ecart("MEMBRE_LU_NOUVEAU_PAS_A_LA_FIN", ici, True)
                else:
                    yield Ecart("MEMBRE_LU_NOUVEAU", ici, False)
    yield from (Ecart("TYPE_LU_NOUVEAU", type_, False) for type_ in apres["lus"] if type_ not in avant["lus"])


def _attributs(avant: Membre, apres: Membre) -> list[str]:
    return [cle for cle in ("type", "min", "max", "facettes") if avant.get(cle) != apres.get(cle)]


def _ordre(type_: str, avant: Any, apres: Any) -> Iterator[Ecart]:
    communs = [m["nom"] for m in apres if m["nom"] in {a["nom"] for a in avant}]
    if communs != [m["nom"] for m in avant if m["nom"] in set(communs)]:
        yield Ecart("ORDRE_CHANGE", type_, True)


def _envoyes(avant: Releve, apres: Releve) -> Iterator[Ecart]:
    for type_, promis in avant["envoyes"].items():
        servis = {m["nom"]: m for m in apres["envoyes"].get(type_, ())}
        for membre in promis:
            ici = f"{type_}.{membre['nom']}"
            if membre["nom"] not in servis:
                yield Ecart("MEMBRE_ENVOYE_RETIRE", ici, True)
                continue
            servi_ = servis[membre["nom"]]
            for attribut in _attributs(membre, servi_):
                refuse = not _plus_large(attribut, membre.get(attribut), servi_.get(attribut))
                yield Ecart(f"MEMBRE_ENVOYE_{'CHANGE' if refuse else 'ELARGI'}({attribut})", ici, refuse)
        yield from _ordre(type_, promis, apres["envoyes"].get(type_, ()))
        connus = {m["nom"] for m in promis}
        for nom, ajoute in servis.items():
            if nom not in connus:
                oblige = bool(ajoute["min"])
                yield Ecart(f"MEMBRE_ENVOYE_NOUVEAU{'_OBLIGATOIRE' if oblige else ''}", f"{type_}.{nom}", oblige)
    yield from (Ecart("TYPE_ENVOYE_NOUVEAU", t, False) for t in apres["envoyes"] if t not in avant["envoyes"])


def _plus_large(attribut: str, avant: Any, apres: Any) -> bool:
    """Whether all that was admitted still is, by the value of an attribute or by facets."""
    if attribut == "min":
        return bool(apres < avant)
    if attribut == "max":
        return apres == "unbounded" or (avant != "unbounded" and int(apres) > int(avant))
    if attribut == "facettes":
        avant, apres = dict(avant or {}), dict(apres or {})
        return all(
            facette in avant and _facette_plus_large(facette, avant[facette], apres[facette]) for facette in apres
        )
    return False


def _facette_plus_large(facette: str, avant: list[str], apres: list[str]) -> bool:
    if facette == "enumeration":
        return set(avant) <= set(apres)
    if facette in ("minLength", "maxLength", "fractionDigits", "minInclusive", "maxInclusive"):
        bas = facette.startswith("min")
        try:
            return float(apres[0]) <= float(avant[0]) if bas else float(apres[0]) >= float(avant[0])
        except ValueError:
            return avant == apres
    return avant == apres


def servis(version: str) -> dict[str, Wsdl]:
    """The WSDLs of a node, with ``depot`` of that catalogue version."""
    chemins = [c for c in CHEMINS if not c.startswith("depot/") or c == f"depot/{version}"]
    return {chemin.partition("/")[0]: servi(chemin) for chemin in chemins}


def lire() -> Releve:
    lu: Releve = json.loads(ENREGISTRE.read_text(encoding="utf-8"))
    return lu


def ecrire(releve: Releve) -> str:
    """One member a line, so that a review sees what was added."""
    sections = []
    for genre, contenu in releve.items():
        lignes = []
        for nom, valeur in contenu.items():
            if isinstance(valeur, list):
                corps = ",\n".join(f"      {json.dumps(membre, ensure_ascii=False)}" for membre in valeur)
                lignes.append(f'    "{nom}": [\n{corps}\n    ]' if valeur else f'    "{nom}": []')
            else:
                lignes.append(f'    "{nom}": {json.dumps(valeur, ensure_ascii=False)}')
        sections.append(f'  "{genre}": {{\n' + ",\n".join(lignes) + "\n  }")
    return "{\n" + ",\n".join(sections) + "\n}\n"


QUE_FAIRE = """Une RUPTURE arrête des clients qui existent : la défaire, ou publier une nouvelle version des services (préavis de six mois).
Un ajout s'enregistre par « make contrat ». Axis 1.4, zeep et suds refusent une réponse qui porte un membre que leur WSDL
n'avait pas : n'envoyer un membre ajouté qu'à qui le demande, par un membre facultatif de sa requête."""


def main(arguments: list[str]) -> int:
    apres = relever(servis(CHEMINS[0].partition("/")[2]))
    ecarts = comparer(lire(), apres) if ENREGISTRE.exists() else []
    for ecart in ecarts:
        print(ecart)
    if any(ecart.rupture for ecart in ecarts) or (ecarts and "--enregistrer" not in arguments):
        print(QUE_FAIRE)
        return 1
    if "--enregistrer" in arguments:
        ENREGISTRE.write_text(ecrire(apres), encoding="utf-8")
    print(
        f"{len(apres['operations'])} opérations, {len(apres['lus'])} types lus, {len(apres['envoyes'])} envoyés : {ENREGISTRE.name}"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
