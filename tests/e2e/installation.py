"""Stores with catalogue versions, made quickly: what takes long, the packs, is made once for all tests of a process."""

from __future__ import annotations

import atexit
import shutil
import tempfile
from collections.abc import Callable
from datetime import datetime
from functools import cache
from pathlib import Path

from esav_soap.publication import VersionPubliee
from esav_soap.reader import lire_catalogue
from esav_soap.reader.sources import depuis_dossiers
from esav_soap.store import Magasin, ouvrir
from esav_soap.usecases.catalogue import Dates, empaqueter

RACINE = Path(__file__).parents[2]
BASE_URL = "https://esav.example"
_SQLITE = "sqlite:///"


@cache
def pack(version: str, precedente: str | None) -> bytes:
    """Its pack is the same bytes for the same predecessor (R1.4)."""
    avant = lire_catalogue(depuis_dossiers(RACINE, precedente)) if precedente else None
    return empaqueter(depuis_dossiers(RACINE, version), BASE_URL, version, avant)[1]


def installer(version: str, dates: Dates, magasin: Magasin, instant: datetime) -> None:
    """What ``esav_soap.usecases.catalogue.installer`` leaves of a version that is not recorded yet."""
    assert dates.ouverture is not None
    avant = [(v.ouverture, v.version) for v in magasin.versions() if v.ouverture < dates.ouverture]
    annonce = min(instant, dates.ouverture)
    publiee = VersionPubliee(version, annonce, dates.ouverture, dates.retrait, dates.remplacante)
    magasin.enregistrer_version(publiee, pack(version, max(avant)[1] if avant else None))


@cache
def _modele(remplir: Callable[[Magasin], None]) -> Path:
    """A store of SQLite that is filled and closed."""
    dossier = tempfile.mkdtemp(prefix="esav-modele-")
    atexit.register(shutil.rmtree, dossier, ignore_errors=True)
    fichier = Path(dossier) / "esav.db"
    with ouvrir(f"{_SQLITE}{fichier}") as magasin:
        remplir(magasin)
    assert not fichier.with_name("esav.db-wal").exists(), "all of it is in one file"
    return fichier


def preparer_avec(remplir: Callable[[Magasin], None], url: str) -> None:
    """A new store as ``remplir`` fills it; of SQLite, a copy of the first."""
    if url.startswith(_SQLITE):
        shutil.copyfile(_modele(remplir), url.removeprefix(_SQLITE))
    else:
        with ouvrir(url) as magasin:
            remplir(magasin)
