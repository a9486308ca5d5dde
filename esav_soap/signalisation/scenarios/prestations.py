"""The prestations of the jeu de test: their names tell the scenario."""

from __future__ import annotations

import zlib
from collections.abc import Collection

from esav_soap.signalisation.objets import Prestation
from esav_soap.signalisation.scenarios.objets import Scenario

#: Where the scenarios are played; nowhere else.
PLATEFORME = "integration"
#: Prefix of the test prestations. What follows has no other hyphens than those between its parts.
PREFIXE = "JDT-"
#: As ``identifiantPrestation`` of a request: longer names are shortened.
LONGUEUR_MAX = 40

#: Where the test prestations are: it has places without any import (``rendez_vous.essai``).
ZONE_ESSAI = "ESSAI"
#: The same, where the slot search is always closed, as at night.
ZONE_NUIT = "ESSAI-NUIT"


def prestation_essai(offre: str, scenario: Scenario | None = None) -> str:
    """Identifiant of a test prestation of an Offre, the same in every version of the catalogue: ``JDT-<OFFRE>`` for the
    ordinary one, ``JDT-<SCENARIO>-<OFFRE>`` for that of a scenario. 40 characters at most."""
    debut = f"{PREFIXE}{scenario.name}-" if scenario else PREFIXE
    if len(debut) + len(offre) <= LONGUEUR_MAX:
        return debut + offre
    debut += f"{zlib.crc32(offre.encode()):08X}-"
    return debut + offre[: LONGUEUR_MAX - len(debut)]


def scenario_de(identifiant: str, offre: str) -> Scenario | None:
    """The scenario of the prestation of that name, which is of that Offre; None for any other prestation."""
    scenario = _nomme(identifiant)
    return scenario if scenario and prestation_essai(offre, scenario) == identifiant else None


def prestation_virtuelle(operateur: str, identifiant: str, offres: Collection[str]) -> Prestation | None:
    """The test prestation of that name, of one of these Offres; every opérateur has it, on integration only."""
    if not identifiant.startswith(PREFIXE):
        return None
    scenario = _nomme(identifiant)
    entiere = identifiant.removeprefix(prestation_essai("", scenario))
    # A name that is shortened fills all the room.
    possibles = offres if len(identifiant) == LONGUEUR_MAX else (entiere,) if entiere in offres else ()
    offre = next((offre for offre in possibles if prestation_essai(offre, scenario) == identifiant), None)
    if offre is None:
        return None
    complement = "Prestation du jeu de test" + (f", scénario {scenario.name}" if scenario else "")
    return Prestation(
        PLATEFORME,
        operateur,
        identifiant,
        offre,
        "Extrémité A d'essai",
        "Extrémité B d'essai",
        complement,
        "GTR_4H",
        ZONE_NUIT if scenario is Scenario.NUIT else ZONE_ESSAI,
    )


def _nomme(identifiant: str) -> Scenario | None:
    """The scenario that a name tells. Codes of Offres have no hyphen, and no scenario is eight hexadecimal digits."""
    parties = identifiant.split("-", 2)
    return Scenario.__members__.get(parties[1]) if len(parties) == 3 else None
