"""``esav envois``: the queue of notices, for those who run the platform."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from esav_soap.cli.nombres import compte, nombre
from esav_soap.cli.options import ENTIER_MAX, STORE

if TYPE_CHECKING:
    from esav_soap.avis import Envoi, EnvoiSuivi

#: Option -> name of the state.
ETATS = {"attente": "EN_ATTENTE", "envoye": "ENVOYE", "rebut": "REBUT"}
#: More than any queue holds.
TOUS = 1_000_000

envois = click.Group("envois", help="Les avis aux opérateurs : la file d'envoi et le rebut.")


@envois.command("list", short_help="Montrer les avis de la file.")
@click.option("--etat", type=click.Choice(list(ETATS)), help="Seulement les avis dans cet état.")
@click.option(
    "--maximum", type=click.IntRange(1, TOUS), default=50, metavar="N", help="Au plus N avis.  [par défaut : 50]"
)
@STORE
def lister(etat: str | None, maximum: int, store: str | None) -> None:
    """Montrer les avis de la file, les plus récents d'abord, avec l'erreur du dernier essai.

    Après le genre de l'avis vient son objet : la version du catalogue, ou, pour le rappel d'un certificat, le début de son
    empreinte et l'étape (esav pki list).

    \b
    Exemples :
      esav envois list
      esav envois list --etat rebut
      esav envois list --etat attente --maximum 500
    """
    from esav_soap.avis import EtatEnvoi
    from esav_soap.bootstrap.reglages import lire_reglages
    from esav_soap.store import ouvrir

    reglages = lire_reglages(None, store=store)
    with ouvrir(reglages.store) as magasin:
        suivis = magasin.suivis(EtatEnvoi[ETATS[etat]] if etat else None, maximum + 1)
        attend = bool(magasin.suivis(EtatEnvoi.EN_ATTENTE, 1))
        rebut = len(magasin.suivis(EtatEnvoi.REBUT, TOUS))
    for suivi in suivis[:maximum]:
        click.echo(_ligne(suivi))
        if suivi.erreur:
            click.echo(f"        {suivi.erreur}")
    if not suivis:
        click.echo("Aucun avis dans la file." if etat is None else "Aucun avis dans cet état.")
    if len(suivis) > maximum:
        click.echo(f"… et d'autres, plus anciens : --maximum {10 * maximum}.")
    if rebut:
        click.echo(f"{nombre(rebut)} avis au rebut : corriger la cause, puis esav envois rejouer.", err=True)
    if attend and not reglages.smtp_hote:
        from esav_soap.bootstrap.courrier import SANS_SERVEUR

        click.echo(SANS_SERVEUR, err=True)


def _objet(envoi: Envoi) -> str:
    """A version, a signalisation, or the beginning of a certificate's fingerprint and the step: a whole one would fill the
    line."""
    empreinte, _, etape = envoi.objet.partition(":")
    return f"{empreinte[:16]}…:{etape}" if len(empreinte) > 16 else envoi.objet


def _ligne(suivi: EnvoiSuivi) -> str:
    from esav_soap.calendar import en_francais

    envoi = suivi.envoi
    debut = (
        f"{suivi.numero:>6}  {suivi.etat.value:<10}  {envoi.genre.name:<17}  {_objet(envoi):<8}  {envoi.operateur:<12}"
    )
    if suivi.envoye_le is not None:
        quand = f"le {en_francais(suivi.envoye_le)}"
    elif suivi.prochain is not None and suivi.essais:
        quand = f"{compte(suivi.essais, 'essai')}, le prochain le {en_francais(suivi.prochain)}"
    else:
        quand = f"dans la file depuis le {en_francais(suivi.cree_le)}"
        if suivi.essais:
            quand = f"{compte(suivi.essais, 'essai')}, {quand}"
    return f"{debut}  {quand}"


@envois.command("rejouer", short_help="Remettre dans la file des avis mis au rebut.")
@click.argument("numeros", type=click.IntRange(1, ENTIER_MAX), nargs=-1, metavar="[NUMÉRO...]")
@click.option("--tous", is_flag=True, help="Tous les avis au rebut.")
@STORE
def rejouer(numeros: tuple[int, ...], tous: bool, store: str | None) -> None:
    """Remettre dans la file des avis mis au rebut, pour qu'ils soient envoyés de nouveau.

    Le numéro d'un avis est celui que montre esav envois list. Un avis déjà envoyé ne l'est pas une seconde fois.

    \b
    Exemples :
      esav envois rejouer 17 18
      esav envois rejouer --tous
    """
    from esav_soap.avis import EtatEnvoi
    from esav_soap.bootstrap.horloge import horloge
    from esav_soap.bootstrap.reglages import lire_reglages
    from esav_soap.store import ouvrir

    if bool(numeros) == tous:
        raise click.UsageError("indiquer des numéros, ou --tous")
    reglages = lire_reglages(None, store=store)
    with ouvrir(reglages.store) as magasin:
        voulus = [s.numero for s in magasin.suivis(EtatEnvoi.REBUT, TOUS)] if tous else sorted(set(numeros))
        rejoues = magasin.rejouer(voulus, horloge(reglages)())
    click.echo(f"{nombre(rejoues)} avis remis dans la file.")
    if not tous and rejoues < len(voulus):
        click.echo(
            "Les autres numéros ne sont pas ceux d'avis au rebut : voir esav envois list --etat rebut.", err=True
        )
        raise click.exceptions.Exit(1)
