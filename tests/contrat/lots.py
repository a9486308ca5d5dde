"""What is shown to the three processors: schemas as files, and documents that are valid, spoiled or strange."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from copy import deepcopy
from pathlib import Path
from random import Random

from lxml import etree

from esav_soap.contract.exemples import exemple
from esav_soap.contract.services import SERVICES
from esav_soap.model import structure_offre
from esav_soap.names import NS_WS, NS_XSD
from esav_soap.reader import META_SCHEMAS
from esav_soap.usecases.mutations import mutations
from esav_soap.usecases.registre import ouvrir_pack
from tests.contrat.servis import X, servi
from tests.e2e.soap import catalogue
from tests.faux import RACINE, pack

_ANALYSEUR = etree.XMLParser(no_network=True, resolve_entities=False, load_dtd=False)
_FORMES = (("minimal", False), ("complet", True), ("partiel", None))
#: Spoiled forms of each Offre.
_GATES = 160


def schemas_servis(ou: Path, chemin: str) -> list[Path]:
    """The schemas inside a served WSDL, each in a file that finds those which it imports. The service's own is the last."""
    wsdl = servi(chemin)
    fichiers = {espace: ou / f"{rang}.xsd" for rang, espace in enumerate(wsdl.schemas)}
    for espace, schema in wsdl.schemas.items():
        # A copy of the element alone would lose the prefixes, which are declared on wsdl:definitions.
        copie = etree.Element(
            schema.tag,
            {str(n): str(v) for n, v in schema.attrib.items()},
            nsmap={p: e for p, e in schema.nsmap.items() if p},
        )
        copie.extend(deepcopy(list(schema)))
        for importe in copie.iterchildren(f"{X}import"):
            importe.set("schemaLocation", fichiers[importe.get("namespace", "")].name)
        fichiers[espace].write_bytes(etree.tostring(copie))
    return list(fichiers.values())


def schemas_du_pack(ou: Path, version: str) -> Mapping[str, Path]:
    """The XSD files of a version, by name."""
    fichiers = {}
    for nom, octets in ouvrir_pack(pack(version)).items():
        if nom.startswith("xsd/"):
            fichiers[Path(nom).name] = ou / Path(nom).name
            fichiers[Path(nom).name].write_bytes(octets)
    return fichiers


def meta_schemas(ou: Path) -> Mapping[str, Path]:
    for nom, octets in META_SCHEMAS.items():
        (ou / nom).write_bytes(octets)
    return {nom: ou / nom for nom in META_SCHEMAS}


def formes(version: str, code: str) -> Iterator[tuple[str, bytes]]:
    """Forms of an Offre, as its own XSD judges them: three that are valid, and spoiled ones."""
    lu = catalogue(version)
    structure = structure_offre(lu, lu.offre(code))
    valides = [(nom, exemple(structure, lu, Random(graine), complet)) for graine, (nom, complet) in enumerate(_FORMES)]
    gates = [(gate.propos, gate.element) for gate in mutations(valides[1][1], structure, lu, _GATES)]
    for propos, forme in (*valides, *gates):
        forme.tag = f"{{{structure.espace}}}{structure.nom}"
        yield propos, etree.tostring(forme)


def requetes_du_jeu(version: str) -> Mapping[str, list[tuple[str, bytes]]]:
    """Requests of the jeu de test, by service; each message once."""
    fichiers = ouvrir_pack(pack(version))
    trouvees: dict[str, dict[str, bytes]] = {}
    for ligne in fichiers["jeu-de-test/cas.tsv"].decode().splitlines():
        _, _, message, _, _, adresse, _ = ligne.split("\t")
        (service,) = [s for s in SERVICES if f"/{s}/" in f"{adresse}/"]
        trouvees.setdefault(service, {})[message] = _requete(fichiers[f"jeu-de-test/{message}"])
    return {service: list(messages.items()) for service, messages in trouvees.items()}


def requetes_hostiles(service: str) -> Iterator[tuple[str, bytes]]:
    """Bodies of the hostile messages that are XML, for a service; those with a DTD never come so far."""
    dossier = RACINE / "tests" / "hostile"
    for ligne in (dossier / "attendu.tsv").read_text(encoding="utf-8").splitlines()[1:]:
        nom, a_qui, *_ = ligne.split("\t")
        octets = (dossier / "messages" / nom).read_bytes()
        if a_qui == service and b"<!DOCTYPE" not in octets and nom.endswith(".xml"):
            try:
                yield nom, _requete(octets)
            except (etree.XMLSyntaxError, StopIteration):
                continue


def requetes_nues(service: str) -> Iterator[tuple[str, bytes]]:
    """For every operation: a request without members, and one with a member that there is not."""
    for operation in SERVICES[service]:
        nue = etree.Element(f"{{{NS_WS}}}{operation}")
        yield f"{operation} nue", etree.tostring(nue)
        etree.SubElement(nue, f"{{{NS_WS}}}inconnu").text = "x"
        yield f"{operation} de trop", etree.tostring(nue)


def _requete(octets: bytes) -> bytes:
    """The child of the SOAP body, alone."""
    enveloppe = etree.fromstring(octets, _ANALYSEUR)
    corps = next(enveloppe.iterchildren("{*}Body"))
    return etree.tostring(next(corps.iterchildren("*")), with_tail=False)


def fichiers_de_pack() -> Mapping[str, list[tuple[str, bytes]]]:
    """Files of packs, good and spoiled, by the meta-schema that judges them."""
    dossiers = [RACINE / "catalogue", RACINE / "forms_xml", RACINE / "tests" / "fixtures" / "defauts"]
    trouves: dict[str, list[tuple[str, bytes]]] = {}
    for chemin in sorted(f for dossier in dossiers for f in dossier.rglob("*.xml")):
        octets = chemin.read_bytes()
        try:
            racine = etree.fromstring(octets, _ANALYSEUR)
        except etree.XMLSyntaxError:
            continue
        schema = f"{etree.QName(racine).localname}.xsd"
        if b"<!DOCTYPE" not in octets and schema in META_SCHEMAS:
            trouves.setdefault(schema, []).append((str(chemin.relative_to(RACINE)), octets))
    return trouves


def schema_de_types(ou: Path, schemas: Mapping[str, Path]) -> tuple[Path, dict[str, str]]:
    """A schema with an element for every simple type of a version that is not like another: its file, name -> what it is."""
    vus: dict[str, tuple[str, str]] = {}
    for fichier in schemas.values():
        racine = etree.parse(fichier).getroot()
        for type_ in racine.iterchildren(f"{X}simpleType"):
            facettes = " ".join(f"{etree.QName(f).localname}={f.get('value')}" for f in type_[0])
            cle = f"{type_[0].get('base')} {facettes}"
            vus.setdefault(cle, (racine.get("targetNamespace", ""), type_.get("name", "")))
    espaces = list(dict.fromkeys([NS_WS, *(espace for espace, _ in vus.values())]))
    prefixes = {espace: f"t{rang}" for rang, espace in enumerate(espaces)}
    racine = etree.Element(f"{X}schema", nsmap={"xs": NS_XSD, **{p: e for e, p in prefixes.items()}})
    # depot.xsd first: of two files with one namespace, formulaire.xsd and types.xsd, only the first is read.
    lieux = {etree.parse(f).getroot().get("targetNamespace"): nom for nom, f in schemas.items() if nom != "types.xsd"}
    for espace in espaces:
        etree.SubElement(racine, f"{X}import", namespace=espace, schemaLocation=lieux[espace])
    noms = {}
    for rang, (cle, (espace, nom)) in enumerate(vus.items()):
        etree.SubElement(racine, f"{X}element", {"name": f"v{rang}", "type": f"{prefixes[espace]}:{nom}"})
        noms[f"v{rang}"] = cle
    for predefini in ("string", "int", "boolean", "decimal", "date", "dateTime", "base64Binary"):
        etree.SubElement(racine, f"{X}element", {"name": f"x-{predefini}", "type": f"xs:{predefini}"})
        noms[f"x-{predefini}"] = f"xs:{predefini}"
    (ou / "valeurs.xsd").write_bytes(etree.tostring(racine))
    return ou / "valeurs.xsd", noms
