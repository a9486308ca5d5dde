"""click speaks English; the people here read French."""

from __future__ import annotations

import click
from click import core, decorators, exceptions, formatting

_AIDE = "Montrer cette aide."


def installer() -> None:
    """Turn click's fixed words into French: help option, headings."""
    traductions = {
        "Show this message and exit.": _AIDE,
        "Usage:": "Usage :",
        "Options": "Options",
        "Commands": "Commandes",
        "Arguments": "Arguments",
        "required": "obligatoire",
        "default: {default}": "par défaut : {default}",
        "env var: {var}": "variable : {var}",
    }

    def traduire(texte: str) -> str:
        return traductions.get(texte, texte)

    for module in (core, decorators, exceptions, formatting):
        if hasattr(module, "_"):
            setattr(module, "_", traduire)  # noqa: B010 - click's own name for gettext


def message(erreur: click.ClickException) -> str:
    """What went wrong, in French, and where to find help."""
    ctx = getattr(erreur, "ctx", None)
    aide = f"\nAide : {ctx.command_path} --help" if ctx is not None else ""
    match erreur:
        case click.NoSuchOption():
            texte = f"option inconnue : {erreur.option_name}" + _proches(erreur.possibilities)
        case click.MissingParameter():
            nom = erreur.param.get_error_hint(ctx) if erreur.param is not None and ctx is not None else ""
            texte = f"il manque {nom}"
        case click.BadParameter():
            nom = erreur.param.get_error_hint(ctx) if erreur.param is not None and ctx is not None else ""
            texte = f"valeur refusée pour {nom} : {erreur.message}"
        case click.UsageError() if erreur.message.startswith("No such command"):
            texte = "commande inconnue :" + erreur.message.removeprefix("No such command").rstrip(".")
        case click.UsageError() if erreur.message.startswith("Got unexpected extra argument"):
            texte = "argument en trop :" + erreur.message.partition("(")[2].join((" ", "")).rstrip(")")
        case click.FileError():
            texte = f"fichier {erreur.ui_filename} : {erreur.message}"
        case _:
            texte = erreur.message
    return f"Erreur : {texte}.{aide}"


def _proches(possibilites: object) -> str:
    noms = ", ".join(map(str, possibilites)) if isinstance(possibilites, (list, tuple, set)) else ""
    return f" (proches : {noms})" if noms else ""
