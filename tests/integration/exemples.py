"""Signalisations and prestations for the tests of the store."""

from __future__ import annotations

import secrets
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from esav_soap.signalisation import Contact, NouvelleSignalisation, Prestation
from esav_soap.signalisation.numero import OCTETS, tirer

DEPOT_LE = datetime(2026, 7, 1, 10, 0, 0, 123456, tzinfo=UTC)

PRESTATION = Prestation(
    "production", "OPA", "FTTH-000000001", "ACCES_FTTH", "PTO 12", "PM-75-001", "Bâtiment « A », 2e", "GTR_4H"
)


def nouvelle(reference: str, **changements: Any) -> NouvelleSignalisation:
    """A deposit with a number of its own."""
    modele = NouvelleSignalisation(
        numero=tirer(secrets.token_bytes(OCTETS)),
        plateforme="production",
        operateur="OPA",
        reference=reference,
        empreinte=bytes(range(32)),
        prestation=PRESTATION.identifiant,
        offre="ACCES_FTTH",
        version_catalogue="2026.1",
        contact=Contact("Zoé d'Été", "+33102030405", None),
        formulaire="<accesFtth xmlns='urn:esav:catalogue:2026.1:ACCES_FTTH'>é</accesFtth>".encode(),
        depot_le=DEPOT_LE,
    )
    return replace(modele, **changements)
