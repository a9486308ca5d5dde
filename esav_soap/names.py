"""Names on the wire: namespaces, and the way a catalogue code becomes an XML name.

Everything here is a promise to users (docs/guide-operateur.md).
"""

from __future__ import annotations

import re

#: Namespace of the services' operations, headers, answers and faults.
NS_WS = "urn:esav:ws:1"
#: Namespace of the publishers' files: ``catalogue.xml``, nomenclatures, formulaires.
NS_PACK = "urn:esav:pack:1"
NS_SOAP_11 = "http://schemas.xmlsoap.org/soap/envelope/"
NS_SOAP_12 = "http://www.w3.org/2003/05/soap-envelope"
NS_XSD = "http://www.w3.org/2001/XMLSchema"
NS_XSI = "http://www.w3.org/2001/XMLSchema-instance"
NS_WSDL = "http://schemas.xmlsoap.org/wsdl/"
NS_WSDL_SOAP_11 = "http://schemas.xmlsoap.org/wsdl/soap/"
NS_WSDL_SOAP_12 = "http://schemas.xmlsoap.org/wsdl/soap12/"

#: Version of the technical signature; it stands in NS_WS and in every address.
VERSION_WS = "1"

PLATEFORMES = ("production", "integration")


def ns_catalogue(version: str) -> str:
    """Namespace of the types shared by all Offres of a catalogue version: ``urn:esav:catalogue:2026.1``."""
    return f"urn:esav:catalogue:{version}"


def ns_offre(version: str, offre: str) -> str:
    """Namespace of the schema of one Offre: ``urn:esav:catalogue:2026.1:ACCES_FTTH``."""
    return f"urn:esav:catalogue:{version}:{offre}"


def nom_type(code: str) -> str:
    """UpperCamelCase of a catalogue code: ``ACCES_FTTH`` -> ``AccesFtth``, ``mesures`` -> ``Mesures``.

    >>> nom_type("LIAISON_NRO_PM"), nom_type("referencePto")
    ('LiaisonNroPm', 'ReferencePto')
    """
    if code.isupper() or "_" in code:
        return "".join(part.capitalize() for part in code.split("_"))
    return code[:1].upper() + code[1:]


def nom_element(code: str) -> str:
    """LowerCamelCase of a catalogue code: ``ACCES_FTTH`` -> ``accesFtth``.

    >>> nom_element("LIAISON_NRO_PM")
    'liaisonNroPm'
    """
    name = nom_type(code)
    return name[:1].lower() + name[1:]


def chemin_service(plateforme: str, service: str, version: str | None = None) -> str:
    """Path of a service, without the base URL: ``/production/ws/1/depot/2026.1``."""
    path = f"/{plateforme}/ws/{VERSION_WS}/{service}"
    return f"{path}/{version}" if version else path


#: Codes of Offres and nomenclatures, and of the values of nomenclatures.
MOTIF_CODE = re.compile(r"[A-Z][A-Z0-9]*(_[A-Z0-9]+)*")
#: Codes of fields, groups, sections: they are XML element names.
MOTIF_CHAMP = re.compile(r"[a-z][A-Za-z0-9]*")
#: Codes of formulaires: they are file names.
MOTIF_FORMULAIRE = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
#: Codes of cross-field rules.
MOTIF_REGLE = re.compile(r"[A-Z][A-Z0-9]*([_-][A-Z0-9]+)*")
#: Codes of opérateurs: in the parc, in certificates, in the store.
MOTIF_OPERATEUR = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,63}")
#: Catalogue versions: year and rank in the year.
MOTIF_VERSION = re.compile(r"20[0-9]{2}\.[1-9][0-9]?")
