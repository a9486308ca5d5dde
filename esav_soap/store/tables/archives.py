"""What is over, and by which keys it is found again."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Index, LargeBinary, String, Table, UniqueConstraint

from esav_soap.store.tables.commun import GRAND_ENTIER, tables
from esav_soap.store.tables.instant import Instant
from esav_soap.store.tables.signalisations import colonnes_gardees

#: Signalisations whose life is over, moved here from the hot tables: their keys, which are never given again, and all that
#: was known of them in one compressed document (:mod:`esav_soap.usecases.archives.document`), which stands last.
archive_signalisation = Table(
    "archive_signalisation",
    tables,
    Column("numero", String(20), primary_key=True),
    *colonnes_gardees(),
    Column("clos_le", Instant, nullable=False),
    Column("archivee_le", Instant, nullable=False),
    Column("exportee_le", Instant),
    Column("purgee_le", Instant),
    Column("document", LargeBinary, nullable=False),
    UniqueConstraint("plateforme", "operateur", "reference"),
    Index(None, "clos_le", "numero"),
)

#: In which document stands each event that an opérateur may still read by its place in the sequence.
archive_evenement = Table(
    "archive_evenement",
    tables,
    Column("plateforme", String(16), primary_key=True),
    Column("operateur", String(64), primary_key=True),
    Column("rang", GRAND_ENTIER, primary_key=True, autoincrement=False),
    Column("signalisation", String(20), ForeignKey("archive_signalisation.numero"), nullable=False),
    sqlite_with_rowid=False,
)

#: The same of each appointment, by its number and by the opérateur's reference.
archive_reservation = Table(
    "archive_reservation",
    tables,
    Column("numero", String(20), primary_key=True),
    Column("plateforme", String(16), nullable=False),
    Column("operateur", String(64), nullable=False),
    Column("reference", String(64), nullable=False),
    Column("signalisation", String(20), ForeignKey("archive_signalisation.numero"), nullable=False),
    UniqueConstraint("plateforme", "operateur", "reference"),
)
