"""A pack is what it says: the publisher's files, the manifest, and one version number everywhere (R1.4)."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping

from lxml import etree

from esav_soap.errors import Probleme
from esav_soap.names import NS_PACK, chemin_service, ns_catalogue, ns_offre
from esav_soap.usecases.catalogue import sources_de
from esav_soap.usecases.codes_verification import CodeVerification, message

_C = CodeVerification
_MANIFESTE = "pack.xml"
#: A version as namespaces and addresses carry it.
_ESPACE = re.compile(rb"urn:esav:catalogue:([0-9]+\.[0-9]+)")
_ADRESSE = re.compile(rb'/ws/[0-9]+/depot/([0-9.]+)["?]')
_TITRE = re.compile(rb"<title>([^<]*)</title>")
_NUMERO = re.compile(r"\b20[0-9]{2}\.[1-9][0-9]?\b")
#: Files that also speak of the version before.
_PLUSIEURS_VERSIONS = ("changelog.",)
_ANALYSEUR = etree.XMLParser(no_network=True, resolve_entities=False, load_dtd=False, huge_tree=True)


def verifier_sources(sources: Mapping[str, bytes], fichiers: Mapping[str, bytes]) -> Iterator[Probleme]:
    """The publisher's files are in the pack, byte for byte, and no others."""
    dedans = sources_de(fichiers)
    for chemin in sorted(dedans.keys() | sources_de(sources).keys()):
        if dedans.get(chemin) != sources.get(chemin):
            yield _probleme(chemin, _C.SOURCES_DIFFERENTES, "Ce fichier n'est pas celui du publieur.")


def verifier_manifeste(fichiers: Mapping[str, bytes], version: str) -> Iterator[Probleme]:
    """``pack.xml`` has the version, and names every other file with its SHA-256."""
    try:
        racine = etree.fromstring(fichiers.get(_MANIFESTE, b""), _ANALYSEUR)
    except etree.XMLSyntaxError:
        yield _probleme(_MANIFESTE, _C.MANIFESTE_INEXACT, "Il manque, ou n'est pas du XML.")
        return
    if racine.get("version") != version:
        yield _discordante(_MANIFESTE, racine.get("version"), version)
    cites = {noeud.get("chemin", ""): noeud.get("sha256") for noeud in racine.iterfind(f"{{{NS_PACK}}}fichier")}
    vrais = {nom: hashlib.sha256(contenu).hexdigest() for nom, contenu in fichiers.items() if nom != _MANIFESTE}
    for chemin in sorted(cites.keys() | vrais.keys()):
        if cites.get(chemin) != vrais.get(chemin):
            yield _probleme(
                _MANIFESTE, _C.MANIFESTE_INEXACT, f"« {chemin} » manque, est en trop ou a une autre empreinte."
            )


def verifier_tampons(fichiers: Mapping[str, bytes], version: str) -> Iterator[Probleme]:
    """Every generated file carries ``version`` and no other."""
    du_publieur = sources_de(fichiers)
    for chemin, contenu in sorted(fichiers.items()):
        if chemin.startswith("xsd/"):
            yield from _xsd(chemin, contenu, version)
        elif chemin.endswith(".html"):
            yield from _titre(chemin, contenu, version)
        if chemin == "changelog.xml":
            yield from _changelog(chemin, contenu, version)
        if chemin in du_publieur or chemin.startswith(_PLUSIEURS_VERSIONS):
            continue
        dites = {dite.decode() for motif in (_ESPACE, _ADRESSE) for dite in motif.findall(contenu)}
        yield from (_discordante(chemin, dite, version) for dite in sorted(dites - {version}))
        if chemin in ("wsdl/depot.wsdl", "wsdl/depot-soap12.wsdl"):
            attendue = f'{chemin_service("production", "depot", version)}"'.encode()
            if attendue not in contenu:
                yield _discordante(chemin, None, version)


def _xsd(chemin: str, contenu: bytes, version: str) -> Iterator[Probleme]:
    """The namespace of an Offre's XSD is of its version and its Offre; so is that of the shared types."""
    nom = chemin.removeprefix("xsd/").removesuffix(".xsd")
    if nom == "depot":
        return
    attendu = ns_catalogue(version) if nom in ("types", "formulaire") else ns_offre(version, nom)
    try:
        espace = etree.fromstring(contenu, _ANALYSEUR).get("targetNamespace")
    except etree.XMLSyntaxError:
        return  # told of by those who compile it
    if espace != attendu:
        yield _discordante(chemin, espace, attendu)


def _titre(chemin: str, contenu: bytes, version: str) -> Iterator[Probleme]:
    titre = _TITRE.search(contenu)
    numeros = set(_NUMERO.findall(titre[1].decode(errors="replace"))) if titre else set()
    if version not in numeros or (numeros != {version} and not chemin.startswith("changelog.")):
        yield _discordante(chemin, ", ".join(sorted(numeros)), version)


def _changelog(chemin: str, contenu: bytes, version: str) -> Iterator[Probleme]:
    try:
        dite = etree.fromstring(contenu, _ANALYSEUR).get("nouvelle")
    except etree.XMLSyntaxError:
        dite = None
    if dite != version:
        yield _discordante(chemin, dite, version)


def _discordante(chemin: str, dite: str | None, attendue: str) -> Probleme:
    vue = f"Il dit « {dite} »" if dite else "Il ne dit aucune version"
    return _probleme(chemin, _C.VERSION_DISCORDANTE, f"{vue}, et non « {attendue} ».")


def _probleme(chemin: str, code: CodeVerification, precision: str) -> Probleme:
    return Probleme(chemin, 0, code.name, message(code, precision))
