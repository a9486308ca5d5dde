"""Publication of versions: their dates, what follows from them, and the contract's rules for new ones."""

from esav_soap.publication.enonces import REGLES, RegleEcrite
from esav_soap.publication.regles import (
    CATALOGUE,
    SERVICES_WEB,
    Decision,
    DecisionRetrait,
    Manquement,
    Regime,
    changement_au_plus_tot,
    decider,
    decider_changement,
    decider_retrait,
)
from esav_soap.publication.versions import MAXIMUM_VIVES, EtatVersion, VersionPubliee, rang_version, surnombre, vives

__all__ = [
    "CATALOGUE",
    "MAXIMUM_VIVES",
    "REGLES",
    "SERVICES_WEB",
    "Decision",
    "DecisionRetrait",
    "EtatVersion",
    "Manquement",
    "Regime",
    "RegleEcrite",
    "VersionPubliee",
    "changement_au_plus_tot",
    "decider",
    "decider_changement",
    "decider_retrait",
    "rang_version",
    "surnombre",
    "vives",
]
