"""The clock."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol


class Horloge(Protocol):
    """The clock, so that time is an argument everywhere else."""

    def __call__(self) -> datetime:
        """Now, aware, UTC."""
        ...
