"""``esav worker``."""

from __future__ import annotations

import click

from esav_soap.cli.nombres import nombre
from esav_soap.cli.options import STORE


@click.command()
@click.option("--une-fois", is_flag=True, help="Faire ce qui est dû, puis s'arrêter.")
@STORE
@click.option("--parent", type=int, metavar="PID", hidden=True)
def worker(une_fois: bool, store: str | None, parent: int | None) -> None:
    """Envoyer les avis et les notifications, verrouiller et archiver ce qui est échu, jusqu'à Ctrl-C ou SIGTERM.

    Ce qui est en cours d'envoi est terminé avant l'arrêt. Plusieurs workers peuvent tourner à la fois, sur plusieurs
    machines ; esav serve en lance un, sauf si ESAV_WORKER=non. Le serveur de courrier se règle par ESAV_SMTP_HOTE et
    les suivants, les notifications par ESAV_NOTIFICATIONS_CERTIFICAT et les suivants : voir docs/exploitation.md. Ce qui
    n'a pas de quoi partir attend dans la file. Une signalisation validée est close au tableau de bord à la fin du délai de
    contestation, sauf si ESAV_VERROUILLAGE=non.

    \b
    Exemples :
      esav worker
      esav worker --une-fois
      ESAV_SMTP_HOTE=smtp.fournisseur.fr ESAV_SMTP_EXPEDITEUR=esav@fournisseur.fr esav worker
    """
    from esav_soap.bootstrap.reglages import lire_reglages
    from esav_soap.bootstrap.travaux import travailler
    from esav_soap.usecases.expedition import Issue
    from esav_soap.usecases.notifications import IssueNotification

    travaux = travailler(lire_reglages(None, store=store), une_fois=une_fois, parent=parent)
    if not une_fois:
        return
    if travaux.avis is not None:
        issues = travaux.avis.issues
        envoyes, reportes = issues[Issue.ENVOYE], issues[Issue.REPORTE] + issues[Issue.SERVEUR]
        click.echo(
            f"Rappels mis dans la file : {nombre(travaux.avis.rappels)}. Avis envoyés : {nombre(envoyes)}, "
            f"reportés : {nombre(reportes)}, mis au rebut : {nombre(issues[Issue.REBUT])}."
        )
    if travaux.notifications is not None:
        faites = travaux.notifications
        click.echo(
            f"Notifications reçues : {nombre(faites[IssueNotification.RECUE])}, "
            f"reportées : {nombre(faites[IssueNotification.REPORTEE])}, "
            f"arrêtées : {nombre(faites[IssueNotification.ARRETEE])}."
        )
    if travaux.verrouillees:
        click.echo(f"Signalisations closes au tableau de bord : {nombre(travaux.verrouillees)}.")
    if travaux.archivees:
        click.echo(f"Signalisations archivées : {nombre(travaux.archivees)}.")
    if travaux.avis is not None and travaux.avis.issues[Issue.SERVEUR]:
        click.echo("Le serveur de courrier ne prend rien : les autres avis attendent.", err=True)
        raise click.exceptions.Exit(1)
