"""What the contract tests of publication run on, and how they deposit there."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from esav_soap.store import Magasin
from esav_soap.usecases.ports.historique import SignalisationDeposee
from tests.faux_publication import FaussesPublications
from tests.integration.exemples import nouvelle

Store = Magasin | FaussesPublications


def deposer(store: Store, reference: str, depot_le: datetime, **changements: str) -> SignalisationDeposee:
    depose = nouvelle(reference, depot_le=depot_le, **changements)
    depose = replace(depose, formulaire=f"<f>{reference}</f>".encode())
    (store if isinstance(store, Magasin) else store.base).deposer(depose)
    return SignalisationDeposee(depose.operateur, depose.offre, depose.version_catalogue, depose.formulaire)
