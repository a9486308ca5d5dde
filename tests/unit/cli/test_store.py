"""``esav store migrate``: prepares a base, and says nothing of its address, which may hold a password."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from click.testing import CliRunner

from esav_soap.cli.store import store


@pytest.mark.exigence("R9")
def test_migrer__ok(tmp_path: Path) -> None:
    fichier = tmp_path / "secret" / "esav.db"
    for _ in range(2):
        lance = CliRunner().invoke(store, ["migrate", "--store", f"sqlite:///{fichier}"])
        assert (lance.exit_code, lance.output.startswith("Base à jour, révision 0")) == (0, True)
        assert "secret" not in lance.output
    with closing(sqlite3.connect(fichier)) as base:
        tables = {nom for (nom,) in base.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    assert {"signalisation", "evenement", "prestation", "version_catalogue"} <= tables
