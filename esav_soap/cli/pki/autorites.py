"""``esav pki init`` and ``ca``: the platform's own authority, and those that are recognised."""

from __future__ import annotations

from pathlib import Path

import click

from esav_soap.cli.confirmation import OUI, confirmer, terminal_requis
from esav_soap.cli.interruption import ecriture_protegee
from esav_soap.cli.nombres import compte
from esav_soap.cli.options import STORE
from esav_soap.cli.pki.commun import PKI, coffre, contexte, lire_fichier, phrase

_FICHIER = click.Path(exists=True, dir_okay=False, allow_dash=True)
#: Whether it has come to its end -> what is said of it.
_FIN = {False: "jusqu'au", True: "TERMINÉE le"}
_VALABLE = {False: "valable jusqu'au", True: "PÉRIMÉE depuis le"}


@click.command(short_help="Créer l'autorité de la plate-forme.")
@click.option("--nom", metavar="NOM", help="Nom de l'autorité.  [par défaut : Autorité e-SAV]")
@click.option("--duree", type=click.IntRange(1, 30), default=10, metavar="ANS", help="Validité.  [par défaut : 10]")
@click.option("--sans-phrase", is_flag=True, help="Ne pas chiffrer la clé (essais, ou disque déjà chiffré).")
@click.option("--succession", is_flag=True, help="Faire l'autorité suivante, à côté de celle qui est en service.")
@PKI
@STORE
def init(nom: str | None, duree: int, sans_phrase: bool, succession: bool, dossier: Path, store: str | None) -> None:
    """Créer l'autorité de la plate-forme : sa clé, son certificat, sa première liste de révocation.

    La clé va dans un fichier que seul son propriétaire peut lire, chiffrée par la phrase de ESAV_PKI_PHRASE, ou demandée deux
    fois. Ce fichier n'est jamais réécrit : le sauvegarder hors ligne. Les nœuds n'en ont pas besoin. Interrompue, la commande
    se relance : elle reprend où elle en était.

    \b
    Exemples :
      esav pki init
      esav pki init --nom "Autorité e-SAV Réseau Ouest" --duree 15 --pki /srv/esav/pki
      esav pki init --sans-phrase --store sqlite:///var/essai.db
    """
    from esav_soap.calendar import en_francais, instant_plus_mois
    from esav_soap.usecases.pki.autorites import inscrire_interne, permettre_init, verifier_nom

    lieu = coffre(dossier)
    with contexte(store, creer=True) as ctx:
        neuve = not lieu.existe()
        voulu = nom or "Autorité e-SAV"
        verifier_nom(voulu)
        if neuve:
            permettre_init(ctx, succession=succession)
            secret = None if sans_phrase else phrase("Phrase pour chiffrer la clé", confirmer=True)
        else:
            secret = phrase("Phrase de la clé de l'autorité") if lieu.chiffre() else None
        with ecriture_protegee() as proteger:
            proteger()
            debut = ctx.instant.replace(microsecond=0)
            emetteur = (
                lieu.creer(voulu, debut, instant_plus_mois(debut, 12 * duree), secret) if neuve else lieu.ouvrir(secret)
            )
            autorite, inscrite = inscrire_interne(ctx, emetteur, succession=succession)
    if inscrite:
        click.echo(f"Autorité « {autorite.nom} » en service jusqu'au {en_francais(autorite.fin)}.")
        chiffree = "" if secret else " ; elle n'est PAS CHIFFRÉE"
        click.echo(f"Clé : {lieu.fichier}, à sauvegarder hors ligne{chiffree}.")
    else:
        click.echo(f"Autorité « {autorite.nom} » déjà en service : rien n'a changé.")
    click.echo(f"Empreinte : {autorite.empreinte}")


@click.group()
def ca() -> None:
    """Les autorités dont les certificats peuvent être enregistrés."""


@ca.command("add")
@click.argument("fichier", type=_FICHIER)
@click.option("--nom", metavar="NOM", help="Nom sous lequel la désigner.  [par défaut : celui de son certificat]")
@STORE
def add(fichier: str, nom: str | None, store: str | None) -> None:
    """Reconnaître une autorité : ses certificats pourront être enregistrés, un par un.

    FICHIER est le certificat (PEM ou DER) de l'autorité qui signe directement ceux des opérateurs : souvent une autorité
    intermédiaire, plutôt que la racine.

    \b
    Exemple :
      esav pki ca add autorite-intermediaire.pem --nom "Certigna Services"
    """
    from esav_soap.calendar import en_francais
    from esav_soap.usecases.pki.autorites import ajouter

    octets = lire_fichier(fichier)
    with contexte(store) as ctx:
        autorite = ajouter(ctx, octets, nom)
    click.echo(f"Autorité « {autorite.nom} » reconnue, jusqu'au {en_francais(autorite.fin)}.")
    click.echo(f"Empreinte : {autorite.empreinte}")
    click.echo("Donner aussi sa liste de révocation, et la tenir à jour : esav pki ca crl", err=True)


@ca.command("remove")
@click.argument("autorite", metavar="NOM|EMPREINTE")
@OUI
@STORE
def remove(autorite: str, oui: bool, store: str | None) -> None:
    """Ne plus reconnaître une autorité : tous ses certificats cessent de servir, en quelques secondes.

    \b
    Exemples :
      esav pki ca remove "Certigna Services"
      esav pki ca remove 3f2a90c1d4e5 --oui
    """
    from esav_soap.usecases.pki.autorites import dependants, retirer, trouver

    if not oui:
        terminal_requis("--oui")
    with contexte(store) as ctx:
        trouvee = trouver(ctx, autorite)
        touches = dependants(ctx, trouvee)
        if trouvee.interne:
            click.echo("Attention : c'est l'autorité de la plate-forme elle-même.", err=True)
        for certificat in touches:
            click.echo(f"  {certificat.empreinte[:16]}  {certificat.titulaire}", err=True)
        question = f"Retirer « {trouvee.nom} », et faire cesser {compte(len(touches), 'certificat')} ?"
        confirmer(question, oui=oui)
        with ecriture_protegee() as proteger:
            proteger()
            retirer(ctx, trouvee)
    click.echo(f"Autorité « {trouvee.nom} » retirée ; {compte(len(touches), 'certificat')} sans effet.")


@ca.command("list")
@STORE
def lister(store: str | None) -> None:
    """Montrer les autorités : reconnues ou retirées, leur fin, leur liste de révocation.

    \b
    Exemple :
      esav pki ca list
    """
    from esav_soap.calendar import en_francais
    from esav_soap.usecases.pki.autorites import dependants
    from esav_soap.usecases.pki.revocation import EtatCrl

    with contexte(store) as ctx:
        autorites = sorted(ctx.base.autorites(), key=lambda a: (a.retiree_le is not None, not a.interne, a.nom))
        for autorite in autorites:
            genre = "celle de la plate-forme" if autorite.interne else "reconnue"
            if autorite.retiree_le is not None:
                genre = f"RETIRÉE le {en_francais(autorite.retiree_le)}"
            fin = f"{_FIN[autorite.fin <= ctx.instant]} {en_francais(autorite.fin)}"
            jusqu_a = None if autorite.crl is None else ctx.chiffrement.fin_crl(autorite.crl)
            click.echo(f"{autorite.empreinte[:16]}  « {autorite.nom} », {genre}, {fin}")
            nombre = compte(len(dependants(ctx, autorite)), "certificat")
            perimee = EtatCrl(autorite, jusqu_a).perimee(ctx.instant)
            click.echo(f"{'':16}  {nombre} en cours ; liste de révocation : {_liste(autorite.crl, jusqu_a, perimee)}")
        if not autorites:
            click.echo("Aucune autorité. Créer celle de la plate-forme : esav pki init")


@ca.command("crl")
@click.argument("autorite", metavar="NOM|EMPREINTE")
@click.argument("fichier", type=_FICHIER)
@STORE
def importer(autorite: str, fichier: str, store: str | None) -> None:
    """Prendre la liste de révocation (CRL) d'une autorité reconnue, après l'avoir vérifiée.

    Signature, dates et portée sont vérifiées ; une liste plus ancienne que celle qui est là est refusée. Les certificats
    qu'elle révoque sont refusés par les nœuds en quelques secondes.

    \b
    Exemple :
      curl -s http://crl.autorite.example/clients.crl | esav pki ca crl "Certigna Services" -
    """
    from esav_soap.calendar import en_francais
    from esav_soap.usecases.pki.autorites import importer_crl, trouver

    octets = lire_fichier(fichier)
    with contexte(store) as ctx:
        trouvee = trouver(ctx, autorite)
        with ecriture_protegee() as proteger:
            proteger()
            touches = importer_crl(ctx, trouvee, octets)
        fin = ctx.chiffrement.fin_crl(octets)
    dite = f", à remplacer avant le {en_francais(fin)}" if fin else ""
    click.echo(f"Liste de « {trouvee.nom} » enregistrée{dite}.")
    for certificat in touches:
        click.echo(f"Révoqué par cette liste : {certificat.empreinte[:16]}  {certificat.titulaire}")


def _liste(crl: bytes | None, jusqu_a: object, perimee: bool) -> str:
    from datetime import datetime

    from esav_soap.calendar import en_francais

    if crl is None:
        return "AUCUNE"
    if not isinstance(jusqu_a, datetime):
        return "sans date de fin"
    return f"{_VALABLE[perimee]} {en_francais(jusqu_a)}"
