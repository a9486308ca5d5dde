"""Locking by itself over a store, and its setting."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from esav_soap.bootstrap.reglages import Reglages
    from esav_soap.store import Magasin
    from esav_soap.usecases.ports.horloge import Horloge
    from esav_soap.usecases.verrouillage import Verrouillage

CHOIX = ("oui", "non")


def problemes_verrouillage(valeurs: Mapping[str, object]) -> list[str]:
    """What is wrong with the setting, in French."""
    choix = valeurs.get("verrouillage", CHOIX[0])
    return [] if choix in CHOIX else [f"ESAV_VERROUILLAGE doit être oui ou non, pas « {choix} »"]


def monter_verrouillage(reglages: Reglages, magasin: Magasin, instant: Horloge) -> Verrouillage | None:
    """What the worker does of it; None when the setting says no."""
    if reglages.verrouillage != "oui":
        return None
    from esav_soap.bootstrap.sav import avancement
    from esav_soap.usecases.verrouillage import Verrouillage

    return Verrouillage(magasin, avancement(magasin, instant), instant)
