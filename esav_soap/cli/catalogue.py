"""``esav catalogue``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import click

from esav_soap.cli.nombres import compte

_RACINE = click.Path(exists=True, file_okay=False, path_type=Path)
_URL = click.option(
    "--url-publique",
    metavar="URL",
    help="Adresse publique du service, écrite dans les WSDL.",
    envvar="ESAV_URL_PUBLIQUE",
)


@click.group()
def catalogue() -> None:
    """Vérifier, construire et enregistrer le catalogue."""


@catalogue.command()
@click.argument("source", type=click.Path(exists=True, path_type=Path), default=Path(), metavar="[DOSSIER|PACK.zip]")
@click.option("--version", "choisies", multiple=True, metavar="VERSION", help="Ne vérifier que cette version.")
def check(source: Path, choisies: tuple[str, ...]) -> None:
    """Vérifier des versions du catalogue et dire tous leurs problèmes, avec fichier et ligne.

    DOSSIER contient catalogue/ et forms_xml/ ; par défaut, le dossier courant.

    \b
    Exemples :
      esav catalogue check
      esav catalogue check . --version 2026.2
      esav catalogue check candidat.zip
    """
    from esav_soap.errors import PackInvalide
    from esav_soap.reader import lire_catalogue

    refus = []
    for nom, sources in _sources(source, choisies).items():
        try:
            lu = lire_catalogue(sources, version_attendue=None if source.is_file() else nom)
        except PackInvalide as invalide:
            for probleme in invalide.problemes:
                click.echo(f"{nom}: {probleme}")
            refus.append(nom)
            continue
        click.echo(
            f"{nom}: {compte(len(lu.offres), 'Offre')}, {compte(len(lu.nomenclatures), 'nomenclature')}, aucun problème."
        )
    if refus:
        raise click.ClickException("des problèmes sont à corriger dans " + ", ".join(refus))


@catalogue.command()
@click.argument("racine", type=_RACINE, default=Path(), metavar="[DOSSIER]")
@click.option("--version", "choisies", multiple=True, metavar="VERSION", help="Ne construire que cette version.")
@click.option(
    "--check", "verifier", is_flag=True, help="Ne rien écrire : échouer si un fichier généré n'est pas à jour."
)
@_URL
def build(racine: Path, choisies: tuple[str, ...], verifier: bool, url_publique: str | None) -> None:
    """Générer les WSDL, les XSD et les maquettes HTML dans wsdl/ et html_mockups/.

    \b
    Exemples :
      esav catalogue build
      esav catalogue build --check
    """
    from esav_soap.bootstrap import dossiers
    from esav_soap.contract.wsdl import BASE_URL
    from esav_soap.usecases.catalogue import engendrer

    trouves = []
    sources = _sources(racine, choisies)
    with click.progressbar(sources.items(), label="Construction", item_show_func=_nom) as barre:
        for version, fichiers in barre:
            _, artefacts = engendrer(fichiers, url_publique or BASE_URL, version)
            if verifier:
                trouves += dossiers.ecarts(racine, version, artefacts)
            else:
                trouves += [version] * dossiers.ecrire(racine, version, artefacts)
    if not choisies:
        trouves += dossiers.versions_en_trop(racine, sources, supprimer=not verifier)
    if not verifier:
        click.echo(f"Fichiers changés : {len(trouves)}.")
    elif trouves:
        for ecart in trouves:
            click.echo(ecart)
        raise click.ClickException("des fichiers générés ne sont pas à jour ; lancer « esav catalogue build »")
    else:
        click.echo("Tout est à jour.")


@catalogue.command()
@click.argument("version")
@click.argument("sortie", type=click.Path(dir_okay=False, path_type=Path), required=False, metavar="[SORTIE.zip]")
@click.option("--dossier", type=_RACINE, default=Path(), help="Dossier qui contient catalogue/ et forms_xml/.")
@_URL
def pack(version: str, sortie: Path | None, dossier: Path, url_publique: str | None) -> None:
    """Faire le pack (ZIP) d'une version, toujours les mêmes octets pour les mêmes sources.

    \b
    Exemples :
      esav catalogue pack 2026.1
      esav catalogue pack 2026.2 /tmp/candidat.zip
    """
    from esav_soap.bootstrap import dossiers
    from esav_soap.contract.wsdl import BASE_URL
    from esav_soap.usecases.catalogue import empaqueter

    _, octets = empaqueter(_sources(dossier, (version,))[version], url_publique or BASE_URL, version)
    sortie = sortie or Path(f"catalogue-esav-{version}.zip")
    dossiers.ecrire_fichier(sortie, octets)
    click.echo(f"{sortie} : {len(octets)} octets")


@catalogue.command()
@click.argument("source", metavar="VERSION|PACK.zip")
@click.option("--dossier", type=_RACINE, default=Path(), help="Dossier qui contient catalogue/ et forms_xml/.")
@click.option("--ouverture", metavar="INSTANT", help="Ouverture en production, ISO 8601.  [par défaut : maintenant]")
@click.option("--retrait", metavar="INSTANT", help="Retrait de la production, ISO 8601.  [par défaut : aucun]")
@click.option("--remplacante", metavar="VERSION", help="Version qui la remplace.")
@click.option("--remplacer", is_flag=True, help="Mettre ce contenu à la place de celui qui est enregistré.")
@click.option("--store", metavar="URL", help="Base de données : sqlite:///fichier ou postgresql://…")
@_URL
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
    from esav_soap.bootstrap.noeud import maintenant
    from esav_soap.bootstrap.reglages import lire_reglages
    from esav_soap.calendar import sur_le_fil
    from esav_soap.store import ouvrir
    from esav_soap.usecases.catalogue import Dates, installer, sources_de

    instant = maintenant()
    dates = Dates(_instant(ouverture), _instant(retrait), remplacante)
    attendue = None if source.endswith(".zip") else source
    if attendue is None:
        (sources,) = _sources(Path(source), ()).values()
        sources = sources_de(sources)
    else:
        sources = _sources(dossier, (attendue,))[attendue]
    reglages = lire_reglages(None, store=store, url_publique=url_publique)
    with ouvrir(reglages.store) as magasin:
        publiee = installer(sources, reglages.base_url, dates, magasin, instant, attendue=attendue, remplacer=remplacer)
        connues = {v.version for v in magasin.versions()}
    fin = f", retrait {sur_le_fil(publiee.retrait)}" if publiee.retrait else ""
    click.echo(f"Version {publiee.version} enregistrée : ouverture {sur_le_fil(publiee.ouverture)}{fin}.")
    if publiee.remplacante and publiee.remplacante not in connues:
        click.echo(f"Attention : la remplaçante {publiee.remplacante} n'est pas encore enregistrée.", err=True)


@catalogue.command("list")
@click.option("--store", metavar="URL", help="Base de données : sqlite:///fichier ou postgresql://…")
def lister(store: str | None) -> None:
    """Dire les versions enregistrées, leurs dates et leur état."""
    from esav_soap.bootstrap.noeud import maintenant
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


def _nom(item: tuple[str, object] | None) -> str:
    return item[0] if item else ""


def _sources(source: Path, choisies: tuple[str, ...]) -> dict[str, Mapping[str, bytes]]:
    """Publisher's files by version (or by the pack's name)."""
    from esav_soap.bootstrap import dossiers
    from esav_soap.errors import PackInvalide
    from esav_soap.reader.sources import depuis_dossiers, depuis_zip

    if source.is_file():
        fichiers, problemes = depuis_zip(source.read_bytes())
        if problemes:
            raise PackInvalide([replace(p, fichier=p.fichier or source.name) for p in problemes])
        return {source.name: fichiers}
    if not source.exists():
        raise click.UsageError(f"{source} n'existe pas")
    presentes = dossiers.versions(source)
    if not presentes:
        raise click.UsageError(f"aucun catalogue/<version>/catalogue.xml dans {source.resolve()}")
    inconnues = [v for v in choisies if v not in presentes]
    if inconnues:
        raise click.UsageError(f"version inconnue : {', '.join(inconnues)} (présentes : {', '.join(presentes)})")
    return {version: depuis_dossiers(source, version) for version in choisies or presentes}


def _instant(texte: str | None) -> datetime | None:
    from esav_soap.calendar import PARIS, en_utc

    if texte is None:
        return None
    try:
        lu = datetime.fromisoformat(texte)
    except ValueError as exc:
        raise click.UsageError(f"« {texte} » n'est pas une date ISO 8601, comme 2026-12-31T00:00") from exc
    return en_utc(lu if lu.tzinfo else lu.replace(tzinfo=PARIS))
