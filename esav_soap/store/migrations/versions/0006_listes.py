"""Lists and the history by their indexes; when a signalisation was closed, and when one was entered after the fallback procedure."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True).with_variant(sa.String(32), "sqlite")
ETATS = "('CLOS', 'VALIDE', 'CLOS_TABLEAU_DE_BORD', 'EN_REJET')"
INDEX = {
    "ix_signalisation_liste_operateur": ["plateforme", "operateur", "etat", "depot_le", "numero", "offre"],
    "ix_signalisation_liste_sav": ["plateforme", "etat", "depot_le", "numero", "offre"],
    "ix_signalisation_liste_prestation": ["plateforme", "operateur", "prestation", "depot_le", "numero"],
}
CLOSES = "ix_signalisation_plateforme_operateur_clos_le_numero"


def upgrade() -> None:
    op.add_column("signalisation", sa.Column("clos_le", INSTANT))
    op.add_column("signalisation", sa.Column("saisie_le", INSTANT))
    # Since the first event of the closed stay that lasts: everything after the last event that was not one.
    op.execute(
        "UPDATE signalisation SET clos_le = (SELECT min(e.date) FROM evenement AS e WHERE e.signalisation = signalisation.id "  # noqa: S608
        f"AND e.etat IN {ETATS} AND e.id > coalesce((SELECT max(o.id) FROM evenement AS o "
        f"WHERE o.signalisation = signalisation.id AND o.etat NOT IN {ETATS}), 0)) WHERE etat IN {ETATS}"
    )
    for nom, colonnes in INDEX.items():
        op.create_index(nom, "signalisation", colonnes)
    existe = sa.text("clos_le IS NOT NULL")
    op.create_index(
        CLOSES,
        "signalisation",
        ["plateforme", "operateur", "clos_le", "numero"],
        sqlite_where=existe,
        postgresql_where=existe,
    )


def downgrade() -> None:
    # The revision before has no word for this notice, and its queue would stop at one.
    op.execute("DELETE FROM envoi WHERE genre = 'AVIS_CLOTURE'")
    for nom in (CLOSES, *INDEX):
        op.drop_index(nom, "signalisation")
    op.drop_column("signalisation", "saisie_le")
    op.drop_column("signalisation", "clos_le")
