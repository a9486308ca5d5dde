"""Signalisations whose life is over leave the tables that deposits and lists work on, for an archive of their own."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

RANG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
INSTANT = sa.DateTime(timezone=True).with_variant(sa.String(32), "sqlite")


def upgrade() -> None:
    op.create_table(
        "archive_signalisation",
        sa.Column("numero", sa.String(20), nullable=False),
        sa.Column("plateforme", sa.String(16), nullable=False),
        sa.Column("operateur", sa.String(64), nullable=False),
        sa.Column("reference", sa.String(64), nullable=False),
        sa.Column("empreinte", sa.LargeBinary, nullable=False),
        sa.Column("etat", sa.String(32), nullable=False),
        sa.Column("prestation", sa.String(40), nullable=False),
        sa.Column("offre", sa.String(40), nullable=False),
        sa.Column("version_catalogue", sa.String(20), nullable=False),
        sa.Column("depot_le", INSTANT, nullable=False),
        sa.Column("modifiee_le", INSTANT, nullable=False),
        sa.Column("clos_le", INSTANT, nullable=False),
        sa.Column("archivee_le", INSTANT, nullable=False),
        sa.Column("exportee_le", INSTANT),
        sa.Column("purgee_le", INSTANT),
        sa.Column("document", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("numero", name="pk_archive_signalisation"),
        sa.UniqueConstraint(
            "plateforme", "operateur", "reference", name="uq_archive_signalisation_plateforme_operateur_reference"
        ),
    )
    op.create_index("ix_archive_signalisation_clos_le_numero", "archive_signalisation", ["clos_le", "numero"])
    op.create_table(
        "archive_evenement",
        sa.Column("plateforme", sa.String(16), nullable=False),
        sa.Column("operateur", sa.String(64), nullable=False),
        sa.Column("rang", RANG, nullable=False),
        sa.Column("signalisation", sa.String(20), nullable=False),
        sa.PrimaryKeyConstraint("plateforme", "operateur", "rang", name="pk_archive_evenement"),
        sa.ForeignKeyConstraint(
            ["signalisation"], ["archive_signalisation.numero"], name="fk_archive_evenement_signalisation"
        ),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "archive_reservation",
        sa.Column("numero", sa.String(20), nullable=False),
        sa.Column("plateforme", sa.String(16), nullable=False),
        sa.Column("operateur", sa.String(64), nullable=False),
        sa.Column("reference", sa.String(64), nullable=False),
        sa.Column("signalisation", sa.String(20), nullable=False),
        sa.PrimaryKeyConstraint("numero", name="pk_archive_reservation"),
        sa.UniqueConstraint(
            "plateforme", "operateur", "reference", name="uq_archive_reservation_plateforme_operateur_reference"
        ),
        sa.ForeignKeyConstraint(
            ["signalisation"], ["archive_signalisation.numero"], name="fk_archive_reservation_signalisation"
        ),
    )


def downgrade() -> None:
    # The revision before would give the numbers and references of what is archived to others.
    if op.get_bind().scalar(sa.text("SELECT count(*) FROM archive_signalisation")):
        raise RuntimeError("archived signalisations cannot go back to the tables of before: export them first")
    for nom in ("archive_reservation", "archive_evenement", "archive_signalisation"):
        op.drop_table(nom)
