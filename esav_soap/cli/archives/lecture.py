"""``esav archives lister`` and ``esav archives montrer``."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from esav_soap.cli.archives.communs import AU, DU, OPERATEUR, PLATEFORME, filtre
from esav_soap.cli.magasin import magasin_ouvert
from esav_soap.cli.options import STORE
from esav_soap.cli.sav.affichage import place
from esav_soap.cli.sav.communs import NUMERO

if TYPE_CHECKING:
    from esav_soap.usecases.archives.ports import Archive


@click.command(short_help="Montrer les signalisations archivées.")
@PLATEFORME
@OPERATEUR
@DU
@AU
@click.option("--maximum", type=click.IntRange(1, 1000), default=50, metavar="N", help="Au plus N.  [par défaut : 50]")
@click.option("--curseur", metavar="TEXTE", help="La suite d'une liste, comme elle le dit à sa fin.")
@STORE
def lister(
    plateforme: str | None,
    operateur: str | None,
    du: str | None,
    au: str | None,
    maximum: int,
    curseur: str | None,
    store: str | None,
) -> None:
    """Montrer les signalisations archivées, la dernière close d'abord : quand elles l'ont été, et ce qu'il en est depuis.

    \b
    Exemples :
      esav archives lister
      esav archives lister --operateur OPA --du 2024-01-01 --au 2024-03-31
    """
    from esav_soap.usecases.actions import ecrire_curseur

    voulues = filtre(plateforme, operateur, du, au)
    apres = place(curseur)
    lignes: list[Archive] = []
    with magasin_ouvert(store) as (magasin, _):
        while True:
            page = magasin.archives(voulues, apres, maximum - len(lignes), recentes_d_abord=True)
            lignes += [une for une, _ in page.archives]
            apres = page.suite
            if apres is None or len(lignes) == maximum:
                break
    for une in lignes:
        click.echo(_ligne(une))
    if not lignes:
        click.echo("Aucune signalisation archivée.")
    if apres is not None:
        click.echo(f"La suite : --curseur {ecrire_curseur(apres)}")


def _ligne(une: Archive) -> str:
    from esav_soap.calendar import en_francais

    suite = "purgée" if une.purgee_le else "exportée" if une.exportee_le else ""
    quand = en_francais(une.clos_le)
    ligne = f"{une.numero:<11}  {une.etat.name:<20}  {quand}  {une.operateur:<12}  {une.offre:<18}  {une.prestation}"
    return f"{ligne}  {suite}".rstrip()


@click.command(short_help="Montrer une signalisation archivée.")
@NUMERO
@click.option("--json", "en_json", is_flag=True, help="Son document, comme un export l'écrit.")
@STORE
@click.pass_context
def montrer(ctx: click.Context, numero: str, en_json: bool, store: str | None) -> None:
    """Montrer une signalisation archivée : quand elle l'a été, si elle est exportée ou purgée, puis sa fiche.

    \b
    Exemples :
      esav archives montrer 7K3M9QX2TBX
      esav archives montrer 7K3M9QX2TBX --json
    """
    from esav_soap.calendar import en_francais
    from esav_soap.cli.sav.lecture import montrer as fiche
    from esav_soap.signalisation.numero import normaliser
    from esav_soap.usecases.archives.document import ecrire

    canonique = normaliser(numero)
    with magasin_ouvert(store) as (magasin, _):
        trouvee = magasin.archive(canonique) if canonique else None
    if trouvee is None:
        raise click.ClickException(f"aucune signalisation archivée ne porte le numéro {numero}")
    une, dossier = trouvee
    if en_json:
        click.echo(ecrire(dossier).decode())
        return
    click.echo(f"Archivée le {en_francais(une.archivee_le)}")
    if une.exportee_le:
        click.echo(f"Exportée le {en_francais(une.exportee_le)}")
    if une.purgee_le:
        click.echo(f"Purgée le {en_francais(une.purgee_le)} : contact, formulaire, commentaires et adresses effacés")
    ctx.invoke(fiche, numero=numero, store=store)
