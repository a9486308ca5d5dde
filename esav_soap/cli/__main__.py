"""``esav``: the command. Subcommands are imported when they are used, so that ``esav --help`` answers at once."""

from __future__ import annotations

import importlib
import os
import sys
from collections.abc import Mapping

import click

from esav_soap import __version__, journal
from esav_soap.cli import francais
from esav_soap.cli.interruption import INTERROMPU
from esav_soap.errors import ErreurEsav, PackInvalide, PublicationRefusee, ReglageInvalide

#: Command -> where it is, and its line in the help (the module is not imported for that).
COMMANDES: Mapping[str, tuple[str, str]] = {
    "serve": ("esav_soap.cli.serve:serve", "Démarrer le service SOAP."),
    "catalogue": ("esav_soap.cli.catalogue:catalogue", "Vérifier, construire, annoncer et suivre le catalogue."),
    "client": ("esav_soap.cli.client:client", "Appeler un service e-SAV : valider, déposer, suivre."),
    "worker": ("esav_soap.cli.worker:worker", "Envoyer avis et notifications, verrouiller, archiver."),
    "envois": ("esav_soap.cli.envois:envois", "Voir les avis de la file, rejouer ceux du rebut."),
    "notifications": ("esav_soap.cli.notifications:notifications", "Abonner les opérateurs à leurs événements."),
    "sav": ("esav_soap.cli.sav:sav", "Traiter les signalisations, en technicien."),
    "parc": ("esav_soap.cli.parc:parc", "Charger le parc des opérateurs."),
    "rendez-vous": ("esav_soap.cli.rendez_vous:rendez_vous", "Places de rendez-vous : les importer, les voir."),
    "archives": ("esav_soap.cli.archives:archives", "Archiver ce qui a fait son temps, le consulter, l'exporter."),
    "operateur": ("esav_soap.cli.operateur:operateur", "Bons de commande, accès et adresses des opérateurs."),
    "pki": ("esav_soap.cli.pki:pki", "Délivrer, enregistrer et révoquer les certificats."),
    "store": ("esav_soap.cli.store:store", "Préparer la base de données."),
    "demo": ("esav_soap.cli.demo:demo", "Tout voir fonctionner, sur une base neuve."),
}


class Paresseux(click.Group):
    """A group whose commands are imported by name, on use."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDES)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDES:
            return None
        module, _, nom = COMMANDES[cmd_name][0].partition(":")
        commande = getattr(importlib.import_module(module), nom)
        assert isinstance(commande, click.Command)
        return commande

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commandes"):
            formatter.write_dl([(nom, aide) for nom, (_, aide) in COMMANDES.items()])


@click.group(cls=Paresseux, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, prog_name="esav", message="%(prog)s %(version)s", help="Dire la version.")
def esav() -> None:
    """e-SAV : le service des signalisations sur les Offres de gros.

    \b
    Exemples :
      esav demo                        tout voir fonctionner
      esav catalogue check .           vérifier le catalogue du dossier
      esav serve                       servir sur 127.0.0.1:8080
      esav client etat 7K3M9QX2TBX     suivre une signalisation
    """


def main() -> None:
    """Entry point of the ``esav`` script. Exit codes: 0 done, 1 refused, 2 wrong usage, 130 interrupted."""
    francais.installer()
    # What goes wrong inside is told as servers and workers do; these two tell more, and judge the setting.
    if journal.journaliser(os.environ.get("ESAV_JOURNAL", ""), journal.ANORMAL):
        journal.prendre_les_imprevus()
    try:
        code = esav.main(prog_name="esav", standalone_mode=False)
    except click.exceptions.Exit as sortie:
        code = sortie.exit_code
    except (click.Abort, KeyboardInterrupt):
        click.echo("Interrompu.", err=True)
        code = INTERROMPU
    except click.ClickException as erreur:
        click.echo(francais.message(erreur), err=True)
        code = erreur.exit_code
    except PackInvalide as refus:
        for probleme in refus.problemes:
            click.echo(str(probleme), err=True)
        nombre = len(refus.problemes)
        click.echo(f"Refusé : {nombre} problème{'s' if nombre > 1 else ''}. Rien n'a été enregistré.", err=True)
        code = 1
    except PublicationRefusee as refus:
        for motif in refus.motifs:
            click.echo(motif, err=True)
        nombre = len(refus.motifs)
        click.echo(f"Refusé : {nombre} motif{'s' if nombre > 1 else ''}. Rien n'a été enregistré.", err=True)
        code = 1
    except (ReglageInvalide, ErreurEsav) as refus:
        click.echo(f"Erreur : {refus}", err=True)
        code = 1
    except BrokenPipeError:
        code = 1
    except OSError as panne:
        lieu = f"{panne.filename} : " if panne.filename is not None else ""
        click.echo(francais.message(click.ClickException(f"{lieu}{panne.strerror or panne}")), err=True)
        code = 1
    sys.exit(code if isinstance(code, int) else 0)


if __name__ == "__main__":
    main()
