"""Which version a word on the command line means: a number, a pack, a folder."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from esav_soap.cli.catalogue.options import sources_de_versions

if TYPE_CHECKING:
    from esav_soap.model import Catalogue
    from esav_soap.store import Magasin


@dataclass(frozen=True)
class Choisie:
    """A version's files. ``nom``: as the user named it; ``attendue``: the number that they must say, if known."""

    nom: str
    sources: Mapping[str, bytes]
    attendue: str | None = None

    def lire(self) -> Catalogue:
        """Raises :class:`~esav_soap.errors.PackInvalide`."""
        from esav_soap.reader import lire_catalogue

        return lire_catalogue(self.sources, version_attendue=self.attendue)


@contextmanager
def magasin_indique(store: str | None) -> Iterator[Magasin | None]:
    """The store, when the command line or the environment names one."""
    from esav_soap.bootstrap.reglages import lire_reglages
    from esav_soap.store import ouvrir

    if not store and not os.environ.get("ESAV_STORE"):
        yield None
        return
    with ouvrir(lire_reglages(None, store=store).store, creer=False) as magasin:
        yield magasin


def choisir(texte: str, dossier: Path, magasin: Magasin | None = None) -> Choisie:
    """A pack's file; a version of the folder, else of the store; the newest version of a folder.

    Raises :class:`click.UsageError`, :class:`~esav_soap.errors.PackInvalide` for an archive that cannot be read.
    """
    from esav_soap.bootstrap import dossiers
    from esav_soap.names import MOTIF_VERSION
    from esav_soap.reader.fichiers import est_derive

    chemin = Path(texte)
    if chemin.is_file():
        ((nom, fichiers),) = sources_de_versions(chemin, ()).items()
        return Choisie(nom, {n: c for n, c in fichiers.items() if not est_derive(n)})
    if MOTIF_VERSION.fullmatch(texte):
        if magasin is not None and texte not in dossiers.versions(dossier):
            enregistree = _du_magasin(texte, magasin)
            if enregistree is not None:
                return enregistree
        return Choisie(texte, sources_de_versions(dossier, (texte,))[texte], texte)
    if chemin.is_dir():
        version, sources = list(sources_de_versions(chemin, ()).items())[-1]
        return Choisie(version, sources, version)
    raise click.UsageError(f"{texte} n'est ni un numéro de version, ni un fichier, ni un dossier")


def precedente_de(version: str, dossier: Path, magasin: Magasin | None, instant: datetime) -> Choisie | None:
    """The version before: the one that it would replace in the store, else the one before it in the folder, if any."""
    from esav_soap.publication.regles import decider

    if magasin is not None:
        autres = [v for v in magasin.versions() if v.version != version]
        remplacee = decider(version, None, instant, autres, nouvelles_offres=False).precedente
        if remplacee is not None:
            return _du_magasin(remplacee.version, magasin)
    return version_d_avant(version, dossier)


def version_d_avant(version: str, dossier: Path) -> Choisie | None:
    """The version before it in the folder, if any."""
    from esav_soap.bootstrap import dossiers
    from esav_soap.names import MOTIF_VERSION
    from esav_soap.publication.versions import rang_version

    plus_anciennes = [
        v for v in dossiers.versions(dossier) if MOTIF_VERSION.fullmatch(v) and rang_version(v) < rang_version(version)
    ]
    return choisir(plus_anciennes[-1], dossier) if plus_anciennes else None


def _du_magasin(version: str, magasin: Magasin) -> Choisie | None:
    from esav_soap.usecases.catalogue import sources_de
    from esav_soap.usecases.registre import ouvrir_pack

    pack = magasin.pack(version)
    return None if pack is None else Choisie(version, sources_de(ouvrir_pack(pack)), version)
