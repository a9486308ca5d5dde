"""``esav catalogue announce`` and ``withdraw``: what every opérateur is told of, shown and confirmed first."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from esav_soap.cli.catalogue.choix import choisir
from esav_soap.cli.catalogue.options import DOSSIER, URL_PUBLIQUE, instant
from esav_soap.cli.confirmation import OUI, confirmer, terminal_requis
from esav_soap.cli.interruption import ecriture_protegee
from esav_soap.cli.nombres import compte, nombre
from esav_soap.cli.options import STORE
from esav_soap.cli.progression import progression

if TYPE_CHECKING:
    from esav_soap.usecases.ports.envois import Operateurs
    from esav_soap.usecases.publication import Candidate

#: Breaking differences and opérateurs that a confirmation shows one by one.
_MONTRES = 40


@click.command()
@click.argument("source", metavar="VERSION|PACK.zip|DOSSIER")
@click.option("--ouverture", metavar="INSTANT", help="Ouverture, ISO 8601.  [par défaut : la première date permise]")
@click.option("--accepter", "acceptees", multiple=True, metavar="NOM", help="Accepter cette rupture (voir diff).")
@click.option(
    "--a-tous", is_flag=True, help="Prévenir aussi les opérateurs déclarés qui n'ont pas de prestation en production."
)
@click.option("--a-blanc", is_flag=True, help="Tout vérifier et montrer, ne rien écrire.")
@OUI
@DOSSIER
@STORE
@URL_PUBLIQUE
def announce(
    source: str,
    ouverture: str | None,
    acceptees: tuple[str, ...],
    a_tous: bool,
    a_blanc: bool,
    oui: bool,
    dossier: Path,
    store: str | None,
    url_publique: str | None,
) -> None:
    """Annoncer une version : la vérifier, l'enregistrer avec ses dates, prévenir les opérateurs.

    La commande montre les dates, les ruptures et qui sera prévenu, puis demande confirmation. La version est utilisable
    aussitôt sur la plate-forme d'intégration ; celle qu'elle remplace est retirée un mois après l'ouverture. Toutes les
    raisons de refuser sont dites à la fois. Une heure sans décalage est celle de Paris. L'annonce est enregistrée en entier
    ou pas du tout ; relancée à l'identique, la commande ne fait rien de plus.

    \b
    Exemples :
      esav catalogue announce 2026.3 --a-blanc
      esav catalogue announce candidat.zip --ouverture 2026-12-01T06:00
      esav catalogue announce candidat.zip --accepter ACCES_FTTH/etage:CHAMP_RETIRE
      esav catalogue announce candidat.zip --accepter "ACCES_FTTH:*" --oui
    """
    from esav_soap.bootstrap.horloge import horloge
    from esav_soap.bootstrap.reglages import lire_reglages
    from esav_soap.calendar import en_francais
    from esav_soap.errors import VersionDejaAnnoncee
    from esav_soap.store import ouvrir
    from esav_soap.usecases.publication import annoncer, preparer

    date = instant(ouverture)
    reglages = lire_reglages(None, store=store, url_publique=url_publique)
    present = horloge(reglages)
    if not (oui or a_blanc):
        terminal_requis("--oui (ou --a-blanc pour voir seulement)")
    with ouvrir(reglages.store, creer=False) as magasin:
        choisie = choisir(source, dossier)
        choisie.lire()
        try:
            with progression() as suivi:
                candidate = preparer(
                    choisie.sources, reglages.base_url, magasin, present(), date, suivi, acceptees=acceptees
                )
            for ligne in _resume(candidate, magasin, a_tous=a_tous, fixe=date is not None):
                click.echo(ligne)
            if not reglages.url_publique:
                click.echo(_SANS_URL.format(reglages.base_url), err=True)
            if a_blanc:
                click.echo("Rien n'a été écrit (--a-blanc).")
                return
            confirmer(f"Annoncer la version {candidate.catalogue.version} ?", oui=oui)
            with ecriture_protegee() as proteger:
                proteger()
                publiee = annoncer(candidate, acceptees, magasin, magasin, present(), a_tous=a_tous)
        except VersionDejaAnnoncee as deja:
            click.echo(str(deja))
            return
        avis = len(magasin.avises(publiee.version))
        finie = next((v for v in magasin.versions() if v.remplacante == publiee.version), None)
    fin = f" ; {finie.version} {_fin(finie.retrait)}" if finie else ""
    click.echo(f"Version {publiee.version} annoncée : ouverture le {en_francais(publiee.ouverture)}{fin}.")
    click.echo(f"Avis à envoyer : {nombre(avis)} (suivi : esav envois list).")


@click.command()
@click.argument("version")
@OUI
@STORE
def withdraw(version: str, oui: bool, store: str | None) -> None:
    """Retirer une annonce, tant que la version n'est pas ouverte, et prévenir ceux qui en avaient été avisés.

    La version précédente retrouve ses dates. Le numéro retiré ne sert plus jamais.

    \b
    Exemple :
      esav catalogue withdraw 2026.3
    """
    from esav_soap.bootstrap.horloge import horloge
    from esav_soap.bootstrap.reglages import lire_reglages
    from esav_soap.errors import PublicationRefusee
    from esav_soap.publication.regles import decider_retrait
    from esav_soap.store import ouvrir
    from esav_soap.usecases.publication import retirer_annonce

    reglages = lire_reglages(None, store=store)
    present = horloge(reglages)
    if not oui:
        terminal_requis("--oui")
    with ouvrir(reglages.store, creer=False) as magasin:
        decision = decider_retrait(version, present(), magasin.versions())
        if decision.manquements:
            raise PublicationRefusee(*(m.message for m in decision.manquements))
        avises = magasin.avises(version)
        click.echo(f"Annonce de la version {version} à retirer ; seront prévenus : {_noms(avises, magasin)}.")
        if decision.precedente is not None:
            click.echo(
                f"La version {decision.precedente.version} reste en vigueur, {_fin(decision.precedente.retrait)}."
            )
        confirmer(f"Retirer l'annonce de la version {version} ?", oui=oui)
        with ecriture_protegee() as proteger:
            proteger()
            retirer_annonce(version, magasin, magasin, present())
    click.echo(f"Annonce de la version {version} retirée ; ce numéro ne servira plus.")


def _resume(candidate: Candidate, operateurs: Operateurs, *, a_tous: bool, fixe: bool) -> Iterator[str]:
    """What is about to be announced. ``fixe``: the opening was asked for, and is not simply the earliest one."""
    from esav_soap.calendar import en_francais
    from esav_soap.publication.ecarts import Gravite, resume
    from esav_soap.usecases.publication import concernes

    decision, version = candidate.decision, candidate.catalogue.version
    yield f"Version {version} « {candidate.catalogue.libelle} »"
    plus_tot = "" if fixe else ", la première date permise, comptée depuis la confirmation"
    yield f"  ouverture en production : {en_francais(decision.nouvelle.ouverture)}{plus_tot}"
    yield "  plate-forme d'intégration : dès l'annonce"
    if decision.precedente is None:
        yield "  ne remplace aucune version"
    else:
        retrait = decision.precedente.retrait
        yield f"  remplace : {decision.precedente.version}, {_fin(retrait)}"
        yield f"  différences avec {decision.precedente.version} : {resume(candidate.ecarts)}"
    ruptures = [ecart for ecart in candidate.ecarts if ecart.gravite is Gravite.RUPTURE]
    for ecart in ruptures[:_MONTRES]:
        yield f"    rupture acceptée  {ecart.nom}"
        yield f"                      {ecart.message}"
    if len(ruptures) > _MONTRES:
        yield f"    … et {compte(len(ruptures) - _MONTRES, 'autre')} : esav catalogue diff --ruptures"
    yield f"  seront prévenus : {_noms(concernes(candidate, operateurs, a_tous=a_tous), operateurs)}"


def _noms(codes: Collection[str], operateurs: Operateurs) -> str:
    """Opérateurs and their addresses, the missing ones made plain."""
    if not codes:
        return "aucun opérateur"
    courriels = {o.code: o.courriel for o in operateurs.operateurs()}
    dits = [f"{code} ({courriels.get(code) or 'SANS ADRESSE : esav operateur declarer'})" for code in codes]
    reste = f" et {compte(len(dits) - _MONTRES, 'autre')}" if len(dits) > _MONTRES else ""
    return f"{compte(len(dits), 'opérateur')} : {', '.join(dits[:_MONTRES])}{reste}"


def _fin(retrait: object) -> str:
    from datetime import datetime

    from esav_soap.calendar import en_francais

    return f"retirée le {en_francais(retrait)}" if isinstance(retrait, datetime) else "sans date de retrait"


_SANS_URL = (
    "Attention : ni ESAV_URL_PUBLIQUE ni --url-publique ne sont donnés. Le pack de cette version, qui ne change plus une fois"
    " annoncé, donnera aux opérateurs l'adresse {}."
)
