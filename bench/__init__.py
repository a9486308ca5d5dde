"""Measurements: ``python -m bench``. See ``docs/performance.md``."""
