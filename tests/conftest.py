"""For all tests: how much Hypothesis does, and whether the long tests run.

The same short run of Hypothesis every time, or with ``ESAV_HYPOTHESIS=long`` a long random one. No deadline: the machine may
be busy. Tests marked ``long`` (every statement of an announcement killed, the second engine and TLS of what is already slow) run
with ``ESAV_TESTS_LONGS=1``, as ``.ci/run`` does.
"""

import gc
import os

import pytest
from hypothesis import HealthCheck, settings

from tests.exigences import Recolte

_COMMUN = {"deadline": None, "database": None, "suppress_health_check": [HealthCheck.too_slow]}
settings.register_profile("court", max_examples=200, derandomize=True, **_COMMUN)  # type: ignore[arg-type]
settings.register_profile("long", max_examples=5000, **_COMMUN)  # type: ignore[arg-type]
settings.load_profile("long" if os.environ.get("ESAV_HYPOTHESIS") == "long" else "court")


def pytest_configure(config: pytest.Config) -> None:
    config.pluginmanager.register(Recolte(), "recolte")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if os.environ.get("ESAV_TESTS_LONGS") == "1":
        return
    longs = [item for item in items if item.get_closest_marker("long")]
    if longs:
        config.hook.pytest_deselected(items=longs)
        items[:] = [item for item in items if item not in set(longs)]


def pytest_collection_finish() -> None:
    """Thousands of tests and modules live to the end: to look through them again and again took a quarter of the whole time."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(100_000, 20, 50)
