"""Making a catalogue version: from the publisher's files to artefacts, pack, and record (R1.1, R1.4)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from esav_soap.calendar import sur_le_fil
from esav_soap.contract.pack import artefacts, assembler
from esav_soap.errors import PublicationRefusee
from esav_soap.model import Catalogue
from esav_soap.names import MOTIF_VERSION
from esav_soap.publication import VersionPubliee
from esav_soap.reader import META_SCHEMAS, lire_catalogue
from esav_soap.usecases.ports import Versions
from esav_soap.usecases.registre import ouvrir_pack

#: What publishers write; everything else in a pack is generated.
DOSSIERS_SOURCES = ("nomenclatures/", "formulaires/")


def sources_de(fichiers: Mapping[str, bytes]) -> dict[str, bytes]:
    """The publisher's files among those of a pack."""
    return {
        nom: contenu for nom, contenu in fichiers.items() if nom == "catalogue.xml" or nom.startswith(DOSSIERS_SOURCES)
    }


def engendrer(
    sources: Mapping[str, bytes], base_url: str, attendue: str | None = None
) -> tuple[Catalogue, dict[str, bytes]]:
    """The catalogue and its generated files. ``attendue``: the version that the sources must be of.

    Raises :class:`PackInvalide` with every defect.
    """
    catalogue = lire_catalogue(sources, version_attendue=attendue)
    return catalogue, artefacts(catalogue, base_url)


def empaqueter(sources: Mapping[str, bytes], base_url: str, attendue: str | None = None) -> tuple[Catalogue, bytes]:
    """The catalogue and its pack (ZIP), the same bytes for the same sources. Raises :class:`PackInvalide`."""
    catalogue = lire_catalogue(sources, version_attendue=attendue)
    return catalogue, assembler(catalogue, sources, META_SCHEMAS, base_url)


@dataclass(frozen=True, slots=True)
class Dates:
    """When a version opens and ends in production; what is None stays as recorded.

    A version that is not recorded yet opens at once and has no known end.
    """

    ouverture: datetime | None = None
    retrait: datetime | None = None
    remplacante: str | None = None


def installer(
    sources: Mapping[str, bytes],
    base_url: str,
    dates: Dates,
    versions: Versions,
    instant: datetime,
    *,
    attendue: str | None = None,
    remplacer: bool = False,
) -> VersionPubliee:
    """Record a version with its pack and its dates, without the rules of notice: for setting up a platform.

    ``remplacer``: let another content take the place of the recorded one, which operators may be using already.
    Raises :class:`PackInvalide`, :class:`PublicationRefusee`.
    """
    catalogue, pack = empaqueter(sources, base_url, attendue)
    version = catalogue.version
    connue = next((v for v in versions.versions() if v.version == version), None)
    if connue is not None and not remplacer and sources_de(ouvrir_pack(versions.pack(version) or b"")) != dict(sources):
        raise PublicationRefusee(
            f"La version {version} est déjà enregistrée avec un autre contenu, et une version publiée ne change plus : "
            "donner à ce contenu un nouveau numéro, ou forcer par --remplacer."
        )
    publiee = _dater(version, dates, connue, instant)
    versions.enregistrer_version(publiee, pack)
    return publiee


def _dater(version: str, dates: Dates, connue: VersionPubliee | None, instant: datetime) -> VersionPubliee:
    ouverture = dates.ouverture or (connue.ouverture if connue else instant)
    retrait = dates.retrait or (connue.retrait if connue else None)
    remplacante = dates.remplacante or (connue.remplacante if connue else None)
    if retrait is not None and retrait <= ouverture:
        raise PublicationRefusee(
            f"Le retrait ({sur_le_fil(retrait)}) doit suivre l'ouverture ({sur_le_fil(ouverture)})."
        )
    if remplacante is not None and not MOTIF_VERSION.fullmatch(remplacante):
        raise PublicationRefusee(f"« {remplacante} » n'est pas un numéro de version, comme 2026.2.")
    annonce = min(connue.annonce if connue else instant, ouverture)
    return VersionPubliee(version, annonce, ouverture, retrait, remplacante)
