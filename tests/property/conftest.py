"""How much Hypothesis does: the same short run every time, or with ``ESAV_HYPOTHESIS=long`` a long random one."""

import os

from hypothesis import HealthCheck, settings

settings.register_profile(
    "court",
    max_examples=200,
    derandomize=True,
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.register_profile(
    "long", max_examples=5000, deadline=None, database=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("long" if os.environ.get("ESAV_HYPOTHESIS") == "long" else "court")
