"""``esav operateur montrer``: all that is known of one opérateur, and what it lacks for production."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

import click

from esav_soap.cli.operateur.communs import acces_de, duree_de
from esav_soap.cli.options import STORE

if TYPE_CHECKING:
    from esav_soap.certificats import CertificatEnregistre, MotifRefus
    from esav_soap.notifications import AbonnementSuivi
    from esav_soap.souscription import Souscription
    from esav_soap.usecases.souscriptions import BaseComplete


@click.command()
@click.argument("code")
@STORE
def montrer(code: str, store: str | None) -> None:
    """Montrer l'opérateur CODE : Bon de commande, accès, certificats, homologation, notifications, et ce qui lui
    manque.

    \b
    Exemple :
      esav operateur montrer OPA
    """
    from esav_soap.bootstrap.horloge import horloge
    from esav_soap.bootstrap.reglages import lire_reglages
    from esav_soap.store import ouvrir

    reglages = lire_reglages(None, store=store)
    present = horloge(reglages)()
    with ouvrir(reglages.store, creer=False) as magasin:
        abonnements = [s for s in magasin.abonnements() if s.abonnement.operateur == code]
        for ligne in fiche(code, magasin, present, abonnements):
            click.echo(ligne)


def fiche(
    code: str, base: BaseComplete, present: datetime, abonnements: Sequence[AbonnementSuivi] = ()
) -> Iterator[str]:
    """Its lines; ``abonnements``: its own. Raises ``click.ClickException`` for an opérateur of whom nothing is known."""
    from esav_soap import pki
    from esav_soap.usecases.acces import RegistreAcces
    from esav_soap.usecases.souscriptions import manques, souscription_de

    registre = RegistreAcces(base, pki)
    registre.rafraichir()
    connu = next((o for o in base.operateurs() if o.code == code), None)
    offres = [offre for operateur, offre in base.operateurs_par_offre() if operateur == code]
    souscription = souscription_de(code, base)
    certificats = [c for c in registre.certificats if c.titulaire == code]
    if connu is None and souscription is None and not offres and not certificats and not abonnements:
        raise click.ClickException(f"l'opérateur « {code} » est inconnu (esav operateur list)")
    yield f"Opérateur {code} : {connu.raison_sociale if connu else 'PAS DÉCLARÉ'}"
    if connu:
        yield f"  Avis à : {connu.courriel}"
    yield f"  Offres en production : {', '.join(offres) or 'aucune prestation'}"
    yield "Bon de commande" if souscription else "Bon de commande : aucun"
    if souscription:
        yield from _bon(souscription)
        yield "Souscription"
        yield from _duree(souscription, present)
    yield "Certificats" if certificats else "Certificats : aucun"
    for certificat in certificats:
        yield f"  {_certificat(certificat, registre.refus(certificat, present))}"
    for demande in base.demandes():
        if demande.titulaire == code:
            yield f"  Demande {demande.numero}, {demande.genre.value} : à traiter le {demande.echeance:%d/%m/%Y} au plus tard"
    yield from _homologation(code, base)
    yield from _notifications(abonnements)
    lacunes = manques(code, base, registre, present)
    yield "Il manque, pour la production :" if lacunes else "Il ne manque rien pour la production."
    for manque in lacunes:
        yield f"  {manque.code.name} : {manque}"


def _bon(souscription: Souscription) -> Iterator[str]:
    from esav_soap.souscription.champs import CHAMPS, GenreChamp
    from esav_soap.souscription.regles import textes

    for champ in CHAMPS:
        donnes = textes(champ, souscription.bon)
        if champ.genre is GenreChamp.DATE and souscription.bon.fait_le:
            yield f"  {champ.libelle} : {souscription.bon.fait_le:%d/%m/%Y}"
        elif donnes:
            yield f"  {champ.libelle} : {', '.join(donnes)}".replace("\n", "\n    ")


def _duree(souscription: Souscription, present: datetime) -> Iterator[str]:
    from esav_soap.calendar import en_paris

    yield f"  {acces_de(souscription)}, {duree_de(souscription, present)}"
    if souscription.denoncee_le is not None:
        yield f"  Résiliation : lettre reçue le {en_paris(souscription.denoncee_le):%d/%m/%Y}"


def _certificat(certificat: CertificatEnregistre, refus: MotifRefus | None) -> str:
    from esav_soap.calendar import en_francais

    etat = f"REFUSÉ, {refus.name}" if refus else "valide"
    if certificat.revoque_le is not None:
        etat += f", le {en_francais(certificat.revoque_le)} ({certificat.motif_revocation})"
    dates = f"du {en_francais(certificat.debut)} au {en_francais(certificat.fin)}"
    ou = " et ".join(sorted(certificat.plateformes))
    return f"{certificat.empreinte[:16]}  {certificat.role.value}, {ou}, {dates}, {certificat.origine.value} : {etat}"


def _homologation(code: str, base: BaseComplete) -> Iterator[str]:
    from esav_soap.calendar import en_francais
    from esav_soap.usecases.homologation import DOMAINES_OUVERTS

    faites = {h.domaine: h for h in base.homologations(code)}
    yield "Homologation"
    for domaine in DOMAINES_OUVERTS:
        faite = faites.get(domaine)
        dit = f"le {en_francais(faite.date)}, {faite.operation} (requête {faite.requete})" if faite else "pas encore"
        yield f"  {domaine.value} : {dit}"


def _notifications(abonnements: Sequence[AbonnementSuivi]) -> Iterator[str]:
    from esav_soap.usecases.notifications import situation

    yield "Notifications" if abonnements else "Notifications : aucun abonnement"
    for suivi in abonnements:
        yield f"  {suivi.abonnement.plateforme} : {suivi.abonnement.adresse}, {situation(suivi)}"
