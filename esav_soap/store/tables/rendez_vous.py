"""Places and who took them (R4)."""

from __future__ import annotations

from sqlalchemy import Column, Date, ForeignKey, Index, Integer, String, Table, UniqueConstraint

from esav_soap.store.tables.commun import GRAND_ENTIER, tables
from esav_soap.store.tables.instant import Instant

#: Places of each slot (R4.2). The row is locked by whoever gives one of them away.
capacite = Table(
    "capacite",
    tables,
    Column("id", GRAND_ENTIER, primary_key=True),
    Column("plateforme", String(16), nullable=False),
    Column("zone", String(16), nullable=False),
    Column("genre", String(32), nullable=False),
    Column("jour", Date, nullable=False),
    Column("plage", String(16), nullable=False),
    Column("places", Integer, nullable=False),
    UniqueConstraint("plateforme", "zone", "genre", "jour", "plage"),
    Index(None, "plateforme", "jour"),
)

#: Appointments, past and cancelled ones included. ``signalisation``, ``remplace``, ``remplacee_par`` are numbers.
reservation = Table(
    "reservation",
    tables,
    Column("id", GRAND_ENTIER, primary_key=True),
    Column("numero", String(20), nullable=False),
    Column("plateforme", String(16), nullable=False),
    Column("operateur", String(64), nullable=False),
    Column("reference", String(64), nullable=False),
    Column("signalisation", String(20), nullable=False),
    Column("capacite", GRAND_ENTIER, ForeignKey("capacite.id"), nullable=False),
    Column("etat", String(16), nullable=False),
    Column("creee_le", Instant, nullable=False),
    Column("modifiee_le", Instant, nullable=False),
    Column("tenue_jusqu_a", Instant),
    Column("confirmee_le", Instant),
    Column("remplace", String(20)),
    Column("remplacee_par", String(20)),
    UniqueConstraint("numero"),
    UniqueConstraint("plateforme", "operateur", "reference"),
    Index(None, "capacite", "etat"),
    Index(None, "signalisation"),
)
