"""Stores for the integration tests: each test gets a database to itself on either engine."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from esav_soap.store import Magasin, ouvrir
from tests.integration.remplis import remplir
from tests.postgres import Grappe, postgresql

__all__ = ["magasin", "magasin_neuf", "moteur", "postgresql", "rempli", "url", "url_vide"]


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def moteur(request: pytest.FixtureRequest) -> str:
    """The engine's name; tests that use it, or ``url`` or ``magasin``, run once on each."""
    return str(request.param)


@pytest.fixture(scope="session")
def magasin_neuf(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """SQLite's file as ``ouvrir`` makes it of nothing."""
    fichier = tmp_path_factory.mktemp("neuf") / "esav.db"
    ouvrir(f"sqlite:///{fichier}").fermer()
    assert not fichier.with_name("esav.db-wal").exists()  # all of it is in the file
    return fichier


@pytest.fixture
def url(moteur: str, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """Address of a database as ``ouvrir`` makes it of an empty one, without rows."""
    if moteur == "sqlite":
        copie = tmp_path / "esav.db"
        shutil.copyfile(request.getfixturevalue("magasin_neuf"), copie)
        yield f"sqlite:///{copie}"
    else:
        grappe: Grappe = request.getfixturevalue("postgresql")
        with grappe.pretes.base() as adresse:
            yield adresse


@pytest.fixture
def url_vide(moteur: str, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
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


@pytest.fixture(
    scope="session",
    params=[
        pytest.param((moteur, lignes), marks=[*engin, *long], id=f"{moteur}-{lignes}")
        for lignes, long in ((20_000, ()), (100_000, (pytest.mark.long,)))
        for moteur, engin in (("sqlite", ()), ("postgresql", (pytest.mark.postgresql,)))
    ],
)
def rempli(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Magasin]:
    """A store with many rows in each table (``remplis``), the same for all tests."""
    moteur, lignes = request.param
    if moteur == "sqlite":
        adresse = f"sqlite:///{tmp_path_factory.mktemp('rempli') / 'esav.db'}"
    else:
        grappe: Grappe = request.getfixturevalue("postgresql")
        adresse = grappe.creer()  # it goes with the cluster
    with ouvrir(adresse) as ouvert:
        remplir(ouvert, lignes)
        yield ouvert
