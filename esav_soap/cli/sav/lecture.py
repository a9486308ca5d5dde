"""``esav sav list`` and ``esav sav montrer``."""

from __future__ import annotations

import click

from esav_soap.cli.magasin import magasin_ouvert
from esav_soap.cli.options import PLATEFORME, STORE
from esav_soap.cli.sav import affichage
from esav_soap.cli.sav.communs import NUMERO, ouvert, technicien

#: Names of the states, here so that the help need not import the domain; a test compares them.
ETATS = ("EN_DEPOT", "EN_QUALIFICATION", "EN_COURS", "GELE", "CLOS", "VALIDE", "CLOS_TABLEAU_DE_BORD", "EN_REJET")
#: What waits for a technician.
OUVERTS = ETATS[:4]


@click.command("list", short_help="Montrer les signalisations à traiter.")
@PLATEFORME
@click.option("--operateur", metavar="CODE", help="D'un seul opérateur.")
@click.option("--etat", "etats", type=click.Choice(ETATS), multiple=True, help="Dans cet état ; répétable.")
@click.option("--toutes", is_flag=True, help="Dans tous les états, aussi celles qui sont closes.")
@click.option("--offre", metavar="CODE", help="D'une seule Offre.")
@click.option("--prestation", metavar="ID", help="Sur cette prestation de l'opérateur (avec --operateur).")
@click.option("--maximum", type=click.IntRange(1, 200), default=50, metavar="N", help="Au plus N.  [par défaut : 50]")
@click.option("--curseur", metavar="TEXTE", help="La suite d'une liste, comme elle le dit à sa fin.")
@STORE
def lister(
    plateforme: str,
    operateur: str | None,
    etats: tuple[str, ...],
    toutes: bool,
    offre: str | None,
    prestation: str | None,
    maximum: int,
    curseur: str | None,
    store: str | None,
) -> None:
    """Montrer les signalisations à traiter, la plus ancienne d'abord : celles qui ne sont ni closes ni rejetées.

    L'échéance est celle de la garantie, à l'heure de Paris : « gelée » tant qu'un gel la suspend, rien sans garantie. Op. :
    l'opérateur.

    \b
    Exemples :
      esav sav list
      esav sav list --etat EN_DEPOT
      esav sav list --operateur OPA --prestation FTTH-000000001 --toutes
    """
    from esav_soap.signalisation import Etat
    from esav_soap.usecases.actions import ecrire_curseur
    from esav_soap.usecases.ports.suivi import Filtre

    if prestation and not operateur:
        raise click.UsageError("--prestation demande --operateur")
    if toutes and etats:
        raise click.UsageError("--toutes ne va pas avec --etat")
    voulus = frozenset() if toutes else frozenset(Etat[e] for e in etats or OUVERTS)
    filtre = Filtre(plateforme, operateur, voulus, offre, prestation)
    with ouvert(store) as (sav, horloge):
        qui = technicien(None)
        page = sav.lister(qui, filtre, affichage.place(curseur), maximum)
        garanties = sav.garanties(qui, page.signalisations, horloge())
    for ligne in affichage.liste(page.signalisations, garanties):
        click.echo(ligne)
    if not page.signalisations and page.suite is None:
        click.echo("Aucune signalisation.")
    if page.suite is not None:
        click.echo(f"La suite : --curseur {ecrire_curseur(page.suite)}")


@click.command(short_help="Montrer une signalisation.")
@NUMERO
@STORE
def montrer(numero: str, store: str | None) -> None:
    """Montrer une signalisation : son formulaire, son état, sa garantie, ses événements, ses rendez-vous, et ce qui peut
    en être fait.

    \b
    Exemple :
      esav sav montrer 7K3M9QX2TBX
    """
    from esav_soap.bootstrap.sav import formulaire_rempli, monter_sav
    from esav_soap.rendez_vous import vue

    with magasin_ouvert(store) as (magasin, horloge):
        instant = horloge()
        lue = monter_sav(magasin, horloge).montrer(technicien(None), numero, instant)
        s = lue.signalisation
        prises = magasin.reservations(s.plateforme, s.operateur, s.numero)
        dossier = (
            *affichage.formulaire(formulaire_rempli(magasin, s), s.version_catalogue),
            *affichage.rendez_vous([vue(une, instant) for une in prises]),
        )
    for ligne in affichage.fiche(lue, dossier):
        click.echo(ligne)
