"""``esav catalogue install`` and ``list``: what the store holds of the versions."""

from __future__ import annotations

from pathlib import Path

import click

from esav_soap.cli.catalogue.options import DOSSIER, STORE, URL_PUBLIQUE, instant, sources_de_versions


@click.command()
@click.argument("source", metavar="VERSION|PACK.zip")
@DOSSIER
@click.option("--ouverture", metavar="INSTANT", help="Ouverture en production, ISO 8601.  [par défaut : maintenant]")
@click.option("--retrait", metavar="INSTANT", help="Retrait de la production, ISO 8601.  [par défaut : aucun]")
@click.option("--remplacante", metavar="VERSION", help="Version qui la remplace.")
@click.option("--remplacer", is_flag=True, help="Mettre ce contenu à la place de celui qui est enregistré.")
@STORE
@URL_PUBLIQUE
def install(
    source: str,
    dossier: Path,
    ouverture: str | None,
    retrait: str | None,
    remplacante: str | None,
    remplacer: bool,
    store: str | None,
    url_publique: str | None,
) -> None:
    """Enregistrer une version dans la base, avec ses dates, pour mettre en place une plate-forme.

    Les nœuds en service la voient en quelques secondes, sans redémarrage. Une heure sans décalage est celle de Paris.
    Relancée sur une version déjà enregistrée, la commande ne change que les dates données.

    \b
    Exemples :
      esav catalogue install 2026.1 --retrait 2026-12-31T00:00 --remplacante 2026.2
      esav catalogue install 2026.2
    """
    from esav_soap.bootstrap.horloge import maintenant
    from esav_soap.bootstrap.reglages import lire_reglages
    from esav_soap.calendar import sur_le_fil
    from esav_soap.store import ouvrir
    from esav_soap.usecases.catalogue import Dates, installer, sources_de

    present = maintenant()
    dates = Dates(instant(ouverture), instant(retrait), remplacante)
    attendue = None if source.endswith(".zip") else source
    if attendue is None:
        (sources,) = sources_de_versions(Path(source), ()).values()
        sources = sources_de(sources)
    else:
        sources = sources_de_versions(dossier, (attendue,))[attendue]
    reglages = lire_reglages(None, store=store, url_publique=url_publique)
    with ouvrir(reglages.store) as magasin:
        publiee = installer(sources, reglages.base_url, dates, magasin, present, attendue=attendue, remplacer=remplacer)
        connues = {v.version for v in magasin.versions()}
    fin = f", retrait {sur_le_fil(publiee.retrait)}" if publiee.retrait else ""
    click.echo(f"Version {publiee.version} enregistrée : ouverture {sur_le_fil(publiee.ouverture)}{fin}.")
    if publiee.remplacante and publiee.remplacante not in connues:
        click.echo(f"Attention : la remplaçante {publiee.remplacante} n'est pas encore enregistrée.", err=True)


@click.command("list")
@STORE
def lister(store: str | None) -> None:
    """Dire les versions enregistrées, leurs dates et leur état."""
    from esav_soap.bootstrap.horloge import maintenant
    from esav_soap.bootstrap.reglages import lire_reglages
    from esav_soap.calendar import sur_le_fil
    from esav_soap.store import ouvrir

    with ouvrir(lire_reglages(None, store=store).store, creer=False) as magasin:
        versions = magasin.versions()
    if not versions:
        click.echo("Aucune version. En enregistrer une : esav catalogue install 2026.1")
    for v in versions:
        fin = f", retrait {sur_le_fil(v.retrait)}" if v.retrait else ""
        click.echo(f"{v.version}  {v.etat(maintenant()).value:<11}  ouverture {sur_le_fil(v.ouverture)}{fin}")
