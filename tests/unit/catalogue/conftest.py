"""What the tests of the shipped catalogue share."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from esav_soap.model import Catalogue
from esav_soap.reader import lire_catalogue
from esav_soap.reader.sources import depuis_dossiers

RACINE = Path(__file__).parents[3]


@pytest.fixture(scope="session")
def catalogues() -> Mapping[str, Catalogue]:
    """The shipped versions, by their number."""
    return {v: lire_catalogue(depuis_dossiers(RACINE, v), version_attendue=v) for v in ("2026.1", "2026.2")}
