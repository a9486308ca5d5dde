"""What several commands of ``esav catalogue`` take: options, publishers' files, dates."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import click

RACINE = click.Path(exists=True, file_okay=False, path_type=Path)
URL_PUBLIQUE = click.option(
    "--url-publique",
    metavar="URL",
    help="Adresse publique du service, écrite dans les WSDL.",
    envvar="ESAV_URL_PUBLIQUE",
)
DOSSIER = click.option("--dossier", type=RACINE, default=Path(), help="Dossier qui contient catalogue/ et forms_xml/.")


def sources_de_versions(source: Path, choisies: tuple[str, ...]) -> dict[str, Mapping[str, bytes]]:
    """Publisher's files by version (or by the pack's name)."""
    from esav_soap.bootstrap import dossiers
    from esav_soap.errors import PackInvalide
    from esav_soap.reader.sources import depuis_dossiers, depuis_zip

    if source.is_file():
        fichiers, problemes = depuis_zip(source.read_bytes())
        if problemes:
            raise PackInvalide([replace(p, fichier=p.fichier or source.name) for p in problemes])
        return {source.name: fichiers}
    if not source.exists():
        raise click.UsageError(f"{source} n'existe pas")
    presentes = dossiers.versions(source)
    if not presentes:
        raise click.UsageError(f"aucun catalogue/<version>/catalogue.xml dans {source.resolve()}")
    inconnues = [v for v in choisies if v not in presentes]
    if inconnues:
        raise click.UsageError(f"version inconnue : {', '.join(inconnues)} (présentes : {', '.join(presentes)})")
    return {version: depuis_dossiers(source, version) for version in choisies or presentes}


def instant(texte: str | None) -> datetime | None:
    from esav_soap.calendar import PARIS, en_utc

    if texte is None:
        return None
    try:
        lu = datetime.fromisoformat(texte)
    except ValueError as exc:
        raise click.UsageError(f"« {texte} » n'est pas une date ISO 8601, comme 2026-12-31T00:00") from exc
    try:
        return en_utc(lu if lu.tzinfo else lu.replace(tzinfo=PARIS))
    except OverflowError as exc:  # in UTC, the first and last day of the calendar can be outside it
        raise click.UsageError(f"« {texte} » est hors du calendrier") from exc


def depuis_quand(texte: str, present: datetime) -> datetime:
    """``30j``: as many days before ``present``; else an instant."""
    lu = re.fullmatch(r"([0-9]{1,5}) ?(?:j|jours?)", texte)
    if lu is None:
        dit = instant(texte)
        assert dit is not None
        return dit
    return present - timedelta(days=int(lu[1]))  # five digits: never before the calendar begins
