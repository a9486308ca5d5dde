"""Running a module of the tests that kills its children one after the other."""

from __future__ import annotations

import os
import signal
import subprocess
import sys

from tests.faux import RACINE


def lignes_du_tueur(module: str, *arguments: str, delai_s: float) -> list[str]:
    """What ``python -m tests.integration.{module}`` prints; nothing of it outlives that time, nor a failing test."""
    propre = {nom: valeur for nom, valeur in os.environ.items() if not nom.startswith("ESAV_")}
    tueur = subprocess.Popen(
        [sys.executable, "-m", f"tests.integration.{module}", *arguments],
        cwd=RACINE,
        env={**propre, "PYTHONPATH": str(RACINE)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    try:
        sortie, _ = tueur.communicate("\n", timeout=delai_s)
    finally:
        if tueur.poll() is None:
            os.killpg(tueur.pid, signal.SIGKILL)
            tueur.communicate()
    assert tueur.returncode == 0
    return sortie.splitlines()
