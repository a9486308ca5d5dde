"""A file of an export: whole, never over another one, and on the disk before what it holds counts as exported."""

from __future__ import annotations

import gzip
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from esav_soap.bootstrap import archives, dossiers
from esav_soap.usecases.archives.ports import Archives, FiltreArchives

INSTANT = datetime(2026, 11, 23, 9, tzinfo=UTC)


class UneArchive:
    """One document. ``pendant`` is done while the export goes on; ``faits``: what happened, in order."""

    def __init__(self, pendant: Callable[[], object] = lambda: None) -> None:
        self.pendant = pendant
        self.faits: list[str] = []

    def nombre_archives(self, _filtre: FiltreArchives) -> int:
        return 1

    def archives(self, *_: object, **__: object) -> Any:
        self.pendant()
        return SimpleNamespace(archives=[(None, b'{"numero": "N1"}')], suite=None)

    def marquer_exportees(self, numeros: Sequence[str], _instant: datetime) -> int:
        self.faits += numeros
        return len(numeros)

    def exporter(self, fichier: Path) -> int:
        base = cast(Archives, self)
        return archives.exporter_vers(fichier, base, FiltreArchives(), lambda: INSTANT, lambda *_: None)


@pytest.mark.exigence("R3.5")
def test_ce_qui_compte_comme_exporte_est_sur_le_disque__ok(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    une, fichier = UneArchive(), tmp_path / "a.ndjson.gz"

    def synchroniser(dossier: Path) -> None:
        une.faits.append(f"{dossier == tmp_path} {fichier.exists()}")
        dossiers.synchroniser(dossier)

    monkeypatch.setattr(archives, "synchroniser", synchroniser)
    assert une.exporter(fichier) == 1
    assert une.faits == ["True True", "N1"]
    assert gzip.decompress(fichier.read_bytes()) == b'{"numero": "N1"}\n'


@pytest.mark.exigence("R3.5")
def test_un_fichier_paru_pendant_l_export_reste__error(tmp_path: Path) -> None:
    fichier = tmp_path / "a.ndjson.gz"
    une = UneArchive(lambda: fichier.write_bytes(b"d'un autre"))
    with pytest.raises(FileExistsError):
        une.exporter(fichier)
    assert (fichier.read_bytes(), une.faits) == (b"d'un autre", [])
    assert list(tmp_path.iterdir()) == [fichier]
