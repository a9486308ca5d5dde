"""``esav catalogue check``, ``build`` and ``pack``: from publishers' files to generated ones."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from esav_soap.cli.catalogue.choix import Choisie, choisir, magasin_indique, precedente_de, version_d_avant
from esav_soap.cli.catalogue.options import DOSSIER, RACINE, URL_PUBLIQUE, sources_de_versions
from esav_soap.cli.nombres import compte
from esav_soap.cli.progression import progression

if TYPE_CHECKING:
    from esav_soap.store import Magasin
    from esav_soap.usecases.catalogue import Suivi


@click.command()
@click.argument("source", type=click.Path(exists=True, path_type=Path), default=Path(), metavar="[DOSSIER|PACK.zip]")
@click.option("--version", "choisies", multiple=True, metavar="VERSION", help="Ne vérifier que cette version.")
@click.option("--complet", is_flag=True, help="Passer aussi toutes les épreuves d'une annonce (plus long).")
@click.option("--store", metavar="URL", help="Avec --complet : base de la version en vigueur, à comparer.")
def check(source: Path, choisies: tuple[str, ...], complet: bool, store: str | None) -> None:
    """Vérifier des versions du catalogue et dire tous leurs problèmes, avec fichier et ligne.

    DOSSIER contient catalogue/ et forms_xml/ ; par défaut, le dossier courant. Avec --complet, le pack est fait et passe ce
    qu'une annonce demande : XSD compilés par deux processeurs, WSDL chargés par un client, exemples jugés partout de même,
    réponses des services inchangées.

    \b
    Exemples :
      esav catalogue check
      esav catalogue check . --version 2026.2 --complet
      esav catalogue check candidat.zip
    """
    from esav_soap.errors import PackInvalide
    from esav_soap.reader import lire_catalogue

    refus = []
    with magasin_indique(store if complet else None) as magasin, progression() if complet else _sans_suivi() as suivi:
        for nom, sources in sources_de_versions(source, choisies).items():
            attendue = None if source.is_file() else nom
            try:
                lu = lire_catalogue(sources, version_attendue=attendue)
                if complet:
                    racine = source if source.is_dir() else Path()
                    _epreuves(Choisie(nom, sources, attendue), lu.version, racine, magasin, suivi)
            except PackInvalide as invalide:
                for probleme in invalide.problemes:
                    click.echo(f"{nom}: {probleme}")
                refus.append(nom)
                continue
            contenu = f"{compte(len(lu.offres), 'Offre')}, {compte(len(lu.nomenclatures), 'nomenclature')}"
            click.echo(f"{nom}: {contenu}, aucun problème.")
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
    with progression() as suivi:
        for rang, (version, fichiers) in enumerate(sources.items()):
            suivi("construction", rang, len(sources))
            _, artefacts = engendrer(fichiers, url_publique or BASE_URL, version)
            if verifier:
                trouves += dossiers.ecarts(racine, version, artefacts)
            else:
                trouves += [version] * dossiers.ecrire(racine, version, artefacts)
        suivi("construction", len(sources), len(sources))
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
@click.option(
    "--precedente",
    metavar="VERSION|PACK.zip",
    help="Version à laquelle le changelog compare.  [par défaut : celle qui la précède dans le dossier]",
)
@DOSSIER
@URL_PUBLIQUE
def pack(version: str, sortie: Path | None, precedente: str | None, dossier: Path, url_publique: str | None) -> None:
    """Faire le pack (ZIP) d'une version, toujours les mêmes octets pour les mêmes sources.

    \b
    Exemples :
      esav catalogue pack 2026.1
      esav catalogue pack 2026.2 /tmp/candidat.zip
      esav catalogue pack 2026.2 --precedente catalogue-esav-2026.1.zip
    """
    from esav_soap.bootstrap import dossiers
    from esav_soap.contract.wsdl import BASE_URL
    from esav_soap.usecases.catalogue import empaqueter

    choisie = Choisie(version, sources_de_versions(dossier, (version,))[version], version)
    avant = choisir(precedente, dossier) if precedente else version_d_avant(version, dossier)
    with progression() as suivi:
        _, octets = empaqueter(
            choisie.sources, url_publique or BASE_URL, version, precedent=avant.lire() if avant else None, suivi=suivi
        )
    sortie = sortie or Path(f"catalogue-esav-{version}.zip")
    try:
        dossiers.ecrire_fichier(sortie, octets)
    except OSError as panne:
        raise click.FileError(str(sortie), panne.strerror or str(panne)) from panne
    changelog = f", changelog depuis {avant.nom}" if avant else ""
    click.echo(f"{sortie} : {len(octets)} octets{changelog}")


def _epreuves(choisie: Choisie, version: str, racine: Path, magasin: Magasin | None, suivi: Suivi) -> None:
    """The gate of an announcement. Raises :class:`PackInvalide`."""
    from esav_soap.bootstrap.horloge import maintenant
    from esav_soap.contract.wsdl import BASE_URL
    from esav_soap.errors import PackInvalide
    from esav_soap.usecases.catalogue import empaqueter, sources_de
    from esav_soap.usecases.verification import verifier

    avant = precedente_de(version, racine, magasin, maintenant())
    en_vigueur = magasin.pack(avant.nom) if magasin is not None and avant is not None else None
    _, octets = empaqueter(
        choisie.sources, BASE_URL, choisie.attendue, precedent=avant.lire() if avant else None, suivi=suivi
    )
    problemes = verifier(sources_de(choisie.sources), octets, en_vigueur, suivi)
    if problemes:
        raise PackInvalide(problemes)


@contextmanager
def _sans_suivi() -> Iterator[Suivi]:
    yield lambda etape, fait, total: None
