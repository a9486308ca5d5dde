"""Servers on both stores, with both catalogue versions and a small parc."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from esav_soap.signalisation import Prestation
from esav_soap.store import Magasin
from esav_soap.usecases.catalogue import Dates
from tests.e2e.installation import installer, preparer_avec
from tests.e2e.serveur import ServeurReel, serveur_neuf
from tests.postgres import Grappe, postgresql

__all__ = ["postgresql"]

OFFRES = (
    *("ACCES_FTTH", "LIAISON_NRO_PM", "HEBERGEMENT_NRO", "HEBERGEMENT_PM", "FTTE_FTTO_PASSIF", "FIBRE_NOIRE"),
    *("GENIE_CIVIL", "FTTH_ACTIVE", "FTTE_ACTIVE"),
)


def prestations() -> Iterator[Prestation]:
    """For each of two opérateurs and both platforms, one prestation ``<Offre>-1`` of every Offre."""
    for plateforme in ("production", "integration"):
        for operateur in ("OPA", "OPB"):
            for offre in OFFRES:
                yield Prestation(
                    plateforme, operateur, f"{operateur}-{offre}-1", offre, "NRO 35238", "PTO", "", "GTR_4H"
                )


def preparer(url: str) -> None:
    """2026.1 live and ending, 2026.2 live, a parc."""
    preparer_avec(_garnir, url)


def _garnir(magasin: Magasin) -> None:
    maintenant = datetime.now(UTC)
    fin = maintenant + timedelta(days=20)
    installer("2026.1", Dates(maintenant - timedelta(days=200), fin, "2026.2"), magasin, maintenant)
    installer("2026.2", Dates(maintenant - timedelta(days=10)), magasin, maintenant)
    magasin.importer(prestations())


@pytest.fixture(scope="session", params=["sqlite", pytest.param("postgresql", marks=pytest.mark.long)])
def store(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """URL of a prepared store, on each engine."""
    if request.param == "sqlite":
        url = f"sqlite:///{tmp_path_factory.mktemp('store')}/esav.db"
        preparer(url)
        yield url
    else:
        grappe: Grappe = request.getfixturevalue("postgresql")
        with grappe.base() as url:
            preparer(url)
            yield url


@pytest.fixture(scope="session")
def serveur(store: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServeurReel]:
    """A running server on that store."""
    with serveur_neuf(store, tmp_path_factory.mktemp("serveur")) as lance:
        yield lance
