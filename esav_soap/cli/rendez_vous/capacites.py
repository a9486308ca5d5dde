"""``esav rendez-vous capacites``: the places of the slots."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, BinaryIO

import click

from esav_soap.cli.dates import jour
from esav_soap.cli.interruption import INTERROMPU, ecriture_protegee
from esav_soap.cli.magasin import magasin_ouvert
from esav_soap.cli.nombres import compte
from esav_soap.cli.options import A_BLANC, PLATEFORME, STORE
from esav_soap.model import TypeRendezVous

if TYPE_CHECKING:
    from esav_soap.usecases.capacites import RapportCapacites

#: Problems that are shown; all are counted.
PROBLEMES_MAX = 1000
#: Days that ``list`` shows when no end is named.
JOURS = 14


@click.group()
def capacites() -> None:
    """Capacités : combien de rendez-vous chaque plage accepte."""


@capacites.command("import")
@click.argument("fichier", type=click.File("rb"))
@STORE
@A_BLANC
@click.pass_context
def importer(ctx: click.Context, fichier: BinaryIO, store: str | None, a_blanc: bool) -> None:
    """Importer les places des plages d'un FICHIER CSV (« - » : l'entrée standard), toutes ou aucune.

    UTF-8, séparateur « ; » ou « , ». Première ligne : plateforme, zone, genre, jour, plage, places. Une plage déjà connue
    est mise à jour ; 0 place la ferme. Les places déjà prises ne peuvent pas être retirées. Une zone où le parc n'a aucune
    prestation est importée aussi, et signalée.

    \b
    places.csv, par exemple :
      plateforme;zone;genre;jour;plage;places
      production;75;SAV;2026-12-03;MATIN;4
      production;75;SAV+;03/12/2026;14-15;1

    \b
    Exemples :
      esav rendez-vous capacites import places.csv --a-blanc
      esav rendez-vous capacites import places.csv

    Code de sortie : 0 fait ; 1 refusé, rien n'est écrit ; 2 appel incorrect ; 130 interrompu, rien n'est écrit.
    """
    try:
        ctx.exit(_importer(fichier, store, a_blanc=a_blanc))
    except KeyboardInterrupt:
        click.echo("\nInterrompu : rien n'a été importé.", err=True)
        ctx.exit(INTERROMPU)


def _importer(fichier: BinaryIO, store: str | None, *, a_blanc: bool) -> int:
    from esav_soap.usecases.capacites import importer_capacites

    with magasin_ouvert(store, creer=True) as (magasin, horloge), ecriture_protegee() as protege:
        rapport = importer_capacites(fichier, magasin, horloge(), a_blanc=a_blanc, avant_ecriture=protege)
    return _rendre_compte(rapport, a_blanc=a_blanc)


def _rendre_compte(rapport: RapportCapacites, *, a_blanc: bool) -> int:
    for probleme in rapport.problemes[:PROBLEMES_MAX]:
        click.echo(str(probleme))
    bilan = rapport.bilan
    if bilan is None:
        nombre = len(rapport.problemes)
        if nombre > PROBLEMES_MAX:
            click.echo(f"… et {compte(nombre - PROBLEMES_MAX, 'autre')}.")
        click.echo(f"Refusé : {compte(nombre, 'problème')}, rien n'a été importé.")
        return 1
    fait = "Correct" if a_blanc else "Importé"
    reste = " Rien n'a été écrit (--a-blanc)." if a_blanc else ""
    click.echo(
        f"{fait} : {compte(rapport.lignes, 'plage')}, dont {compte(bilan.ajoutees, 'ajoutée')}, "
        f"{compte(bilan.modifiees, 'modifiée')}, {compte(bilan.inchangees, 'inchangée')}.{reste}"
    )
    for plateforme, zone in rapport.zones_vides:
        click.echo(
            f"Attention : aucune prestation de {plateforme} n'est dans la zone {zone} : personne ne peut en réserver les places.",
            err=True,
        )
    return 0


@capacites.command("list")
@PLATEFORME
@click.option("--zone", metavar="CODE", help="Une seule zone.")
@click.option("--genre", type=click.Choice([genre.name for genre in TypeRendezVous]), help="Un seul genre.")
@click.option("--du", metavar="JOUR", help="Premier jour ; sans lui, aujourd'hui.")
@click.option("--au", metavar="JOUR", help=f"Dernier jour ; sans lui, {JOURS} jours en tout.")
@STORE
def lister(
    plateforme: str, zone: str | None, genre: str | None, du: str | None, au: str | None, store: str | None
) -> None:
    """Voir les plages, leurs places et combien sont prises.

    \b
    Exemples :
      esav rendez-vous capacites list
      esav rendez-vous capacites list --zone 75 --du 2026-12-01 --au 2026-12-31
    """
    from esav_soap.calendar import en_paris

    premier, dernier = jour(du) if du else None, jour(au) if au else None
    choisi = TypeRendezVous[genre] if genre else None
    with magasin_ouvert(store, creer=True) as (magasin, horloge):
        instant = horloge()
        debut = premier or en_paris(instant).date()
        fin = dernier or debut + timedelta(days=JOURS - 1)
        vues = magasin.occupations(plateforme, debut, fin, instant, zone, choisi)
    if not vues:
        click.echo(f"Aucune plage du {debut:%d/%m/%Y} au {fin:%d/%m/%Y} sur {plateforme}.")
    for vue in vues:
        une = vue.capacite
        click.echo(
            f"{une.jour:%d/%m/%Y}  {une.zone:<16}  {une.genre.name:<23}  {une.plage.name:<10}  {vue.prises:>3} / {une.places:>3}"
        )
