"""What the commands of ``esav archives`` share."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

import click

from esav_soap.cli.dates import jour
from esav_soap.names import PLATEFORMES

if TYPE_CHECKING:
    from esav_soap.usecases.archives.ports import FiltreArchives

PLATEFORME = click.option("--plateforme", type=click.Choice(PLATEFORMES), help="D'une seule plate-forme.")
OPERATEUR = click.option("--operateur", metavar="CODE", help="D'un seul opérateur.")
DU = click.option("--du", metavar="JOUR", help="Closes ou rejetées ce jour ou après.")
AU = click.option("--au", metavar="JOUR", help="Closes ou rejetées ce jour ou avant.")


def filtre(plateforme: str | None, operateur: str | None, du: str | None, au: str | None) -> FiltreArchives:
    """Raises ``click.UsageError``."""
    from esav_soap.usecases.archives.passage import debut_du
    from esav_soap.usecases.archives.ports import FiltreArchives

    debut = debut_du(jour(du)) if du else None
    fin = fin_du(jour(au)) if au else None
    if debut is not None and fin is not None and debut >= fin:
        raise click.UsageError("--au est avant --du")
    return FiltreArchives(plateforme, operateur, debut, fin)


def fin_du(dernier: date) -> datetime:
    """The midnight that ends that day in Paris."""
    from esav_soap.usecases.archives.passage import debut_du

    return debut_du(dernier + timedelta(days=1))
