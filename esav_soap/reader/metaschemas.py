"""The published meta-schemas: their bytes, for the pack, and libxml2's verdict by them."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib.resources import as_file, files
from threading import Lock
from types import MappingProxyType

from lxml import etree

from esav_soap.reader.lieux import premiere_entree


def _lire() -> Mapping[str, bytes]:
    dossier = files("esav_soap.reader") / "schemas"
    noms = ("catalogue.xsd", "commun.xsd", "formulaire.xsd", "nomenclature.xsd")
    return MappingProxyType({nom: (dossier / nom).read_bytes() for nom in noms})


#: File name -> bytes of each meta-schema.
META_SCHEMAS: Mapping[str, bytes] = _lire()

_VERROU = Lock()


@cache
def _schema(racine: str) -> etree.XMLSchema:
    # From files: with a resolver, a message that another thread parses meanwhile can make the compilation fail, because
    # lxml swaps one loader of the whole process at every parse.
    with as_file(files("esav_soap.reader") / "schemas") as dossier:
        return etree.XMLSchema(file=str(dossier / f"{racine}.xsd"))


def refus(element: etree._Element) -> tuple[int, str] | None:
    """What libxml2 says against a file's root element by the meta-schema of that name: line and message, or None."""
    with _VERROU:  # the schema's error log belongs to no thread
        schema = _schema(etree.QName(element).localname)
        if schema.validate(element):
            return None
        erreur = premiere_entree(schema.error_log)
        return erreur.line, erreur.message
