"""``esav client``: the reference client on the command line."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from esav_soap.cli import client_suivi
from esav_soap.cli.client_appel import mener
from esav_soap.cli.client_fichiers import ecrire
from esav_soap.cli.client_options import CLE, SAISIE, VERSION, Acces, avec, une_cle
from esav_soap.cli.client_rendez_vous import rendez_vous

if TYPE_CHECKING:
    from esav_soap.client import ClientEsav


@click.group()
def client() -> None:
    """Appeler un service e-SAV : valider, déposer et suivre des signalisations, prendre des rendez-vous.

    Tout est lu dans les WSDL du service. Les options communes se donnent après la commande, ou par les variables
    d'environnement que l'aide de chaque commande cite entre crochets.

    \b
    Exemples :
      esav client diagnostic
      esav client versions
      esav client champs ACCES_FTTH
      esav client deposer --prestation FTTH-0001 --contact-nom "Léa Martin" \\
          --contact-telephone 0299000000 formulaire.xml
      esav client etat 7K3M9QX2TBX --format json
      esav client evenements --suivre --curseur-dans curseur
      esav client rendez-vous chercher 7K3M9QX2TBX --genre SAV

    \b
    Code de sortie : 0 fait ; 1 refusé par le service ;
    2 appel incorrect, rien n'est envoyé ; 3 service injoignable.
    """


@client.command()
@avec()
def diagnostic(acces: Acces) -> None:
    """Dire ce que le service voit de la connexion.

    Certificat et sa fin, opérateur, plate-forme, heure, homologation, versions utilisables ; et que faire quand quelque
    chose manque. C'est le premier appel à faire. Code de sortie 1 si l'appelant n'est pas reconnu.

    \b
    Exemples :
      esav client diagnostic --plateforme integration
      esav client diagnostic --certificat client.pem --cle client.key --format json
    """
    from esav_soap.cli.client_diagnostic import diagnostiquer

    diagnostiquer(acces)


@client.command()
@avec(*SAISIE, VERSION)
def valider(acces: Acces, **saisie: Any) -> None:
    """Vérifier une signalisation sans la déposer.

    Le service juge comme pour un dépôt ; rien n'est enregistré.

    \b
    Exemple :
      esav client valider --prestation FTTH-0001 --contact-nom "Léa Martin" \\
          --contact-telephone 0299000000 formulaire.xml
    """
    _signaler(acces, "valider", **saisie)


@client.command()
@avec(*SAISIE, VERSION)
def deposer(acces: Acces, **saisie: Any) -> None:
    """Déposer une signalisation.

    Le formulaire est un FICHIER.xml fait par une maquette (« - » : l'entrée standard), ou des champ=valeur :
    groupe[rang]/champ=valeur pour un groupe, le même champ répété pour un choix multiple. Nombres avec point ou
    virgule, dates 2026-11-05 ou 05/11/2026, heures de Paris sans décalage, oui ou non.

    Sans réponse du service, déposer de nouveau avec la même --reference ne crée rien deux fois.

    \b
    Exemples :
      esav client deposer --prestation FTTH-0001 --reference TICKET-42 \\
          --contact-nom "Léa Martin" --contact-telephone 0299000000 formulaire.xml
      esav client deposer --prestation FTTH-0001 --offre ACCES_FTTH \\
          --contact-nom "Léa Martin" --contact-telephone 0299000000 \\
          referencePto=OO-35AB-0C42 puissancePto=-21,4 verifications=REDEMARRAGE_ONT
    """
    _signaler(acces, "deposer", **saisie)


@client.command()
@avec(*CLE)
def etat(acces: Acces, numero: str | None, reference: str | None) -> None:
    """Dire l'état d'une signalisation.

    \b
    Exemples :
      esav client etat 7K3M9QX2TBX
      esav client etat --reference TICKET-42 --format json
    """
    from esav_soap.cli import client_affichage as affichage

    une_cle(numero, reference)
    mener(acces, lambda esav: esav.etat(numero, reference=reference), affichage.etat)


@client.command()
@avec(*CLE)
def detail(acces: Acces, numero: str | None, reference: str | None) -> None:
    """Montrer tout d'une signalisation.

    Prestation, formulaire tel que déposé, changements.

    \b
    Exemples :
      esav client detail 7K3M9QX2TBX
      esav client detail --reference TICKET-42
    """
    from esav_soap.cli import client_affichage as affichage

    une_cle(numero, reference)
    mener(acces, lambda esav: esav.detail(numero, reference=reference), affichage.detail)


@client.command()
@avec()
def versions(acces: Acces) -> None:
    """Lister les versions du catalogue et leurs dates.

    \b
    Exemple :
      esav client versions --plateforme integration
    """
    from esav_soap.cli import client_affichage as affichage

    mener(acces, lambda esav: esav.versions(), affichage.versions)


@client.command()
@click.argument("voulue", metavar="VERSION")
@avec(
    click.option(
        "--sortie",
        metavar="FICHIER",
        help="Où écrire le ZIP ; « - » : la sortie standard.  [le nom donné par le service]",
    )
)
def pack(acces: Acces, voulue: str, sortie: str | None) -> None:
    """Télécharger le pack d'une version.

    Formulaires, maquettes, XSD et WSDL dans un fichier ZIP, dont l'empreinte est vérifiée.

    \b
    Exemples :
      esav client pack 2026.2
      esav client pack 2026.2 --sortie /tmp/pack.zip
    """
    from esav_soap.cli import client_affichage as affichage

    def telecharger(esav: ClientEsav) -> dict[str, object]:
        recu = esav.pack(voulue)
        if sortie == "-":
            sys.stdout.buffer.write(recu.contenu)
            sys.stdout.buffer.flush()
        fichier = Path(sortie or Path(recu.nomFichier).name)
        if sortie != "-":
            ecrire(fichier, recu.contenu)
        return {"version": recu.version, "fichier": str(fichier), "sha256": recu.sha256, "octets": len(recu.contenu)}

    mener(acces, telecharger, None if sortie == "-" else affichage.pack)


@client.command("jeu-de-test")
@click.argument("fichier", metavar="PACK.zip", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@avec(
    click.option("--offre", "offres", multiple=True, metavar="CODE", help="Ne passer que les cas de cette Offre."),
    click.option("--serie", metavar="TEXTE", help="Mis devant les références, pour rejouer le jeu.  [une nouvelle]"),
    click.option("--apres", is_flag=True, help="Quelques minutes plus tard, avec la même série : les états atteints."),
)
def jeu_de_test(acces: Acces, fichier: Path, offres: tuple[str, ...], serie: str | None, apres: bool) -> None:
    """Passer le jeu de test d'un pack sur la plate-forme d'intégration.

    Chaque message est envoyé tel quel (SOAP 1.1) et la réponse comparée à celle du jeu ; ce qui change d'un appel à
    l'autre ne compte pas. Les prestations du jeu sont dans le parc de chaque opérateur. Code de sortie 1 s'il y a un
    écart.

    \b
    Exemples :
      esav client jeu-de-test catalogue-esav-2026.2.zip
      esav client jeu-de-test catalogue-esav-2026.2.zip --offre ACCES_FTTH
      esav client jeu-de-test catalogue-esav-2026.2.zip --apres --serie SERIE
    """
    from esav_soap.cli.client_jeu_de_test import passer

    passer(acces, fichier.read_bytes(), offres, serie, apres=apres)


@client.command()
@click.argument("offre", required=False)
@click.argument("champ", required=False)
@avec(VERSION)
def champs(acces: Acces, offre: str | None, champ: str | None) -> None:
    """Lister les champs d'une Offre, lus dans le WSDL.

    Sans OFFRE : les Offres. Avec CHAMP : tout ce que ce champ admet.

    \b
    Exemples :
      esav client champs
      esav client champs ACCES_FTTH
      esav client champs ACCES_FTTH natureDefaut
      esav client champs ACCES_FTTH --format xml      le schéma XSD de l'Offre
    """
    from esav_soap.cli import client_champs as affichage

    if acces.format != "xml":
        mener(acces, lambda esav: affichage.decrire(esav.contrat(), offre, champ), affichage.champs, envoi=False)
    elif offre is not None:
        mener(acces, lambda esav: affichage.schema(esav.contrat(), offre), None, envoi=False)
    else:
        raise click.UsageError("avec --format xml, indiquer l'OFFRE dont le schéma est voulu")


for _commande in (*client_suivi.COMMANDES, rendez_vous):
    client.add_command(_commande)


def _signaler(
    acces: Acces,
    methode: str,
    *,
    prestation: str,
    reference: str | None,
    contact_nom: str,
    contact_telephone: str,
    contact_courriel: str | None,
    offre: str | None,
    tel_quel: bool,
    saisie: tuple[str, ...],
) -> None:
    from esav_soap.cli import client_affichage as affichage
    from esav_soap.client import Contact, en_dict, reference_neuve

    formulaire = _formulaire(saisie)
    if isinstance(formulaire, list) and offre is None:
        raise click.UsageError("avec champ=valeur, indiquer l'Offre : --offre CODE (« esav client champs » les liste)")
    if reference is None:
        reference = reference_neuve()
        if methode == "deposer":
            # Before sending: whoever gets no answer deposits again under the same one.
            click.echo(f"Référence : {reference}", err=True)
    contact = Contact(contact_nom, contact_telephone, contact_courriel)

    def envoyer(esav: ClientEsav) -> dict[str, Any]:
        reponse = getattr(esav, methode)(
            prestation, formulaire, contact, offre=offre, reference=reference, brut=tel_quel
        )
        return {"referenceOperateur": reference, **en_dict(reponse)}

    mener(acces, envoyer, affichage.accuse if methode == "deposer" else affichage.validation)


def _formulaire(saisie: tuple[str, ...]) -> bytes | list[tuple[str, str]]:
    """The bytes of the one file, or the pairs."""
    if len(saisie) == 1 and (saisie[0] == "-" or "=" not in saisie[0] or Path(saisie[0]).is_file()):
        if saisie[0] == "-":
            return sys.stdin.buffer.read()
        try:
            return Path(saisie[0]).read_bytes()
        except OSError as exc:
            raise click.UsageError(f"fichier « {saisie[0]} » illisible : {exc.strerror}") from exc
    paires = [mot.partition("=") for mot in saisie]
    fautifs = [f"« {mot} »" for mot, egal, _ in paires if not egal]
    if fautifs:
        raise click.UsageError(f"{', '.join(fautifs)} : écrire champ=valeur, ou donner un seul fichier")
    return [(chemin.strip(), valeur) for chemin, _, valeur in paires]
