"""What all tables share."""

from __future__ import annotations

from sqlalchemy import BigInteger, Integer, MetaData

#: Of 64 bits. SQLite counts rows only in a column declared exactly INTEGER, which has as many there.
GRAND_ENTIER = BigInteger().with_variant(Integer(), "sqlite")

#: All tables, and how their keys and indexes are named.
tables = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    }
)
