"""``esav pki request``, ``issue``, ``register``, ``dismiss``: from a request to a certificate that may call."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from esav_soap.cli.interruption import ecriture_protegee
from esav_soap.cli.options import ENTIER_MAX, STORE
from esav_soap.cli.pki.commun import (
    PKI,
    PLATEFORMES,
    RECUE_LE,
    ROLE,
    TITULAIRE,
    autorite,
    avertir,
    contexte,
    date,
    lire_fichier,
    numero,
    place_libre,
    remettre,
    sans_titulaire,
    titulaire_voulu,
)

if TYPE_CHECKING:
    from esav_soap.certificats import CertificatEnregistre


@click.command(short_help="Noter l'arrivée d'un CSR ou d'un certificat à enregistrer.")
@click.argument("piece", metavar="CSR|CERT", type=click.Path(exists=True, dir_okay=False, allow_dash=True))
@TITULAIRE
@ROLE
@PLATEFORMES
@RECUE_LE
@STORE
def request(
    piece: str, titulaire: str | None, role: str, plateformes: tuple[str, ...], recue_le: str | None, store: str | None
) -> None:
    """Noter l'arrivée d'un CSR, ou d'un certificat à enregistrer, avec son échéance : 15 jours ouvrés.

    La pièce est vérifiée tout de suite : tous ses défauts sont dits à la fois, pour les renvoyer à l'opérateur. Rien n'est
    encore délivré ni enregistré.

    \b
    Exemples :
      esav pki request opa.csr --titulaire OPA
      esav pki request opa.pem --titulaire OPA --recue-le 2026-11-20 --plateforme integration
      esav pki request publieur.csr --titulaire CATALOGUE --role PUBLIEUR
    """
    from esav_soap.calendar import en_francais
    from esav_soap.usecases.pki.demandes import demander

    voulu, recue = titulaire_voulu(titulaire, role, plateformes), date(recue_le)
    octets = lire_fichier(piece)
    with contexte(store) as ctx:
        faite = demander(ctx, octets, voulu, recue)
    avertir(faite.avertissements)
    demande = faite.demande
    debut = f"Demande {demande.numero} {'déjà notée' if faite.deja else 'notée'} : {demande.titulaire}, {demande.genre.value}"
    click.echo(f"{debut}, reçue le {en_francais(demande.recue_le)}.")
    click.echo(
        f"À traiter au plus tard le {demande.echeance:%d/%m/%Y} : esav pki {_SUITE[demande.genre.name]} {demande.numero}"
    )


_SUITE = {"EMISSION": "issue", "ENREGISTREMENT": "register"}


@click.command(short_help="Délivrer un certificat pour un CSR.")
@click.argument("piece", metavar="NUMÉRO|CSR")
@TITULAIRE
@ROLE
@PLATEFORMES
@RECUE_LE
@click.option("--mois", type=click.IntRange(1, 120), metavar="N", help="Validité, en mois.  [par défaut : 24]")
@click.option("--fin", metavar="DATE", help="Fin de validité, ISO 8601, au lieu de --mois.")
@click.option("--nouveau", is_flag=True, help="Un autre certificat, même si ce CSR en a déjà un en cours.")
@click.option(
    "--sortie", type=click.Path(dir_okay=False, path_type=Path), help="Fichier PEM à écrire.  [par défaut : la sortie]"
)
@PKI
@STORE
def issue(
    piece: str,
    titulaire: str | None,
    role: str,
    plateformes: tuple[str, ...],
    recue_le: str | None,
    mois: int | None,
    fin: str | None,
    nouveau: bool,
    sortie: Path | None,
    dossier: Path,
    store: str | None,
) -> None:
    """Délivrer un certificat de la plate-forme, et l'enregistrer : il peut appeler aussitôt.

    NUMÉRO est celui d'une demande (esav pki list) ; avec un CSR et --titulaire, la demande est notée et traitée à la fois. Le
    nom du certificat est celui du titulaire, quoi que dise le CSR. Relancée, la commande rend le même certificat.

    \b
    Exemples :
      esav pki issue 12 --sortie opa-2026.pem
      esav pki issue opa.csr --titulaire OPA > opa-2026.pem
      esav pki issue essai.csr --titulaire OPA --plateforme integration --mois 3
    """
    from esav_soap.calendar import instant_plus_mois
    from esav_soap.pki import en_pem
    from esav_soap.usecases.pki.emission import delivrer_csr, delivrer_demande

    if mois is not None and fin is not None:
        raise click.UsageError("--mois et --fin se contredisent")
    rang, terme, recue = numero(piece), date(fin), date(recue_le)
    if rang is None:
        voulu = titulaire_voulu(titulaire, role, plateformes)
        octets = lire_fichier(piece)
    else:
        sans_titulaire(titulaire, plateformes, recue_le)
        if nouveau:
            raise click.UsageError("--nouveau demande un CSR : une demande n'a qu'un certificat")
    place_libre(sortie)
    emetteur = autorite(dossier)
    with contexte(store) as ctx, ecriture_protegee() as proteger:
        if mois is not None:
            terme = instant_plus_mois(ctx.instant, mois)
        proteger()
        if rang is None:
            delivre = delivrer_csr(ctx, emetteur, octets, voulu, recue, terme, nouveau=nouveau)
        else:
            delivre = delivrer_demande(ctx, emetteur, rang, terme)
        remettre(en_pem(delivre.certificat.der), sortie)
    avertir(delivre.avertissements)
    fait = "déjà délivré" if delivre.deja else "délivré et enregistré"
    click.echo(f"Certificat {fait} (demande {delivre.demande.numero}) : {_dit(delivre.certificat)}", err=True)


@click.command(short_help="Enregistrer un certificat d'une autorité reconnue.")
@click.argument("piece", metavar="NUMÉRO|CERT")
@TITULAIRE
@ROLE
@PLATEFORMES
@RECUE_LE
@STORE
def register(
    piece: str, titulaire: str | None, role: str, plateformes: tuple[str, ...], recue_le: str | None, store: str | None
) -> None:
    """Enregistrer le certificat d'une autorité reconnue : son titulaire peut appeler en quelques secondes.

    NUMÉRO est celui d'une demande (esav pki list). Toutes les raisons de refuser sont dites à la fois. Pendant un
    renouvellement, l'ancien et le nouveau servent tous les deux ; un nouveau certificat peut être enregistré avant son début.

    \b
    Exemples :
      esav pki register 13
      esav pki register opa.pem --titulaire OPA
      esav pki register sav.pem --titulaire SAV-1 --role FOURNISSEUR
    """
    from esav_soap.usecases.pki.enregistrement import enregistrer, enregistrer_demande

    rang, recue = numero(piece), date(recue_le)
    if rang is None:
        voulu = titulaire_voulu(titulaire, role, plateformes)
        octets = lire_fichier(piece)
    else:
        sans_titulaire(titulaire, plateformes, recue_le)
    with contexte(store) as ctx, ecriture_protegee() as proteger:
        proteger()
        fait = enregistrer(ctx, octets, voulu, recue) if rang is None else enregistrer_demande(ctx, rang)
    avertir(fait.avertissements)
    click.echo(f"Certificat {'déjà enregistré' if fait.deja else 'enregistré'} : {_dit(fait.certificat)}")


@click.command("dismiss", short_help="Classer une demande sans suite.")
@click.argument("numero_", metavar="NUMÉRO", type=click.IntRange(1, ENTIER_MAX))
@STORE
def classer(numero_: int, store: str | None) -> None:
    """Classer une demande sans suite : elle a été retirée, ou une autre la remplace.

    \b
    Exemple :
      esav pki dismiss 14
    """
    from esav_soap.usecases.pki.demandes import classer as classer_demande

    with contexte(store) as ctx:
        classer_demande(ctx, numero_)
    click.echo(f"Demande {numero_} classée sans suite.")


def _dit(certificat: CertificatEnregistre) -> str:
    from esav_soap.calendar import en_francais

    ou = ", ".join(sorted(certificat.plateformes))
    qui = f"{certificat.titulaire} ({certificat.role.value}), {ou}, jusqu'au {en_francais(certificat.fin)}"
    return f"{qui}.\nEmpreinte : {certificat.empreinte}"
