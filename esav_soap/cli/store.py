"""``esav store``."""

from __future__ import annotations

import click


@click.group()
def store() -> None:
    """Préparer la base de données."""


@store.command()
@click.option("--store", "url", metavar="URL", help="Base de données : sqlite:///fichier ou postgresql://…")
def migrate(url: str | None) -> None:
    """Créer les tables, ou les mettre à jour pour cette version du logiciel.

    \b
    Exemples :
      esav store migrate
      esav store migrate --store postgresql:///esav
    """
    from esav_soap.bootstrap.reglages import lire_reglages
    from esav_soap.store import mettre_a_jour

    click.echo(f"Base à jour, révision {mettre_a_jour(lire_reglages(None, store=url).store)}.")
