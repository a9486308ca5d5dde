"""``esav notifications``: where the events of opérateurs are sent as they come."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import TYPE_CHECKING

import click

from esav_soap.cli.nombres import compte, nombre
from esav_soap.cli.options import ENTIER_MAX, PLATEFORME, STORE, DansCetOrdre

if TYPE_CHECKING:
    from esav_soap.bootstrap.reglages import Reglages
    from esav_soap.notifications import AbonnementSuivi
    from esav_soap.store import Magasin

_operateur = click.argument("operateur", metavar="OPÉRATEUR")


def _cle(commande: Callable[..., None]) -> Callable[..., None]:
    return _operateur(PLATEFORME(STORE(commande)))


@click.group(cls=DansCetOrdre)
def notifications() -> None:
    """Envoyer aux opérateurs leurs événements dès qu'ils ont lieu, à leur récepteur HTTPS.

    \b
    Exemples, de l'abonnement à sa fin :
      esav notifications abonner OPA https://sav.opa.example/esav
      esav notifications essayer OPA
      esav notifications list
      esav notifications suspendre OPA
      esav notifications reprendre OPA
      esav notifications retirer OPA
    """


@notifications.command(short_help="Abonner un opérateur, ou changer l'adresse de son récepteur.")
@_operateur
@click.argument("adresse", metavar="ADRESSE")
@PLATEFORME
@click.option("--depuis-le-debut", is_flag=True, help="Envoyer aussi tous ses événements passés.")
@click.option(
    "--curseur",
    type=click.IntRange(0, ENTIER_MAX),
    metavar="N",
    help="Envoyer ce qui suit l'événement de rang N (listerEvenements).",
)
@STORE
def abonner(
    operateur: str, adresse: str, plateforme: str, depuis_le_debut: bool, curseur: int | None, store: str | None
) -> None:
    """Abonner l'opérateur OPÉRATEUR : ses événements partent à ADRESSE, à compter de maintenant.

    L'adresse commence par https://, sur le port 443 ou à partir de 1024. Si l'opérateur est déjà abonné, seule son adresse
    change : l'envoi continue où il en était, sauf si --curseur ou --depuis-le-debut dit d'où le reprendre.

    \b
    Exemples :
      esav notifications abonner OPA https://sav.opa.example/esav
      esav notifications abonner OPA https://essais.opa.example:8443/esav --plateforme integration
      esav notifications abonner OPA https://sav.opa.example/esav --curseur 1204
    """
    from esav_soap.usecases import notifications as cas

    if depuis_le_debut and curseur is not None:
        raise click.UsageError("--depuis-le-debut et --curseur ne vont pas ensemble")
    debut = 0 if depuis_le_debut else curseur
    with _ouvert(store) as (magasin, reglages, present):
        neuf = cas.abonner(magasin, plateforme, operateur, adresse, present, debut)
        suivi = cas.trouver_abonnement(magasin, plateforme, operateur)
        connus = {o.code for o in magasin.operateurs()}
    click.echo(
        f"Opérateur {operateur} ({plateforme}) : {'abonné' if neuf else 'abonnement changé'}, {cas.situation(suivi)}."
    )
    if operateur not in connus:
        click.echo(
            f"L'opérateur {operateur} n'est pas déclaré (esav operateur declarer) : un arrêt ne pourrait pas lui être écrit.",
            err=True,
        )
    _dire_sans_certificat(reglages)


@notifications.command("list", short_help="Montrer les abonnements et où ils en sont.")
@click.option("--en-echec", is_flag=True, help="Seulement ceux dont le récepteur n'accuse pas réception.")
@STORE
def lister(en_echec: bool, store: str | None) -> None:
    """Montrer les abonnements, avec ce qui attend et l'erreur du dernier essai.

    \b
    Exemples :
      esav notifications list
      esav notifications list --en-echec
    """
    with _ouvert(store) as (magasin, reglages, _):
        suivis = magasin.abonnements()
    montres = [s for s in suivis if s.abonnement.erreur or not en_echec]
    for suivi in montres:
        for ligne in _lignes(suivi):
            click.echo(ligne)
    if not montres:
        click.echo("Aucun abonnement." if not suivis else "Aucun récepteur en échec.")
    if suivis:
        _dire_sans_certificat(reglages)


def _lignes(suivi: AbonnementSuivi) -> Iterator[str]:
    from esav_soap.calendar import en_francais
    from esav_soap.usecases.notifications import situation

    un = suivi.abonnement
    yield f"{un.operateur:<12}  {un.plateforme:<11}  {situation(suivi)}"
    recu = f"dernier accusé le {en_francais(un.recu_le)}" if un.recu_le else "aucun accusé encore"
    yield f"        {un.adresse}  jusqu'au rang {nombre(un.curseur)}, {recu}"
    if un.erreur:
        yield f"        {un.erreur}"


@notifications.command(short_help="Envoyer maintenant une notification vide, et dire ce qui s'est passé.")
@_cle
def essayer(operateur: str, plateforme: str, store: str | None) -> None:
    """Envoyer maintenant une notification sans événement au récepteur, qui doit en accuser réception.

    Rien d'autre ne change : ni ce qui attend, ni l'état de l'abonnement.

    \b
    Exemples :
      esav notifications essayer OPA
      esav notifications essayer OPA --plateforme integration
    """
    from esav_soap.bootstrap.notifications import SANS_CERTIFICAT, recepteur_https
    from esav_soap.usecases import notifications as cas
    from esav_soap.usecases.ports.notifications import EchecNotification

    with _ouvert(store) as (magasin, reglages, _):
        recepteur = recepteur_https(reglages)
        if recepteur is None:
            raise click.ClickException(SANS_CERTIFICAT)
        try:
            un = cas.essayer(magasin, recepteur, plateforme, operateur)
        except EchecNotification as echec:
            raise click.ClickException(f"{echec.motif.name} : {echec}") from echec
    click.echo(f"Le récepteur {un.adresse} a accusé réception de l'essai.")


@notifications.command(short_help="Ne plus rien envoyer, jusqu'à reprendre.")
@_cle
def suspendre(operateur: str, plateforme: str, store: str | None) -> None:
    """Ne plus rien envoyer à l'opérateur ; ses événements attendent.

    \b
    Exemples :
      esav notifications suspendre OPA
      esav notifications suspendre OPA --plateforme integration
    """
    from esav_soap.usecases import notifications as cas

    with _ouvert(store) as (magasin, _, present):
        cas.suspendre(magasin, plateforme, operateur, present)
    click.echo(f"Notifications de l'opérateur {operateur} ({plateforme}) suspendues.")


@notifications.command(short_help="Reprendre l'envoi où il s'est arrêté.")
@_cle
def reprendre(operateur: str, plateforme: str, store: str | None) -> None:
    """Reprendre l'envoi d'un abonnement suspendu, arrêté, ou qui attend son prochain essai.

    L'envoi reprend où il s'est arrêté, tout de suite, et avec tous ses essais.

    \b
    Exemples :
      esav notifications reprendre OPA
      esav notifications reprendre OPA --plateforme integration
    """
    from esav_soap.usecases import notifications as cas

    with _ouvert(store) as (magasin, reglages, present):
        avant = cas.reprendre(magasin, plateforme, operateur, present)
    click.echo(
        f"Notifications de l'opérateur {operateur} ({plateforme}) reprises : {compte(avant.retard, 'événement')} en attente."
    )
    _dire_sans_certificat(reglages)


@notifications.command(short_help="Retirer un abonnement.")
@_cle
def retirer(operateur: str, plateforme: str, store: str | None) -> None:
    """Retirer l'abonnement de l'opérateur : où il en était est oublié.

    \b
    Exemples :
      esav notifications retirer OPA
      esav notifications retirer OPA --plateforme integration
    """
    from esav_soap.usecases import notifications as cas

    with _ouvert(store) as (magasin, _, _present):
        suivi = cas.trouver_abonnement(magasin, plateforme, operateur)
        magasin.retirer_abonnement(plateforme, operateur)
    click.echo(
        f"Abonnement de l'opérateur {operateur} ({plateforme}) retiré, après l'événement {nombre(suivi.abonnement.curseur)}."
    )


@contextmanager
def _ouvert(store: str | None) -> Iterator[tuple[Magasin, Reglages, datetime]]:
    """The store, the settings and the present; what is refused is said by its code."""
    from esav_soap.bootstrap.horloge import horloge
    from esav_soap.bootstrap.reglages import lire_reglages
    from esav_soap.notifications import AdresseRefusee
    from esav_soap.store import ouvrir
    from esav_soap.usecases.notifications import AbonnementRefuse

    reglages = lire_reglages(None, store=store)
    with ouvrir(reglages.store) as magasin:
        try:
            yield magasin, reglages, horloge(reglages)()
        except (AbonnementRefuse, AdresseRefusee) as refus:
            raise click.ClickException(f"{refus.code.name} : {refus}") from refus


def _dire_sans_certificat(reglages: Reglages) -> None:
    if not reglages.notifications_certificat:
        from esav_soap.bootstrap.notifications import SANS_CERTIFICAT

        click.echo(SANS_CERTIFICAT, err=True)
