"""``esav pki``: one module for each family of commands; they import what they need when they run."""

from __future__ import annotations

import click

from esav_soap.cli.options import DansCetOrdre
from esav_soap.cli.pki.autorites import ca, init
from esav_soap.cli.pki.delivrance import classer, issue, register, request
from esav_soap.cli.pki.essais import csr, server
from esav_soap.cli.pki.explication import explain
from esav_soap.cli.pki.liste import lister
from esav_soap.cli.pki.revocation import crl, revoke


@click.group(cls=DansCetOrdre)
def pki() -> None:
    """Certificats : délivrer, enregistrer, révoquer, expliquer.

    \b
    Ouvrir l'accès d'un opérateur :
      esav pki init
      esav pki request opa.csr --titulaire OPA
      esav pki issue 1 --sortie opa.pem
      esav pki list
    """


for _commande in (init, request, issue, register, classer, revoke, crl, lister, explain, ca, csr, server):
    pki.add_command(_commande)
