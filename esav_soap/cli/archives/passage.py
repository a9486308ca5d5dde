"""``esav archives passer``, ``exporter`` and ``purger``."""

from __future__ import annotations

from pathlib import Path

import click

from esav_soap.cli.archives.communs import AU, DU, OPERATEUR, PLATEFORME, filtre, fin_du
from esav_soap.cli.confirmation import OUI, confirmer, terminal_requis
from esav_soap.cli.dates import jour
from esav_soap.cli.interruption import INTERROMPU
from esav_soap.cli.magasin import magasin_ouvert
from esav_soap.cli.nombres import compte, nombre
from esav_soap.cli.options import STORE
from esav_soap.cli.progression import progression


@click.command(short_help="Archiver ce qui a fait son temps.")
@click.option(
    "--jusqu-au", metavar="JOUR", help="Closes ou rejetées ce jour ou avant.  [par défaut : selon ESAV_ARCHIVAGE_JOURS]"
)
@click.option("--a-blanc", "--dry-run", "a_blanc", is_flag=True, help="Compter seulement, ne rien écrire.")
@STORE
def passer(jusqu_au: str | None, a_blanc: bool, store: str | None) -> None:
    """Archiver les signalisations closes au tableau de bord ou rejetées depuis longtemps (ESAV_ARCHIVAGE_JOURS).

    Elles quittent les tables de travail par petits pas, pendant que le service sert. Ctrl-C arrête après le pas en cours ;
    rien n'est perdu ni fait à moitié, et la commande suivante continue. Ce qui est encore dans l'historique des opérateurs
    (90 jours), ou dont un rendez-vous est à venir, reste. Le worker le fait aussi, de temps en temps.

    \b
    Exemples :
      esav archives passer --a-blanc
      esav archives passer
      esav archives passer --jusqu-au 2025-12-31
    """
    from esav_soap.bootstrap.reglages import lire_reglages
    from esav_soap.usecases.archives import passage

    demande = jour(jusqu_au) if jusqu_au else None
    jours = lire_reglages(store=store).archivage_jours
    with magasin_ouvert(store) as (magasin, horloge):
        if demande is not None and demande > passage.dernier_jour(horloge()):
            raise click.UsageError(
                f"--jusqu-au {demande:%d/%m/%Y} est dans l'historique que les opérateurs consultent : au plus tard le "
                f"{passage.dernier_jour(horloge()):%d/%m/%Y}"
            )
        avant = passage.limite(horloge(), jours) if demande is None else fin_du(demande)
        if a_blanc:
            total = magasin.nombre_a_archiver(avant, horloge())
            click.echo(f"À archiver : {compte(total, 'signalisation')}. Rien n'a été fait (--a-blanc).")
            return
        try:
            with progression() as suivi:
                faites = passage.passer(magasin, avant, horloge, suivi)
        except KeyboardInterrupt:
            click.echo("\nInterrompu : ce qui est archivé l'est, le reste attend la prochaine fois.", err=True)
            raise click.exceptions.Exit(INTERROMPU) from None
        reste = magasin.nombre_a_archiver(avant, horloge())
    click.echo(f"Archivé : {compte(faites, 'signalisation')}.")
    if reste:
        click.echo(
            f"{compte(reste, 'autre')} étai{'ent' if reste > 1 else 't'} en cours d'usage : recommencer plus tard."
        )


@click.command(short_help="Exporter les archives dans un fichier.")
@click.option(
    "--vers", "fichier", required=True, metavar="FICHIER", type=click.Path(dir_okay=False, path_type=Path),
    help="Fichier à créer : .ndjson.gz",
)  # fmt: skip
@PLATEFORME
@OPERATEUR
@DU
@AU
@STORE
def exporter(
    fichier: Path, plateforme: str | None, operateur: str | None, du: str | None, au: str | None, store: str | None
) -> None:
    """Exporter les archives : un document JSON par ligne, comprimé par gzip, la première close d'abord.

    Le format est décrit dans docs/guide-technicien.md. Le fichier est créé entier ou pas du tout ; ce qu'il contient est
    ensuite noté comme exporté, et peut être purgé.

    \b
    Exemples :
      esav archives exporter --vers archives.ndjson.gz
      esav archives exporter --vers opa-2024.ndjson.gz --operateur OPA --du 2024-01-01 --au 2024-12-31
    """
    from esav_soap.bootstrap.archives import exporter_vers

    voulues = filtre(plateforme, operateur, du, au)
    if fichier.exists():
        raise click.UsageError(f"{fichier} existe déjà")
    with magasin_ouvert(store) as (magasin, horloge):
        try:
            with progression() as suivi:
                ecrites = exporter_vers(fichier, magasin, voulues, horloge, suivi)
        except KeyboardInterrupt:
            dit = (
                f"{fichier} est entier, mais tout n'est pas noté comme exporté : exporter de nouveau avant de purger"
                if fichier.exists()
                else "rien n'a été écrit"
            )
            click.echo(f"\nInterrompu : {dit}.", err=True)
            raise click.exceptions.Exit(INTERROMPU) from None
    click.echo(f"Exporté : {compte(ecrites, 'signalisation')}, dans {fichier}.")


@click.command(short_help="Effacer des archives ce qui parle de personnes.")
@click.option("--avant", metavar="JOUR", required=True, help="Closes ou rejetées avant ce jour.")
@click.option("--sans-export", is_flag=True, help="Aussi celles qu'aucun export ne contient.")
@click.option("--a-blanc", "--dry-run", "a_blanc", is_flag=True, help="Compter seulement, ne rien effacer.")
@OUI
@STORE
def purger(avant: str, sans_export: bool, a_blanc: bool, oui: bool, store: str | None) -> None:
    """Effacer des archives ce qui parle de personnes : contact, contenu du formulaire, commentaires, auteurs, adresses.

    Le numéro, la référence, l'état, les dates, les codes et la place de chaque événement restent, pour toujours : une
    signalisation purgée est encore connue, son numéro et sa référence ne resservent pas, et un dépôt répété reçoit toujours
    la même réponse. Seules celles qu'un export contient sont purgées, sauf avec --sans-export.

    \b
    Exemples :
      esav archives purger --avant 2024-01-01 --a-blanc
      esav archives purger --avant 2024-01-01
    """
    from esav_soap.usecases.archives.export import purger as effacer
    from esav_soap.usecases.archives.passage import debut_du

    limite = debut_du(jour(avant))
    if not (oui or a_blanc):
        terminal_requis("--oui")
    with magasin_ouvert(store) as (magasin, horloge):
        vues = magasin.a_purger(limite)
        a_faire = vues.nombre - (0 if sans_export else vues.non_exportees)
        if vues.non_exportees:
            suite = "elles seront perdues" if sans_export else "les exporter d'abord, ou donner --sans-export"
            click.echo(f"Non exportées : {nombre(vues.non_exportees)}, {suite}.", err=True)
        if a_blanc or not a_faire:
            reste = " Rien n'a été fait (--a-blanc)." if a_blanc else ""
            click.echo(f"À purger : {compte(a_faire, 'signalisation')}.{reste}")
            raise click.exceptions.Exit(1 if vues.non_exportees and not a_faire else 0)
        confirmer(f"Effacer pour toujours les données personnelles de {compte(a_faire, 'signalisation')} ?", oui=oui)
        try:
            with progression() as suivi:
                faites = effacer(magasin, limite, horloge, suivi, sans_export=sans_export)
        except KeyboardInterrupt:
            click.echo("\nInterrompu : ce qui est purgé l'est, le reste ne l'est pas.", err=True)
            raise click.exceptions.Exit(INTERROMPU) from None
    click.echo(f"Purgé : {compte(faites, 'signalisation')}.")
