"""``esav operateur bon-de-commande, souscrire, resilier``: from the Bon de commande to the letter that ends it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING, Any, BinaryIO

import click

from esav_soap.cli.confirmation import OUI, confirmer, terminal_requis
from esav_soap.cli.dates import jour
from esav_soap.cli.nombres import compte
from esav_soap.cli.operateur.communs import acces_de, duree_de
from esav_soap.cli.options import STORE
from esav_soap.souscription.champs import CHAMPS

if TYPE_CHECKING:
    from esav_soap.souscription import BonDeCommande
    from esav_soap.souscription.regles import ProblemeBon
    from esav_soap.usecases.bons import Saisi
    from esav_soap.usecases.souscriptions import Projet


def _options_du_bon(commande: Callable[..., None]) -> Callable[..., None]:
    for champ in reversed(CHAMPS):
        aide = f"{'* ' if champ.obligatoire else ''}{champ.libelle}" + (" (à répéter)." if champ.maximum > 1 else ".")
        nom = champ.nom.replace(".", "_")
        commande = click.option(
            champ.option, nom, multiple=champ.maximum > 1, metavar=_METAS.get(nom, "TEXTE"), help=aide
        )(commande)
    return commande


_METAS = {"fait_le": "JOUR", "acces": "EN_LIGNE|INTEGRE", "adresse": "LIGNE"}


@click.command("bon-de-commande")
@click.argument("code", required=False)
@STORE
def bon_de_commande(code: str | None, store: str | None) -> None:
    """Écrire un Bon de commande vide, à remplir ; avec CODE, celui de cet opérateur, à corriger.

    \b
    Exemples :
      esav operateur bon-de-commande > bon.xml
      esav operateur bon-de-commande OPA > bon.xml
    """
    from esav_soap.bootstrap.reglages import lire_reglages
    from esav_soap.store import ouvrir
    from esav_soap.usecases.bons import ecrire
    from esav_soap.usecases.souscriptions import souscription_de

    if code is None:
        click.echo(ecrire(), nl=False)
        return
    with ouvrir(lire_reglages(None, store=store).store, creer=False) as magasin:
        souscription = souscription_de(code, magasin)
    if souscription is None:
        raise click.ClickException(f"l'opérateur « {code} » n'a pas de Bon de commande")
    click.echo(ecrire(souscription.bon), nl=False)


@click.command()
@click.argument("code")
@click.option(
    "--bon", "fichier", type=click.File("rb"), metavar="FICHIER", help="Le Bon de commande (« - » : l'entrée)."
)
@_options_du_bon
@click.option("--activee-le", metavar="INSTANT", help="Date d'Activation, ISO 8601.  [par défaut : maintenant]")
@click.option("--reprendre", is_flag=True, help="Annuler la résiliation en cours.")
@click.option("--a-blanc", is_flag=True, help="Tout vérifier et montrer, ne rien écrire.")
@OUI
@STORE
@click.pass_context
def souscrire(
    ctx: click.Context,
    /,
    code: str,
    fichier: BinaryIO | None,
    activee_le: str | None,
    reprendre: bool,
    a_blanc: bool,
    oui: bool,
    store: str | None,
    **options: Any,
) -> None:
    """Enregistrer le Bon de commande de l'opérateur CODE, et le déclarer : ses accès s'ouvrent.

    Le Bon vient d'un fichier (modèle : esav operateur bon-de-commande), des options, ou des deux : une option passe avant le
    champ du fichier. Les champs marqués * sont obligatoires ; tous les défauts sont dits à la fois. Les avis partent à
    l'interlocuteur, sinon au courriel du Bon. Un nouveau Bon remplace le précédent et garde la Date d'Activation, et la
    résiliation en cours s'il y en a une.

    \b
    Exemples :
      esav operateur souscrire OPA --bon bon.xml
      esav operateur souscrire OPA --bon bon.xml --activee-le 2026-12-01 --a-blanc
      esav operateur souscrire OPA --reference-contrat CG-2026-041-ESAV --affaire 1204377 \\
        --raison-sociale "Opérateur Alpha" --siret "732 829 320 00074" --representant "Martin Claire" \\
        --telephone "01 23 45 67 89" --courriel contrats@opa.example --adresse "12 rue du Port" \\
        --adresse "44000 Nantes" --acces INTEGRE --interlocuteur-nom "Petit Luc" \\
        --interlocuteur-courriel sav@opa.example
    """
    from esav_soap.bootstrap.horloge import horloge
    from esav_soap.bootstrap.reglages import lire_reglages
    from esav_soap.cli.catalogue.options import instant
    from esav_soap.store import ouvrir
    from esav_soap.usecases import souscriptions

    nom = getattr(fichier, "name", "") if fichier is not None else ""
    bon, defauts = _lire(fichier, options)
    if bon is None:
        ctx.exit(_refuser(defauts, nom))
    activation = instant(activee_le)
    reglages = lire_reglages(None, store=store)
    present = horloge(reglages)()
    with ouvrir(reglages.store) as magasin:
        try:
            projet = souscriptions.preparer(code, bon, magasin, present, activation, reprendre=reprendre)
        except souscriptions.SouscriptionRefusee as refus:
            raise _echec(refus.code.name, refus) from refus
        for ligne in _resume(projet, present):
            click.echo(ligne)
        if a_blanc:
            click.echo("Rien n'a été écrit (--a-blanc).")
            return
        if projet.retires:
            if not oui:
                terminal_requis("--oui (ou --a-blanc pour voir seulement)")
            confirmer("Enregistrer ce Bon de commande ?", oui=oui)
        souscriptions.souscrire(projet, magasin)
    fait = "inchangé" if projet.inchange else "enregistré" if projet.precedente is None else "mis à jour"
    click.echo(f"Bon de commande {bon.reference_contrat} de l'opérateur {code} {fait}.")


def _lire(fichier: BinaryIO | None, options: dict[str, Any]) -> tuple[BonDeCommande | None, tuple[ProblemeBon, ...]]:
    from esav_soap.usecases.bons import TAILLE_MAX, Saisi, lire_bon, lire_fichier

    saisie: dict[str, list[Saisi]] = {}
    du_fichier: tuple[ProblemeBon, ...] = ()
    if fichier is not None:
        lue, du_fichier = lire_fichier(fichier.read(TAILLE_MAX + 1))
        if du_fichier and not lue:
            return None, du_fichier
        saisie |= {nom: list(saisis) for nom, saisis in lue.items()}
    for champ in CHAMPS:
        donne = options[champ.nom.replace(".", "_")]
        if donne is not None and donne != ():
            saisie[champ.nom] = [Saisi(texte) for texte in ((donne,) if isinstance(donne, str) else donne)]
    bon, du_bon = lire_bon(saisie)
    return (None if du_fichier else bon), (*du_fichier, *du_bon)


def _refuser(defauts: Iterable[ProblemeBon], fichier: str) -> int:
    dits = sorted(defauts, key=lambda p: p.ligne)
    for p in dits:
        lieu = f"{fichier}:{p.ligne}: " if fichier and p.ligne else ""
        click.echo(f"{lieu}{p.code.name}: {p.message}", err=True)
    click.echo(f"Refusé : {compte(len(dits), 'problème')}. Rien n'a été enregistré.", err=True)
    return 1


def _resume(projet: Projet, present: datetime) -> Iterable[str]:
    nouvelle, avant = projet.souscription, projet.precedente
    yield f"Accès : {acces_de(nouvelle)}, {duree_de(nouvelle, present)}."
    adresse = projet.operateur.courriel
    change = projet.avant is not None and projet.avant.courriel != adresse
    yield f"Avis à : {adresse}" + (f" (auparavant {projet.avant.courriel})." if change and projet.avant else ".")
    if nouvelle.denoncee_le is not None:
        yield "La résiliation en cours reste enregistrée (--reprendre pour l'annuler)."
    elif avant is not None and avant.denoncee_le is not None and avant.activee_le == nouvelle.activee_le:
        yield "La résiliation en cours est annulée."
    for acces in projet.retires:
        yield f"ATTENTION : l'accès {acces.value}, ouvert, se ferme aussitôt, sans le préavis de deux mois."


@click.command()
@click.argument("code")
@click.option("--recue-le", metavar="JOUR", help="Jour de réception de la lettre recommandée.")
@click.option("--dernier-jour", metavar="JOUR", help="Dernier jour d'accès souhaité.  [par défaut : le premier permis]")
@click.option("--a-blanc", is_flag=True, help="Dire la fin, ne rien écrire.")
@OUI
@STORE
def resilier(
    code: str, recue_le: str | None, dernier_jour: str | None, a_blanc: bool, oui: bool, store: str | None
) -> None:
    """Résilier la souscription de l'opérateur CODE : elle finit deux mois après la réception de la lettre.

    La date de réception est demandée si elle n'est pas donnée. Le préavis se compte en mois entiers, jusqu'à la fin du jour :
    reçue le 20 novembre, la lettre laisse l'accès jusqu'au 20 janvier inclus. Une fin plus tardive est possible, une fin plus
    proche est refusée.

    \b
    Exemples :
      esav operateur resilier OPA
      esav operateur resilier OPA --recue-le 2026-11-20 --a-blanc
      esav operateur resilier OPA --recue-le 20/11/2026 --dernier-jour 31/03/2027 --oui
    """
    from esav_soap.bootstrap.horloge import horloge
    from esav_soap.bootstrap.reglages import lire_reglages
    from esav_soap.souscription.regles import DenonciationRefusee
    from esav_soap.store import ouvrir
    from esav_soap.usecases.souscriptions import preparer_resiliation

    if not (oui or a_blanc):
        terminal_requis("--oui (ou --a-blanc pour voir seulement)")
    if recue_le is None:
        if oui or a_blanc:
            raise click.UsageError("il manque --recue-le, le jour de réception de la lettre")
        recue_le = click.prompt("Lettre reçue le (31/12/2026)", prompt_suffix=" : ")
    recue = _minuit(recue_le)
    souhaitee = _minuit(dernier_jour, plus=1) if dernier_jour is not None else None
    reglages = lire_reglages(None, store=store)
    present = horloge(reglages)()
    with ouvrir(reglages.store, creer=False) as magasin:
        try:
            avant, apres = preparer_resiliation(code, recue, magasin, present, souhaitee)
        except DenonciationRefusee as refus:
            raise _echec(refus.code.name, refus) from refus
        click.echo(f"{apres.bon.raison_sociale}, {apres.bon.reference_contrat}.")
        click.echo(f"Accès : {acces_de(apres)}, {duree_de(apres, present)}.")
        if a_blanc:
            click.echo("Rien n'a été écrit (--a-blanc).")
            return
        if apres == avant:
            click.echo("Déjà enregistré : rien n'a changé.")
            return
        confirmer(f"Résilier la souscription de l'opérateur {code} ?", oui=oui)
        magasin.enregistrer_souscription(apres)
    click.echo(f"Souscription de l'opérateur {code} résiliée.")


def _minuit(texte: str, plus: int = 0) -> datetime:
    """Paris midnight at which that day begins, or the ``plus``-th day after it."""
    from esav_soap.calendar import PARIS, en_utc

    return en_utc(datetime.combine(jour(texte) + timedelta(days=plus), time(), PARIS))


def _echec(code: str, refus: Exception) -> click.ClickException:
    return click.ClickException(f"{code} : {refus}")
