"""Why ``esav client`` has no answer to show: tables for people, a dict for programs (R3.2)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import click
from rich.console import Console
from rich.text import Text

from esav_soap.cli.client_affichage import heure
from esav_soap.cli.client_tableau import Tableau, erreurs, imprimer, sur, texte
from esav_soap.client import (
    ErreurClient,
    ErreurRecue,
    RefusEsav,
    SaisieInvalide,
    ServiceInjoignable,
    VersionIntrouvable,
)

_DANS_OFFRE = re.compile(r"^formulaire/[^/]+/")


def montrer(erreur: ErreurClient, *, envoi: bool = True) -> None:
    """Why there is no answer, on the error output. ``envoi``: something was to be sent."""
    console = erreurs()
    match erreur:
        case RefusEsav():
            _refus(console, erreur)
        case SaisieInvalide():
            mots = "Rien n'a été envoyé : des noms ou des valeurs sont à corriger." if envoi else "Nom inconnu"
            imprimer(console, Text(mots, "bold red"))
            valeurs = any(p.valeur for p in erreur.problemes)
            tableau = Tableau(("Champ", "Problème", *["Valeur"] * valeurs))
            for p in erreur.problemes:
                tableau.ajouter(p.chemin, p.message, *[p.valeur] * valeurs)
            tableau.montrer(console)
        case ServiceInjoignable():
            imprimer(console, Text("Service injoignable", "bold red"))
            imprimer(console, texte(str(erreur)))
            if erreur.reference:
                imprimer(
                    console, texte(f"Recommencer sans risque de doublon : {_option_reference()} {erreur.reference}")
                )
        case _:
            imprimer(console, Text(sur(str(erreur)), "bold red"))


def _option_reference() -> str:
    """The option of the command that takes the reference of its request."""
    contexte = click.get_current_context(silent=True)
    noms = {p.name for p in contexte.command.params} if contexte is not None else set()
    return "--reference-rendez-vous" if "reference_rendez_vous" in noms else "--reference"


def _refus(console: Console, refus: RefusEsav) -> None:
    imprimer(console, Text(f"Refusé : {sur(refus.code)}", "bold red"))
    # With a table below, the summary in the message would say the first errors twice.
    imprimer(console, texte(refus.message.partition(". ")[0] + "." if refus.erreurs else refus.message))
    if refus.erreurs:
        _erreurs(console, refus.erreurs)
    if refus.versions:
        tableau = Tableau(("Version en service", "Jusqu'au", "WSDL"))
        for v in refus.versions:
            tableau.ajouter(v.version, heure(v.fin), v.wsdl)
        tableau.montrer(console)
    if refus.reessayer_apres:
        imprimer(console, texte(f"Recommencer après : {heure(refus.reessayer_apres)}"))
    imprimer(console, texte(f"Requête : {refus.requete}"), style="dim")


def _erreurs(console: Console, recues: Sequence[ErreurRecue]) -> None:
    valeurs, admises = any(e.valeur for e in recues), any(e.valeurs_admises for e in recues)
    tableau = Tableau(("Champ", "Libellé", "Problème", *["Valeur"] * valeurs, *["Admis"] * admises))
    for e in recues:
        suite = [e.valeur] * valeurs + [", ".join(e.valeurs_admises)] * admises
        tableau.ajouter(_lieu(e), e.libelle, _probleme(e), *suite)
    tableau.montrer(console)


def _lieu(e: ErreurRecue) -> str:
    return _DANS_OFFRE.sub("", e.chemin) or e.champ


def _probleme(e: ErreurRecue) -> Text:
    return Text.assemble(sur(e.message.removeprefix(f"« {e.libelle} » : ")), (f" [{sur(e.code)}]", "dim"))


def en_dict(erreur: ErreurClient) -> dict[str, Any]:
    """The same for programs: one key of ``refus``, ``versionIntrouvable``, ``saisieInvalide``, ``injoignable``."""
    match erreur:
        case RefusEsav():
            return {
                "refus": {
                    "code": erreur.code,
                    "message": erreur.message,
                    "requete": erreur.requete,
                    "referenceOperateur": erreur.reference,
                    "erreurs": [_erreur_en_dict(e) for e in erreur.erreurs],
                    "versions": [
                        {"version": v.version, "wsdl": v.wsdl, "dateHeureRetrait": v.fin.isoformat() if v.fin else None}
                        for v in erreur.versions
                    ],
                    "reessayerApres": erreur.reessayer_apres.isoformat() if erreur.reessayer_apres else None,
                }
            }
        case VersionIntrouvable():
            return {
                "versionIntrouvable": {
                    "message": str(erreur),
                    "version": erreur.version,
                    "versions": list(erreur.versions),
                }
            }
        case SaisieInvalide():
            problemes = [
                {"chemin": p.chemin, "message": p.message, "valeur": p.valeur, "proche": p.proche}
                for p in erreur.problemes
            ]
            return {"saisieInvalide": {"problemes": problemes}}
        case ServiceInjoignable():
            return {"injoignable": {"message": str(erreur), "referenceOperateur": erreur.reference}}
    raise AssertionError(f"unknown failure: {erreur!r}")


def _erreur_en_dict(e: ErreurRecue) -> dict[str, Any]:
    return {
        "champ": e.champ,
        "libelle": e.libelle,
        "chemin": e.chemin,
        "code": e.code,
        "message": e.message,
        "valeur": e.valeur,
        "valeursAdmises": list(e.valeurs_admises),
    }
