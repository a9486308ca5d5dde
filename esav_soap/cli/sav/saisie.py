"""``esav sav saisir``: late entry of what was taken by the fallback procedure (R7.4)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from esav_soap.cli.dates import moment
from esav_soap.cli.magasin import magasin_ouvert
from esav_soap.cli.nombres import compte
from esav_soap.cli.options import A_BLANC, PLATEFORME, STORE
from esav_soap.cli.sav.affichage import admises
from esav_soap.cli.sav.communs import AUTEUR, technicien

if TYPE_CHECKING:
    from esav_soap.errors import ErreurEsav
    from esav_soap.usecases.saisie import DemandeSaisie, Saisie

#: Options of the header of a form -> their names in a list.
_ENTETE = {
    "prestation": "prestation",
    "reference": "reference",
    "contact_nom": "contactNom",
    "contact_telephone": "contactTelephone",
    "contact_courriel": "contactCourriel",
}


@click.command(short_help="Saisir après coup ce que la procédure de secours a pris.")
@click.argument("fichiers", nargs=-1, metavar="[FICHIER]...", type=click.Path(exists=True, path_type=Path))
@click.option("--depot-le", metavar="DATE", help="Vraie date et heure de la prise en compte, à Paris.")
@click.option("--operateur", metavar="CODE", help="L'opérateur qui a signalé.")
@click.option("--version", metavar="VERSION", help="Version du catalogue.  [par défaut : celle du formulaire]")
@click.option("--prestation", metavar="ID", help="Identifiant de la prestation, pour un formulaire seul.")
@click.option("--reference", metavar="TEXTE", help="Référence de l'opérateur, pour un formulaire seul.")
@click.option("--contact-nom", metavar="NOM", help="Contact, pour un formulaire seul.")
@click.option("--contact-telephone", metavar="NUMÉRO", help="Son téléphone.")
@click.option("--contact-courriel", metavar="ADRESSE", help="Son adresse électronique, s'il en a une.")
@click.option("--liste", type=click.Path(exists=True, dir_okay=False, path_type=Path), metavar="CSV",
              help="Plusieurs saisies, une par ligne.")  # fmt: skip
@PLATEFORME
@A_BLANC
@AUTEUR
@STORE
def saisir(
    fichiers: tuple[Path, ...],
    depot_le: str | None,
    operateur: str | None,
    version: str | None,
    liste: Path | None,
    plateforme: str,
    a_blanc: bool,
    auteur: str | None,
    store: str | None,
    **entete: str | None,
) -> None:
    """Saisir des signalisations prises par la procédure de secours, avec leur vraie date : la garantie en est comptée.

    Un FICHIER est un formulaire XML fait par une maquette (avec --prestation, --reference et le contact) ou une requête
    deposerSignalisation entière, avec ou sans son enveloppe ; un dossier vaut pour tous les .xml qu'il contient. Chacun est
    vérifié comme un dépôt. Ce qui est refusé l'est avec toutes ses erreurs et n'empêche pas les autres ; recommencer ne
    saisit rien deux fois : la même référence reçoit le même numéro.

    --liste : un CSV en UTF-8, séparateur « ; » ou « , ». Première ligne : fichier, depotLe, et si besoin operateur, version,
    prestation, reference, contactNom, contactTelephone, contactCourriel. Les fichiers sont cherchés à côté de la liste.

    \b
    Exemples :
      esav sav saisir depot.xml --operateur OPA --depot-le 2026-11-23T14:05+01:00
      esav sav saisir formulaire.xml --operateur OPA --depot-le "23/11/2026 14:05" \\
        --prestation FTTH-0001 --reference TICKET-42 --contact-nom "Léa Martin" --contact-telephone 0299000000
      esav sav saisir --liste saisies.csv --a-blanc

    Code de sortie : 0 tout est saisi ; 1 refus ; 2 appel incorrect.
    """
    from esav_soap.bootstrap.sav import monter_saisie, monter_sav
    from esav_soap.usecases import saisie

    dits = {_ENTETE[nom]: dit for nom, dit in entete.items() if dit}
    if liste is not None:
        if fichiers or depot_le or dits:
            raise click.UsageError("--liste ne va pas avec des fichiers, ni --depot-le, ni un en-tête")
        demandes, problemes = _de_la_liste(liste, operateur, version)
    else:
        demandes, problemes = _des_fichiers(fichiers, depot_le, operateur, version, dits), []
    for probleme in problemes:
        click.echo(f"{liste} : {probleme}", err=True)
    with magasin_ouvert(store) as (magasin, horloge):
        depots, registre = monter_saisie(magasin, horloge)
        rendues = list(
            _dire(
                saisie.saisir(
                    monter_sav(magasin, horloge),
                    technicien(auteur),
                    plateforme,
                    demandes,
                    depots,
                    registre,
                    horloge(),
                    a_blanc=a_blanc,
                )
            )
        )
    refusees = sum(rendue.refus is not None for rendue in rendues) + len(problemes)
    faites = len(rendues) - sum(rendue.refus is not None for rendue in rendues)
    suite = " Rien n'a été écrit (--a-blanc)." if a_blanc else ""
    click.echo(f"{'Correct' if a_blanc else 'Saisi'} : {compte(faites, 'signalisation')}.{suite}")
    if refusees:
        click.echo(
            f"Refusé : {compte(refusees, 'saisie')}. Corriger, puis recommencer : rien n'est saisi deux fois.", err=True
        )
        raise click.exceptions.Exit(1)


def _des_fichiers(
    fichiers: Sequence[Path], depot_le: str | None, operateur: str | None, version: str | None, dits: dict[str, str]
) -> list[DemandeSaisie]:
    from esav_soap.usecases.saisie import DemandeSaisie

    trouves = [un for chemin in fichiers for un in (sorted(chemin.glob("*.xml")) if chemin.is_dir() else [chemin])]
    if not trouves:
        raise click.UsageError("aucun fichier à saisir")
    if depot_le is None or operateur is None:
        raise click.UsageError("--depot-le et --operateur sont nécessaires")
    if "reference" in dits and len(trouves) > 1:
        raise click.UsageError("--reference est celle d'un seul fichier : pour plusieurs, donner --liste")
    date = moment(depot_le)
    return [DemandeSaisie(str(un), un.read_bytes(), operateur, date, version, dits) for un in trouves]


def _de_la_liste(liste: Path, operateur: str | None, version: str | None) -> tuple[list[DemandeSaisie], list[str]]:
    from esav_soap.usecases.saisie import lire_liste

    def lire_date(texte: str) -> datetime:
        try:
            return moment(texte)
        except click.UsageError as exc:
            raise ValueError(exc.message) from exc

    def lire_fichier(nom: str) -> bytes:
        return (liste.parent / nom).read_bytes()

    return lire_liste(liste.read_bytes(), lire_fichier, lire_date, operateur=operateur, version=version)


def _dire(rendues: Iterator[Saisie]) -> Iterator[Saisie]:
    """Each as soon as it is known: what is entered is told, whatever happens to the next."""
    for rendue in rendues:
        source = rendue.demande.source
        if rendue.refus is not None:
            for ligne in _refus(rendue.refus):
                click.echo(f"{source} : {ligne}", err=True)
        elif rendue.accuse is None:
            click.echo(f"{source} : correct, Offre {rendue.offre}")
        else:
            deja = ", déjà saisie" if rendue.accuse.depot.deja_deposee else ""
            click.echo(f"{source} : {rendue.accuse.depot.numero}{deja}")
            for avertissement in rendue.accuse.avertissements:
                click.echo(f"{source} : à savoir : {avertissement.message}")
        yield rendue


def _refus(refus: ErreurEsav) -> Iterator[str]:
    if not refus.erreurs:
        yield f"{refus.code.name} : {refus}"
    for erreur in refus.erreurs:
        yield f"{erreur.libelle} ({erreur.chemin}) : {erreur.code.name} : {erreur.message}{admises(erreur)}"
