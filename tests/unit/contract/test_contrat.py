"""The contract as generated: shape, stability, and that independent processors read it alike."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import warnings
from functools import cache
from pathlib import Path

import pytest
import xmlschema
from lxml import etree

from esav_soap.contract.pack import artefacts, zipper
from esav_soap.contract.schemas import compiler_schema
from esav_soap.contract.services import REPONSES, SERVICES
from esav_soap.errors import CodeErreur
from esav_soap.model import Catalogue
from esav_soap.model.types import LONGUEUR_MAX
from esav_soap.names import NS_WSDL, NS_WSDL_SOAP_12, NS_XSD, nom_element, nom_type, ns_offre
from esav_soap.reader import META_SCHEMAS, lire_catalogue
from esav_soap.reader.sources import depuis_dossiers
from tests.faux import pack

RACINE = Path(__file__).parents[3]
VERSIONS = ("2026.1", "2026.2")
URL = "https://esav.example"
X, W = f"{{{NS_XSD}}}", f"{{{NS_WSDL}}}"

chaque_version = pytest.mark.parametrize("version", VERSIONS)


@cache
def catalogue(version: str) -> Catalogue:
    return lire_catalogue(depuis_dossiers(RACINE, version))


@cache
def fichiers(version: str) -> dict[str, bytes]:
    return artefacts(catalogue(version), URL)


def wsdl(version: str, service: str) -> etree._Element:
    return etree.fromstring(fichiers(version)[f"wsdl/{service}.wsdl"])


@pytest.mark.exigence("R1.2")
@chaque_version
def test_un_schema_par_offre__ok(version: str) -> None:
    schemas = {nom.removeprefix("xsd/"): c for nom, c in fichiers(version).items() if nom.startswith("xsd/")}
    offres = [offre.code for offre in catalogue(version).offres]
    assert set(schemas) == {"depot.xsd", "formulaire.xsd", "types.xsd", *(f"{code}.xsd" for code in offres)}
    compiler_schema(schemas, "depot.xsd")
    for code in offres:
        racine = etree.fromstring(schemas[f"{code}.xsd"])
        assert racine.get("targetNamespace") == ns_offre(version, code)
        assert [e.get("name") for e in racine.findall(f"{X}element")] == [nom_element(code)]
        assert [i.get("schemaLocation") for i in racine.findall(f"{X}import")] in ([], ["types.xsd"])
        compiler_schema(schemas, f"{code}.xsd")


@pytest.mark.exigence("R1.2")
@chaque_version
def test_le_schema_d_une_offre_est_le_meme_dans_le_wsdl__ok(version: str) -> None:
    def contenu(schema: etree._Element) -> list[bytes]:
        return [
            b"".join(etree.tostring(n, method="c14n", with_comments=False, exclusive=True).split())
            for n in schema
            if isinstance(n.tag, str) and n.tag not in (f"{X}import", f"{X}include")
        ]

    dans_wsdl: dict[str, list[bytes]] = {}
    for schema in wsdl(version, "depot").iter(f"{X}schema"):
        dans_wsdl[schema.get("targetNamespace", "")] = contenu(schema)
    en_fichiers: dict[str, list[bytes]] = {}
    for nom, octets in fichiers(version).items():
        if nom.startswith("xsd/"):
            racine = etree.fromstring(octets)
            en_fichiers.setdefault(racine.get("targetNamespace", ""), []).extend(contenu(racine))
    assert {e: sorted(c) for e, c in dans_wsdl.items()} == {e: sorted(c) for e, c in en_fichiers.items()}


@pytest.mark.exigence("R1.2", "R1.3")
@chaque_version
def test_xmlschema_lit_les_memes_schemas__ok(version: str, tmp_path: Path) -> None:
    for nom, octets in fichiers(version).items():
        if nom.startswith("xsd/"):
            (tmp_path / nom.removeprefix("xsd/")).write_bytes(octets)
    schema = xmlschema.XMLSchema(tmp_path / "depot.xsd")
    assert {"deposerSignalisation", "validerSignalisationGenerique", "ErreurEsav"} <= set(schema.elements)
    for offre in catalogue(version).offres:
        seul = xmlschema.XMLSchema(tmp_path / f"{offre.code}.xsd")
        assert list(seul.elements) == [nom_element(offre.code)]


@pytest.mark.exigence("R9")
@chaque_version
@pytest.mark.parametrize("soap", ["", "-soap12"])
def test_zeep_charge_chaque_wsdl__ok(version: str, soap: str, tmp_path: Path) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import zeep
    for service, operations in SERVICES.items():
        lieu = tmp_path / f"{service}.wsdl"
        lieu.write_bytes(fichiers(version)[f"wsdl/{service}{soap}.wsdl"])
        client = zeep.Client(str(lieu))  # type: ignore[no-untyped-call]
        (port,) = next(iter(client.wsdl.services.values())).ports.values()
        assert set(port.binding._operations) == set(operations)
        adresse = port.binding_options["address"]
        assert adresse.startswith(f"{URL}/production/ws/1/{service}")
        assert adresse.endswith(version) == (service == "depot")


@pytest.mark.exigence("R1.4")
def test_memes_sources_memes_octets_dans_un_autre_processus__ok() -> None:
    """Spyne orders by memory address: what we publish must not."""
    programme = (
        "import hashlib, pathlib\n"
        "from esav_soap.reader.sources import depuis_dossiers\n"
        "from esav_soap.usecases.catalogue import empaqueter\n"
        f"_, pack = empaqueter(depuis_dossiers(pathlib.Path({str(RACINE)!r}), '2026.2'), {URL!r})\n"
        "print(hashlib.sha256(pack).hexdigest())\n"
    )
    empreintes = {
        subprocess.run(
            [sys.executable, "-c", programme],
            env={**os.environ, "PYTHONHASHSEED": graine},
            check=True,
            capture_output=True,
            text=True,
            timeout=120,
        ).stdout
        for graine in ("0", "4711")
    }
    assert empreintes == {hashlib.sha256(pack("2026.2")).hexdigest() + "\n"}


@pytest.mark.exigence("R1.4")
def test_pack_complet_et_manifeste_juste__ok() -> None:
    from esav_soap.usecases.catalogue import empaqueter
    from esav_soap.usecases.registre import ouvrir_pack

    sources = depuis_dossiers(RACINE, "2026.1")
    contenu = ouvrir_pack(empaqueter(sources, URL)[1])
    assert {n: contenu[n] for n in sources} == sources
    assert {f"schemas/{n}" for n in META_SCHEMAS} <= set(contenu)
    manifeste = etree.fromstring(contenu["pack.xml"])
    assert manifeste.get("version") == "2026.1"
    assert {f.get("chemin"): f.get("sha256") for f in manifeste.iter("{*}fichier")} == {
        nom: hashlib.sha256(octets).hexdigest() for nom, octets in contenu.items() if nom != "pack.xml"
    }
    assert zipper({"a": b"1", "b": b"2"}) == zipper({"b": b"2", "a": b"1"})


@pytest.mark.exigence("R1.1")
def test_les_fichiers_generes_le_disent__ok() -> None:
    for version in VERSIONS:
        for nom, octets in fichiers(version).items():
            assert b"esav catalogue build" in octets[:2000], nom


@pytest.mark.exigence("R2.6")
def test_les_operations_et_la_fault_sont_declarees__ok() -> None:
    assert {operation for operations in SERVICES.values() for operation in operations} == set(REPONSES)
    assert all(code.value.endswith(".") for code in CodeErreur)
    assert nom_type("LIAISON_NRO_PM") == "LiaisonNroPm"
    assert NS_WSDL_SOAP_12.encode() in fichiers("2026.1")["wsdl/depot-soap12.wsdl"]


@pytest.mark.exigence("R1.3", "R3.1")
def test_le_depot_generique_admet_tout_texte_qu_un_champ_admet__ok() -> None:
    """The meta-schema, the reader's grammar and the WSDL must know one longest text."""
    meta = META_SCHEMAS["formulaire.xsd"] + META_SCHEMAS["commun.xsd"]
    assert f'maxInclusive value="{LONGUEUR_MAX}"'.encode() in meta
    (valeur,) = (
        e
        for t in wsdl("2026.2", "depot").iter(f"{X}complexType")
        if t.get("name") == "ChampGenerique"
        for e in t.iter(f"{X}element")
        if e.get("name") == "valeur"
    )
    assert (valeur.get("type") or "").endswith(f"Texte1A{LONGUEUR_MAX}")
