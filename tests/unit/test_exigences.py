"""Every requirement that is built has a test, and every test says which requirement it is for."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from tests.exigences import EXIGENCES, RACINE, Etat, Recolte, defauts


@pytest.mark.exigence("R9")
def test_exigences_et_tests_se_repondent__ok() -> None:
    lance = subprocess.run(
        [sys.executable, "-m", "tests.exigences", "--json"], cwd=RACINE, capture_output=True, text=True, check=False
    )
    assert lance.returncode == 0, lance.stderr
    dit = json.loads(lance.stdout)
    assert dit["defauts"] == []
    assert dit["total"] > 300
    assert set(dit["couvertes"]) >= {n for n, (etat, _) in EXIGENCES.items() if etat is not Etat.OUVERTE}


@pytest.mark.exigence("R9")
def test_chaque_defaut_est_dit__error() -> None:
    complete = {n: ["t"] for n, (etat, _) in EXIGENCES.items() if etat is not Etat.OUVERTE}
    assert defauts(Recolte(dict(complete))) == []
    assert defauts(Recolte(dict(complete), sans=["x.py::test_y"])) == ["x.py::test_y: no exigence mark"]
    assert defauts(Recolte(complete | {"R99": ["t"]})) == ["t: unknown number R99"]
    sans = {n: t for n, t in complete.items() if n != "R3.1"}
    assert defauts(Recolte(sans)) == ["R3.1: listed as covered, but no test names it"]
