"""``esav serve``."""

from __future__ import annotations

import logging

import click

from esav_soap.cli.options import STORE


@click.command()
@click.option("--adresse", metavar="HÔTE:PORT", help="Adresse d'écoute.  [par défaut : 127.0.0.1:8080]")
@STORE
@click.option("--url-publique", metavar="URL", help="Adresse publique du service, écrite dans les WSDL.")
@click.option(
    "--identite", metavar="SOURCE", help="Qui dit l'appelant : certificat, locale, ou paquet.module:fonction."
)
@click.option("--processus", type=int, metavar="N", help="Processus du serveur.  [par défaut : 1]")
@click.option("--fils", type=int, metavar="N", help="Requêtes servies à la fois par processus.  [par défaut : 8]")
def serve(**options: object) -> None:
    """Démarrer le service SOAP ; Ctrl-C l'arrête après les requêtes en cours.

    Chaque option a sa variable d'environnement (ESAV_ADRESSE, ESAV_STORE…) : voir docs/reglages.md.

    \b
    Exemples :
      esav serve
      esav serve --adresse 127.0.0.1:9000 --store sqlite:///var/essai.db
      ESAV_STORE=postgresql:///esav esav serve --processus 2
    """
    from esav_soap.bootstrap.reglages import lire_reglages
    from esav_soap.bootstrap.serveur import servir

    reglages = lire_reglages(None, **options)
    schema = "https" if reglages.tls_certificat else "http"
    public = f"   adresse publique : {reglages.base_url}/" if reglages.url_publique else ""
    aussi = f"   listes de révocation : http://{reglages.adresse_http}/pki/" if reglages.adresse_http else ""
    aussi += f"   mandataire : {reglages.socket_mandataire}" if reglages.socket_mandataire else ""
    ecoute = f"e-SAV écoute : {schema}://{reglages.adresse}/{public}{aussi}   (Ctrl-C pour arrêter)"
    servir(
        reglages,
        lambda: (
            logging.getLogger(__name__).info(ecoute) if reglages.journal == "json" else click.echo(ecoute, err=True)
        ),
    )
