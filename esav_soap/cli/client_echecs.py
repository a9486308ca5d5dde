"""Why ``esav client`` has no answer to show: tables for people, a dict for programs (R3.2)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from rich.console import Console
from rich.padding import Padding
from rich.text import Text

from esav_soap.cli.client_affichage import erreurs, heure, sur, table, texte
from esav_soap.client import (
    ErreurClient,
    ErreurRecue,
    RefusEsav,
    SaisieInvalide,
    ServiceInjoignable,
    VersionIntrouvable,
)

#: Columns of a terminal below which the table of errors is not readable.
_ETROIT = 90
#: Shares of the width; the first column has none while it stands on one line.
_PARTS = (4, 4, 7, 3, 4)
_LIEU_MAX = 40
_DANS_OFFRE = re.compile(r"^formulaire/[^/]+/")


def montrer(erreur: ErreurClient) -> None:
    """Why there is no answer, on the error output."""
    console = erreurs()
    match erreur:
        case RefusEsav():
            _refus(console, erreur)
        case SaisieInvalide():
            console.print(Text("Rien n'a été envoyé : des noms ou des valeurs sont à corriger.", "bold red"))
            tableau = table("Champ", "Problème", "Valeur", entier=False)
            for p in erreur.problemes:
                tableau.add_row(*map(texte, (p.chemin, p.message, p.valeur)))
            console.print(tableau)
        case ServiceInjoignable():
            console.print(Text("Service injoignable", "bold red"))
            console.print(texte(str(erreur)))
            if erreur.reference:
                console.print(texte(f"Déposer de nouveau sans risque de doublon : --reference {erreur.reference}"))
        case _:
            console.print(Text(sur(str(erreur)), "bold red"))


def _refus(console: Console, refus: RefusEsav) -> None:
    console.print(Text(f"Refusé : {sur(refus.code)}", "bold red"))
    # With a table below, the summary in the message would say the first errors twice.
    console.print(texte(refus.message.partition(". ")[0] + "." if refus.erreurs else refus.message))
    if refus.erreurs:
        _erreurs(console, refus.erreurs)
    if refus.versions:
        tableau = table("Version en service", "Jusqu'au", "WSDL")
        for v in refus.versions:
            tableau.add_row(*map(texte, (v.version, heure(v.fin), v.wsdl)))
        console.print(tableau)
    if refus.reessayer_apres:
        console.print(texte(f"Recommencer après : {heure(refus.reessayer_apres)}"))
    console.print(texte(f"Requête : {refus.requete}"), style="dim")


def _erreurs(console: Console, recues: Sequence[ErreurRecue]) -> None:
    """One line of a table for each error; on a narrow terminal, where cells would be cut to pieces, one paragraph."""
    if console.width < _ETROIT:
        for e in recues:
            console.print(Text.assemble("\n", (sur(_lieu(e)), "bold"), f"  {sur(e.libelle)}"))
            console.print(Padding(_probleme(e), (0, 0, 0, 2)))
            for nom, valeur in (("valeur", e.valeur), ("admis", ", ".join(e.valeurs_admises))):
                if valeur:
                    console.print(Padding(texte(f"{nom} : {valeur}"), (0, 0, 0, 2)))
        console.print()
        return
    valeurs, admises = any(e.valeur for e in recues), any(e.valeurs_admises for e in recues)
    entier = max(len(_lieu(e)) for e in recues) <= _LIEU_MAX
    tableau = table("Champ", "Libellé", "Problème", *["Valeur"] * valeurs, *["Admis"] * admises, entier=entier)
    tableau.expand = True
    for colonne, part in zip(tableau.columns[entier:], _PARTS[entier:], strict=False):
        colonne.ratio = part
    for e in recues:
        cellules = [texte(_lieu(e)), texte(e.libelle), _probleme(e)]
        cellules += [texte(e.valeur)] * valeurs + [texte(", ".join(e.valeurs_admises))] * admises
        tableau.add_row(*cellules)
    console.print(tableau)


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
