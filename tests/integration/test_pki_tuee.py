"""SIGKILL at the statements of ``esav pki issue`` and ``revoke``: a whole state is left, and repeating it ends well.

At some of them on SQLite; at every one, on both engines, among the long tests.
"""

from __future__ import annotations

import signal
from itertools import groupby
from pathlib import Path

import pytest

from tests.integration.tueries import lignes_du_tueur

DELAI_S = 200


def destins(geste: str, url: str, dossier: Path, pas: int) -> list[list[str]]:
    """One line for each child: see :mod:`tests.integration.tueur_pki`."""
    lignes = lignes_du_tueur("tueur_pki", geste, url, str(dossier), str(pas), delai_s=DELAI_S)
    return [ligne.split() for ligne in lignes[lignes.index("pret") + 1 :] if ligne[:1].isdigit()]


MOTEURS = pytest.mark.parametrize(
    ("moteur", "pas"),
    [
        ("sqlite", 13),
        pytest.param("sqlite", 1, marks=pytest.mark.long),
        pytest.param("postgresql", 1, marks=[pytest.mark.long, pytest.mark.postgresql]),
    ],
    indirect=["moteur"],
)


def suite(tues: list[list[str]], attendues: list[str], pas: int) -> None:
    """The states come in this order; with every statement tried, each of them comes."""
    vues = [vu for vu, _ in groupby(vu for _, _, vu, *_ in tues)]
    assert vues == [etat for etat in attendues if pas == 1 or etat in vues]


@pytest.mark.exigence("R6.2")
@MOTEURS
def test_delivrer_tue_a_chaque_ordre(url: str, tmp_path: Path, pas: int) -> None:
    """The request, then the certificate with it, then the file: each is there or not, in this order, and never half."""
    *tues, vivant = destins("issue", url, tmp_path, pas)
    assert {code for _, code, *_ in tues} == {str(-signal.SIGKILL)}
    assert vivant[1:] == ["0", "tout", "0", "tout"]
    suite(tues, ["rien", "demande", "enregistre"], pas)
    assert {(encore, fin) for *_, encore, fin in tues} == {("0", "tout")}


@pytest.mark.exigence("R6.2")
@MOTEURS
def test_revoquer_tue_a_chaque_ordre(url: str, tmp_path: Path, pas: int) -> None:
    """The revocation and the list that tells of it: both, or none."""
    *tues, vivant = destins("revoke", url, tmp_path, pas)
    assert {code for _, code, *_ in tues} == {str(-signal.SIGKILL)}
    assert vivant[1:3] == ["0", "revoque"]
    suite(tues, ["tout", "revoque"], pas)
    assert {(encore, fin) for *_, encore, fin in tues} == {("0", "revoque")}
