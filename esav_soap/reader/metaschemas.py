"""The published meta-schemas: their bytes, for the pack, and libxml2's verdict by them."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from threading import Lock
from types import MappingProxyType
from typing import Any

from lxml import etree

from esav_soap.reader.lieux import premiere_entree


def _lire() -> Mapping[str, bytes]:
    dossier = files("esav_soap.reader") / "schemas"
    noms = ("catalogue.xsd", "commun.xsd", "formulaire.xsd", "nomenclature.xsd")
    return MappingProxyType({nom: (dossier / nom).read_bytes() for nom in noms})


#: File name -> bytes of each meta-schema.
META_SCHEMAS: Mapping[str, bytes] = _lire()

_VERROU = Lock()


class _Inclusions(etree.Resolver):
    """Gives ``xs:include`` the package's own files and nothing else."""

    def resolve(self, url: str, _identifiant: str, contexte: Any) -> Any:  # type: ignore[override]
        return self.resolve_string(META_SCHEMAS[url.rpartition("/")[2]], contexte, base_url=url)


@cache
def _schema(racine: str) -> etree.XMLSchema:
    parser = etree.XMLParser(no_network=True)
    parser.resolvers.add(_Inclusions())
    nom = f"{racine}.xsd"
    return etree.XMLSchema(etree.fromstring(META_SCHEMAS[nom], parser, base_url=nom))


def refus(element: etree._Element) -> tuple[int, str] | None:
    """What libxml2 says against a file's root element by the meta-schema of that name: line and message, or None."""
    with _VERROU:  # the schema's error log belongs to no thread
        schema = _schema(etree.QName(element).localname)
        if schema.validate(element):
            return None
        erreur = premiere_entree(schema.error_log)
        return erreur.line, erreur.message
