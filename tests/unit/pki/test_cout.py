"""What does not need cryptography does not pay for it."""

from __future__ import annotations

import subprocess
import sys

import pytest

IMPORTER = "import esav_soap.pki, esav_soap.certificats.regles, esav_soap.certificats.echeances"
AIDER = """
import sys
sys.argv = ["esav", "--help"]
from esav_soap.cli.__main__ import main
try:
    main()
except SystemExit as fin:
    assert not fin.code
"""
DIRE = "\nimport sys\nprint([nom for nom in ('cryptography', 'holidays') if nom in sys.modules])"


@pytest.mark.exigence("R6.2")
@pytest.mark.parametrize("code", [IMPORTER, AIDER], ids=["import", "help"])
def test_cryptography_is_imported_when_it_is_used(code: str) -> None:
    vu = subprocess.run([sys.executable, "-c", code + DIRE], capture_output=True, text=True, timeout=60, check=False)
    assert vu.returncode == 0, vu.stderr
    assert vu.stdout.splitlines()[-1] == "[]"
