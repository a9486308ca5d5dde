"""SIGKILL at every statement of what publishing writes: all of it is there afterwards, or nothing."""

from __future__ import annotations

import signal
from itertools import groupby
from pathlib import Path

import pytest

from esav_soap.store import ouvrir
from tests.integration.tueries import lignes_du_tueur

RACINE = Path(__file__).parents[2]
DELAI_S = 120


def destins(geste: str, url: str) -> list[tuple[int, int, str]]:
    """(n, exit code, what is there) for every n at which the gesture was killed, and at last the one that lived."""
    lignes = [ligne.split() for ligne in lignes_du_tueur("tueur", geste, url, delai_s=DELAI_S)[1:]]
    return [(int(rang), int(code), etat) for rang, code, etat in lignes]


@pytest.mark.long
@pytest.mark.exigence("R2.1", "R2.2")
@pytest.mark.parametrize(("geste", "ordres"), [("annoncer", 5), ("retirer", 7)])
def test_tout_ou_rien_a_chaque_ordre(url: str, geste: str, ordres: int) -> None:
    """``ordres``: statements that the gesture cannot do with less of, BEGIN and COMMIT among them."""
    ouvrir(url).fermer()
    vus = destins(geste, url)
    *tues, vivant = vus
    assert {code for _, code, _ in tues} == {-signal.SIGKILL}
    assert vivant == (len(vus), 0, "tout")
    assert [rang for rang, _, _ in vus] == list(range(1, len(vus) + 1))
    assert len(tues) >= 2 * ordres
    # Nothing up to some statement, everything from there on, and never back.
    assert [etat for etat, _ in groupby(etat for _, _, etat in vus)] == ["rien", "tout"]
    assert vus[-2][2] == "tout"  # killed when the commit had come back
