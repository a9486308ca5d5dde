"""``esav sav reporter`` and ``esav sav decommander``: appointments that the Fournisseur cannot keep."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

import click

from esav_soap.cli.dates import jour
from esav_soap.cli.options import PLATEFORME, STORE
from esav_soap.cli.sav.affichage import ligne_rendez_vous, refus_dits
from esav_soap.cli.sav.communs import AUTEUR, ouvert_rendez_vous, technicien

if TYPE_CHECKING:
    from collections.abc import Callable

    from esav_soap.rendez_vous import Decision
    from esav_soap.usecases.depot import Appelant
    from esav_soap.usecases.rendez_vous import Acteur, RendezVous

    Faire = Callable[[RendezVous, Appelant, datetime, Acteur], Decision]

#: Element of a message -> the option that gives it.
_OPTIONS = {"commentaire": "--commentaire", "jour": "--jour", "plage": "--plage"}
_RENDEZ_VOUS = click.argument("numero", metavar="RENDEZ_VOUS")
_COMMENTAIRE = click.option("--commentaire", metavar="TEXTE", default="", help="Pourquoi ; l'opérateur le lit.")


@click.command(short_help="Déplacer un rendez-vous que le Fournisseur ne peut pas tenir.")
@_RENDEZ_VOUS
@click.option("--jour", "le", metavar="JOUR", required=True, help="Le nouveau jour.")
@click.option("--plage", metavar="CODE", required=True, help="La nouvelle plage : MATIN, APRES_MIDI, ou H08 à H17.")
@click.option(
    "--reference",
    metavar="TEXTE",
    help="Référence du nouveau rendez-vous.  [par défaut : tirée de l'ancien, du jour et de la plage]",
)
@_COMMENTAIRE
@PLATEFORME
@AUTEUR
@STORE
def reporter(
    numero: str,
    le: str,
    plage: str,
    reference: str | None,
    commentaire: str,
    plateforme: str,
    auteur: str | None,
    store: str | None,
) -> None:
    """Déplacer un rendez-vous que le Fournisseur ne peut pas tenir, jusqu'à son heure. L'opérateur en voit l'événement.

    RENDEZ_VOUS est son numéro, que montre « esav sav montrer » ; le nouveau rendez-vous a le sien.

    \b
    Exemple :
      esav sav reporter 9JD3CMHVHKN --jour 2026-12-04 --plage MATIN --commentaire "Technicien absent"
    """
    from esav_soap.rendez_vous import Plage
    from esav_soap.usecases.rendez_vous import Souhait

    nouveau = jour(le)
    connue = Plage.__members__.get(plage.strip().upper())
    if connue is None:
        raise click.UsageError(
            f"--plage : « {plage} » n'est pas un code. Les codes : {', '.join(p.name for p in Plage)}"
        )
    propre = reference or f"SAV-{numero.strip().upper()}-{nouveau:%Y%m%d}-{connue.name}"

    def faire(rendez_vous: RendezVous, titulaire: Appelant, instant: datetime, acteur: Acteur) -> Decision:
        souhait = Souhait(propre, nouveau, connue)
        return rendez_vous.modifier(titulaire, numero, souhait, instant, acteur, texte=commentaire)

    _faire(numero, faire, plateforme, auteur, store)


@click.command(short_help="Annuler un rendez-vous que le Fournisseur ne peut pas tenir.")
@_RENDEZ_VOUS
@_COMMENTAIRE
@PLATEFORME
@AUTEUR
@STORE
def decommander(numero: str, commentaire: str, plateforme: str, auteur: str | None, store: str | None) -> None:
    """Annuler un rendez-vous que le Fournisseur ne peut pas tenir, jusqu'à son heure. L'opérateur en voit l'événement.

    Une signalisation gelée est dégelée, et la garantie court de nouveau : il y faut alors un commentaire.

    \b
    Exemple :
      esav sav decommander 9JD3CMHVHKN --commentaire "Défaut trouvé au NRO, la visite n'a plus d'objet"
    """

    def faire(rendez_vous: RendezVous, titulaire: Appelant, instant: datetime, acteur: Acteur) -> Decision:
        return rendez_vous.annuler(titulaire, numero, instant, acteur, texte=commentaire)

    _faire(numero, faire, plateforme, auteur, store)


def _faire(numero: str, faire: Faire, plateforme: str, auteur: str | None, store: str | None) -> None:
    from esav_soap.signalisation import Cote
    from esav_soap.usecases.rendez_vous import Acteur

    with ouvert_rendez_vous(store) as (rendez_vous, horloge), refus_dits(_OPTIONS):
        acteur = Acteur(Cote.FOURNISSEUR, technicien(auteur).auteur)
        decision = faire(rendez_vous, rendez_vous.titulaire(plateforme, numero), horloge(), acteur)
    deja = "Déjà fait : " if decision.deja_faite else ""
    click.echo(f"{deja}{ligne_rendez_vous(decision.reservation)}")
    click.echo(f"Signalisation {decision.reservation.signalisation} : voir esav sav montrer.")
