"""``esav catalogue``: one module for each family of commands; they import what they need when they run."""

from __future__ import annotations

import click

from esav_soap.cli.catalogue.enregistrement import install, lister
from esav_soap.cli.catalogue.sources import build, check, pack


@click.group()
def catalogue() -> None:
    """Vérifier, construire et enregistrer le catalogue."""


for _commande in (check, build, pack, install, lister):
    catalogue.add_command(_commande)
