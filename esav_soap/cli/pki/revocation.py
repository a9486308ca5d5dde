"""``esav pki revoke`` and ``crl``: certificates that must not call any more, and the list that tells of it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from esav_soap.cli.confirmation import OUI, confirmer, terminal_requis
from esav_soap.cli.interruption import ecriture_protegee
from esav_soap.cli.nombres import compte
from esav_soap.cli.options import STORE
from esav_soap.cli.pki.commun import PKI, autorite, avertir, contexte, date, lire_fichier

if TYPE_CHECKING:
    from datetime import datetime

    from esav_soap.usecases.pki.ports import Contexte


@click.command(short_help="Révoquer des certificats.")
@click.argument("designations", metavar="EMPREINTE|FICHIER...", nargs=-1, required=True)
@click.option("--motif", required=True, metavar="TEXTE", help="Pourquoi ; gardé avec le certificat.")
@click.option("--sans-crl", is_flag=True, help="La clé de l'autorité n'est pas ici : la liste sera refaite plus tard.")
@OUI
@PKI
@STORE
def revoke(
    designations: tuple[str, ...], motif: str, sans_crl: bool, oui: bool, dossier: Path, store: str | None
) -> None:
    """Révoquer des certificats enregistrés : les nœuds les refusent en quelques secondes, sans redémarrage.

    L'empreinte peut être abrégée à 8 chiffres. Quand un certificat vient de la plate-forme, sa liste de révocation est refaite
    dans la même transaction. Une révocation est définitive.

    \b
    Exemples :
      esav pki revoke 3f2a90c1d4e5 --motif "clé perdue, courrier du 20/11"
      esav pki revoke ancien.pem --motif remplacé --oui
      esav pki revoke 3f2a90c1d4e5 --motif "clé volée" --sans-crl
    """
    from esav_soap.bootstrap.horloge import horloge
    from esav_soap.bootstrap.reglages import lire_reglages
    from esav_soap.usecases.pki.revocation import choisir, concerne, consequences, revoquer

    if not oui:
        terminal_requis("--oui")
    with contexte(store) as ctx:
        choisis = choisir(ctx, [_empreinte(ctx, d) for d in designations])
        nos = concerne(choisis, ctx.base.autorites())
        emetteur = autorite(dossier) if nos and not sans_crl else None
        for certificat in choisis:
            deja = " (déjà révoqué)" if certificat.revoque_le else ""
            click.echo(f"  {certificat.empreinte[:16]}  {certificat.titulaire}  {certificat.sujet}{deja}", err=True)
        avertir(consequences(ctx, choisis))
        confirmer(f"Révoquer {compte(len(choisis), 'certificat')} ? C'est définitif.", oui=oui)
        present = replace(ctx, instant=horloge(lire_reglages(None, store=store))())
        with ecriture_protegee() as proteger:
            proteger()
            faits = revoquer(present, choisis, motif, emetteur)
    click.echo(f"{compte(faits, 'certificat')} révoqué{'s' if faits > 1 else ''}.")
    if sans_crl and nos:
        click.echo("La liste de révocation ne le dit pas encore : esav pki crl, là où est la clé.", err=True)


@click.command(short_help="Refaire la liste de révocation de la plate-forme.")
@click.option("--jusqu-a", metavar="DATE", help="Date de la liste suivante, ISO 8601.  [par défaut : dans 30 jours]")
@click.option("--verifier", is_flag=True, help="Ne rien refaire : dire où elle en est ; code 1 si elle est à refaire.")
@PKI
@STORE
def crl(jusqu_a: str | None, verifier: bool, dossier: Path, store: str | None) -> None:
    """Refaire la liste de révocation (CRL) de la plate-forme ; à tenir à jour par une tâche planifiée, chaque jour.

    Le service n'a pas besoin d'elle pour refuser un certificat révoqué ; les mandataires qui l'appliquent refusent tout le
    monde dès qu'elle est périmée. Elle est publiée sur /pki/esav.crl.

    \b
    Exemples :
      esav pki crl
      esav pki crl --jusqu-a 2027-01-31
      esav pki crl --verifier || esav pki crl
    """
    from esav_soap.usecases.pki.revocation import etats_crl, renouveler_crl

    fin = date(jusqu_a)
    if verifier:
        if fin is not None:
            raise click.UsageError("--verifier ne refait rien : --jusqu-a n'a pas de sens")
        with contexte(store) as ctx:
            listes = [e for e in etats_crl(ctx) if e.autorite.interne]
            refaire = not listes
            for liste in listes:
                refaire = refaire or liste.a_renouveler(ctx.instant)
                click.echo(f"« {liste.autorite.nom} » : {_dire(liste.jusqu_a, perimee=liste.perimee(ctx.instant))}")
        if not listes:
            click.echo("Aucune autorité de la plate-forme : esav pki init", err=True)
        raise click.exceptions.Exit(1 if refaire else 0)
    emetteur = autorite(dossier)
    with contexte(store) as ctx, ecriture_protegee() as proteger:
        proteger()
        faite = renouveler_crl(ctx, emetteur, fin)
        nombre = len(ctx.chiffrement.numeros_revoques(faite.autorite.crl or b""))
    click.echo(f"« {faite.autorite.nom} » : {_dire(faite.jusqu_a, perimee=False)}, {compte(nombre, 'révocation')}")


def _empreinte(ctx: Contexte, designation: str) -> str:
    """A fingerprint as it is given, or that of the certificate in a file of that name."""
    from esav_soap.usecases.pki.pieces import lire_piece

    if designation != "-" and not Path(designation).is_file():
        return designation
    return lire_piece(lire_fichier(designation), ctx.chiffrement).certificat.empreinte


def _dire(jusqu_a: datetime | None, *, perimee: bool) -> str:
    from esav_soap.calendar import en_francais

    if jusqu_a is None:
        return "pas de liste de révocation"
    debut = "PÉRIMÉE depuis le" if perimee else "valable jusqu'au"
    return f"liste {debut} {en_francais(jusqu_a)}"
