"""A request as the fuzzer writes it: a path, a few headers, an empty line, the body; and the corpus that it starts from.

The form is that of HTTP with bare line feeds, so that what was found can be read, changed and sent by hand.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

from lxml import etree

from esav_soap.contract.services import SERVICES, requetes
from esav_soap.contract.valeurs_exemples import Tireur
from esav_soap.model.structure import Branche, Element, Feuille, Structure
from esav_soap.model.types import Fichier
from esav_soap.names import NS_WS
from tests.e2e.soap import TYPES, depot, enveloppe

HOSTILES = Path(__file__).parents[1] / "hostile"
PRODUCTION = "/production/ws/1/"
#: Who may call the services that are not the opérateurs'.
ROLES = {"publication": "PUBLIEUR", "sav": "FOURNISSEUR"}


@dataclass(frozen=True)
class Entree:
    """``entetes``: names as HTTP writes them."""

    chemin: str
    entetes: Mapping[str, str] = field(default_factory=dict)
    corps: bytes = b""

    def octets(self) -> bytes:
        lignes = [self.chemin, *(f"{nom}: {valeur}" for nom, valeur in self.entetes.items())]
        return "\n".join(lignes).encode("latin-1", "replace") + b"\n\n" + self.corps


def lire(octets: bytes) -> Entree:
    """Any bytes are a request: what has no empty line has no body."""
    tete, _, corps = octets.partition(b"\n\n")
    chemin, *lignes = tete.decode("latin-1").split("\n")
    paires = (ligne.partition(":") for ligne in lignes if ":" in ligne)
    return Entree(chemin or "/", {nom.strip().title(): valeur.strip() for nom, _, valeur in paires}, corps)


def entetes(service: str, type_contenu: str = TYPES["1.1"]) -> dict[str, str]:
    role = ROLES.get(service.partition("/")[0])
    return {"Content-Type": type_contenu, "X-Esav-Operateur": "OPA"} | ({"X-Esav-Role": role} if role else {})


def hostiles() -> Iterator[tuple[str, Entree]]:
    """The fixtures, by name."""
    with (HOSTILES / "attendu.tsv").open(encoding="utf-8") as table:
        for ligne in csv.DictReader(table, delimiter="\t", quoting=csv.QUOTE_NONE):
            donnes = entetes(ligne["service"], ligne["type"].removeprefix("-"))
            if ligne["codage"] != "-":
                donnes["Content-Encoding"] = ligne["codage"]
            octets = (HOSTILES / "messages" / ligne["fichier"]).read_bytes()
            yield ligne["fichier"], Entree(PRODUCTION + ligne["service"], donnes, octets)


def exemples() -> Iterator[tuple[str, Entree]]:
    """A request of every operation, in both versions of SOAP by turns; deposits of three Offres, typed and generic."""
    versions = ("1.1", "1.2")
    rng = Random(1)
    for rang, (service, operations) in enumerate((s, o) for s, o in SERVICES.items() if s != "depot"):
        for suite, operation in enumerate(operations):
            soap = versions[(rang + suite) % 2]
            corps = enveloppe(_requete(requetes(service, None)[operation], rng), soap)
            yield operation, Entree(PRODUCTION + service, entetes(service, TYPES[soap]), corps)
    for rang, offre in enumerate(("ACCES_FTTH", "FIBRE_NOIRE", "GENIE_CIVIL")):
        for operation in SERVICES["depot"]:
            version, soap = ("2026.1", "2026.2")[rang % 2], versions[rang % 2]
            demande = depot(version, offre, f"F-{rang}", operation=operation)
            service = f"depot/{version}"
            yield (
                f"{operation}-{offre}",
                Entree(PRODUCTION + service, entetes(service, TYPES[soap]), enveloppe(demande, soap)),
            )


def corpus() -> dict[str, Entree]:
    """All requests that fuzzing starts from, by name."""
    return dict(hostiles()) | dict(exemples())


def _requete(structure: Structure, rng: Random) -> etree._Element:
    racine = etree.Element(f"{{{NS_WS}}}{structure.nom}", nsmap={"ws": NS_WS})
    _remplir(racine, structure.enfants, rng)
    return racine


def _remplir(parent: etree._Element, enfants: tuple[Element, ...], rng: Random) -> None:
    for enfant in enfants:
        noeud = etree.SubElement(parent, f"{{{NS_WS}}}{enfant.code}")
        if isinstance(enfant, Branche):
            _remplir(noeud, enfant.enfants, rng)
        elif isinstance(enfant, Feuille):
            fichier = isinstance(enfant.champ.type, Fichier)
            noeud.text = "UEsFBgAAAAAAAAAAAAAAAAAAAAAAAA==" if fichier else _valeur(enfant, rng)


def _valeur(feuille: Feuille, rng: Random) -> str:
    if feuille.code == "referenceOperateur":
        return "H-1"
    if feuille.code == "version":
        return "2026.1"
    return Tireur({}, rng).valeur(feuille.champ)
