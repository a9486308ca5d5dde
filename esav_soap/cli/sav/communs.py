"""What the commands of ``esav sav`` share: the store, the technician, how instants are read."""

from __future__ import annotations

import getpass
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from esav_soap.store import Magasin
    from esav_soap.usecases.ports import Horloge
    from esav_soap.usecases.rendez_vous import RendezVous
    from esav_soap.usecases.sav import Sav, Technicien

STORE = click.option("--store", metavar="URL", help="Base de données : sqlite:///fichier ou postgresql://…")
AUTEUR = click.option("--auteur", metavar="NOM", help="Qui agit.  [par défaut : le nom de session]")
NUMERO = click.argument("numero", metavar="NUMÉRO")
_FORMES = ("%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M", "%d/%m/%Y %H:%M")


@contextmanager
def magasin_ouvert(store: str | None) -> Iterator[tuple[Magasin, Horloge]]:
    """The store of the settings, and the clock."""
    from esav_soap.bootstrap.horloge import horloge
    from esav_soap.bootstrap.reglages import lire_reglages
    from esav_soap.store import ouvrir

    reglages = lire_reglages(None, store=store)
    with ouvrir(reglages.store, creer=False) as magasin:
        yield magasin, horloge(reglages)


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


def moment(texte: str) -> datetime:
    """An instant as people write it: Paris time, unless it tells its offset. Raises ``click.UsageError``."""
    from esav_soap.calendar import PARIS, en_utc

    dit = texte.strip()
    for forme in _FORMES:
        try:
            return en_utc(datetime.strptime(dit, forme).replace(tzinfo=PARIS))
        except ValueError:
            continue
    try:
        lu = datetime.fromisoformat(dit)
    except ValueError:
        lu = None
    if lu is None or lu.tzinfo is None:
        raise click.UsageError(f"« {texte} » n'est pas une date et heure, comme 2026-12-31 15:30 ou 31/12/2026 15:30")
    return en_utc(lu)
