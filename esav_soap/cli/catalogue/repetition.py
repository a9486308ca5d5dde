"""``esav catalogue simulate`` and ``usage``: what opérateurs deposited, seen from a candidate or from an ending version."""

from __future__ import annotations

import json
import os
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from esav_soap.cli.catalogue.choix import choisir
from esav_soap.cli.catalogue.options import DOSSIER, depuis_quand
from esav_soap.cli.nombres import compte, nombre
from esav_soap.cli.options import STORE
from esav_soap.cli.progression import progression

if TYPE_CHECKING:
    from esav_soap.usecases.usage import Migration

#: With fewer signalisations for each, other processes start longer than they help.
_PAR_PROCESSUS = 4000


@click.command()
@click.argument("source", metavar="VERSION|PACK.zip|DOSSIER")
@click.option(
    "--depuis", default="30j", show_default=True, metavar="DURÉE|DATE", help="Jours (« 30j ») ou date (ISO 8601)."
)
@click.option(
    "--format",
    "format_",
    type=click.Choice(["texte", "json", "xml"]),
    default="texte",
    show_default=True,
    help="Présentation.",
)
@click.option(
    "--seuil", type=click.FloatRange(0, 100), metavar="%", help="Sortir en 1 si plus de ce pourcentage est refusé."
)
@click.option(
    "--processus",
    type=click.IntRange(1, 64),
    metavar="N",
    help="Processus qui jugent.  [par défaut : selon les processeurs]",
)
@DOSSIER
@STORE
def simulate(
    source: str,
    depuis: str,
    format_: str,
    seuil: float | None,
    processus: int | None,
    dossier: Path,
    store: str | None,
) -> None:
    """Rejouer sur une version candidate les signalisations déposées récemment en production.

    Le rapport dit, par opérateur, Offre et champ, quelle part serait refusée et pourquoi, en supposant que l'opérateur ait
    pris le nouveau WSDL sans rien changer d'autre. Rien n'est écrit.

    \b
    Exemples :
      esav catalogue simulate candidat.zip
      esav catalogue simulate 2026.3 --depuis 90j --format json > rapport.json
      esav catalogue simulate 2026.3 --depuis 2026-09-01 --seuil 1
    """
    from concurrent.futures.process import BrokenProcessPool

    from esav_soap.bootstrap.horloge import horloge
    from esav_soap.bootstrap.reglages import lire_reglages
    from esav_soap.store import ouvrir
    from esav_soap.usecases import bilan_repetition as b
    from esav_soap.usecases.repetition import lire_candidat, simuler

    reglages = lire_reglages(None, store=store)
    debut = depuis_quand(depuis, horloge(reglages)())
    with ouvrir(reglages.store, creer=False) as magasin:
        choisie = choisir(source, dossier, magasin)
        choisie.lire()
        with progression() as suivi:
            suivi("construction de la version candidate", 0, 1)
            candidat = lire_candidat(choisie.sources)
            suivi("construction de la version candidate", 1, 1)
            utiles = 1 + magasin.nombre_deposees(debut) // _PAR_PROCESSUS
            processus = processus or min(len(os.sched_getaffinity(0)), utiles)
            try:
                rapport = simuler(candidat, magasin, debut, suivi, processus=processus)
            except BrokenProcessPool as arret:
                raise click.ClickException(
                    "un processus de calcul a été arrêté, peut-être faute de mémoire ; relancer avec --processus 1"
                ) from arret
    match format_:
        case "json":
            click.echo(b.en_json(rapport), nl=False)
        case "xml":
            click.echo(b.en_xml(rapport), nl=False)
        case _:
            click.echo(b.en_texte(rapport), nl=False)
    if seuil is not None and 100 * rapport.part > seuil:
        click.get_current_context().exit(1)


@click.command()
@click.argument("version", required=False)
@click.option("--depuis", metavar="DURÉE|DATE", help="Compter depuis.  [par défaut : l'ouverture de la remplaçante]")
@click.option(
    "--format",
    "format_",
    type=click.Choice(["texte", "json"]),
    default="texte",
    show_default=True,
    help="Présentation.",
)
@STORE
def usage(version: str | None, depuis: str | None, format_: str, store: str | None) -> None:
    """Dire qui dépose encore, en production, dans une version qui finit, et pour quelles Offres.

    Sans VERSION, chaque version en vigueur dont le retrait est connu.

    \b
    Exemples :
      esav catalogue usage
      esav catalogue usage 2026.1 --depuis 7j
      esav catalogue usage 2026.1 --format json
    """
    from esav_soap.bootstrap.horloge import horloge
    from esav_soap.bootstrap.reglages import lire_reglages
    from esav_soap.store import ouvrir
    from esav_soap.usecases.usage import finissantes, migration

    reglages = lire_reglages(None, store=store)
    instant = horloge(reglages)()
    debut = depuis_quand(depuis, instant) if depuis else None
    with ouvrir(reglages.store, creer=False) as magasin:
        versions = magasin.versions()
        if version is None:
            choisies = finissantes(versions, instant)
        else:
            choisies = tuple(v for v in versions if v.version == version)
            if not choisies:
                connues = ", ".join(v.version for v in versions) or "aucune"
                raise click.UsageError(f"version inconnue : {version} (enregistrées : {connues})")
        vues = [migration(v, versions, magasin, instant, debut) for v in choisies]
    if format_ == "json":
        click.echo(json.dumps([_objet(vue) for vue in vues], ensure_ascii=False, indent=2))
        return
    if not vues:
        click.echo("Aucune version en vigueur n'a de date de retrait.")
    for vue in vues:
        _montrer(vue, instant)


def _montrer(vue: Migration, instant: datetime) -> None:
    from esav_soap.calendar import en_francais
    from esav_soap.usecases.bilan_repetition import pour_cent

    v = vue.version
    fin = "sans date de retrait"
    if v.retrait is not None:
        jours = (v.retrait - instant).days
        reste = f", dans {compte(jours, 'jour')}" if v.retrait > instant else ", passé"
        fin = f"retrait le {en_francais(v.retrait)}{reste}"
    suite = f", remplacée par {v.remplacante}" if v.remplacante else ""
    click.echo(f"{v.version} : {fin}{suite}. Dépôts depuis le {en_francais(vue.depuis)} :")
    if not vue.restants:
        click.echo("  plus aucun dépôt dans cette version.")
    else:
        entetes = ("Opérateur", "Offre", "Dépôts", "Part", "Premier", "Dernier")
        rangs = [
            (
                *(r.operateur, r.offre, nombre(r.nombre), pour_cent(r.part)),
                *(en_francais(r.premier), en_francais(r.dernier)),
            )
            for r in vue.restants
        ]
        larges = [max(map(len, colonne)) for colonne in zip(entetes, *rangs, strict=True)]
        for rang in (entetes, *rangs):
            mots = [
                m.rjust(g) if i in (2, 3) else m.ljust(g) for i, (m, g) in enumerate(zip(rang, larges, strict=True))
            ]
            click.echo("  " + "  ".join(mots).rstrip())
    if vue.passes:
        click.echo(f"  Passés à {v.remplacante} : {', '.join(vue.passes)}.")


def _objet(vue: Migration) -> dict[str, object]:
    from esav_soap.calendar import sur_le_fil

    v = vue.version
    return {
        "version": v.version,
        "remplacante": v.remplacante,
        "retrait": v.retrait and sur_le_fil(v.retrait),
        "depuis": sur_le_fil(vue.depuis),
        "restants": [
            {
                "operateur": r.operateur,
                "offre": r.offre,
                "nombre": r.nombre,
                "nouvelles": r.nouvelles,
                "part": round(r.part, 6),
                "premier": sur_le_fil(r.premier),
                "dernier": sur_le_fil(r.dernier),
            }
            for r in vue.restants
        ],
        "passes": list(vue.passes),
    }
