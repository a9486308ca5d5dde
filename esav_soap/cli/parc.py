"""``esav parc``: the parc of the opérateurs."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, BinaryIO

import click

from esav_soap.cli.interruption import INTERROMPU, ecriture_protegee
from esav_soap.cli.nombres import compte, nombre
from esav_soap.cli.options import A_BLANC, STORE

if TYPE_CHECKING:
    from esav_soap.usecases.parc import Rapport


parc = click.Group("parc", help="Le parc : les prestations des opérateurs.")


@parc.command("import")
@click.argument("fichier", type=click.File("rb"))
@STORE
@A_BLANC
@click.pass_context
def importer(ctx: click.Context, fichier: BinaryIO, store: str | None, a_blanc: bool) -> None:
    """Importer les prestations d'un FICHIER CSV (« - » : l'entrée standard), toutes ou aucune.

    UTF-8, séparateur « ; » ou « , ». Première ligne : plateforme, operateur, identifiant, offre, et si besoin
    extremiteA, extremiteB, complement, garantie, zone (celle des techniciens, pour les rendez-vous). Une prestation déjà
    connue (même plateforme, operateur et identifiant) est mise à jour.

    \b
    parc.csv, par exemple :
      plateforme;operateur;identifiant;offre
      production;OPA;OPA-FTTH-0001;ACCES_FTTH

    \b
    Exemples :
      esav parc import parc.csv --a-blanc
      esav parc import parc.csv

    Code de sortie : 0 fait ; 1 refusé, rien n'est écrit ; 2 appel incorrect ; 130 interrompu, rien n'est écrit.
    """
    try:
        ctx.exit(_importer(fichier, store, a_blanc=a_blanc))
    except KeyboardInterrupt:
        click.echo("\nInterrompu : rien n'a été importé.", err=True)
        ctx.exit(INTERROMPU)


def _importer(fichier: BinaryIO, store: str | None, *, a_blanc: bool) -> int:
    from esav_soap.bootstrap.reglages import lire_reglages
    from esav_soap.store import ouvrir
    from esav_soap.usecases.parc import importer_parc, offres_connues

    with ExitStack() as pile:
        magasin = pile.enter_context(ouvrir(lire_reglages(store=store).store))
        offres = offres_connues(magasin)
        if not offres:
            click.echo(
                "Aucune version du catalogue n'est enregistrée : les codes d'Offre ne sont pas vérifiés.", err=True
            )
        # First in, last out: an interruption that comes during the writing is told when the outcome is known.
        protege = pile.enter_context(ecriture_protegee())
        suivi = pile.enter_context(_progression(fichier))
        rapport = importer_parc(fichier, magasin, offres, a_blanc=a_blanc, suivi=suivi, avant_ecriture=protege)
    return _rendre_compte(rapport, a_blanc=a_blanc)


def _rendre_compte(rapport: Rapport, *, a_blanc: bool) -> int:
    for probleme in rapport.problemes:
        click.echo(str(probleme))
    if rapport.nombre_problemes:
        reste = rapport.nombre_problemes - len(rapport.problemes)
        if reste:
            click.echo(f"… et {compte(reste, 'autre')}.")
        click.echo(f"Refusé : {compte(rapport.nombre_problemes, 'problème')}, rien n'a été importé.")
        return 1
    if rapport.bilan is None:
        click.echo(f"Correct : {compte(rapport.lignes, 'prestation')}, rien n'a été écrit (--a-blanc).")
        return 0
    bilan = rapport.bilan
    click.echo(
        f"Importé : {compte(bilan.total, 'prestation')}, dont {compte(bilan.ajoutees, 'ajoutée')}, "
        f"{compte(bilan.modifiees, 'modifiée')}, {compte(bilan.inchangees, 'inchangée')}."
    )
    return 0


@contextmanager
def _progression(fichier: BinaryIO) -> Iterator[Callable[[int, int], None]]:
    """A bar on the terminal (bytes read against the file's size, lines per second); nothing when there is none."""
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

    console = Console(stderr=True)
    progression = Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.percentage:>3.0f} %"),
        TextColumn("{task.fields[lignes]} lignes, {task.fields[debit]}/s"),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
        console=console,
        disable=not console.is_terminal,
    )
    tache = progression.add_task("Lecture", total=_taille(fichier), lignes="0", debit="0")

    def suivre(octets: int, lignes: int) -> None:
        ecoule = progression.tasks[0].elapsed or 0
        debit = nombre(round(lignes / ecoule)) if ecoule else "0"
        progression.update(tache, completed=octets, lignes=nombre(lignes), debit=debit)

    with progression:
        yield suivre


def _taille(fichier: BinaryIO) -> int | None:
    """Size of a regular file; ``None`` for a pipe, whose end nobody knows."""
    try:
        etat = os.fstat(fichier.fileno())
    except OSError:  # not a file of the system
        return None
    return etat.st_size or None
