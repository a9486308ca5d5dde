"""``esav catalogue check``, ``build`` and ``pack``: from publishers' files to generated ones."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from esav_soap.cli.catalogue.options import DOSSIER, RACINE, URL_PUBLIQUE, sources_de_versions
from esav_soap.cli.nombres import compte

if TYPE_CHECKING:
    from esav_soap.model import Catalogue


@click.command()
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
    for nom, sources in sources_de_versions(source, choisies).items():
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


@click.command()
@click.argument("racine", type=RACINE, default=Path(), metavar="[DOSSIER]")
@click.option("--version", "choisies", multiple=True, metavar="VERSION", help="Ne construire que cette version.")
@click.option(
    "--check", "verifier", is_flag=True, help="Ne rien écrire : échouer si un fichier généré n'est pas à jour."
)
@URL_PUBLIQUE
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
    sources = sources_de_versions(racine, choisies)
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


@click.command()
@click.argument("version")
@click.argument("sortie", type=click.Path(dir_okay=False, path_type=Path), required=False, metavar="[SORTIE.zip]")
@DOSSIER
@URL_PUBLIQUE
def pack(version: str, sortie: Path | None, dossier: Path, url_publique: str | None) -> None:
    """Faire le pack (ZIP) d'une version, toujours les mêmes octets pour les mêmes sources.

    Le journal des changements compare avec la version qui la précède dans le dossier.

    \b
    Exemples :
      esav catalogue pack 2026.1
      esav catalogue pack 2026.2 /tmp/candidat.zip
    """
    from esav_soap.bootstrap import dossiers
    from esav_soap.contract.wsdl import BASE_URL
    from esav_soap.usecases.catalogue import empaqueter

    sources = sources_de_versions(dossier, (version,))[version]
    precedent = _precedente(dossier, version)
    _, octets = empaqueter(sources, url_publique or BASE_URL, version, precedent)
    sortie = sortie or Path(f"catalogue-esav-{version}.zip")
    dossiers.ecrire_fichier(sortie, octets)
    click.echo(f"{sortie} : {len(octets)} octets")


def _precedente(dossier: Path, version: str) -> Catalogue | None:
    """The version of the folder before that one."""
    from esav_soap.bootstrap import dossiers
    from esav_soap.reader import lire_catalogue

    presentes = dossiers.versions(dossier)
    rang = presentes.index(version)
    return lire_catalogue(sources_de_versions(dossier, (presentes[rang - 1],))[presentes[rang - 1]]) if rang else None


def _nom(item: tuple[str, object] | None) -> str:
    return item[0] if item else ""
