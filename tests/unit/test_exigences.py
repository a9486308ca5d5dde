"""Every requirement that is built has a test, and every test says which requirement it is for."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.exigences import EXIGENCES, RACINE, Etat, Recolte, defauts

CE_FICHIER = Path(__file__).relative_to(RACINE).as_posix()


def recolte_par_la_commande(*chemins: str) -> dict[str, Any]:
    lance = subprocess.run(
        [sys.executable, "-m", "tests.exigences", "--json", *chemins],
        cwd=RACINE,
        capture_output=True,
        text=True,
        check=False,
    )
    assert lance.returncode == 0, lance.stderr
    dit: dict[str, Any] = json.loads(lance.stdout)
    return dit


@pytest.mark.exigence("R9")
def test_exigences_et_tests_se_repondent__ok(request: pytest.FixtureRequest) -> None:
    """Over the tests that are running if they are all there, over a collection of all tests otherwise."""
    ici = request.config.pluginmanager.get_plugin("recolte")
    entiere = not any("::" in choix for choix in request.config.args)
    if entiere and isinstance(ici, Recolte) and ici.fichiers >= set((RACINE / "tests").rglob("test_*.py")):
        faux, total, couvertes = defauts(ici), ici.total, set(ici.par_numero)
    else:
        dit = recolte_par_la_commande()
        faux, total, couvertes = dit["defauts"], dit["total"], set(dit["couvertes"])
    assert faux == []
    assert total > 300
    assert couvertes >= {n for n, (etat, _) in EXIGENCES.items() if etat is not Etat.OUVERTE}


@pytest.mark.exigence("R9")
def test_la_commande_lit_les_marques__ok() -> None:
    dit = recolte_par_la_commande(CE_FICHIER)
    assert (dit["total"], dit["couvertes"]) == (3, ["R9"])
    assert "R3.1: listed as covered, but no test names it" in dit["defauts"]


@pytest.mark.exigence("R9")
def test_chaque_defaut_est_dit__error() -> None:
    complete = {n: ["t"] for n, (etat, _) in EXIGENCES.items() if etat is not Etat.OUVERTE}
    assert defauts(Recolte(dict(complete))) == []
    assert defauts(Recolte(dict(complete), sans=["x.py::test_y"])) == ["x.py::test_y: no exigence mark"]
    assert defauts(Recolte(complete | {"R99": ["t"]})) == ["t: unknown number R99"]
    sans = {n: t for n, t in complete.items() if n != "R3.1"}
    assert defauts(Recolte(sans)) == ["R3.1: listed as covered, but no test names it"]
