"""The working tree of a catalogue: publishers' files in, generated files out.

``catalogue/<version>/`` and ``forms_xml/<version>/`` are read; ``wsdl/<version>/`` (WSDLs, and the XSDs in ``xsd/``) and
``html_mockups/<version>/`` are written, and hold nothing else.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterable, Mapping
from pathlib import Path


def versions(racine: Path) -> list[str]:
    """The versions that have a ``catalogue.xml``, oldest first."""
    trouvees = [chemin.parent.name for chemin in (racine / "catalogue").glob("*/catalogue.xml")]
    return sorted(trouvees, key=lambda v: [int(p) if p.isdigit() else 0 for p in v.split(".")])


def place(version: str, chemin: str) -> Path | None:
    """Where a generated file of the pack stands in the tree; None for one that is only in the pack."""
    dossier, _, nom = chemin.partition("/")
    match dossier:
        case "wsdl":
            return Path("wsdl", version, nom)
        case "xsd":
            return Path("wsdl", version, "xsd", nom)
        case "maquettes":
            return Path("html_mockups", version, nom)
    return None


def ecarts(racine: Path, version: str, artefacts: Mapping[str, bytes]) -> list[str]:
    """What differs between the tree and what the catalogue gives: ``modifié``, ``absent`` or ``en trop``, with the path."""
    attendus = {lieu: contenu for chemin, contenu in artefacts.items() if (lieu := place(version, chemin))}
    trouves = []
    for lieu, contenu in sorted(attendus.items()):
        fichier = racine / lieu
        if not fichier.is_file():
            trouves.append(f"absent : {lieu}")
        elif fichier.read_bytes() != contenu:
            trouves.append(f"modifié : {lieu}")
    return trouves + [f"en trop : {lieu}" for lieu in _en_trop(racine, version, attendus)]


def ecrire(racine: Path, version: str, artefacts: Mapping[str, bytes]) -> int:
    """Write what changed, each file at once or not at all, and delete what is no longer generated; how many changed."""
    attendus = {lieu: contenu for chemin, contenu in artefacts.items() if (lieu := place(version, chemin))}
    changes = 0
    for lieu, contenu in attendus.items():
        fichier = racine / lieu
        if not fichier.is_file() or fichier.read_bytes() != contenu:
            ecrire_fichier(fichier, contenu)
            changes += 1
    for lieu in _en_trop(racine, version, attendus):
        (racine / lieu).unlink()
        changes += 1
    return changes


def _en_trop(racine: Path, version: str, attendus: Iterable[Path]) -> list[Path]:
    presents = {
        fichier.relative_to(racine)
        for dossier in ("wsdl", "html_mockups")
        for fichier in (racine / dossier / version).rglob("*")
        if fichier.is_file()
    }
    return sorted(presents - set(attendus))


def versions_en_trop(racine: Path, connues: Iterable[str], *, supprimer: bool) -> list[str]:
    """Generated folders of versions that the catalogue no longer has; deleted when ``supprimer``."""
    trop = [
        dossier
        for genre in ("wsdl", "html_mockups")
        for dossier in sorted((racine / genre).glob("*"))
        if dossier.name not in set(connues)
    ]
    for dossier in trop if supprimer else ():
        shutil.rmtree(dossier) if dossier.is_dir() else dossier.unlink()
    return [f"en trop : {dossier.relative_to(racine)}" for dossier in trop]


def synchroniser(dossier: Path) -> None:
    """What was renamed or linked in that folder is on the disk, when this returns."""
    descripteur = os.open(dossier, os.O_RDONLY)
    try:
        os.fsync(descripteur)
    finally:
        os.close(descripteur)


def ecrire_fichier(fichier: Path, contenu: bytes) -> None:
    """Write a file at once or not at all."""
    fichier.parent.mkdir(parents=True, exist_ok=True)
    descripteur, provisoire = tempfile.mkstemp(dir=fichier.parent, prefix=".")
    try:
        with os.fdopen(descripteur, "wb") as sortie:
            sortie.write(contenu)
        Path(provisoire).chmod(0o644)
        os.replace(provisoire, fichier)
    except BaseException:
        Path(provisoire).unlink(missing_ok=True)
        raise
