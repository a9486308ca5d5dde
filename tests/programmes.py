"""Programs of the system that some tests need: absent, the test is skipped, or fails when every test has to run."""

from __future__ import annotations

import os
from typing import NoReturn

import pytest


def manque(message: str) -> NoReturn:
    """Skip the test, or fail it with ``ESAV_TESTS_TOUT=1``, as ``.ci/run`` does."""
    if os.environ.get("ESAV_TESTS_TOUT") == "1":
        pytest.fail(message)
    pytest.skip(message)
