"""``esav catalogue``: one module for each family of commands; they import what they need when they run."""

from __future__ import annotations

import click

from esav_soap.cli.catalogue.annonce import announce, withdraw
from esav_soap.cli.catalogue.ecarts import diff
from esav_soap.cli.catalogue.enregistrement import install, lister
from esav_soap.cli.catalogue.repetition import simulate, usage
from esav_soap.cli.catalogue.sources import build, check, pack
from esav_soap.cli.options import DansCetOrdre


@click.group(cls=DansCetOrdre)
def catalogue() -> None:
    """Vérifier, construire, annoncer et suivre les versions du catalogue.

    \b
    Publier une version :
      esav catalogue check . --version 2026.3 --complet
      esav catalogue diff 2026.3
      esav catalogue simulate 2026.3
      esav catalogue announce 2026.3 --ouverture 2026-12-01T06:00
      esav catalogue usage
    """


for _commande in (check, build, pack, diff, simulate, announce, withdraw, usage, lister, install):
    catalogue.add_command(_commande)
