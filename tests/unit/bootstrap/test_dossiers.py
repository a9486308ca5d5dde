"""The working tree: drift is found, ``build`` repairs it, and a file is written whole or not at all."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from esav_soap.bootstrap.dossiers import ecarts, ecrire, ecrire_fichier, place, versions, versions_en_trop

ARTEFACTS = {
    "wsdl/depot.wsdl": b"w",
    "xsd/types.xsd": b"x",
    "maquettes/index.html": b"m",
    "pack.xml": b"only in the pack",
}
FICHIERS = {"wsdl/2026.1/depot.wsdl", "wsdl/2026.1/xsd/types.xsd", "html_mockups/2026.1/index.html"}


def arbre(racine: Path) -> set[str]:
    return {str(f.relative_to(racine)) for f in racine.rglob("*") if f.is_file()}


@pytest.mark.exigence("R1.1")
def test_construire_puis_verifier__ok(tmp_path: Path) -> None:
    assert ecarts(tmp_path, "2026.1", ARTEFACTS) == [f"absent : {f}" for f in sorted(FICHIERS)]
    assert ecrire(tmp_path, "2026.1", ARTEFACTS) == 3
    assert arbre(tmp_path) == FICHIERS
    assert ecarts(tmp_path, "2026.1", ARTEFACTS) == []
    assert ecrire(tmp_path, "2026.1", ARTEFACTS) == 0


@pytest.mark.exigence("R1.1")
def test_chaque_ecart_est_dit_puis_repare__error(tmp_path: Path) -> None:
    ecrire(tmp_path, "2026.1", ARTEFACTS)
    (tmp_path / "wsdl/2026.1/depot.wsdl").write_bytes(b"edited by hand")
    (tmp_path / "html_mockups/2026.1/index.html").unlink()
    (tmp_path / "wsdl/2026.1/xsd/AUTRE.xsd").write_bytes(b"")
    assert ecarts(tmp_path, "2026.1", ARTEFACTS) == [
        "absent : html_mockups/2026.1/index.html",
        "modifié : wsdl/2026.1/depot.wsdl",
        "en trop : wsdl/2026.1/xsd/AUTRE.xsd",
    ]
    assert ecrire(tmp_path, "2026.1", ARTEFACTS) == 3
    assert ecarts(tmp_path, "2026.1", ARTEFACTS) == []


@pytest.mark.exigence("R1.1")
def test_une_version_ne_touche_pas_l_autre__ok(tmp_path: Path) -> None:
    ecrire(tmp_path, "2026.1", ARTEFACTS)
    ecrire(tmp_path, "2026.2", {"wsdl/depot.wsdl": b"autre"})
    assert ecarts(tmp_path, "2026.1", ARTEFACTS) == []
    assert versions_en_trop(tmp_path, ["2026.1"], supprimer=False) == ["en trop : wsdl/2026.2"]
    assert (tmp_path / "wsdl/2026.2/depot.wsdl").is_file()
    versions_en_trop(tmp_path, ["2026.1"], supprimer=True)
    assert arbre(tmp_path) == FICHIERS


@pytest.mark.exigence("R1.1")
def test_versions_par_rang__ok(tmp_path: Path) -> None:
    for nom in ("2026.10", "2026.9", "2025.2", "sans"):
        (tmp_path / "catalogue" / nom).mkdir(parents=True)
        if nom != "sans":
            (tmp_path / "catalogue" / nom / "catalogue.xml").touch()
    assert versions(tmp_path) == ["2025.2", "2026.9", "2026.10"]
    assert place("2026.1", "nomenclatures/X.xml") is None


@pytest.mark.exigence("R1.1")
@pytest.mark.parametrize("panne", [KeyboardInterrupt, OSError])
def test_interrompu_le_fichier_reste_ce_qu_il_etait__error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, panne: type[BaseException]
) -> None:
    fichier = tmp_path / "a" / "pack.zip"
    ecrire_fichier(fichier, b"ancien")
    assert fichier.stat().st_mode & 0o777 == 0o644

    def interrompre(*_: object) -> None:
        raise panne

    monkeypatch.setattr(os, "replace", interrompre)
    with pytest.raises(panne):
        ecrire_fichier(fichier, b"nouveau")
    assert fichier.read_bytes() == b"ancien"
    assert arbre(tmp_path) == {"a/pack.zip"}, "nothing half-written is left beside it"
