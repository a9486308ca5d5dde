"""The archive over a store: the worker's part of it, its settings, and files of exports."""

from __future__ import annotations

import gzip
import os
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from esav_soap.usecases.archives.delais import JOURS_DEFAUT, JOURS_MAX, JOURS_MIN

if TYPE_CHECKING:
    from esav_soap.usecases.archives.ports import Archives, FiltreArchives
    from esav_soap.usecases.catalogue import Suivi


def problemes_archivage(valeurs: Mapping[str, object]) -> list[str]:
    """What is wrong with the settings that are given, in French."""
    jours = int(str(valeurs.get("archivage_jours", JOURS_DEFAUT)))
    if JOURS_MIN <= jours <= JOURS_MAX:
        return []
    return [
        f"ESAV_ARCHIVAGE_JOURS doit être de {JOURS_MIN} (l'historique que les opérateurs consultent) à {JOURS_MAX}, "
        f"pas {jours}"
    ]


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
    """On the disk when the block ends; gone when it raises."""
    if fichier.exists():
        raise FileExistsError(17, "un fichier de ce nom existe", str(fichier))
    descripteur, provisoire = tempfile.mkstemp(dir=fichier.parent, prefix=f".{fichier.name}.")
    try:
        with os.fdopen(descripteur, "wb") as sortie:
            yield sortie
            sortie.flush()
            os.fsync(sortie.fileno())
        os.replace(provisoire, fichier)
    finally:
        Path(provisoire).unlink(missing_ok=True)
