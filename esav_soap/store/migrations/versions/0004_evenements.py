"""Events in a numbered sequence per platform and opérateur, with who did what and why.

Events of before get their place in the order in which they were written, and the action that leads to their state. All of
them were made to be seen by the opérateur.
"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

RANG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
INSTANT = sa.DateTime(timezone=True).with_variant(sa.String(32), "sqlite")
INDEX = "ix_evenement_plateforme_operateur_rang"
ACTIONS = {
    "EN_DEPOT": "DEPOSER",
    "EN_QUALIFICATION": "QUALIFIER",
    "EN_COURS": "PRENDRE",
    "GELE": "GELER",
    "CLOS": "CLORE",
    "VALIDE": "VALIDER",
    "CLOS_TABLEAU_DE_BORD": "VERROUILLER",
    "EN_REJET": "REJETER",
}
NUMEROTES = f"""
    SELECT e.id, e.signalisation, s.plateforme, s.operateur,
           row_number() OVER (PARTITION BY s.plateforme, s.operateur ORDER BY e.id) AS rang,
           e.date, e.etat, e.cote,
           CASE e.etat {" ".join(f"WHEN '{etat}' THEN '{action}'" for etat, action in ACTIONS.items())} END AS action,
           e.commentaire
    FROM evenement AS e JOIN signalisation AS s ON s.id = e.signalisation
"""  # noqa: S608


def nouvelles() -> "list[sa.Column[object]]":
    """What an event gets; new objects, since a column belongs to one table."""
    return [
        sa.Column("plateforme", sa.String(16), nullable=False),
        sa.Column("operateur", sa.String(64), nullable=False),
        sa.Column("rang", RANG),
        sa.Column("action", sa.String(32)),
        sa.Column("auteur", sa.Text, nullable=False),
        sa.Column("visibilite", sa.String(16), nullable=False),
        sa.Column("motif", sa.String(64)),
        sa.Column("attendu", sa.String(64)),
        sa.Column("cause", sa.String(64)),
        sa.Column("responsabilite", sa.String(64)),
        sa.Column("retabli_le", INSTANT),
    ]


def anciennes() -> "list[sa.Column[object]]":
    return [
        sa.Column("id", RANG, nullable=False),
        sa.Column("signalisation", RANG, nullable=False),
        sa.Column("date", INSTANT, nullable=False),
        sa.Column("etat", sa.String(32), nullable=False),
        sa.Column("cote", sa.String(16), nullable=False),
    ]


def contraintes() -> "tuple[sa.Constraint, sa.Constraint]":
    return (
        sa.PrimaryKeyConstraint("id", name="pk_evenement"),
        sa.ForeignKeyConstraint(["signalisation"], ["signalisation.id"], name="fk_evenement_signalisation"),
    )


def commentaire() -> "sa.Column[str]":
    """Last in SQLite, which finds what stands behind a long text only by going through it."""
    return sa.Column("commentaire", sa.Text, nullable=False)


def upgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        # A column that may not be null cannot be added: the table is made anew, in one pass.
        op.create_table("evenement_0004", *anciennes(), *nouvelles(), commentaire(), *contraintes())
        communes = "id, signalisation, plateforme, operateur, rang, date, etat, cote, action, commentaire"
        op.execute(
            f"INSERT INTO evenement_0004 ({communes}, auteur, visibilite) "  # noqa: S608
            f"SELECT {communes}, '', 'PARTAGE' FROM ({NUMEROTES}) ORDER BY id"
        )
        op.drop_table("evenement")
        op.rename_table("evenement_0004", "evenement")
        op.create_index("ix_evenement_signalisation", "evenement", ["signalisation"])
    else:
        obligatoires = [colonne.name for colonne in nouvelles() if not colonne.nullable]
        for colonne in nouvelles():
            colonne.nullable = True
            op.add_column("evenement", colonne)
        op.execute(
            "UPDATE evenement SET plateforme = n.plateforme, operateur = n.operateur, rang = n.rang, action = n.action, "  # noqa: S608
            f"auteur = '', visibilite = 'PARTAGE' FROM ({NUMEROTES}) AS n WHERE n.id = evenement.id"
        )
        for nom in obligatoires:
            op.alter_column("evenement", nom, nullable=False)
    op.create_index(INDEX, "evenement", ["plateforme", "operateur", "rang"], unique=True)
    op.create_table(
        "compteur_evenements",
        sa.Column("plateforme", sa.String(16), nullable=False),
        sa.Column("operateur", sa.String(64), nullable=False),
        sa.Column("dernier", RANG, nullable=False),
        sa.PrimaryKeyConstraint("plateforme", "operateur", name="pk_compteur_evenements"),
        sqlite_with_rowid=False,
    )
    op.execute(
        "INSERT INTO compteur_evenements (plateforme, operateur, dernier) "
        "SELECT plateforme, operateur, max(rang) FROM evenement GROUP BY plateforme, operateur"
    )


def downgrade() -> None:
    # The revision before shows every event to the opérateur.
    op.execute("DELETE FROM evenement WHERE visibilite <> 'PARTAGE'")
    op.drop_table("compteur_evenements")
    op.drop_index(INDEX, "evenement")
    avec = sa.Table(
        "evenement",
        sa.MetaData(),
        *anciennes(),
        *nouvelles(),
        commentaire(),
        *contraintes(),
        sa.Index("ix_evenement_signalisation", "signalisation"),
    )
    with op.batch_alter_table("evenement", copy_from=avec) as lot:
        for colonne in nouvelles():
            lot.drop_column(colonne.name)
