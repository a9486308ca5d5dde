"""Files that ``esav client`` writes: whole or not at all, also when it is stopped in between."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

import click


def ecrire(fichier: Path, contenu: bytes) -> None:
    """Write the file whole or not at all. Raises ``click.UsageError`` when it cannot be written."""
    try:
        descripteur, provisoire = tempfile.mkstemp(dir=fichier.parent, prefix=".")
    except OSError as exc:
        raise click.UsageError(f"« {fichier} » ne peut pas être écrit : {exc.strerror}") from exc
    try:
        with os.fdopen(descripteur, "wb") as flux:
            flux.write(contenu)
            flux.flush()
            os.fsync(flux.fileno())
        Path(provisoire).chmod(0o644)
        Path(provisoire).replace(fichier)
    except OSError as exc:
        raise click.UsageError(f"« {fichier} » ne peut pas être écrit : {exc.strerror}") from exc
    finally:
        Path(provisoire).unlink(missing_ok=True)


def lire_curseur(fichier: Path) -> str | None:
    """The cursor that a run before has kept; None when there is none yet. Raises ``click.UsageError`` when it cannot be read,
    or could not be kept."""
    try:
        texte = fichier.read_text(encoding="utf-8").strip()
    except FileNotFoundError:
        texte = ""
    except (OSError, UnicodeDecodeError) as exc:
        raise click.UsageError(f"« {fichier} » ne peut pas être lu : {getattr(exc, 'strerror', exc)}") from exc
    if not os.access(fichier.parent, os.W_OK | os.X_OK):
        raise click.UsageError(f"« {fichier} » ne peut pas être écrit : dossier absent ou fermé")
    return texte or None
