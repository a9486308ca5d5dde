"""Stores for the integration tests: each test gets a database of its own on either engine."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from esav_soap.store import Magasin, ouvrir
from tests.postgres import Grappe, postgresql

__all__ = ["magasin", "moteur", "postgresql", "url"]


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def moteur(request: pytest.FixtureRequest) -> str:
    """The engine's name; tests that use it, or ``url`` or ``magasin``, run once on each."""
    return str(request.param)


@pytest.fixture
def url(moteur: str, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """Address of an empty database."""
    if moteur == "sqlite":
        yield f"sqlite:///{tmp_path / 'esav.db'}"
    else:
        grappe: Grappe = request.getfixturevalue("postgresql")
        with grappe.base() as adresse:
            yield adresse


@pytest.fixture
def magasin(url: str) -> Iterator[Magasin]:
    with ouvrir(url) as ouvert:
        yield ouvert
