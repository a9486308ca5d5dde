"""For all tests: how much Hypothesis does.

The same short run every time, or with ``ESAV_HYPOTHESIS=long`` a long random one. No deadline: the machine may be busy.
"""

import os

from hypothesis import HealthCheck, settings

_COMMUN = {"deadline": None, "database": None, "suppress_health_check": [HealthCheck.too_slow]}
settings.register_profile("court", max_examples=200, derandomize=True, **_COMMUN)  # type: ignore[arg-type]
settings.register_profile("long", max_examples=5000, **_COMMUN)  # type: ignore[arg-type]
settings.load_profile("long" if os.environ.get("ESAV_HYPOTHESIS") == "long" else "court")
