"""Small catalogues and their packs for the tests of the gate and of announcements: made once, quickly changed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache

from bench.synthese import VERSION, sources
from esav_soap.contract.pack import assembler
from esav_soap.model import Catalogue
from esav_soap.reader import lire_catalogue
from esav_soap.usecases.catalogue import empaqueter
from esav_soap.usecases.registre import ouvrir_pack
from tests.faux import URL

AVANT = "2029.1"
#: Changes files of a pack or of its sources: path -> function of the bytes, None to take the file away.
Changements = Mapping[str, Callable[[bytes], bytes] | None]


@cache
def sources_essai(version: str = VERSION, offres: int = 1) -> Mapping[str, bytes]:
    """The publisher's files of a version of that many Offres."""
    return {nom: contenu.replace(VERSION.encode(), version.encode()) for nom, contenu in sources(offres).items()}


@cache
def catalogue_essai(version: str = VERSION) -> Catalogue:
    return lire_catalogue(sources_essai(version))


@cache
def pack_essai(version: str = VERSION) -> bytes:
    """Its pack; that of the candidate has a changelog against :data:`AVANT`."""
    precedent = catalogue_essai(AVANT) if version != AVANT else None
    return empaqueter(sources_essai(version), URL, version, precedent)[1]


def changer(fichiers: Mapping[str, bytes], changements: Changements) -> dict[str, bytes]:
    """These files with those changes, each of which must change something."""
    changes = dict(fichiers)
    for chemin, changement in changements.items():
        avant = changes.pop(chemin)
        if changement is not None:
            changes[chemin] = changement(avant)
            assert changes[chemin] != avant, f"{chemin}: nothing was changed"
    return changes


def pack_change(changements: Changements, version: str = VERSION) -> bytes:
    """The candidate's pack with changed files, and a manifest that is right for them."""
    fichiers = changer(ouvrir_pack(pack_essai(version)), changements)
    del fichiers["pack.xml"]
    return assembler(catalogue_essai(version), fichiers)


def remplacer(ancien: str, nouveau: str) -> Callable[[bytes], bytes]:
    """Replaces every occurrence, of which there must be one."""

    def changement(contenu: bytes) -> bytes:
        assert ancien.encode() in contenu, f"{ancien} is not there"
        return contenu.replace(ancien.encode(), nouveau.encode())

    return changement
