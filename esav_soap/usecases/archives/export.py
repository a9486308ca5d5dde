"""An export: one document on each line, and what it is good for afterwards."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from datetime import datetime
from itertools import islice
from typing import BinaryIO

from esav_soap.usecases.archives.ports import Archives, FiltreArchives
from esav_soap.usecases.catalogue import Suivi
from esav_soap.usecases.ports.suivi import Place

#: Documents of a page, and of one note that they are exported; personal data of a step of a purge.
PAGE = 200
_EXPORT, _NOTE, _PURGE = "Export", "Relecture", "Purge"


def exporter(archives: Archives, filtre: FiltreArchives, sortie: BinaryIO, suivi: Suivi) -> int:
    """Write the documents that the filter chooses, the first closed first; memory does not grow with them. Gives how many."""
    total = archives.nombre_archives(filtre)
    nombre = 0
    apres: Place | None = None
    suivi(_EXPORT, 0, total)
    while True:
        page = archives.archives(filtre, apres, PAGE, documents=True)
        for _, document in page.archives:
            sortie.write(document + b"\n")
        nombre += len(page.archives)
        suivi(_EXPORT, nombre, max(nombre, total))
        apres = page.suite
        if apres is None:
            return nombre


def noter(
    archives: Archives, lignes: Iterable[bytes], total: int, horloge: Callable[[], datetime], suivi: Suivi
) -> int:
    """Note as exported what an export really holds, read from it again; gives how many were not yet."""
    nouvelles = lues = 0
    suite = iter(lignes)
    suivi(_NOTE, 0, total)
    while numeros := [json.loads(ligne)["numero"] for ligne in islice(suite, PAGE)]:
        nouvelles += archives.marquer_exportees(numeros, horloge())
        lues += len(numeros)
        suivi(_NOTE, lues, max(lues, total))
    return nouvelles


def purger(
    archives: Archives,
    avant: datetime,
    horloge: Callable[[], datetime],
    suivi: Suivi,
    *,
    sans_export: bool = False,
) -> int:
    """Take out what tells of persons from all that was closed before ``avant``, in small steps; gives of how many."""
    a_purger = archives.a_purger(avant)
    total = a_purger.nombre - (0 if sans_export else a_purger.non_exportees)
    fait = 0
    suivi(_PURGE, 0, total)
    while nombre := archives.purger(avant, PAGE, horloge(), sans_export=sans_export):
        fait += nombre
        suivi(_PURGE, fait, max(fait, total))
    return fait
