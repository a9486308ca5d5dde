"""Questions before what cannot be taken back."""

from __future__ import annotations

import sys

import click

OUI = click.option("--oui", is_flag=True, help="Ne pas demander confirmation.")


def terminal_requis(sinon: str) -> None:
    """Before the long work: nobody could answer at its end."""
    if not sys.stdin.isatty():
        raise click.UsageError(f"sans terminal pour confirmer, donner {sinon}")


def confirmer(question: str, *, oui: bool) -> None:
    """Go on after a yes; else leave with code 1."""
    if oui:
        return
    reponse = click.prompt(f"{question} (oui/non)", default="non", show_default=False, prompt_suffix=" : ")
    if reponse.strip().lower() not in ("o", "oui"):
        click.echo("Rien n'a été fait.")
        click.get_current_context().exit(1)
