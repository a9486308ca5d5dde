"""The versions of the catalogue."""

from __future__ import annotations

from sqlalchemy import Column, LargeBinary, String, Table

from esav_soap.store.tables.commun import tables
from esav_soap.store.tables.instant import Instant

#: Recorded catalogue versions. ``pack`` stands last: reading the dates does not read the archives.
version_catalogue = Table(
    "version_catalogue",
    tables,
    Column("version", String(20), primary_key=True),
    Column("annonce", Instant, nullable=False),
    Column("ouverture", Instant, nullable=False),
    Column("retrait", Instant),
    Column("remplacante", String(20)),
    Column("annulation", Instant),
    Column("pack", LargeBinary, nullable=False),
)
