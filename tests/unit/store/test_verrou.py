"""The gate between writers."""

from __future__ import annotations

import fcntl
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from esav_soap.store.verrou import Verrou

TENIR = """
import sys; from pathlib import Path; from esav_soap.store.verrou import Verrou
with Verrou(Path(sys.argv[1])).tenu():
    print('tenu', flush=True); sys.stdin.readline()
"""


@pytest.mark.exigence("R3.1")
@pytest.mark.parametrize("ephemere", [False, True])
def test_un_seul_fil_tient_la_porte(tmp_path: Path, ephemere: bool) -> None:
    verrou = Verrou(tmp_path / "porte", ephemere=ephemere)
    dedans = 0
    maximum = 0

    def passer() -> None:
        nonlocal dedans, maximum
        for _ in range(200):
            with verrou.tenu():
                dedans += 1
                maximum = max(maximum, dedans)
                dedans -= 1

    fils = [threading.Thread(target=passer) for _ in range(4)]
    for fil in fils:
        fil.start()
    for fil in fils:
        fil.join()
    assert maximum == 1
    assert verrou.chemin.exists() is not ephemere


@pytest.mark.exigence("R3.1")
def test_fichier_parti_pendant_l_attente__celui_qui_le_remplace_est_pris(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The holder before takes the file away while this one waits on it: whoever comes next locks the new file."""
    porte = tmp_path / "porte"
    vrai, appels = fcntl.flock, []

    def flock(descripteur: int, operation: int) -> None:
        appels.append(descripteur)
        if len(appels) == 1:
            porte.unlink()
            porte.touch()
        vrai(descripteur, operation)

    monkeypatch.setattr(fcntl, "flock", flock)
    with Verrou(porte, ephemere=True).tenu(), porte.open() as autre, pytest.raises(BlockingIOError):
        vrai(autre, fcntl.LOCK_EX | fcntl.LOCK_NB)
    assert len(appels) == 2


@pytest.mark.exigence("R3.1")
def test_la_mort_du_porteur_ouvre_la_porte(tmp_path: Path) -> None:
    porte = tmp_path / "porte"
    passe = threading.Event()

    def passer() -> None:
        with Verrou(porte).tenu():
            passe.set()

    autre = subprocess.Popen(
        [sys.executable, "-c", TENIR, str(porte)],
        cwd=Path(__file__).parents[3],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    assert autre.stdout is not None
    assert autre.stdout.readline() == b"tenu\n"
    fil = threading.Thread(target=passer, daemon=True)
    fil.start()
    assert not passe.wait(0.2)
    autre.kill()
    autre.communicate()
    assert passe.wait(20)
    fil.join(20)
