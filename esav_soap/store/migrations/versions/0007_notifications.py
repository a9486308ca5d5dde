"""Events are sent to the opérateurs that want them, each from where it left off."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

RANG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
INSTANT = sa.DateTime(timezone=True).with_variant(sa.String(32), "sqlite")


def upgrade() -> None:
    op.create_table(
        "abonnement_notification",
        sa.Column("plateforme", sa.String(16), nullable=False),
        sa.Column("operateur", sa.String(64), nullable=False),
        sa.Column("adresse", sa.Text, nullable=False),
        sa.Column("etat", sa.String(16), nullable=False),
        sa.Column("curseur", RANG, nullable=False),
        sa.Column("bail", RANG, nullable=False),
        sa.Column("essais", sa.Integer, nullable=False),
        sa.Column("cree_le", INSTANT, nullable=False),
        sa.Column("prochain", INSTANT),
        sa.Column("recu_le", INSTANT),
        sa.Column("echecs_depuis", INSTANT),
        sa.Column("arrete_le", INSTANT),
        sa.Column("erreur", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("plateforme", "operateur", name="pk_abonnement_notification"),
    )
    op.create_index("ix_abonnement_notification_prochain", "abonnement_notification", ["prochain"])


def downgrade() -> None:
    # The revision before has no word for this notice, and its queue would stop at one.
    op.execute("DELETE FROM envoi WHERE genre = 'NOTIFICATIONS_ARRETEES'")
    op.drop_table("abonnement_notification")
