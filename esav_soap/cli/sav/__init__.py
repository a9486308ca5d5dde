"""``esav sav``: the technicians' work on signalisations; the commands import what they need when they run."""

from __future__ import annotations

import click

from esav_soap.cli.options import DansCetOrdre
from esav_soap.cli.sav.commandes import COMMANDES
from esav_soap.cli.sav.lecture import lister, montrer
from esav_soap.cli.sav.rendez_vous import decommander, reporter
from esav_soap.cli.sav.saisie import saisir
from esav_soap.cli.sav.verrouillage import verrouiller


@click.group(cls=DansCetOrdre)
def sav() -> None:
    """Traiter les signalisations : les voir, les qualifier, les prendre, les geler, les clore.

    \b
    Exemples, du dépôt à l'avis de clôture :
      esav sav list
      esav sav qualifier 7K3M9QX2TBX
      esav sav prendre 7K3M9QX2TBX
      esav sav clore 7K3M9QX2TBX --cause JARRETIERE --responsabilite FOURNISSEUR \\
        --retabli-le "2026-07-01 15:30"
      esav sav valider 7K3M9QX2TBX
    """


for _commande in (lister, montrer, *COMMANDES, verrouiller, reporter, decommander, saisir):
    sav.add_command(_commande)
