"""``esav sav verrouiller``: one, as a technician, or all that are due, as e-SAV."""

from __future__ import annotations

import click

from esav_soap.cli.interruption import INTERROMPU
from esav_soap.cli.magasin import magasin_ouvert
from esav_soap.cli.nombres import compte
from esav_soap.cli.options import STORE
from esav_soap.cli.progression import progression
from esav_soap.cli.sav.commandes import COMMENTAIRE, VUS, agir
from esav_soap.cli.sav.communs import AUTEUR


@click.command(short_help="Clore au tableau de bord, après le délai de contestation. Rien ne la suit.")
@click.argument("numero", metavar="[NUMÉRO]", required=False)
@click.option("--echues", is_flag=True, help="Toutes celles dont le délai de contestation est passé, au nom de e-SAV.")
@click.option("--a-blanc", "--dry-run", "a_blanc", is_flag=True, help="Avec --echues : compter seulement.")
@COMMENTAIRE
@AUTEUR
@VUS
@STORE
def verrouiller(
    numero: str | None,
    echues: bool,
    a_blanc: bool,
    commentaire: str,
    auteur: str | None,
    vus: int | None,
    store: str | None,
) -> None:
    """Clore au tableau de bord une signalisation validée, après le délai de contestation. Rien ne la suit.

    Le worker le fait de lui-même, sauf si ESAV_VERROUILLAGE=non. Avec --echues, la commande le fait maintenant, par petits
    pas, pendant que le service sert ; Ctrl-C arrête, et la commande suivante continue.

    \b
    Exemples :
      esav sav verrouiller 7K3M9QX2TBX
      esav sav verrouiller --echues --a-blanc
      esav sav verrouiller --echues
    """
    if (numero is None) is not echues:
        raise click.UsageError("donner un numéro, ou --echues")
    if a_blanc and not echues:
        raise click.UsageError("--a-blanc demande --echues")
    if numero is not None:
        agir("VERROUILLER", numero, store, auteur, vus, {"commentaire": commentaire})
        return
    if commentaire or auteur or vus:
        raise click.UsageError("--commentaire, --auteur et --vus ne vont pas avec --echues")
    _verrouiller_echues(store, a_blanc=a_blanc)


def _verrouiller_echues(store: str | None, *, a_blanc: bool) -> None:
    from esav_soap.bootstrap.sav import avancement
    from esav_soap.usecases.verrouillage import nombre_echues, verrouiller_echues

    with magasin_ouvert(store) as (magasin, horloge):
        if a_blanc:
            total = nombre_echues(magasin, horloge())
            click.echo(f"À clore au tableau de bord : {compte(total, 'signalisation')}. Rien n'a été fait (--a-blanc).")
            return
        try:
            with progression() as suivi:
                faites = verrouiller_echues(magasin, avancement(magasin, horloge), horloge, suivi)
        except KeyboardInterrupt:
            click.echo("\nInterrompu : ce qui est verrouillé l'est, le reste attend la prochaine fois.", err=True)
            raise click.exceptions.Exit(INTERROMPU) from None
    click.echo(f"Clos au tableau de bord : {compte(faites, 'signalisation')}.")
