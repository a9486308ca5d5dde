"""Opérateurs, the queue of notices, withdrawn announcements.

SQLite keeps the columns of a row in their order, and finds one that stands behind an archive only by going through it: so
the table of versions is made anew there, with ``pack`` last.
"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

RANG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
INSTANT = sa.DateTime(timezone=True).with_variant(sa.String(32), "sqlite")


def version_catalogue(*de_plus: "sa.Column[object]") -> sa.Table:
    return sa.Table(
        "version_catalogue",
        sa.MetaData(),
        sa.Column("version", sa.String(20), nullable=False),
        sa.Column("annonce", INSTANT, nullable=False),
        sa.Column("ouverture", INSTANT, nullable=False),
        sa.Column("retrait", INSTANT),
        sa.Column("remplacante", sa.String(20)),
        *de_plus,
        sa.Column("pack", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("version", name="pk_version_catalogue"),
    )


def upgrade() -> None:
    op.create_table(
        "operateur",
        sa.Column("code", sa.String(64), nullable=False),
        sa.Column("raison_sociale", sa.Text, nullable=False),
        sa.Column("courriel", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("code", name="pk_operateur"),
    )
    op.create_table(
        "envoi",
        sa.Column("numero", RANG, nullable=False),
        sa.Column("cle", sa.String(128), nullable=False),
        sa.Column("genre", sa.String(32), nullable=False),
        sa.Column("version", sa.String(20), nullable=False),
        sa.Column("operateur", sa.String(64), nullable=False),
        sa.Column("etat", sa.String(16), nullable=False),
        sa.Column("essais", sa.Integer, nullable=False),
        sa.Column("cree_le", INSTANT, nullable=False),
        sa.Column("prochain", INSTANT),
        sa.Column("envoye_le", INSTANT),
        sa.Column("erreur", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("numero", name="pk_envoi"),
        sa.UniqueConstraint("cle", name="uq_envoi_cle"),
    )
    op.create_index("ix_envoi_prochain", "envoi", ["prochain"])
    op.create_index("ix_envoi_etat_numero", "envoi", ["etat", "numero"])
    annulation = sa.Column("annulation", INSTANT)
    if op.get_bind().dialect.name == "sqlite":
        with op.batch_alter_table("version_catalogue", copy_from=version_catalogue(), recreate="always") as lot:
            lot.add_column(annulation, insert_before="pack")
    else:
        op.add_column("version_catalogue", annulation)


def downgrade() -> None:
    # The revision before knows no withdrawal: it would open what was withdrawn.
    op.execute("DELETE FROM version_catalogue WHERE annulation IS NOT NULL")
    avec = version_catalogue(sa.Column("annulation", INSTANT))
    with op.batch_alter_table("version_catalogue", copy_from=avec) as lot:
        lot.drop_column("annulation")
    op.drop_table("envoi")
    op.drop_table("operateur")
