"""``esav catalogue diff``: what changes from one version to another."""

from __future__ import annotations

from pathlib import Path

import click

from esav_soap.cli.catalogue.choix import choisir, magasin_indique, precedente_de
from esav_soap.cli.catalogue.options import DOSSIER


@click.command()
@click.argument("source", default=".", metavar="[VERSION|PACK.zip|DOSSIER]")
@click.argument("avec", required=False, metavar="[AVEC]")
@DOSSIER
@click.option(
    "--format",
    "format_",
    type=click.Choice(["texte", "xml", "html"]),
    default="texte",
    show_default=True,
    help="Présentation.",
)
@click.option("--ruptures", is_flag=True, help="Ne dire que les ruptures, et sortir en 1 s'il y en a.")
@click.option("--store", metavar="URL", help="Base de données où chercher aussi les versions.")
def diff(source: str, avec: str | None, dossier: Path, format_: str, ruptures: bool, store: str | None) -> None:
    """Dire ce qui change d'une version à l'autre : ruptures, restrictions, changements compatibles.

    Sans argument, la dernière version du dossier. Sans AVEC, la comparaison se fait avec la version qu'elle remplacerait
    dans la base (--store ou ESAV_STORE), sinon avec celle qui la précède dans le dossier. L'ordre des arguments est
    indifférent : les différences vont toujours de la plus ancienne à la plus récente.

    Chaque rupture a un nom, à donner à « esav catalogue announce --accepter ».

    \b
    Exemples :
      esav catalogue diff
      esav catalogue diff 2026.1 2026.2
      esav catalogue diff candidat.zip --store postgresql:///esav
      esav catalogue diff candidat.zip 2026.2 --format html > changelog.html
    """
    from esav_soap.bootstrap.horloge import horloge
    from esav_soap.bootstrap.reglages import lire_reglages
    from esav_soap.publication import ecarts as e
    from esav_soap.publication.versions import rang_version

    with magasin_indique(store) as magasin:
        candidate = choisir(source, dossier, magasin).lire()
        autre = (
            choisir(avec, dossier, magasin)
            if avec
            else precedente_de(candidate.version, _racine(source, dossier), magasin, horloge(lire_reglages(None))())
        )
    if autre is None:
        raise click.UsageError(f"aucune version ne précède {candidate.version} : dire avec laquelle comparer")
    ancienne, nouvelle = sorted((autre.lire(), candidate), key=lambda c: rang_version(c.version))
    trouves = e.comparer(ancienne, nouvelle)
    gravites = frozenset({e.Gravite.RUPTURE}) if ruptures else frozenset(e.Gravite)
    gardes = tuple(ecart for ecart in trouves if ecart.gravite in gravites)
    match format_:
        case "xml":
            click.echo(e.en_xml(ancienne.version, nouvelle.version, gardes), nl=False)
        case "html":
            click.echo(e.en_html(ancienne.version, nouvelle.version, gardes), nl=False)
        case _:
            click.echo(f"De {ancienne.version} à {nouvelle.version} :")
            for ligne in e.en_texte(trouves, gravites):
                click.echo(ligne)
    if ruptures and gardes:
        click.get_current_context().exit(1)


def _racine(source: str, dossier: Path) -> Path:
    """A folder that is given as the source is also where the version before is looked for."""
    return Path(source) if Path(source).is_dir() else dossier
