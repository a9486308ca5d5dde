"""Three processors of XML Schema side by side: libxml2, xmlschema, and Xerces, which most Java stacks have."""

from __future__ import annotations

import shutil
import struct
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from tempfile import mkdtemp

import xmlschema
from lxml import etree

from tests.programmes import manque

_ICI = Path(__file__).parent
_XERCES = "/usr/share/java/xercesImpl.jar"
_DELAI_S = 200


@dataclass(frozen=True)
class Lot:
    """A schema, by its file, and documents that are shown to it."""

    schema: Path
    documents: Sequence[bytes] = ()


@dataclass(frozen=True)
class Verdicts:
    """What a processor says of a lot: whether it compiles the schema, and of each document. Empty: nothing is wrong."""

    schema: str
    documents: tuple[str, ...] = ()

    @property
    def valides(self) -> list[bool]:
        return [not dit for dit in self.documents]


@cache
def _classes() -> str:
    """The program, compiled. Skips the test, or fails it, where Java or Xerces is missing."""
    absents = [nom for nom in ("java", "javac") if shutil.which(nom) is None]
    absents += [_XERCES] if not Path(_XERCES).exists() else []
    if absents:
        manque(f"Xerces : il manque {', '.join(absents)} (Debian : libxerces2-java default-jdk-headless)")
    dossier = mkdtemp(prefix="esav-xerces-")
    chemin = f"{dossier}:{_XERCES}"
    commande = [
        "javac",
        "-Xlint:all,-path",
        "-Werror",
        "-encoding",
        "UTF-8",
        "-cp",
        chemin,
        "-d",
        dossier,
        str(_ICI / "Juge.java"),
    ]
    subprocess.run(commande, check=True, timeout=_DELAI_S, capture_output=True)
    return chemin


def xerces(lots: Sequence[Lot]) -> list[Verdicts]:
    """All lots in one run of Java, which takes a second to start."""
    chemin = _classes()
    demandes = [(b"S", str(lot.schema).encode(), *lot.documents) for lot in lots]
    flux = b"".join(
        b"".join([_demande(genre, schema), *(_demande(b"D", document) for document in documents)])
        for genre, schema, *documents in demandes
    )
    lance = subprocess.run(
        ["java", "-cp", chemin, "Juge"], input=flux, capture_output=True, check=True, timeout=_DELAI_S
    )
    dits = ["" if ligne == "OK" else ligne for ligne in lance.stdout.decode().removesuffix("\n").split("\n")]
    assert len(dits) == sum(1 + len(lot.documents) for lot in lots), lance.stderr.decode()
    suite = iter(dits)
    return [Verdicts(next(suite), tuple(next(suite) for _ in lot.documents)) for lot in lots]


def _demande(genre: bytes, octets: bytes) -> bytes:
    return genre + struct.pack(">i", len(octets)) + octets


def libxml2(lots: Sequence[Lot]) -> list[Verdicts]:
    verdicts = []
    for lot in lots:
        try:
            schema = etree.XMLSchema(file=str(lot.schema))
        except etree.XMLSchemaParseError as erreur:
            verdicts.append(Verdicts(str(erreur), ("no schema",) * len(lot.documents)))
            continue
        dits = []
        for document in lot.documents:
            valide = schema.validate(etree.fromstring(document))
            dits.append("" if valide else str(schema.error_log.last_error))  # type: ignore[attr-defined]
        verdicts.append(Verdicts("", tuple(dits)))
    return verdicts


def xmlschema_(lots: Sequence[Lot]) -> list[Verdicts]:
    verdicts = []
    for lot in lots:
        try:
            schema = xmlschema.XMLSchema(str(lot.schema))
        except xmlschema.XMLSchemaException as erreur:
            verdicts.append(Verdicts(f"{erreur}" or "refused", ("no schema",) * len(lot.documents)))
            continue
        verdicts.append(Verdicts("", tuple(_xmlschema(schema, document) for document in lot.documents)))
    return verdicts


#: xmlschema takes a comment or an instruction that it finds in a text, in a tree of lxml, for a child.
_SANS_COMMENTAIRES = etree.XMLParser(remove_comments=True, remove_pis=True)


def _xmlschema(schema: xmlschema.XMLSchema, document: bytes) -> str:
    try:
        erreur = next(schema.iter_errors(etree.fromstring(document, _SANS_COMMENTAIRES)), None)
    except (xmlschema.XMLSchemaException, OverflowError) as exc:  # an xsi:type that names no type; the year 10^10
        return str(exc) or "refused"
    return "" if erreur is None else str(erreur.reason)


PROCESSEURS = {"libxml2": libxml2, "xmlschema": xmlschema_, "Xerces": xerces}


def juger(lots: Sequence[Lot]) -> Mapping[str, list[Verdicts]]:
    """What each of the three says of each lot."""
    return {nom: processeur(lots) for nom, processeur in PROCESSEURS.items()}
