"""Files of exports of the archive."""

from __future__ import annotations

import errno
import gzip
import os
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from esav_soap.bootstrap.dossiers import synchroniser

if TYPE_CHECKING:
    from esav_soap.usecases.archives.ports import Archives, FiltreArchives
    from esav_soap.usecases.catalogue import Suivi


def exporter_vers(
    fichier: Path, archives: Archives, filtre: FiltreArchives, horloge: Callable[[], datetime], suivi: Suivi
) -> int:
    """Write an export, whole or not at all, then note what it holds as exported; gives how many documents it has.

    Raises ``FileExistsError`` when there is a file of that name, and ``OSError``.
    """
    from esav_soap.usecases.archives.export import exporter, noter

    with _fichier_neuf(fichier) as brut, gzip.GzipFile("", "wb", fileobj=brut, mtime=0) as sortie:
        nombre = exporter(archives, filtre, sortie, suivi)  # type: ignore[arg-type]  # it writes bytes, as asked
    with gzip.open(fichier, "rb") as lignes:
        noter(archives, lignes, nombre, horloge, suivi)
    return nombre


@contextmanager
def _fichier_neuf(fichier: Path) -> Iterator[BinaryIO]:
    """On the disk when the block ends, under its name; gone when it raises. Never over another one."""
    _verifier_libre(fichier)
    descripteur, provisoire = tempfile.mkstemp(dir=fichier.parent, prefix=f".{fichier.name}.")
    try:
        with os.fdopen(descripteur, "wb") as sortie:
            yield sortie
            sortie.flush()
            os.fsync(sortie.fileno())
        _verifier_libre(fichier)  # an export is long: somebody may have begun the same one
        os.replace(provisoire, fichier)
        synchroniser(fichier.parent)  # what it holds may be purged from now on
    finally:
        Path(provisoire).unlink(missing_ok=True)


def _verifier_libre(fichier: Path) -> None:
    if fichier.exists():
        raise FileExistsError(errno.EEXIST, "un fichier de ce nom existe", str(fichier))
