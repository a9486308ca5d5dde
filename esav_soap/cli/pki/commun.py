"""What the commands of ``esav pki`` share: options, files, the phrase of the key, refusals."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from esav_soap.bootstrap.pki import Coffre
    from esav_soap.pki import AutoriteInterne
    from esav_soap.usecases.pki.ports import Contexte
    from esav_soap.usecases.pki.raisons import Raison
    from esav_soap.usecases.pki.titulaires import Titulaire

#: Where the phrase of the authority's key is, since a command line is seen by everybody.
PHRASE = "ESAV_PKI_PHRASE"
#: No CSR, certificate or list of a CA is larger.
TAILLE_MAX = 32 * 1024 * 1024

PKI = click.option(
    "--pki",
    "dossier",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path("var/pki"),
    envvar="ESAV_PKI",
    metavar="DOSSIER",
    help="Dossier de la clé de l'autorité (ESAV_PKI).  [par défaut : var/pki]",
)
TITULAIRE = click.option("--titulaire", metavar="NOM", help="Code de l'opérateur, ou nom du publieur ou du système.")
ROLE = click.option(
    "--role",
    type=click.Choice(["OPERATEUR", "PUBLIEUR", "FOURNISSEUR"]),
    default="OPERATEUR",
    show_default=True,
    help="Ce qu'est le titulaire.",
)
PLATEFORMES = click.option(
    "--plateforme",
    "plateformes",
    type=click.Choice(["production", "integration"]),
    multiple=True,
    help="Où il peut appeler ; répétable.  [par défaut : les deux]",
)
RECUE_LE = click.option(
    "--recue-le", metavar="DATE", help="Quand la demande est arrivée, ISO 8601.  [par défaut : maintenant]"
)


@contextmanager
def contexte(store: str | None, *, creer: bool = False) -> Iterator[Contexte]:
    """The store and the clock of the settings. A refusal ends the command with every reason and exit code 1."""
    from esav_soap import pki
    from esav_soap.bootstrap.horloge import horloge
    from esav_soap.bootstrap.reglages import lire_reglages
    from esav_soap.store import ouvrir
    from esav_soap.usecases.pki.ports import Contexte

    reglages = lire_reglages(None, store=store)
    with ouvrir(reglages.store, creer=creer) as magasin, refus_dits():
        yield Contexte(magasin, pki, horloge(reglages)())


@contextmanager
def refus_dits() -> Iterator[None]:
    """Says each reason of a refusal, and ends with exit code 1."""
    from esav_soap.usecases.pki.raisons import PkiRefusee

    try:
        yield
    except PkiRefusee as refus:
        for raison in refus.raisons:
            click.echo(str(raison), err=True)
        nombre = len(refus.raisons)
        click.echo(f"Refusé : {nombre} raison{'s' if nombre > 1 else ''}. Rien n'a été enregistré.", err=True)
        raise click.exceptions.Exit(1) from refus


def avertir(raisons: Iterable[Raison]) -> None:
    """Warnings, on the error output: the other one may be a certificate."""
    for raison in raisons:
        click.echo(f"Attention : {raison}", err=True)


def coffre(dossier: Path) -> Coffre:
    """The folder of the authority's key, with the public address when it is known."""
    from esav_soap.bootstrap import pki
    from esav_soap.bootstrap.reglages import lire_reglages

    return pki.Coffre(dossier, lire_reglages(None).url_publique)


def autorite(dossier: Path) -> AutoriteInterne:
    """The authority, ready to sign; its phrase from the environment, or asked for on a terminal."""
    lieu = coffre(dossier)
    return lieu.ouvrir(phrase("Phrase de la clé de l'autorité") if lieu.chiffre() else None)


def phrase(question: str, *, confirmer: bool = False) -> str:
    """The phrase, never shown. Raises a usage error where nobody can be asked."""
    donnee = os.environ.get(PHRASE, "")
    if donnee:
        return donnee
    if not sys.stdin.isatty():
        raise click.UsageError(f"sans terminal pour la demander, donner la phrase de la clé dans {PHRASE}")
    lue = click.prompt(
        question,
        hide_input=True,
        confirmation_prompt="Encore une fois" if confirmer else False,
        prompt_suffix=" : ",
        err=True,
    )
    assert isinstance(lue, str)
    return lue


def lire_fichier(chemin: str) -> bytes:
    """The bytes of a file, or of the standard input for ``-``."""
    if chemin == "-":
        octets = sys.stdin.buffer.read(TAILLE_MAX + 1)
    else:
        with Path(chemin).open("rb") as entree:
            octets = entree.read(TAILLE_MAX + 1)
    if len(octets) > TAILLE_MAX:
        raise click.UsageError(f"{chemin} est trop grand : {TAILLE_MAX >> 20} Mio au plus")
    return octets


def numero(piece: str) -> int | None:
    """The number of a request, if that is what was given; a file whose name is a number is written ``./12``."""
    return int(piece) if piece.isascii() and piece.isdecimal() and len(piece) < 19 else None


def titulaire_voulu(nom: str | None, role: str, plateformes: tuple[str, ...]) -> Titulaire:
    """The holder of the options."""
    from esav_soap.certificats import Role
    from esav_soap.names import PLATEFORMES as TOUTES
    from esav_soap.usecases.pki.titulaires import Titulaire

    if not nom:
        raise click.UsageError("il manque --titulaire")
    return Titulaire(nom.strip(), Role[role], frozenset(plateformes or TOUTES))


def sans_titulaire(nom: str | None, plateformes: tuple[str, ...], recue_le: str | None) -> None:
    """A request that is recorded says all of this itself."""
    if nom or plateformes or recue_le:
        raise click.UsageError("une demande enregistrée dit déjà son titulaire : ne donner que son numéro")


def date(texte: str | None) -> datetime | None:
    """An instant of the options; a day alone begins at its Paris midnight."""
    from esav_soap.cli.catalogue.options import instant

    return instant(texte)


def place_libre(sortie: Path | None) -> None:
    """Before anything is done: a file that is there is not overwritten, nor where a link points that leads nowhere yet."""
    if sortie is not None and os.path.lexists(sortie):
        raise click.UsageError(f"{sortie} existe déjà ; choisir un autre nom")


def remettre(pem: bytes, sortie: Path | None) -> None:
    """A certificate (nothing secret) into a file, at once or not at all, or onto the standard output."""
    from esav_soap.bootstrap.dossiers import ecrire_fichier

    if sortie is None:
        click.echo(pem.decode(), nl=False)
    else:
        ecrire_fichier(sortie, pem)
