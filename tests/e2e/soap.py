"""A bare SOAP caller over HTTP, so that the tests see the very bytes, and no client library smooths anything over."""

from __future__ import annotations

import http.client
import ssl
from copy import deepcopy
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from random import Random
from typing import Any
from urllib.parse import urlsplit

from lxml import etree

from esav_soap.contract.exemples import exemple, requete_depot, requete_depot_generique
from esav_soap.model import Catalogue, structure_offre
from esav_soap.names import NS_SOAP_11, NS_SOAP_12, NS_WS
from esav_soap.reader import lire_catalogue
from esav_soap.reader.sources import depuis_dossiers

RACINE = Path(__file__).parents[2]
TYPES = {"1.1": "text/xml; charset=utf-8", "1.2": "application/soap+xml; charset=utf-8"}
ESPACES = {"1.1": NS_SOAP_11, "1.2": NS_SOAP_12}
WS = f"{{{NS_WS}}}"


@dataclass(frozen=True)
class Reponse:
    statut: int
    entetes: dict[str, str]
    octets: bytes

    @property
    def corps(self) -> etree._Element:
        """The child of the SOAP body."""
        enveloppe = etree.fromstring(self.octets)
        espace = etree.QName(enveloppe).namespace
        (corps,) = enveloppe.findall(f"{{{espace}}}Body")
        (contenu,) = corps
        return contenu

    def texte(self, nom: str) -> str | None:
        """Text of the first element of that local name in the answer."""
        for noeud in self.corps.iter(f"{WS}{nom}"):
            return noeud.text
        return None

    def textes(self, nom: str) -> list[str]:
        return [noeud.text or "" for noeud in self.corps.iter(f"{WS}{nom}")]

    @property
    def refus(self) -> str | None:
        """Code of the declared fault, from its place in the detail, or None for an answer that is no fault."""
        corps = self.corps
        if etree.QName(corps).localname != "Fault":
            return None
        details = [d for d in corps.iter() if etree.QName(d).localname in ("detail", "Detail")]
        assert len(details) == 1
        (declare,) = details[0]
        assert declare.tag == f"{WS}ErreurEsav"
        return declare.findtext(f"{WS}code")


def enveloppe(requete: etree._Element, soap: str = "1.1") -> bytes:
    espace = ESPACES[soap]
    racine = etree.Element(f"{{{espace}}}Envelope", nsmap={"e": espace})
    etree.SubElement(racine, f"{{{espace}}}Body").append(deepcopy(requete))
    return etree.tostring(racine, xml_declaration=True, encoding="UTF-8")


def poster(
    url: str, octets: bytes, *, operateur: str | None = "OPA", soap: str = "1.1", entetes: dict[str, str] | None = None
) -> Reponse:
    tous = {"Content-Type": TYPES[soap], **({"X-Esav-Operateur": operateur} if operateur else {}), **(entetes or {})}
    return envoyer("POST", url, octets, tous)


def envoyer(methode: str, url: str, octets: bytes | None = None, entetes: dict[str, str] | None = None) -> Reponse:
    decoupe = urlsplit(url)
    assert decoupe.hostname
    if decoupe.scheme == "https":
        sans_verifier = ssl._create_unverified_context()  # the server's certificate is another test's matter
        connexion: http.client.HTTPConnection = http.client.HTTPSConnection(
            decoupe.hostname, decoupe.port, timeout=60, context=sans_verifier
        )
    else:
        connexion = http.client.HTTPConnection(decoupe.hostname, decoupe.port, timeout=60)
    try:
        chemin = decoupe.path + (f"?{decoupe.query}" if decoupe.query else "")
        connexion.request(methode, chemin, body=octets, headers=entetes or {})
        reponse = connexion.getresponse()
        return Reponse(reponse.status, dict(reponse.getheaders()), reponse.read())
    finally:
        connexion.close()


def appeler(
    base: str, service: str, requete: etree._Element, *, soap: str = "1.1", operateur: str | None = "OPA"
) -> Reponse:
    """POST ``requete`` to ``{base}/{service}``; ``service`` starts with the platform."""
    return poster(f"{base}/{service}", enveloppe(requete, soap), soap=soap, operateur=operateur)


@cache
def catalogue(version: str) -> Catalogue:
    return lire_catalogue(depuis_dossiers(RACINE, version))


@cache
def _formulaire(version: str, offre: str, graine: int) -> tuple[etree._Element, tuple[Any, ...]]:
    """A valid form, and what the chance of that seed is after it. To be copied."""
    lu, rng = catalogue(version), Random(graine)
    return exemple(structure_offre(lu, lu.offre(offre)), lu, rng, complet=True), rng.getstate()


def depot(
    version: str,
    offre: str,
    reference: str,
    *,
    graine: int = 1,
    operateur: str = "OPA",
    operation: str = "deposerSignalisation",
    prestation: str | None = None,
) -> etree._Element:
    """A valid deposit request, typed or generic, for that opérateur's prestation ``<operateur>-<offre>-1``."""
    lu = catalogue(version)
    structure = structure_offre(lu, lu.offre(offre))
    modele, hasard = _formulaire(version, offre, graine)
    formulaire, rng = deepcopy(modele), Random()
    rng.setstate(hasard)
    identifiant = prestation or f"{operateur}-{offre}-1"
    if operation.endswith("Generique"):
        return requete_depot_generique(
            formulaire, structure, offre, rng, operation, prestation=identifiant, reference=reference
        )
    return requete_depot(formulaire, rng, operation, prestation=identifiant, reference=reference)


def requete(operation: str, **champs: str) -> etree._Element:
    """A request with simple fields."""
    racine = etree.Element(f"{WS}{operation}", nsmap={"ws": NS_WS})
    for nom, valeur in champs.items():
        etree.SubElement(racine, f"{WS}{nom}").text = valeur
    return racine
