"""Everything that is generated from a catalogue version, and the pack that holds it (R1.4).

Paths inside a pack::

    catalogue.xml, nomenclatures/*.xml, formulaires/*.xml   what the publisher wrote, byte for byte
    schemas/*.xsd                                           meta-schemas of these files
    xsd/*.xsd                                               depot.xsd and one XSD for each Offre
    wsdl/*.wsdl                                             every service, also the receiver's; *-soap12.wsdl: SOAP 1.2 binding
    maquettes/*.html                                        the forms as pictures
    documents/*.html                                        documents of annexe 2
    jeu-de-test/*                                           messages with their answers
    changelog.html, changelog.xml                           what differs from the version before, if there is one
    pack.xml                                                version, and the SHA-256 of every other file
"""

from __future__ import annotations

import hashlib
import io
import zipfile
from collections.abc import Mapping

from lxml import etree

from esav_soap.contract.maquettes import maquettes
from esav_soap.contract.schemas import GENERE, fichiers_schemas
from esav_soap.contract.services import RECEPTEURS, SERVICES
from esav_soap.contract.wsdl import adresser, contrat, en_soap_12, octets
from esav_soap.model.catalogue import Catalogue
from esav_soap.names import NS_PACK

#: The earliest date that ZIP knows: with a real one, the same catalogue would not give the same bytes.
_DATE = (1980, 1, 1, 0, 0, 0)


def artefacts(catalogue: Catalogue, base_url: str) -> dict[str, bytes]:
    """Path in the pack -> bytes of every generated file, WSDLs addressed to production at ``base_url``.

    Deterministic: the same catalogue and address give the same bytes on every machine. Slow: 25 ms a form.
    """
    fichiers: dict[str, bytes] = {}
    for service in (*SERVICES, *RECEPTEURS):
        du_catalogue = catalogue if service == "depot" else None
        construit = contrat(service, du_catalogue)
        version = catalogue.version if du_catalogue else None
        wsdl = adresser(octets(construit.wsdl, GENERE), base_url, "production", service, version)
        fichiers[f"wsdl/{service}.wsdl"] = wsdl
        if service in SERVICES:  # e-SAV itself calls in SOAP 1.1
            fichiers[f"wsdl/{service}-soap12.wsdl"] = en_soap_12(wsdl)
        if du_catalogue:
            schemas = fichiers_schemas(construit, du_catalogue)
            fichiers |= {f"xsd/{nom}": contenu for nom, contenu in schemas.items()}
    fichiers |= {f"maquettes/{nom}": contenu for nom, contenu in maquettes(catalogue).items()}
    return fichiers


def schemas_depot(catalogue: Catalogue) -> dict[str, bytes]:
    """Path in the pack -> bytes of the XSD files of a version alone. Slow: 25 ms a form."""
    schemas = fichiers_schemas(contrat("depot", catalogue), catalogue)
    return {f"xsd/{nom}": contenu for nom, contenu in schemas.items()}


def assembler(catalogue: Catalogue, fichiers: Mapping[str, bytes]) -> bytes:
    """The pack of a version (ZIP): these files by their path in it, and the manifest."""
    return zipper(dict(fichiers) | {"pack.xml": _manifeste(catalogue, fichiers)})


def zipper(fichiers: Mapping[str, bytes]) -> bytes:
    """A ZIP of these files, the same bytes on every machine.

    Stored, not deflated: what deflate gives depends on the zlib of the machine.
    """
    tampon = io.BytesIO()
    with zipfile.ZipFile(tampon, "w", zipfile.ZIP_STORED) as archive:
        for nom in sorted(fichiers):
            info = zipfile.ZipInfo(nom, _DATE)
            info.create_system = 3
            info.external_attr = 0o644 << 16
            archive.writestr(info, fichiers[nom])
    return tampon.getvalue()


def _manifeste(catalogue: Catalogue, fichiers: Mapping[str, bytes]) -> bytes:
    racine = etree.Element(f"{{{NS_PACK}}}pack", {"version": catalogue.version}, nsmap={"p": NS_PACK})
    for nom in sorted(fichiers):
        empreinte = hashlib.sha256(fichiers[nom]).hexdigest()
        etree.SubElement(racine, f"{{{NS_PACK}}}fichier", chemin=nom, sha256=empreinte)
    return octets(racine, GENERE)
