"""The port ``Versions`` on SQL."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, select

from esav_soap.publication import VersionPubliee
from esav_soap.store.moteur import Moteur, insertion
from esav_soap.store.tables import version_catalogue

_V = version_catalogue.c
#: In the order of ``VersionPubliee``; it does not read the packs.
_DATES = select(_V.version, _V.annonce, _V.ouverture, _V.retrait, _V.remplacante, _V.annulation)


class VersionsSQL:
    """Recorded versions and packs; few rows, read whole."""

    def __init__(self, moteur: Moteur) -> None:
        self._moteur = moteur

    def versions(self) -> tuple[VersionPubliee, ...]:
        # Year, then rank: 2026.10 follows 2026.9.
        return tuple(
            sorted(self._moteur.lire(lire_versions), key=lambda v: [int(part) for part in v.version.split(".")])
        )

    def pack(self, version: str) -> bytes | None:
        return self._moteur.lire(lambda connexion: connexion.scalar(select(_V.pack).where(_V.version == version)))

    def enregistrer_version(self, version: VersionPubliee, pack: bytes) -> None:
        inserer = insertion(self._moteur, version_catalogue)
        valeurs = {**dates(version), "pack": pack}
        ordre = inserer.values(version=version.version, **valeurs).on_conflict_do_update(
            index_elements=[_V.version], set_=valeurs
        )
        with self._moteur.ecriture() as connexion:
            connexion.execute(ordre)


def lire_versions(connexion: Connection) -> list[VersionPubliee]:
    """The dates of all versions, in any order."""
    return [VersionPubliee(*ligne) for ligne in connexion.execute(_DATES)]


def dates(version: VersionPubliee) -> dict[str, Any]:
    """The columns that a decision may change."""
    return {
        "annonce": version.annonce,
        "ouverture": version.ouverture,
        "retrait": version.retrait,
        "remplacante": version.remplacante,
        "annulation": version.annulation,
    }
