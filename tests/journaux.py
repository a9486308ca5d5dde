"""What the log said, as it would be read."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterable
from typing import Any

from esav_soap.journal import Json, Texte

REQUETES = "esav.requetes"


def faits(record: logging.LogRecord) -> dict[str, Any]:
    """The named facts of a record."""
    return dict(getattr(record, "champs", {}))


def requetes(records: Iterable[logging.LogRecord]) -> list[dict[str, Any]]:
    """The facts of each line that is a request's."""
    return [faits(record) for record in records if record.name == REQUETES]


def ecrites(records: Iterable[logging.LogRecord]) -> list[str]:
    """The lines of these records, each in text and in JSON."""
    return [forme.format(record) for record in records for forme in (Texte(), Json())]


def lues(journal: str) -> list[dict[str, Any]]:
    """The lines of a log in JSON. Fails for one that is something else."""
    return [json.loads(ligne) for ligne in journal.splitlines()]
