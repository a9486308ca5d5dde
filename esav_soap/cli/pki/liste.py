"""``esav pki list``: what is there, and what must be done."""

from __future__ import annotations

import json
from datetime import datetime
from typing import TYPE_CHECKING, Any

import click

from esav_soap.cli.nombres import compte
from esav_soap.cli.options import STORE
from esav_soap.cli.pki.commun import contexte

if TYPE_CHECKING:
    from esav_soap.usecases.pki.etat import Etat, EtatCertificat, EtatDemande
    from esav_soap.usecases.pki.revocation import EtatCrl


@click.command("list", short_help="Montrer certificats, demandes et échéances.")
@click.option("--echeances", is_flag=True, help="Seulement ce qui demande une action.")
@click.option(
    "--format",
    "format_",
    type=click.Choice(["table", "json"]),
    default="table",
    show_default=True,
    help="Présentation.",
)
@STORE
def lister(echeances: bool, format_: str, store: str | None) -> None:
    """Montrer les demandes en attente (les retards d'abord), les certificats et leurs échéances, les listes de révocation.

    « admis » est ce que le service répond maintenant à ce certificat ; sinon, le motif de son refus. Un certificat qui finit est à
    renouveler tant qu'un autre, du même titulaire et du même rôle, ne prend pas sa suite.

    \b
    Exemples :
      esav pki list
      esav pki list --echeances
      esav pki list --format json
    """
    from esav_soap.usecases.pki.etat import etat

    with contexte(store) as ctx:
        lu = etat(ctx, a_faire=echeances)
    if format_ == "json":
        click.echo(json.dumps(_json(lu), ensure_ascii=False, indent=2))
        return
    _table(lu, seulement=echeances)


def _table(lu: Etat, *, seulement: bool) -> None:
    from esav_soap.calendar import en_francais
    from esav_soap.cli.client_tableau import Tableau, sortie, titre

    if lu.demandes:
        retards = sum(d.en_retard for d in lu.demandes)
        titre(f"Demandes en attente{f', dont {retards} EN RETARD' if retards else ''}")
        demandes = Tableau(("N°", "Titulaire", "Objet", "Reçue le", "À traiter avant la fin du", ""))
        for d in lu.demandes:
            demandes.ajouter(
                str(d.demande.numero),
                f"{d.demande.titulaire} ({d.demande.role.name})",
                d.demande.genre.value,
                en_francais(d.demande.recue_le),
                f"{d.demande.echeance:%d/%m/%Y}",
                _remarque_demande(d),
            )
        demandes.montrer(sortie())
    if lu.certificats:
        titre("Certificats")
        certificats = Tableau(("Empreinte", "Titulaire", "Plates-formes", "Fin", "Réponse", "Échéance"))
        for e in lu.certificats:
            c = e.certificat
            certificats.ajouter(
                c.empreinte[:16],
                f"{c.titulaire} ({c.role.name})",
                ", ".join(sorted(c.plateformes)),
                en_francais(c.fin),
                e.refus.name if e.refus else "admis",
                _echeance(e),
            )
        certificats.montrer(sortie())
    for liste in lu.crl:
        click.echo(_dire_crl(liste, lu.instant))
    if not (lu.demandes or lu.certificats or lu.crl):
        click.echo("Rien à faire." if seulement else "Rien encore. Créer l'autorité : esav pki init")
    elif seulement:
        nombre = len(lu.demandes) + len(lu.certificats) + len(lu.crl)
        click.echo(f"{compte(nombre, 'point')} à traiter.")


def _remarque_demande(demande: EtatDemande) -> str:
    dits = ["EN RETARD"] if demande.en_retard else []
    return " ; ".join([*dits, "pas d'accès souscrit"] if demande.sans_acces else dits)


def _echeance(e: EtatCertificat) -> str:
    from esav_soap.calendar import en_paris

    if e.releve is not None:
        return f"suite prise par {e.releve[:16]}"
    if e.refus is not None and e.refus.name == "REVOQUE":
        return e.certificat.motif_revocation
    if e.etape is None:
        return f"à préparer le {en_paris(e.echeances.preparer):%d/%m/%Y}"
    if e.etape.name == "EXPIRE":
        return "À RENOUVELER" if e.a_faire else ""
    return (
        f"{'À RENOUVELER : ' if e.a_faire else ''}changer d'émetteur avant le {en_paris(e.echeances.changement):%d/%m/%Y}, "
        f"renouveler avant le {en_paris(e.echeances.renouvellement):%d/%m/%Y}"
    )


def _dire_crl(liste: EtatCrl, instant: datetime) -> str:
    from esav_soap.calendar import en_francais

    if liste.autorite.crl is None:
        etat = "AUCUNE"
    elif liste.jusqu_a is None:
        etat = "sans date de fin"
    else:
        perimee = liste.perimee(instant)
        etat = f"{'PÉRIMÉE depuis le' if perimee else 'suivante avant le'} {en_francais(liste.jusqu_a)}"
        if perimee or liste.a_renouveler(instant):
            etat += " : esav pki crl" if liste.autorite.interne else " : esav pki ca crl"
    return f"Liste de révocation de « {liste.autorite.nom} » : {etat}"


def _json(lu: Etat) -> dict[str, Any]:
    from esav_soap.calendar import sur_le_fil

    return {
        "instant": sur_le_fil(lu.instant),
        "demandes": [
            {
                "numero": d.demande.numero,
                "genre": d.demande.genre.name,
                "titulaire": d.demande.titulaire,
                "role": d.demande.role.name,
                "plateformes": sorted(d.demande.plateformes),
                "recueLe": sur_le_fil(d.demande.recue_le),
                "echeance": d.demande.echeance.isoformat(),
                "enRetard": d.en_retard,
                "sansAcces": d.sans_acces,
            }
            for d in lu.demandes
        ],
        "certificats": [
            {
                "empreinte": e.certificat.empreinte,
                "titulaire": e.certificat.titulaire,
                "role": e.certificat.role.name,
                "plateformes": sorted(e.certificat.plateformes),
                "origine": e.certificat.origine.name,
                "sujet": e.certificat.sujet,
                "emetteur": e.certificat.emetteur,
                "numeroSerie": e.certificat.numero_serie,
                "debut": sur_le_fil(e.certificat.debut),
                "fin": sur_le_fil(e.certificat.fin),
                "refus": e.refus.name if e.refus else None,
                "revoqueLe": sur_le_fil(e.certificat.revoque_le) if e.certificat.revoque_le else None,
                "motifRevocation": e.certificat.motif_revocation or None,
                "etape": e.etape.name if e.etape else None,
                "preparerLe": sur_le_fil(e.echeances.preparer),
                "changerAvant": sur_le_fil(e.echeances.changement),
                "renouvelerAvant": sur_le_fil(e.echeances.renouvellement),
                "releve": e.releve,
                "aFaire": e.a_faire,
            }
            for e in lu.certificats
        ],
        "listes": [
            {
                "autorite": liste.autorite.empreinte,
                "nom": liste.autorite.nom,
                "interne": liste.autorite.interne,
                "presente": liste.autorite.crl is not None,
                "jusquA": sur_le_fil(liste.jusqu_a) if liste.jusqu_a else None,
                "perimee": liste.perimee(lu.instant),
            }
            for liste in lu.crl
        ],
    }
