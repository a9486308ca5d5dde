"""Prestations, signalisations with their events, catalogue versions.

A revision stands for itself: it does not use the tables of the program, which go on changing.
"""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

RANG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
INSTANT = sa.DateTime(timezone=True).with_variant(sa.String(32), "sqlite")


def upgrade() -> None:
    op.create_table(
        "prestation",
        sa.Column("plateforme", sa.String(16), nullable=False),
        sa.Column("operateur", sa.String(64), nullable=False),
        sa.Column("identifiant", sa.String(40), nullable=False),
        sa.Column("offre", sa.String(40), nullable=False),
        sa.Column("extremite_a", sa.Text, nullable=False),
        sa.Column("extremite_b", sa.Text, nullable=False),
        sa.Column("complement", sa.Text, nullable=False),
        sa.Column("garantie", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("plateforme", "operateur", "identifiant", name="pk_prestation"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "signalisation",
        sa.Column("id", RANG, nullable=False),
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
        sa.Column("contact_nom", sa.Text, nullable=False),
        sa.Column("contact_telephone", sa.Text, nullable=False),
        sa.Column("contact_courriel", sa.Text),
        sa.Column("formulaire", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_signalisation"),
        sa.UniqueConstraint("numero", name="uq_signalisation_numero"),
        sa.UniqueConstraint(
            "plateforme", "operateur", "reference", name="uq_signalisation_plateforme_operateur_reference"
        ),
    )
    op.create_table(
        "evenement",
        sa.Column("id", RANG, nullable=False),
        sa.Column("signalisation", RANG, nullable=False),
        sa.Column("date", INSTANT, nullable=False),
        sa.Column("etat", sa.String(32), nullable=False),
        sa.Column("cote", sa.String(16), nullable=False),
        sa.Column("commentaire", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_evenement"),
        sa.ForeignKeyConstraint(["signalisation"], ["signalisation.id"], name="fk_evenement_signalisation"),
    )
    op.create_index("ix_evenement_signalisation", "evenement", ["signalisation"])
    op.create_table(
        "version_catalogue",
        sa.Column("version", sa.String(20), nullable=False),
        sa.Column("annonce", INSTANT, nullable=False),
        sa.Column("ouverture", INSTANT, nullable=False),
        sa.Column("retrait", INSTANT),
        sa.Column("remplacante", sa.String(20)),
        sa.Column("pack", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("version", name="pk_version_catalogue"),
    )


def downgrade() -> None:
    for table in ("version_catalogue", "evenement", "signalisation", "prestation"):
        op.drop_table(table)
