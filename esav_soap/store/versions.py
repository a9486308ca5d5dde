"""The port ``Versions`` on SQL."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite

from esav_soap.publication import VersionPubliee
from esav_soap.store.moteur import Moteur
from esav_soap.store.tables import version_catalogue

_V = version_catalogue.c
_DATES = select(_V.version, _V.annonce, _V.ouverture, _V.retrait, _V.remplacante)


class VersionsSQL:
    """Recorded versions and packs; few rows, read whole."""

    def __init__(self, moteur: Moteur) -> None:
        self._moteur = moteur

    def versions(self) -> tuple[VersionPubliee, ...]:
        lignes = self._moteur.lire(lambda connexion: connexion.execute(_DATES).all())
        # Year, then rank: 2026.10 follows 2026.9.
        return tuple(
            sorted(
                (VersionPubliee(*ligne) for ligne in lignes), key=lambda v: [int(part) for part in v.version.split(".")]
            )
        )

    def pack(self, version: str) -> bytes | None:
        return self._moteur.lire(lambda connexion: connexion.scalar(select(_V.pack).where(_V.version == version)))

    def enregistrer_version(self, version: VersionPubliee, pack: bytes) -> None:
        dates = {
            "annonce": version.annonce,
            "ouverture": version.ouverture,
            "retrait": version.retrait,
            "remplacante": version.remplacante,
            "pack": pack,
        }
        inserer = (sqlite if self._moteur.sqlite else postgresql).insert(version_catalogue)
        ordre = inserer.values(version=version.version, **dates).on_conflict_do_update(
            index_elements=[_V.version], set_=dates
        )
        with self._moteur.ecriture() as connexion:
            connexion.execute(ordre)
