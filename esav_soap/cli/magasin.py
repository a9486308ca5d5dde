"""The store and the clock that the settings name."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from esav_soap.store import Magasin
    from esav_soap.usecases.ports.horloge import Horloge


@contextmanager
def magasin_ouvert(store: str | None, *, creer: bool = False) -> Iterator[tuple[Magasin, Horloge]]:
    """The store and the clock. ``store``: its URL, before that of the settings; ``creer``: an absent one is created."""
    from esav_soap.bootstrap.horloge import horloge
    from esav_soap.bootstrap.reglages import lire_reglages
    from esav_soap.store import ouvrir

    reglages = lire_reglages(None, store=store)
    with ouvrir(reglages.store, creer=creer) as magasin:
        yield magasin, horloge(reglages)
