"""Making a catalogue version: from the publisher's files to artefacts, pack, and record (R1.1, R1.4)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from esav_soap.contract.pack import artefacts, assembler
from esav_soap.errors import PackInvalide, Probleme
from esav_soap.model import Catalogue
from esav_soap.publication import VersionPubliee
from esav_soap.reader import META_SCHEMAS, lire_catalogue
from esav_soap.usecases.ports import Versions

#: What publishers write; everything else in a pack is generated.
DOSSIERS_SOURCES = ("nomenclatures/", "formulaires/")


def sources_de(fichiers: Mapping[str, bytes]) -> dict[str, bytes]:
    """The publisher's files among those of a pack."""
    return {
        nom: contenu for nom, contenu in fichiers.items() if nom == "catalogue.xml" or nom.startswith(DOSSIERS_SOURCES)
    }


def engendrer(sources: Mapping[str, bytes], base_url: str) -> tuple[Catalogue, dict[str, bytes]]:
    """The catalogue and its generated files. Raises :class:`PackInvalide` with every defect."""
    catalogue = lire_catalogue(sources)
    return catalogue, artefacts(catalogue, base_url)


def empaqueter(sources: Mapping[str, bytes], base_url: str) -> tuple[Catalogue, bytes]:
    """The catalogue and its pack (ZIP), the same bytes for the same sources. Raises :class:`PackInvalide`."""
    catalogue = lire_catalogue(sources)
    return catalogue, assembler(catalogue, sources, META_SCHEMAS, base_url)


@dataclass(frozen=True, slots=True)
class Dates:
    """When a version opens and ends in production. No ``retrait``: no end is known."""

    ouverture: datetime
    retrait: datetime | None = None
    remplacante: str | None = None


def installer(
    sources: Mapping[str, bytes], base_url: str, dates: Dates, versions: Versions, instant: datetime
) -> VersionPubliee:
    """Record a version with its pack and its dates, without the rules of notice: for setting up a platform.

    Raises :class:`PackInvalide`; also when the dates make no sense.
    """
    if dates.retrait is not None and dates.retrait <= dates.ouverture:
        raise PackInvalide([Probleme("catalogue.xml", 0, "DATES", "Le retrait doit suivre l'ouverture.")])
    catalogue, pack = empaqueter(sources, base_url)
    publiee = VersionPubliee(
        catalogue.version, min(instant, dates.ouverture), dates.ouverture, dates.retrait, dates.remplacante
    )
    versions.enregistrer_version(publiee, pack)
    return publiee
