"""``esav operateur``: one module for each family of commands; they import what they need when they run."""

from __future__ import annotations

import click

from esav_soap.cli.operateur.declaration import declarer, lister
from esav_soap.cli.operateur.fiche import montrer
from esav_soap.cli.operateur.souscription import bon_de_commande, resilier, souscrire
from esav_soap.cli.options import DansCetOrdre


@click.group(cls=DansCetOrdre)
def operateur() -> None:
    """Souscrire pour un opérateur, le montrer, le résilier ; dire où vont ses avis.

    \b
    Exemples, de la souscription à sa fin :
      esav operateur bon-de-commande > bon.xml
      esav operateur souscrire OPA --bon bon.xml
      esav operateur montrer OPA
      esav operateur resilier OPA --recue-le 2026-11-20
    """


for _commande in (bon_de_commande, souscrire, montrer, lister, resilier, declarer):
    operateur.add_command(_commande)
