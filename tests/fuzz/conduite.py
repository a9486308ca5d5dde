"""Runs of the fuzzer: folders, progress, an end by Ctrl-C; what was found, and how to send it again."""

from __future__ import annotations

import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

RACINE = Path(__file__).parents[2]
#: Ignored by git.
DOSSIER = RACINE / "var" / "fuzz"
#: A single input may not take longer, in seconds, nor the process more memory, in MiB.
DELAI_S, MEMOIRE_MO = 20, 4096
_LIGNE = re.compile(r"#(\d+)\s.*?cov: (\d+).*?corp: (\d+)")

#: Told from time to time: seconds, tries, branches reached, inputs kept.
Suivi = Callable[[float, int, int, int], None]


@dataclass(frozen=True)
class Bilan:
    """``essais``: inputs that were tried; ``branches``: of the package, reached; ``trouvailles``: files; ``rendu``: what the
    fuzzer's process gave, ``fin`` its last words."""

    essais: int
    branches: int
    trouvailles: tuple[Path, ...]
    rendu: int
    fin: str


def disponible() -> bool:
    """Whether the fuzzer exists for this Python and this machine."""
    try:
        import atheris  # noqa: F401
    except ImportError:
        return False
    return True


def conduire(
    cible: str,
    graines: dict[str, bytes],
    *,
    dossier: Path = DOSSIER,
    duree: int = 0,
    essais: int = 0,
    graine: int = 0,
    suivi: Suivi = lambda *_: None,
) -> Bilan:
    """Fuzz until ``duree`` seconds or ``essais`` tries are over. What is worth keeping stays in ``dossier`` for the next run.

    ``graine``: of all chance, 0 for a new one. Raises ``KeyboardInterrupt`` once the other process has ended.
    """
    ici = dossier / cible
    depart, corpus, trouvailles = ici / "graines", ici / "corpus", ici / "trouvailles"
    for un in (depart, corpus, trouvailles):
        un.mkdir(parents=True, exist_ok=True)
    for nom, octets in graines.items():
        (depart / nom).write_bytes(octets)
    avant = set(trouvailles.iterdir())
    limites = [f"-max_total_time={duree}"] if duree else []
    limites += [f"-runs={essais}"] if essais else []
    lance = subprocess.Popen(
        [
            *(sys.executable, "-m", "tests.fuzz.atelier", cible, str(trouvailles), str(corpus), str(depart), *limites),
            *(f"-artifact_prefix={trouvailles}/", "-max_len=32768", f"-timeout={DELAI_S}"),
            *(f"-rss_limit_mb={MEMOIRE_MO}", f"-seed={graine}", "-print_final_stats=1"),
        ],
        cwd=RACINE,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        errors="replace",
        start_new_session=True,  # Ctrl-C is ours to pass on
    )
    lus, branches, fin = 0, 0, [""]
    debut = time.monotonic()
    assert lance.stderr is not None
    try:
        for ligne in lance.stderr:
            fin = [*fin[-30:], ligne]
            if trouve := _LIGNE.match(ligne):
                lus, branches = int(trouve[1]), int(trouve[2])
                suivi(time.monotonic() - debut, lus, branches, int(trouve[3]))
            elif ligne.startswith("stat::number_of_executed_units:"):
                lus = int(ligne.rpartition(":")[2])
    finally:
        if lance.poll() is None and sys.exc_info()[0] is not None:
            lance.send_signal(signal.SIGKILL)
        lance.wait()
        lance.stderr.close()
    neuves = sorted(f for f in set(trouvailles.iterdir()) - avant if f.suffix != ".txt")
    return Bilan(lus, branches, tuple(neuves), lance.returncode, "".join(fin))
