"""Alembic's revisions, run from the program: no ini file, no command of Alembic's is needed."""

from __future__ import annotations

from pathlib import Path

from alembic.config import Config
from sqlalchemy import Connection


def configuration(connexion: Connection | None = None) -> Config:
    """Alembic's configuration; the migrations run on ``connexion``, inside the transaction that it has."""
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connexion
    return config
