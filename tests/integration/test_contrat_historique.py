"""What the port ``Historique`` promises, on every engine, and of the fake that the tests of the use cases rely on."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest

from esav_soap.store import historique, ouvrir
from esav_soap.usecases.ports.historique import UsageVersion
from tests.faux_publication import FaussesPublications
from tests.integration.exemples import DEPOT_LE
from tests.integration.semis import Store, deposer

HEURE = timedelta(hours=1)


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql), "faux"])
def moteur(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def store(moteur: str, request: pytest.FixtureRequest) -> Iterator[Store]:
    if moteur == "faux":
        yield FaussesPublications()
    else:
        with ouvrir(request.getfixturevalue("url")) as ouvert:
            yield ouvert


@pytest.mark.exigence("R2.1")
def test_store_vide(store: Store) -> None:
    assert store.nombre_deposees(DEPOT_LE) == 0
    assert list(store.deposees(DEPOT_LE)) == []
    assert store.usages("2026.1", DEPOT_LE) == ()


@pytest.mark.exigence("R2.1")
def test_seules_les_recentes_de_production_dans_l_ordre(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(historique, "PAGE", 3)
    monkeypatch.setattr(historique, "FENETRE", 2)
    attendues = []
    for n in range(20):
        quand = DEPOT_LE + n * 6 * HEURE
        deposer(store, f"I{n}", quand, plateforme="integration")
        lue = deposer(store, f"P{n}", quand, operateur=f"OP{n % 3}", offre="FIBRE_NOIRE", version_catalogue="2026.2")
        if n >= 11:
            attendues.append(lue)
    depuis = DEPOT_LE + 11 * 6 * HEURE
    assert list(store.deposees(depuis)) == attendues
    assert list(store.deposees(depuis + timedelta(microseconds=1))) == attendues[1:]
    assert store.nombre_deposees(depuis) == 9
    assert len(list(store.deposees(DEPOT_LE))) == 20
    assert list(store.deposees(DEPOT_LE + timedelta(days=99))) == []


@pytest.mark.exigence("R2.1")
def test_depots_acquittes_dans_le_desordre(store: Store) -> None:
    """A deposit may be committed after a later one: the start that is found allows for it."""
    quand = [DEPOT_LE + n * HEURE + (timedelta(hours=20) if n % 2 else timedelta(0)) for n in range(60)]
    lues = [deposer(store, f"R{n}", instant) for n, instant in enumerate(quand)]
    depuis = DEPOT_LE + 40 * HEURE
    attendues = [lue for lue, instant in zip(lues, quand, strict=True) if instant >= depuis]
    assert list(store.deposees(depuis)) == attendues
    assert store.nombre_deposees(depuis) == len(attendues)


@pytest.mark.exigence("R2.1", "R2.3")
def test_usages_par_operateur_et_offre(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(historique, "PAGE_COMPTE", 4)
    for n in range(24):
        deposer(
            store,
            f"R{n}",
            DEPOT_LE + n * HEURE,
            operateur=("OPB", "OPA")[n % 2],
            offre=("FIBRE_NOIRE", "ACCES_FTTH", "GENIE_CIVIL")[n % 3],
            version_catalogue=("2026.1", "2026.2")[n >= 18],
            plateforme="integration" if n == 17 else "production",
        )
    depuis = DEPOT_LE + 6 * HEURE
    h = [DEPOT_LE + n * HEURE for n in range(24)]
    assert store.usages("2026.1", depuis) == (
        UsageVersion("OPA", "ACCES_FTTH", 2, h[7], h[13]),
        UsageVersion("OPA", "FIBRE_NOIRE", 2, h[9], h[15]),
        UsageVersion("OPA", "GENIE_CIVIL", 1, h[11], h[11]),
        UsageVersion("OPB", "ACCES_FTTH", 2, h[10], h[16]),
        UsageVersion("OPB", "FIBRE_NOIRE", 2, h[6], h[12]),
        UsageVersion("OPB", "GENIE_CIVIL", 2, h[8], h[14]),
    )
    assert [u.nombre for u in store.usages("2026.2", h[23])] == [1]
    assert store.usages("2025.1", DEPOT_LE) == ()
