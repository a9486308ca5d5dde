"""What several tests of the use cases begin with."""

from __future__ import annotations

import pytest

from tests.unit.usecases.monde_pki import Monde, monde


@pytest.fixture
def lieu() -> Monde:
    return monde()
