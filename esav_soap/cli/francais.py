"""click speaks English; the people here read French."""

from __future__ import annotations

import click
from click import core, decorators, exceptions, formatting, parser, termui, types

#: Every fixed text of click that a user of ours can meet.
_TRADUCTIONS = {
    "Show this message and exit.": "Montrer cette aide.",
    "Usage:": "Usage :",
    "Options": "Options",
    "Commands": "Commandes",
    "Arguments": "Arguments",
    "required": "obligatoire",
    "default: {default}": "par défaut : {default}",
    "env var: {var}": "variable : {var}",
    "file": "fichier",
    "directory": "dossier",
    "path": "chemin",
    "{value!r} is not a valid {number_type}.": "{value!r} n'est pas un nombre",
    "{value} is not in the range {range}.": "{value} n'est pas dans l'intervalle {range}",
    "{value!r} is not {choice}.": "{value!r} n'est pas {choice}",
    "{value!r} is not one of {choices}.": "{value!r} n'est pas l'une de : {choices}",
    "{value!r} is not a valid boolean. Recognized values: {states}": "{value!r} ne dit ni oui ni non",
    "{name} {filename!r} does not exist.": "{filename!r} n'existe pas",
    "{name} {filename!r} is a file.": "{filename!r} est un fichier, un dossier est attendu",
    "{name} {filename!r} is a directory.": "{filename!r} est un dossier, un fichier est attendu",
    "{name} {filename!r} is not readable.": "{filename!r} ne peut pas être lu",
    "{name} {filename!r} is not writable.": "{filename!r} ne peut pas être écrit",
    "Option {name!r} does not take a value.": "l'option {name!r} ne prend pas de valeur",
    "Option {name!r} requires an argument.": "l'option {name!r} attend une valeur",
    "Option {name!r} requires {nargs} arguments.": "l'option {name!r} attend {nargs} valeurs",
    "Argument {name!r} takes {nargs} values.": "l'argument {name!r} attend {nargs} valeurs",
    "Missing command.": "il manque une commande",
    "Repeat for confirmation": "Encore une fois",
    "Error: {message}": "Erreur : {message}",
    "Error: The two entered values do not match.": "Erreur : les deux saisies diffèrent.",
}
#: What the system says of a file.
_SYSTEME = {
    "No such file or directory": "ce fichier n'existe pas",
    "Permission denied": "accès refusé",
    "Is a directory": "c'est un dossier",
    "Not a directory": "ce n'est pas un dossier",
    "No space left on device": "le disque est plein",
    "Read-only file system": "ce disque est en lecture seule",
    "File name too long": "ce nom de fichier est trop long",
}
#: As click has it: it cuts the line of a command in the help of its group short, with « ... ».
_phrase_coupee = click.Command.get_short_help_str


def _phrase_entiere(commande: click.Command, limit: int = 45) -> str:
    """The whole first sentence: what does not fit goes on below."""
    return _phrase_coupee(commande, max(limit, 500))


def installer() -> None:
    """Turn click's fixed words into French, and have it cut nothing short. To be called before the commands are imported."""

    def traduire(texte: str) -> str:
        return _TRADUCTIONS.get(texte, texte)

    def accorder(un: str, plusieurs: str, nombre: int) -> str:
        return traduire(un if nombre == 1 else plusieurs)

    for module in (core, decorators, exceptions, formatting, parser, termui, types):
        if hasattr(module, "_"):
            setattr(module, "_", traduire)  # noqa: B010 - click's own name for gettext
        if hasattr(module, "ngettext"):
            setattr(module, "ngettext", accorder)  # noqa: B010
    setattr(click.Command, "get_short_help_str", _phrase_entiere)  # noqa: B010


def message(erreur: click.ClickException) -> str:
    """What went wrong, in French, and where to find help."""
    ctx = getattr(erreur, "ctx", None)
    if isinstance(erreur, exceptions.NoArgsIsHelpError):
        return erreur.message
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
    for anglais, dit in _SYSTEME.items():
        texte = texte.replace(anglais, dit)
    return f"Erreur : {texte.rstrip('.')}.{aide}"


def _proches(possibilites: object) -> str:
    noms = ", ".join(map(str, possibilites)) if isinstance(possibilites, (list, tuple, set)) else ""
    return f" (proches : {noms})" if noms else ""
