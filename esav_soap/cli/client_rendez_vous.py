"""``esav client rendez-vous``: slots, bookings, changes."""

from __future__ import annotations

import click

from esav_soap.cli.client_appel import mener
from esav_soap.cli.client_options import CLE, Acces, avec, une_cle
from esav_soap.cli.options import DansCetOrdre

_RENDEZ_VOUS = click.argument("numero", metavar="RENDEZ_VOUS")
_GENRE = click.option("--genre", required=True, metavar="CODE", help="SAV, SAV_PLUS ou EXPERTISE_CONTRADICTOIRE.")
_PLAGE = (
    click.option("--jour", required=True, metavar="DATE", help="2026-12-03 ou 03/12/2026."),
    click.option("--plage", required=True, metavar="CODE", help="MATIN, APRES_MIDI, ou l'heure : H08 à H17."),
    click.option(
        "--reference-rendez-vous",
        metavar="REF",
        help="Votre référence du rendez-vous, unique.  [une nouvelle, affichée avant l'envoi]",
    ),
    click.option("--ferme", is_flag=True, help="Prendre la place tout de suite, sans avoir à confirmer."),
)
_COMMENTAIRE = click.option("--commentaire", metavar="TEXTE", help="Commentaire, que le SAV lit.")


@click.group("rendez-vous", cls=DansCetOrdre)
def rendez_vous() -> None:
    """Chercher une plage, la réserver, la déplacer, l'annuler.

    \b
    Exemples :
      esav client rendez-vous chercher 7K3M9QX2TBX --genre SAV
      esav client rendez-vous reserver 7K3M9QX2TBX --genre SAV --jour 2026-12-03 --plage MATIN
      esav client rendez-vous confirmer 4W8N2RC6HDP
    """


@rendez_vous.command()
@avec(
    *CLE,
    click.option("--prestation", metavar="ID", help="Une prestation, avant tout dépôt, à la place du numéro."),
    _GENRE,
    click.option("--du", metavar="DATE", help="Premier jour.  [le premier possible]"),
    click.option("--au", metavar="DATE", help="Dernier jour."),
)
def chercher(
    acces: Acces,
    numero: str | None,
    reference: str | None,
    prestation: str | None,
    genre: str,
    du: str | None,
    au: str | None,
) -> None:
    """Chercher les plages libres, pour une signalisation ou une prestation.

    La recherche est fermée de 01:00 à 04:00, heure de Paris.

    \b
    Exemples :
      esav client rendez-vous chercher 7K3M9QX2TBX --genre SAV
      esav client rendez-vous chercher --prestation FTTH-0001 --genre SAV_PLUS --du 2026-12-03
    """
    from esav_soap.cli import client_affichage_rendez_vous as affichage

    if [numero, reference, prestation].count(None) != 2:
        raise click.UsageError("indiquer le NUMERO, --reference ou --prestation : un seul d'entre eux")
    mener(
        acces,
        lambda esav: {
            "plageLibre": esav.rendez_vous.rechercher_plages(
                genre, numero=numero, reference=reference, prestation=prestation, du=du, au=au
            )
        },
        affichage.plages,
    )


@rendez_vous.command()
@avec(*CLE, _GENRE, *_PLAGE)
def reserver(
    acces: Acces,
    numero: str | None,
    reference: str | None,
    genre: str,
    jour: str,
    plage: str,
    reference_rendez_vous: str | None,
    ferme: bool,
) -> None:
    """Réserver une plage pour une signalisation.

    Sans --ferme, la place est tenue quelques minutes, à confirmer. Sans réponse du service, recommencer avec la même
    --reference-rendez-vous ne réserve rien deux fois.

    \b
    Exemples :
      esav client rendez-vous reserver 7K3M9QX2TBX --genre SAV --jour 2026-12-03 --plage MATIN
      esav client rendez-vous reserver --reference TICKET-42 --genre SAV_PLUS \\
          --jour 03/12/2026 --plage H14 --reference-rendez-vous RDV-42 --ferme
    """
    from esav_soap.cli import client_affichage_rendez_vous as affichage

    une_cle(numero, reference)
    ref = _reference(reference_rendez_vous)
    mener(
        acces,
        lambda esav: esav.rendez_vous.reserver(
            genre, jour, plage, numero=numero, reference=reference, reference_rendez_vous=ref, ferme=ferme
        ),
        affichage.rendu,
    )


@rendez_vous.command()
@avec(_RENDEZ_VOUS)
def confirmer(acces: Acces, numero: str) -> None:
    """Confirmer une place tenue.

    \b
    Exemple :
      esav client rendez-vous confirmer 4W8N2RC6HDP
    """
    from esav_soap.cli import client_affichage_rendez_vous as affichage

    mener(acces, lambda esav: esav.rendez_vous.confirmer(numero), affichage.rendu)


@rendez_vous.command()
@avec(
    click.argument("numero", metavar="[RENDEZ_VOUS]", required=False),
    click.option("--signalisation", metavar="NUMERO", help="Tous ceux de cette signalisation."),
    click.option("--reference", metavar="REF", help="Tous ceux de la signalisation de cette référence."),
)
def montrer(acces: Acces, numero: str | None, signalisation: str | None, reference: str | None) -> None:
    """Montrer un rendez-vous, ou tous ceux d'une signalisation.

    \b
    Exemples :
      esav client rendez-vous montrer 4W8N2RC6HDP
      esav client rendez-vous montrer --reference TICKET-42
    """
    from esav_soap.cli import client_affichage_rendez_vous as affichage

    if [numero, signalisation, reference].count(None) != 2:
        raise click.UsageError("indiquer le RENDEZ_VOUS, --signalisation ou --reference : un seul d'entre eux")
    mener(
        acces,
        lambda esav: {
            "rendezVous": esav.rendez_vous.consulter(numero, signalisation=signalisation, reference=reference)
        },
        affichage.liste,
    )


@rendez_vous.command()
@avec(_RENDEZ_VOUS, *_PLAGE, _COMMENTAIRE)
def deplacer(
    acces: Acces,
    numero: str,
    jour: str,
    plage: str,
    reference_rendez_vous: str | None,
    ferme: bool,
    commentaire: str | None,
) -> None:
    """Déplacer un rendez-vous, au plus tard la veille à 18:00.

    Le nouveau a son propre numéro et sa référence. Si la plage ne peut pas être prise, rien ne change.

    \b
    Exemple :
      esav client rendez-vous deplacer 4W8N2RC6HDP --jour 2026-12-04 --plage APRES_MIDI
    """
    from esav_soap.cli import client_affichage_rendez_vous as affichage

    ref = _reference(reference_rendez_vous)
    mener(
        acces,
        lambda esav: esav.rendez_vous.modifier(
            numero, jour, plage, reference_rendez_vous=ref, ferme=ferme, commentaire=commentaire
        ),
        affichage.rendu,
    )


@rendez_vous.command()
@avec(_RENDEZ_VOUS, _COMMENTAIRE)
def annuler(acces: Acces, numero: str, commentaire: str | None) -> None:
    """Annuler un rendez-vous, au plus tard la veille à 18:00.

    \b
    Exemple :
      esav client rendez-vous annuler 4W8N2RC6HDP --commentaire "Le client est absent ce jour-là."
    """
    from esav_soap.cli import client_affichage_rendez_vous as affichage

    mener(acces, lambda esav: esav.rendez_vous.annuler(numero, commentaire=commentaire), affichage.rendu)


def _reference(donnee: str | None) -> str:
    """The reference of the request, told before it is sent: whoever gets no answer asks again under the same one."""
    from esav_soap.client import reference_neuve

    if donnee is not None:
        return donnee
    reference = reference_neuve("RDV")
    click.echo(f"Référence du rendez-vous : {reference}", err=True)
    return reference
