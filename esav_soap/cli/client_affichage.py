"""What ``esav client`` prints: tables for people, JSON and XML for programs.

The JSON has the WSDL's names for what the service answers; failures have one key that says their kind. Both are promises.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import click
from rich.text import Text

from esav_soap.cli.client_tableau import Tableau, fiche, imprimer, sortie, sur, titre
from esav_soap.client import en_dict


def accuse(reponse: Mapping[str, Any]) -> None:
    """The acknowledgement of a deposit."""
    if reponse["dejaDeposee"]:
        titre("Signalisation déjà déposée sous cette référence : rien de nouveau n'est créé", "yellow")
    else:
        titre("Signalisation déposée", "green")
    fiche(
        ("Numéro", reponse["numeroSignalisation"]),
        ("Référence", reponse["referenceOperateur"]),
        ("État", reponse["etat"]),
        ("Prise en compte", heure(reponse["dateHeureDepot"])),
        ("Version du catalogue", reponse["versionCatalogue"]),
    )
    avertissements(reponse)


def validation(reponse: Mapping[str, Any]) -> None:
    """The answer to a message that a deposit would accept."""
    titre("Valide : ce message serait accepté. Rien n'a été déposé.", "green")
    fiche(("Offre", reponse["offre"]), ("Version du catalogue", reponse["versionCatalogue"]))
    avertissements(reponse)


def etat(reponse: Any) -> None:
    """State of a signalisation."""
    fiche(*_resume(reponse))
    avertissements(en_dict(reponse))


def detail(reponse: Any) -> None:
    """Everything about a signalisation."""
    p, c = reponse.prestation, reponse.contact
    fiche(
        *_resume(reponse),
        ("Version du catalogue", reponse.versionCatalogue),
        ("Prestation", f"{p.identifiant}  ({p.libelleOffre})"),
        ("Extrémité A", p.extremiteA),
        ("Extrémité B", p.extremiteB),
        ("Complément", p.complement),
        ("Garantie", _garantie(reponse)),
        ("Défaut déclaré", reponse.defautDeclare),
        ("Contact", ", ".join(filter(None, (c.nom, c.telephone, c.courriel)))),
    )
    formulaire = Tableau(("Champ", "Libellé", "Valeur"))
    for champ in reponse.champ or ():
        valeur = f"{champ.libelleValeur}  ({champ.valeur})" if champ.libelleValeur else champ.valeur
        formulaire.ajouter(champ.chemin, champ.libelle, valeur)
    evenements = Tableau(("Date", "État", "Auteur", "Précisions"))
    for e in reponse.evenement or ():
        evenements.ajouter(heure(e.dateHeure), e.libelleEtat, e.auteur, precisions(e))
    titre("Formulaire déposé")
    formulaire.montrer(sortie())
    titre("Changements")
    evenements.montrer(sortie())
    avertissements(en_dict(reponse))


def versions(reponse: Sequence[Any]) -> None:
    """The catalogue versions."""
    if not reponse:
        titre("Aucune version du catalogue n'est publiée.")
        return
    tableau = Tableau(
        ("Version", "État", "Ouverture", "Retrait", "Remplacée par", "WSDL du dépôt"), entiers=(0, 1, 2, 3)
    )
    for v in reponse:
        retrait = heure(v.dateHeureRetrait)
        tableau.ajouter(v.version, v.etat, heure(v.dateHeureOuverture), retrait, v.remplacante, v.wsdl)
    tableau.montrer(sortie())


def pack(resultat: Mapping[str, Any]) -> None:
    """Where a pack was written."""
    fiche(("Fichier", resultat["fichier"]), ("Taille", f"{resultat['octets']} octets"), ("SHA-256", resultat["sha256"]))


def json_(resultat: Any) -> None:
    """One JSON document on the standard output, UTF-8."""
    resultat = en_dict(resultat)
    if isinstance(resultat, list):
        resultat = {"versions": resultat}
    click.echo(json.dumps(resultat, ensure_ascii=False, indent=2))


def xml(contenu: bytes) -> None:
    """The document as it came, on the standard output."""
    click.echo(contenu.rstrip(b"\n"))


def precisions(e: Any) -> str:
    """What an event says besides its state: the action, what it awaits or why, the comment."""
    attendu = f"{e.libelleAttendu} (de : {e.aupresDe})" if e.libelleAttendu and e.aupresDe else e.libelleAttendu
    cause = ", ".join(filter(None, (e.libelleCause, e.libelleResponsabilite)))
    retabli = f"rétabli le {heure(e.dateHeureRetablissement)}" if e.dateHeureRetablissement else ""
    dits = (e.libelleAction, attendu, e.libelleMotif, cause, retabli, e.commentaire)
    return " ; ".join(filter(None, dits))


def _garantie(reponse: Any) -> str | None:
    if not reponse.garantie:
        return None
    tenue = {True: ", tenue", False: ", dépassée", None: ""}[reponse.garantieTenue]
    echeance = f", échéance le {heure(reponse.dateHeureEcheance)}" if reponse.dateHeureEcheance else ""
    return f"{reponse.garantie}{echeance}{tenue}"


def _resume(reponse: Any) -> tuple[tuple[str, Any], ...]:
    return (
        ("Numéro", reponse.numeroSignalisation),
        ("Référence", reponse.referenceOperateur),
        ("État", f"{reponse.libelleEtat}  ({reponse.etat})"),
        ("Prise en compte", heure(reponse.dateHeureDepot)),
        ("Dernier changement", heure(reponse.dateHeureEtat)),
    )


def avertissements(reponse: Mapping[str, Any]) -> None:
    """What an answer warns of."""
    for avertissement in reponse.get("avertissement") or ():
        imprimer(
            sortie(), Text(f"Attention : {sur(avertissement['message'])} [{sur(avertissement['code'])}]", "yellow")
        )


def jour(valeur: date) -> str:
    """A day as people read it."""
    return f"{valeur:%d/%m/%Y}"


def heure(valeur: Any) -> str:
    """An instant as people read it, with its offset."""
    if valeur is None:
        return ""
    iso = valeur if isinstance(valeur, str) else valeur.isoformat(timespec="seconds")
    jour, _, horloge = iso.partition("T")
    return f"{'/'.join(reversed(jour.split('-')))} {horloge[:8]} {horloge[8:]}".rstrip() if horloge else iso
