"""Appointments: the places of the slots, the reservations on them, and the area of each prestation."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

RANG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
INSTANT = sa.DateTime(timezone=True).with_variant(sa.String(32), "sqlite")


def upgrade() -> None:
    op.add_column("prestation", sa.Column("zone", sa.String(16), nullable=False, server_default=sa.text("''")))
    op.create_table(
        "capacite",
        sa.Column("id", RANG, nullable=False),
        sa.Column("plateforme", sa.String(16), nullable=False),
        sa.Column("zone", sa.String(16), nullable=False),
        sa.Column("genre", sa.String(32), nullable=False),
        sa.Column("jour", sa.Date, nullable=False),
        sa.Column("plage", sa.String(16), nullable=False),
        sa.Column("places", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_capacite"),
        sa.UniqueConstraint(
            "plateforme", "zone", "genre", "jour", "plage", name="uq_capacite_plateforme_zone_genre_jour_plage"
        ),
    )
    op.create_index("ix_capacite_plateforme_jour", "capacite", ["plateforme", "jour"])
    op.create_table(
        "reservation",
        sa.Column("id", RANG, nullable=False),
        sa.Column("numero", sa.String(20), nullable=False),
        sa.Column("plateforme", sa.String(16), nullable=False),
        sa.Column("operateur", sa.String(64), nullable=False),
        sa.Column("reference", sa.String(64), nullable=False),
        sa.Column("signalisation", sa.String(20), nullable=False),
        sa.Column("capacite", RANG, nullable=False),
        sa.Column("etat", sa.String(16), nullable=False),
        sa.Column("creee_le", INSTANT, nullable=False),
        sa.Column("modifiee_le", INSTANT, nullable=False),
        sa.Column("tenue_jusqu_a", INSTANT),
        sa.Column("confirmee_le", INSTANT),
        sa.Column("remplace", sa.String(20)),
        sa.Column("remplacee_par", sa.String(20)),
        sa.PrimaryKeyConstraint("id", name="pk_reservation"),
        sa.ForeignKeyConstraint(["capacite"], ["capacite.id"], name="fk_reservation_capacite"),
        sa.UniqueConstraint("numero", name="uq_reservation_numero"),
        sa.UniqueConstraint("plateforme", "operateur", "reference", name="uq_reservation_plateforme_operateur_reference"),
    )
    op.create_index("ix_reservation_capacite_etat", "reservation", ["capacite", "etat"])
    op.create_index("ix_reservation_signalisation", "reservation", ["signalisation"])


def downgrade() -> None:
    op.drop_table("reservation")
    op.drop_table("capacite")
    op.drop_column("prestation", "zone")
