"""How both engines keep an instant."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import DateTime, Dialect, String
from sqlalchemy.types import TypeDecorator, TypeEngine

from esav_soap.calendar import en_utc


class Instant(TypeDecorator[datetime]):
    """An aware instant, kept in UTC with microseconds on both engines, and read back aware in UTC.

    PostgreSQL: ``timestamptz``. SQLite has no such type: text of fixed width, ``2026-07-01T10:00:00.000000+00:00``, which
    sorts as the instants do.
    """

    impl = DateTime
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        if dialect.name == "sqlite":
            return dialect.type_descriptor(String(32))
        return dialect.type_descriptor(DateTime(timezone=True))

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> Any:
        if value is None:
            return None
        return instant_sqlite(value) if dialect.name == "sqlite" else en_utc(value)

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        return None if value is None else instant_lu(value)


def instant_sqlite(instant: datetime) -> str:
    """How SQLite keeps an instant. Raises ``ValueError`` for a naive one."""
    return en_utc(instant).isoformat(timespec="microseconds")


def instant_lu(valeur: str | datetime) -> datetime:
    """An instant as either driver gives it, in UTC."""
    return (datetime.fromisoformat(valeur) if isinstance(valeur, str) else valeur).astimezone(UTC)
