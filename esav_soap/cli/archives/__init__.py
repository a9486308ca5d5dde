"""``esav archives``: what has passed its time; the commands import what they need when they run."""

from __future__ import annotations

import click

from esav_soap.cli.archives.lecture import lister, montrer
from esav_soap.cli.archives.passage import exporter, passer, purger
from esav_soap.cli.options import DansCetOrdre


@click.group(cls=DansCetOrdre)
def archives() -> None:
    """Archives : ce dont la vie est finie quitte les tables de travail, se consulte, s'exporte, se purge.

    Une signalisation archivée garde son numéro, et l'opérateur la consulte comme avant : son état, son détail, ses
    événements. Seules les listes ne la montrent plus.

    \b
    Exemples :
      esav archives passer --a-blanc
      esav archives passer
      esav archives exporter --vers archives-2026.ndjson.gz --au 2026-12-31
      esav archives purger --avant 2024-01-01
    """


for _commande in (passer, lister, montrer, exporter, purger):
    archives.add_command(_commande)
