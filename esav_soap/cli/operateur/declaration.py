"""``esav operateur declarer, list``: who the opérateurs are, and where their notices go."""

from __future__ import annotations

import click

from esav_soap.cli.operateur.communs import acces_de, duree_de
from esav_soap.cli.options import STORE

_NOM_MAX = 200


@click.command()
@click.argument("code")
@click.option("--courriel", required=True, metavar="ADRESSE", help="Adresse du Correspondant e-SAV.")
@click.option("--raison-sociale", required=True, metavar="NOM", help="Nom de l'opérateur.")
@STORE
def declarer(code: str, courriel: str, raison_sociale: str, store: str | None) -> None:
    """Déclarer un opérateur, ou changer son nom et son adresse.

    CODE est celui du parc et des certificats. Les avis (annonce d'une version, rappel de retrait) partent à cette adresse.
    Un Bon de commande le déclare aussi : voir souscrire.

    \b
    Exemple :
      esav operateur declarer OPA --courriel sav@opa.example --raison-sociale "Opérateur Alpha"
    """
    from esav_soap.adresses import adresse_correcte
    from esav_soap.avis import Operateur
    from esav_soap.bootstrap.reglages import lire_reglages
    from esav_soap.names import MOTIF_OPERATEUR
    from esav_soap.store import ouvrir

    courriel, raison_sociale = courriel.strip(), raison_sociale.strip()
    problemes = []
    if not MOTIF_OPERATEUR.fullmatch(code):
        problemes.append(
            f"« {code} » n'est pas un code d'opérateur (lettres, chiffres, « . », « _ », « - », 64 au plus)"
        )
    if not adresse_correcte(courriel):
        problemes.append(f"« {courriel} » n'est pas une adresse de courriel")
    if not raison_sociale or not raison_sociale.isprintable():
        problemes.append("la raison sociale est vide ou contient un caractère de commande")
    if len(raison_sociale) > _NOM_MAX:
        problemes.append(f"la raison sociale a {len(raison_sociale)} caractères : {_NOM_MAX} au plus")
    if problemes:
        raise click.UsageError(" ; ".join(problemes))
    with ouvrir(lire_reglages(None, store=store).store) as magasin:
        connu = next((o for o in magasin.operateurs() if o.code == code), None)
        nouveau = Operateur(code, raison_sociale, courriel)
        magasin.declarer_operateur(nouveau)
    fait = "déclaré" if connu is None else "inchangé" if connu == nouveau else "mis à jour"
    click.echo(f"Opérateur {code} {fait} : {raison_sociale}, {courriel}.")


@click.command("list")
@STORE
def lister(store: str | None) -> None:
    """Dire les opérateurs : adresse, Offres, accès et leur fin.

    Sont signalés ceux qui ont un parc et pas d'adresse, et ceux qui n'ont pas de Bon de commande.

    \b
    Exemple :
      esav operateur list
    """
    from esav_soap.bootstrap.horloge import horloge
    from esav_soap.bootstrap.reglages import lire_reglages
    from esav_soap.store import ouvrir

    reglages = lire_reglages(None, store=store)
    present = horloge(reglages)()
    with ouvrir(reglages.store, creer=False) as magasin:
        connus = {o.code: o for o in magasin.operateurs()}
        souscriptions = {s.operateur: s for s in magasin.souscriptions()}
        offres: dict[str, list[str]] = {code: [] for code in (*connus, *souscriptions)}
        for code, offre in magasin.operateurs_par_offre():
            offres.setdefault(code, []).append(offre)
    if not offres:
        click.echo("Aucun opérateur. En déclarer un : esav operateur souscrire OPA --bon bon.xml")
    for code in sorted(offres):
        connu, souscription = connus.get(code), souscriptions.get(code)
        qui = f"{connu.raison_sociale}, {connu.courriel}" if connu else "SANS ADRESSE, à déclarer"
        acces = (
            f"{acces_de(souscription)} {duree_de(souscription, present)}" if souscription else "SANS BON DE COMMANDE"
        )
        parc = ", ".join(offres[code]) or "aucune prestation en production"
        click.echo(f"{code}  {qui} ; Offres : {parc} ; accès : {acces}")
