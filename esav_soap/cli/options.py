"""What commands of several groups take, and the order of a group's commands."""

from __future__ import annotations

import click

from esav_soap.names import PLATEFORMES

#: The largest number that both databases can hold.
ENTIER_MAX = 2**63 - 1

STORE = click.option("--store", metavar="URL", help="Base de données : sqlite:///fichier ou postgresql://…")
PLATEFORME = click.option(
    "--plateforme", type=click.Choice(PLATEFORMES), default="production", help="[par défaut : production]"
)
A_BLANC = click.option("--a-blanc", "--dry-run", "a_blanc", is_flag=True, help="Vérifier seulement, ne rien écrire.")


class DansCetOrdre(click.Group):
    """Commands as they are used one after the other, not by their letters."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(self.commands)
