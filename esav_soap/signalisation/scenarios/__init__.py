"""The scenarios of the plate-forme d'intégration: what happens to a signalisation on a prestation of the jeu de test (R6.3).

So that an opérateur can try everything without a human at the other end. What happens, and when, depends on the name of
the prestation and on the recorded history alone: the instant of the deposit, then those of what the opérateur did.
``docs/plate-forme-integration.md`` and the guide of the pack print these tables.
"""

from __future__ import annotations

from esav_soap.signalisation.scenarios.cours import au_repos, echeances, echus
from esav_soap.signalisation.scenarios.etapes import SUITES, Etape, etapes
from esav_soap.signalisation.scenarios.objets import PAUSE, Scenario
from esav_soap.signalisation.scenarios.prestations import (
    LONGUEUR_MAX,
    PLATEFORME,
    PREFIXE,
    ZONE_ESSAI,
    ZONE_NUIT,
    prestation_essai,
    prestation_virtuelle,
    scenario_de,
)
from esav_soap.signalisation.scenarios.refus import refus, trop_d_attentes

__all__ = [
    "Etape",
    "LONGUEUR_MAX",
    "PAUSE",
    "PLATEFORME",
    "PREFIXE",
    "SUITES",
    "Scenario",
    "ZONE_ESSAI",
    "ZONE_NUIT",
    "au_repos",
    "echeances",
    "echus",
    "etapes",
    "prestation_essai",
    "prestation_virtuelle",
    "refus",
    "scenario_de",
    "trop_d_attentes",
]
