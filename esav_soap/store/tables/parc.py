"""What the opérateurs have: their prestations (R7.1)."""

from __future__ import annotations

from sqlalchemy import Column, String, Table, Text, text

from esav_soap.store.tables.commun import tables

#: The parc of every opérateur. Clustered on its key in SQLite: one lookup per deposit, and imports merge in key order.
prestation = Table(
    "prestation",
    tables,
    Column("plateforme", String(16), primary_key=True),
    Column("operateur", String(64), primary_key=True),
    Column("identifiant", String(40), primary_key=True),
    Column("offre", String(40), nullable=False),
    Column("extremite_a", Text, nullable=False),
    Column("extremite_b", Text, nullable=False),
    Column("complement", Text, nullable=False),
    Column("garantie", Text, nullable=False),
    Column("zone", String(16), nullable=False, server_default=text("''")),
    sqlite_with_rowid=False,
)
