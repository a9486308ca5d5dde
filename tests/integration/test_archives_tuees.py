"""SIGKILL at every statement of a step to the archive, and of a purge: nothing is lost, nothing is there twice."""

from __future__ import annotations

import signal
from itertools import groupby

import pytest

from esav_soap.store import ouvrir
from tests.integration.archives import AVANT, INSTANT, chaudes
from tests.integration.test_annonces_tuees import destins


@pytest.mark.long
@pytest.mark.exigence("R3.1", "R3.3", "R3.5")
@pytest.mark.parametrize(("geste", "ordres"), [("archiver", 12), ("purger", 5)])
def test_tout_ou_rien_a_chaque_ordre(url: str, geste: str, ordres: int) -> None:
    """Between the copy and the removal nobody can tell that there is a copy: that is still nothing."""
    ouvrir(url).fermer()
    vus = destins(geste, url)
    *tues, vivant = vus
    assert {code for _, code, _ in tues} == {-signal.SIGKILL}
    assert vivant == (len(vus), 0, "tout")
    assert len(tues) >= 2 * ordres
    assert [etat for etat, _ in groupby(etat for _, _, etat in vus)] == ["rien", "tout"]
    assert vus[-2][2] == "tout"  # killed when the last commit had come back
    with ouvrir(url, creer=False) as magasin:
        assert magasin.archiver(AVANT, 9, INSTANT) == 1  # what was killed holds up nobody
        assert chaudes(magasin) == (1, 1, 0)
