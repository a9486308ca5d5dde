"""``esav rendez-vous``: what the Fournisseur's planning gives to be booked."""

from __future__ import annotations

import click

from esav_soap.cli.rendez_vous.capacites import capacites


@click.group("rendez-vous")
def rendez_vous() -> None:
    """Rendez-vous : les places que le planning des techniciens propose.

    Un rendez-vous pris se voit par « esav sav montrer », se déplace par « esav sav reporter » et s'annule par
    « esav sav decommander ».

    \b
    Exemples :
      esav rendez-vous capacites import places.csv --a-blanc
      esav rendez-vous capacites import places.csv
      esav rendez-vous capacites list --zone 75
    """


rendez_vous.add_command(capacites)
