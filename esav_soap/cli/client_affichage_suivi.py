"""What the lists and events of ``esav client`` look like."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

import click

from esav_soap.cli.client_affichage import avertissements, heure, precisions
from esav_soap.cli.client_tableau import Tableau, imprimer, sortie, sur, texte, titre
from esav_soap.client import en_dict


def signalisations(page: Any) -> None:
    """A page of signalisations, or all of them."""
    lue = en_dict(page)
    if lue["signalisation"]:
        tableau = Tableau(
            ("Numéro", "Référence", "État", "Prestation", "Offre", "Prise en compte", "Close ou rejetée"),
            entiers=(0, 2, 4),
        )
        for s in lue["signalisation"]:
            tableau.ajouter(
                s["numeroSignalisation"],
                s["referenceOperateur"],
                s["etat"],
                s["identifiantPrestation"],
                s["offre"],
                heure(s["dateHeureDepot"]),
                heure(s["dateHeureCloture"]),
            )
        tableau.montrer(sortie())
    else:
        titre("Aucune signalisation.")
    if lue.get("curseurSuivant"):
        imprimer(sortie(), texte(f"La suite : --curseur {lue['curseurSuivant']}"), style="dim")
    avertissements(lue)


def evenements(page: Any) -> None:
    """A page of events, and where to go on."""
    if page.evenement:
        tableau = Tableau(("Rang", "Date", "Numéro", "Référence", "État", "Auteur", "Précisions"), entiers=(0, 2, 4, 5))
        for e in page.evenement:
            tableau.ajouter(
                e.rang,
                heure(e.dateHeure),
                e.numeroSignalisation,
                e.referenceOperateur,
                e.etat,
                e.auteur,
                precisions(e),
            )
        tableau.montrer(sortie())
    else:
        titre("Aucun changement.")
    suite = "D'autres suivent" if page.encore else "Lire la suite plus tard"
    imprimer(sortie(), texte(f"{suite} : --curseur {page.curseur}"), style="dim")
    avertissements(en_dict(page))


def avertir(page: Any, deja: set[str]) -> None:
    """What a page warns of, on the error output, each code once; ``deja``: those that were said."""
    for avertissement in page.avertissement or ():
        if avertissement.code not in deja:
            deja.add(avertissement.code)
            click.echo(f"Attention : {sur(avertissement.message)} [{sur(avertissement.code)}]", err=True)


def au_fil(recus: Iterable[Any], *, en_json: bool) -> None:
    """One line for each event, as they come; it never breaks."""
    for e in recus:
        if en_json:
            click.echo(json.dumps(en_dict(e), ensure_ascii=False))
        else:
            dit = [heure(e.dateHeure), e.numeroSignalisation, e.referenceOperateur, e.etat, e.auteur, precisions(e)]
            click.echo("  ".join(sur(mot).replace("\n", " ") for mot in dit).rstrip())
