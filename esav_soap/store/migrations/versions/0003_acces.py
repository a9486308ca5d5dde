"""Certificates, CAs, requests, subscriptions, homologation; notices about other things than catalogue versions."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

RANG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
INSTANT = sa.DateTime(timezone=True).with_variant(sa.String(32), "sqlite")
#: Kinds of notices that the revision before knows.
GENRES = "('VERSION_ANNONCEE', 'ANNONCE_RETIREE', 'RAPPEL_RETRAIT')"


def envoi(objet: "sa.Column[str]", cle: int) -> sa.Table:
    """What SQLite makes the table anew from."""
    return sa.Table(
        "envoi",
        sa.MetaData(),
        sa.Column("numero", RANG, nullable=False),
        sa.Column("cle", sa.String(cle), nullable=False),
        sa.Column("genre", sa.String(32), nullable=False),
        objet,
        sa.Column("operateur", sa.String(64), nullable=False),
        sa.Column("etat", sa.String(16), nullable=False),
        sa.Column("essais", sa.Integer, nullable=False),
        sa.Column("cree_le", INSTANT, nullable=False),
        sa.Column("prochain", INSTANT),
        sa.Column("envoye_le", INSTANT),
        sa.Column("erreur", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("numero", name="pk_envoi"),
        sa.UniqueConstraint("cle", name="uq_envoi_cle"),
        sa.Index("ix_envoi_prochain", "prochain"),
        sa.Index("ix_envoi_etat_numero", "etat", "numero"),
    )


def upgrade() -> None:
    op.create_table(
        "certificat",
        sa.Column("empreinte", sa.String(64), nullable=False),
        sa.Column("titulaire", sa.Text, nullable=False),
        sa.Column("role", sa.String(16), nullable=False),
        sa.Column("origine", sa.String(16), nullable=False),
        sa.Column("plateformes", sa.Text, nullable=False),
        sa.Column("sujet", sa.Text, nullable=False),
        sa.Column("emetteur", sa.Text, nullable=False),
        sa.Column("numero_serie", sa.Text, nullable=False),
        sa.Column("autorite", sa.String(64), nullable=False),
        sa.Column("debut", INSTANT, nullable=False),
        sa.Column("fin", INSTANT, nullable=False),
        sa.Column("recu_le", INSTANT, nullable=False),
        sa.Column("enregistre_le", INSTANT, nullable=False),
        sa.Column("revoque_le", INSTANT),
        sa.Column("motif_revocation", sa.Text, nullable=False),
        sa.Column("der", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("empreinte", name="pk_certificat"),
    )
    op.create_table(
        "autorite",
        sa.Column("empreinte", sa.String(64), nullable=False),
        sa.Column("nom", sa.Text, nullable=False),
        sa.Column("interne", sa.Boolean, nullable=False),
        sa.Column("debut", INSTANT, nullable=False),
        sa.Column("fin", INSTANT, nullable=False),
        sa.Column("ajoutee_le", INSTANT, nullable=False),
        sa.Column("retiree_le", INSTANT),
        sa.Column("der", sa.LargeBinary, nullable=False),
        sa.Column("crl", sa.LargeBinary),
        sa.PrimaryKeyConstraint("empreinte", name="pk_autorite"),
    )
    op.create_table(
        "demande_certificat",
        sa.Column("numero", RANG, nullable=False),
        sa.Column("genre", sa.String(16), nullable=False),
        sa.Column("titulaire", sa.Text, nullable=False),
        sa.Column("role", sa.String(16), nullable=False),
        sa.Column("plateformes", sa.Text, nullable=False),
        sa.Column("recue_le", INSTANT, nullable=False),
        sa.Column("echeance", sa.Date, nullable=False),
        sa.Column("traitee_le", INSTANT),
        sa.Column("empreinte", sa.String(64), nullable=False),
        sa.Column("piece", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("numero", name="pk_demande_certificat"),
    )
    op.create_table(
        "souscription",
        sa.Column("operateur", sa.String(64), nullable=False),
        sa.Column("reference_contrat", sa.Text, nullable=False),
        sa.Column("affaire", sa.Text, nullable=False),
        sa.Column("raison_sociale", sa.Text, nullable=False),
        sa.Column("siret", sa.Text, nullable=False),
        sa.Column("representant", sa.Text, nullable=False),
        sa.Column("telephone", sa.Text, nullable=False),
        sa.Column("courriel", sa.Text, nullable=False),
        sa.Column("adresse_1", sa.Text, nullable=False),
        sa.Column("adresse_2", sa.Text),
        sa.Column("adresse_3", sa.Text),
        sa.Column("acces", sa.Text, nullable=False),
        sa.Column("interlocuteur_nom", sa.Text),
        sa.Column("interlocuteur_fonction", sa.Text),
        sa.Column("interlocuteur_telephone", sa.Text),
        sa.Column("interlocuteur_courriel", sa.Text),
        sa.Column("commentaires", sa.Text, nullable=False),
        sa.Column("fait_a", sa.Text, nullable=False),
        sa.Column("fait_le", sa.Date),
        sa.Column("signataire", sa.Text, nullable=False),
        sa.Column("activee_le", INSTANT, nullable=False),
        sa.Column("denoncee_le", INSTANT),
        sa.Column("fin", INSTANT),
        sa.PrimaryKeyConstraint("operateur", name="pk_souscription"),
    )
    op.create_table(
        "revision_acces",
        sa.Column("cle", sa.Integer, nullable=False, autoincrement=False),
        sa.Column("nombre", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("cle", name="pk_revision_acces"),
    )
    op.create_table(
        "homologation",
        sa.Column("operateur", sa.String(64), nullable=False),
        sa.Column("domaine", sa.String(16), nullable=False),
        sa.Column("date", INSTANT, nullable=False),
        sa.Column("operation", sa.Text, nullable=False),
        sa.Column("requete", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("operateur", "domaine", name="pk_homologation"),
    )
    avant = envoi(sa.Column("version", sa.String(20), nullable=False), 128)
    with op.batch_alter_table("envoi", copy_from=avant) as lot:
        lot.alter_column(
            "version", new_column_name="objet", type_=sa.String(100), existing_type=sa.String(20), existing_nullable=False
        )
        lot.alter_column("cle", type_=sa.String(200), existing_type=sa.String(128), existing_nullable=False)


def downgrade() -> None:
    # The revision before cannot read other kinds of notices, and its queue would stop at them.
    op.execute(f"DELETE FROM envoi WHERE genre NOT IN {GENRES}")
    apres = envoi(sa.Column("objet", sa.String(100), nullable=False), 200)
    with op.batch_alter_table("envoi", copy_from=apres) as lot:
        lot.alter_column(
            "objet", new_column_name="version", type_=sa.String(20), existing_type=sa.String(100), existing_nullable=False
        )
        lot.alter_column("cle", type_=sa.String(128), existing_type=sa.String(200), existing_nullable=False)
    for table in ("homologation", "revision_acces", "souscription", "demande_certificat", "autorite", "certificat"):
        op.drop_table(table)
