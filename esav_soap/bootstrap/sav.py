"""The technicians' use cases over a store."""

from __future__ import annotations

import time

from esav_soap.store import Magasin
from esav_soap.usecases.ports import Horloge
from esav_soap.usecases.sav import Sav
from esav_soap.usecases.scenarios import AvecScenarios


def monter_sav(magasin: Magasin, instant: Horloge) -> Sav:
    """Signalisations of integration are brought up to date first; no deposit goes through here, so no Offre is asked for."""
    scenarios = AvecScenarios(magasin, magasin, lambda _: frozenset(), instant, time.sleep)
    return Sav(magasin, scenarios.avancer)
