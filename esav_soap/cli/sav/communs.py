"""What the commands of ``esav sav`` share: the store and the technician."""

from __future__ import annotations

import getpass
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

from esav_soap.cli.magasin import magasin_ouvert

if TYPE_CHECKING:
    from esav_soap.usecases.ports.horloge import Horloge
    from esav_soap.usecases.rendez_vous import RendezVous
    from esav_soap.usecases.sav import Sav, Technicien

AUTEUR = click.option("--auteur", metavar="NOM", help="Qui agit.  [par défaut : le nom de session]")
NUMERO = click.argument("numero", metavar="NUMÉRO")


@contextmanager
def ouvert(store: str | None) -> Iterator[tuple[Sav, Horloge]]:
    """The use cases over the store of the settings, and the clock."""
    from esav_soap.bootstrap.sav import monter_sav

    with magasin_ouvert(store) as (magasin, instant):
        yield monter_sav(magasin, instant), instant


@contextmanager
def ouvert_rendez_vous(store: str | None) -> Iterator[tuple[RendezVous, Horloge]]:
    """The use cases of appointments over the store of the settings, and the clock."""
    from esav_soap.bootstrap.sav import monter_rendez_vous

    with magasin_ouvert(store) as (magasin, instant):
        yield monter_rendez_vous(magasin, instant), instant


def technicien(auteur: str | None) -> Technicien:
    """Whoever has this store at hand acts for the Fournisseur."""
    from esav_soap.usecases.sav import Technicien

    return Technicien((auteur or getpass.getuser()).strip())
