"""``esav pki explain``: what is right and wrong with a certificate, and what the service answers to it."""

from __future__ import annotations

from pathlib import Path

import click

from esav_soap.cli.options import STORE
from esav_soap.cli.pki.commun import contexte, lire_fichier

#: Reasons that already end the TLS handshake when the service itself does TLS: no SOAP answer then.
_A_LA_CONNEXION = frozenset(
    {
        "AUTO_SIGNE",
        "AUTORITE_INCONNUE",
        "EXPIRE",
        "PAS_ENCORE_VALIDE",
        "USAGE_INCORRECT",
        "CLE_FAIBLE",
        "SIGNATURE_FAIBLE",
    }
)


@click.command(short_help="Dire pourquoi un certificat est admis ou refusé.")
@click.argument("certificat", metavar="CERT|EMPREINTE|-")
@click.option(
    "--plateforme",
    type=click.Choice(["production", "integration"]),
    help="Où il appellerait.  [par défaut : partout où il est enregistré]",
)
@STORE
def explain(certificat: str, plateforme: str | None, store: str | None) -> None:
    """Dire chaque contrôle d'un certificat, bon ou mauvais, la réponse qu'aurait un appel, et que faire.

    CERT est un fichier PEM ou DER, ou - pour l'entrée standard ; EMPREINTE, celle d'un certificat enregistré (8 chiffres au
    moins). La réponse est celle que le service donne en ce moment. Code de sortie : 0 admis, 1 refusé.

    \b
    Exemples :
      esav pki explain opa.pem
      esav pki explain 3f2a90c1d4e5 --plateforme production
      openssl pkcs12 -in opa.p12 -nokeys -clcerts | esav pki explain -
    """
    from esav_soap.usecases.pki.explication import expliquer
    from esav_soap.usecases.pki.revocation import choisir

    fichier = certificat == "-" or Path(certificat).exists()
    octets = lire_fichier(certificat) if fichier else b""
    with contexte(store) as ctx:
        if not fichier:
            octets = choisir(ctx, [certificat])[0].der
        explication = expliquer(ctx, octets, plateforme)
    if explication.faits is not None:
        click.echo(f"Empreinte : {explication.faits.empreinte}")
    for controle in explication.controles:
        signe = "REFUS" if controle.motif else "  -  " if controle.pour_memoire else "  ok "
        code = f" [{controle.motif.name}]" if controle.motif else ""
        click.echo(f"{signe}  {controle.nom} : {controle.dit}{code}")
    for lieu, motif in explication.reponses.items():
        click.echo(f"Réponse sur {lieu} : {'ADMIS' if motif is None else f'CERTIFICAT_REFUSE, {motif.name}'}")
    motifs = dict.fromkeys(m for m in explication.reponses.values() if m is not None)
    for motif in motifs:
        click.echo(f"Que faire : {motif.value}")
    if any(m.name in _A_LA_CONNEXION for m in motifs):
        click.echo("La connexion TLS elle-même peut être refusée, sans réponse SOAP : voir docs/certificats.md.")
    raise click.exceptions.Exit(0 if explication.admis else 1)
