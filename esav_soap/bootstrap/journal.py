"""The log of servers and workers."""

from __future__ import annotations

import logging


def journaliser() -> None:
    """One line for each event on standard error."""
    logging.getLogger("alembic").setLevel(logging.WARNING)
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s")
