"""``esav catalogue install`` and ``list``: what the store holds of the versions."""

from __future__ import annotations

import json
from pathlib import Path

import click

from esav_soap.cli.catalogue.options import DOSSIER, URL_PUBLIQUE, instant, sources_de_versions
from esav_soap.cli.options import STORE


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
    from esav_soap.bootstrap.horloge import horloge
    from esav_soap.bootstrap.reglages import lire_reglages
    from esav_soap.calendar import sur_le_fil
    from esav_soap.store import ouvrir
    from esav_soap.usecases.catalogue import Dates, installer, sources_de

    dates = Dates(instant(ouverture), instant(retrait), remplacante)
    attendue = None if source.endswith(".zip") else source
    if attendue is None:
        (sources,) = sources_de_versions(Path(source), ()).values()
        sources = sources_de(sources)
    else:
        sources = sources_de_versions(dossier, (attendue,))[attendue]
    reglages = lire_reglages(None, store=store, url_publique=url_publique)
    present = horloge(reglages)
    with ouvrir(reglages.store) as magasin:
        publiee = installer(
            sources, reglages.base_url, dates, magasin, present(), attendue=attendue, remplacer=remplacer
        )
        connues = {v.version for v in magasin.versions()}
    fin = f", retrait {sur_le_fil(publiee.retrait)}" if publiee.retrait else ""
    click.echo(f"Version {publiee.version} enregistrée : ouverture {sur_le_fil(publiee.ouverture)}{fin}.")
    if publiee.remplacante and publiee.remplacante not in connues:
        click.echo(f"Attention : la remplaçante {publiee.remplacante} n'est pas encore enregistrée.", err=True)


@click.command("list")
@click.option(
    "--format",
    "format_",
    type=click.Choice(["texte", "json"]),
    default="texte",
    show_default=True,
    help="Présentation.",
)
@STORE
def lister(format_: str, store: str | None) -> None:
    """Dire les versions enregistrées, leur état et toutes leurs dates ; aussi les annoncées et les annonces retirées.

    \b
    Exemples :
      esav catalogue list
      esav catalogue list --format json
    """
    from esav_soap.bootstrap.horloge import horloge
    from esav_soap.bootstrap.reglages import lire_reglages
    from esav_soap.calendar import sur_le_fil
    from esav_soap.store import ouvrir

    reglages = lire_reglages(None, store=store)
    present = horloge(reglages)()
    with ouvrir(reglages.store, creer=False) as magasin:
        versions = magasin.versions()
    objets = []
    for v in versions:
        dates = {"annonce": v.annonce, "ouverture": v.ouverture, "retrait": v.retrait, "annulation": v.annulation}
        dites = {nom: date and sur_le_fil(date) for nom, date in dates.items()}
        objets.append({"version": v.version, "etat": v.etat(present).name, **dites, "remplacante": v.remplacante})
        if format_ == "texte":
            suite = [f"{nom} {dit}" for nom, dit in dites.items() if dit]
            suite += [f"remplacée par {v.remplacante}"] if v.remplacante else []
            click.echo(f"{v.version:<8} {v.etat(present).value:<15}  {', '.join(suite)}")
    if format_ == "json":
        click.echo(json.dumps(objets, ensure_ascii=False, indent=2))
    elif not versions:
        click.echo("Aucune version. En enregistrer une : esav catalogue install 2026.1")
