"""The program ``openssl``, a second opinion on what is issued here."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

from tests.programmes import manque


def openssl(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    """Run it. Skips the test when it is not installed, fails it with ``ESAV_TESTS_TOUT=1``."""
    programme = shutil.which("openssl")
    if programme is None:
        manque("openssl manque")
    return subprocess.run(
        [programme, *map(str, arguments)],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        stdin=subprocess.DEVNULL,
    )
