"""The tables, in the field's words. ``migrations`` makes them; a test proves that both say the same.

Every access path of the ports is a key or an index here; nothing else is indexed, since each index costs every deposit.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Date,
    DateTime,
    Dialect,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.types import TypeDecorator, TypeEngine

from esav_soap.calendar import en_utc


class Instant(TypeDecorator[datetime]):
    """An aware instant, kept in UTC with microseconds on both engines, and read back aware in UTC.

    PostgreSQL: ``timestamptz``. SQLite has no such type: text of fixed width, ``2026-07-01T10:00:00.000000+00:00``, which
    sorts as the instants do.
    """

    impl = DateTime
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        if dialect.name == "sqlite":
            return dialect.type_descriptor(String(32))
        return dialect.type_descriptor(DateTime(timezone=True))

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> Any:
        if value is None:
            return None
        return instant_sqlite(value) if dialect.name == "sqlite" else en_utc(value)

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        return None if value is None else instant_lu(value)


def instant_sqlite(instant: datetime) -> str:
    """How SQLite keeps an instant. Raises ``ValueError`` for a naive one."""
    return en_utc(instant).isoformat(timespec="microseconds")


def instant_lu(valeur: str | datetime) -> datetime:
    """An instant as either driver gives it, in UTC."""
    return (datetime.fromisoformat(valeur) if isinstance(valeur, str) else valeur).astimezone(UTC)


#: SQLite counts rows only in a column declared exactly INTEGER.
_RANG = BigInteger().with_variant(Integer(), "sqlite")

tables = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    }
)

#: The parc of every opérateur. Clustered on its key in SQLite: one lookup per deposit, and imports merge in key order.
prestation = Table(
    "prestation",
    tables,
    Column("plateforme", String(16), primary_key=True),
    Column("operateur", String(64), primary_key=True),
    Column("identifiant", String(40), primary_key=True),
    Column("offre", String(40), nullable=False),
    Column("extremite_a", Text, nullable=False),
    Column("extremite_b", Text, nullable=False),
    Column("complement", Text, nullable=False),
    Column("garantie", Text, nullable=False),
    Column("zone", String(16), nullable=False, server_default=text("''")),
    sqlite_with_rowid=False,
)

#: ``id`` grows with each row, so that 10^6 stored signalisations cost a deposit no more than ten: rows are appended, and
#: only three small indexes are entered at random. No reference to ``prestation``: a signalisation outlives it. ``clos_le``:
#: when it was closed or rejected, as long as it is; ``saisie_le``: when one taken by the fallback procedure was entered.
signalisation = Table(
    "signalisation",
    tables,
    Column("id", _RANG, primary_key=True),
    Column("numero", String(20), nullable=False),
    Column("plateforme", String(16), nullable=False),
    Column("operateur", String(64), nullable=False),
    Column("reference", String(64), nullable=False),
    Column("empreinte", LargeBinary, nullable=False),
    Column("etat", String(32), nullable=False),
    Column("prestation", String(40), nullable=False),
    Column("offre", String(40), nullable=False),
    Column("version_catalogue", String(20), nullable=False),
    Column("depot_le", Instant, nullable=False),
    Column("modifiee_le", Instant, nullable=False),
    Column("contact_nom", Text, nullable=False),
    Column("contact_telephone", Text, nullable=False),
    Column("contact_courriel", Text),
    Column("formulaire", LargeBinary, nullable=False),
    Column("clos_le", Instant),
    Column("saisie_le", Instant),
    UniqueConstraint("numero"),
    UniqueConstraint("plateforme", "operateur", "reference"),
    # The lists of an opérateur, of the SAV, of a prestation: places in the order of their deposit, in a state for the first
    # two, with what else a page is chosen by: the rows themselves are read for what it shows only.
    Index("ix_signalisation_liste_operateur", "plateforme", "operateur", "etat", "depot_le", "numero", "offre"),
    Index("ix_signalisation_liste_sav", "plateforme", "etat", "depot_le", "numero", "offre"),
    Index("ix_signalisation_liste_prestation", "plateforme", "operateur", "prestation", "depot_le", "numero"),
    # The history: of what is closed, so that a deposit does not pay for it.
    Index(
        None,
        "plateforme",
        "operateur",
        "clos_le",
        "numero",
        sqlite_where=text("clos_le IS NOT NULL"),
        postgresql_where=text("clos_le IS NOT NULL"),
    ),
)

#: Every change of a signalisation (R3.4); the first is its deposit. ``id`` orders the events of one signalisation, ``rang``
#: those that an opérateur sees (:mod:`esav_soap.store.sequence`); internal ones have none. ``commentaire`` stands last: a long
#: one is not read to find the rest.
evenement = Table(
    "evenement",
    tables,
    Column("id", _RANG, primary_key=True),
    Column("signalisation", _RANG, ForeignKey("signalisation.id"), nullable=False),
    Column("plateforme", String(16), nullable=False),
    Column("operateur", String(64), nullable=False),
    Column("rang", _RANG),
    Column("date", Instant, nullable=False),
    Column("etat", String(32), nullable=False),
    Column("cote", String(16), nullable=False),
    Column("action", String(32)),
    Column("auteur", Text, nullable=False),
    Column("visibilite", String(16), nullable=False),
    Column("motif", String(64)),
    Column("attendu", String(64)),
    Column("cause", String(64)),
    Column("responsabilite", String(64)),
    Column("retabli_le", Instant),
    Column("commentaire", Text, nullable=False),
    Index(None, "signalisation"),
    Index(None, "plateforme", "operateur", "rang", unique=True),
)

#: The ``rang`` of the newest event of each opérateur. Its row is held from the numbering of an event until its commit.
compteur_evenements = Table(
    "compteur_evenements",
    tables,
    Column("plateforme", String(16), primary_key=True),
    Column("operateur", String(64), primary_key=True),
    Column("dernier", _RANG, nullable=False),
    sqlite_with_rowid=False,
)

#: Places of each slot (R4.2). The row is locked by whoever gives one of them away.
capacite = Table(
    "capacite",
    tables,
    Column("id", _RANG, primary_key=True),
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
    Column("id", _RANG, primary_key=True),
    Column("numero", String(20), nullable=False),
    Column("plateforme", String(16), nullable=False),
    Column("operateur", String(64), nullable=False),
    Column("reference", String(64), nullable=False),
    Column("signalisation", String(20), nullable=False),
    Column("capacite", _RANG, ForeignKey("capacite.id"), nullable=False),
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

#: Signalisations whose life is over, moved here from the tables above: their keys, which are never given again, and all that
#: was known of them in one compressed document (:mod:`esav_soap.usecases.archives.document`), which stands last.
archive_signalisation = Table(
    "archive_signalisation",
    tables,
    Column("numero", String(20), primary_key=True),
    Column("plateforme", String(16), nullable=False),
    Column("operateur", String(64), nullable=False),
    Column("reference", String(64), nullable=False),
    Column("empreinte", LargeBinary, nullable=False),
    Column("etat", String(32), nullable=False),
    Column("prestation", String(40), nullable=False),
    Column("offre", String(40), nullable=False),
    Column("version_catalogue", String(20), nullable=False),
    Column("depot_le", Instant, nullable=False),
    Column("modifiee_le", Instant, nullable=False),
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
    Column("rang", _RANG, primary_key=True, autoincrement=False),
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

#: Recorded catalogue versions. ``pack`` stands last: reading the dates does not read the archives.
version_catalogue = Table(
    "version_catalogue",
    tables,
    Column("version", String(20), primary_key=True),
    Column("annonce", Instant, nullable=False),
    Column("ouverture", Instant, nullable=False),
    Column("retrait", Instant),
    Column("remplacante", String(20)),
    Column("annulation", Instant),
    Column("pack", LargeBinary, nullable=False),
)

#: Where the notices of an opérateur go.
operateur = Table(
    "operateur",
    tables,
    Column("code", String(64), primary_key=True),
    Column("raison_sociale", Text, nullable=False),
    Column("courriel", Text, nullable=False),
)

#: The queue of notices. ``prochain`` is schedule, back-off and end of the lease at once, and null for what is not to be sent
#: any more; ``essais`` counts the leases, hence tells one from the next.
envoi = Table(
    "envoi",
    tables,
    Column("numero", _RANG, primary_key=True),
    Column("cle", String(200), nullable=False),
    Column("genre", String(32), nullable=False),
    Column("objet", String(100), nullable=False),
    Column("operateur", String(64), nullable=False),
    Column("etat", String(16), nullable=False),
    Column("essais", Integer, nullable=False),
    Column("cree_le", Instant, nullable=False),
    Column("prochain", Instant),
    Column("envoye_le", Instant),
    Column("erreur", Text, nullable=False),
    UniqueConstraint("cle"),
    Index(None, "prochain"),
    Index(None, "etat", "numero"),
)

#: Where the events of an opérateur are sent as they come, and how far that is: all up to ``curseur`` (:mod:`.sequence`) was
#: received. ``prochain`` is schedule, back-off and end of the lease at once, and null for what is not to be sent; ``bail``
#: counts the leases, hence tells one from the next; ``essais`` those since the last answer, and ``echecs_depuis`` since when.
abonnement_notification = Table(
    "abonnement_notification",
    tables,
    Column("plateforme", String(16), primary_key=True),
    Column("operateur", String(64), primary_key=True),
    Column("adresse", Text, nullable=False),
    Column("etat", String(16), nullable=False),
    Column("curseur", _RANG, nullable=False),
    Column("bail", _RANG, nullable=False),
    Column("essais", Integer, nullable=False),
    Column("cree_le", Instant, nullable=False),
    Column("prochain", Instant),
    Column("recu_le", Instant),
    Column("echecs_depuis", Instant),
    Column("arrete_le", Instant),
    Column("erreur", Text, nullable=False),
    Index(None, "prochain"),
)

#: Certificates by which callers are known, those revoked and ended included: a fingerprint is never given again. Text for what
#: others chose: a certificate may have a longer serial number than it should. ``der`` stands last, as every archive here.
certificat = Table(
    "certificat",
    tables,
    Column("empreinte", String(64), primary_key=True),
    Column("titulaire", Text, nullable=False),
    Column("role", String(16), nullable=False),
    Column("origine", String(16), nullable=False),
    Column("plateformes", Text, nullable=False),
    Column("sujet", Text, nullable=False),
    Column("emetteur", Text, nullable=False),
    Column("numero_serie", Text, nullable=False),
    Column("autorite", String(64), nullable=False),
    Column("debut", Instant, nullable=False),
    Column("fin", Instant, nullable=False),
    Column("recu_le", Instant, nullable=False),
    Column("enregistre_le", Instant, nullable=False),
    Column("revoque_le", Instant),
    Column("motif_revocation", Text, nullable=False),
    Column("der", LargeBinary, nullable=False),
)

#: CAs, those recognised no more included.
autorite = Table(
    "autorite",
    tables,
    Column("empreinte", String(64), primary_key=True),
    Column("nom", Text, nullable=False),
    Column("interne", Boolean, nullable=False),
    Column("debut", Instant, nullable=False),
    Column("fin", Instant, nullable=False),
    Column("ajoutee_le", Instant, nullable=False),
    Column("retiree_le", Instant),
    Column("der", LargeBinary, nullable=False),
    Column("crl", LargeBinary),
)

#: Requests about certificates. ``empreinte`` is empty until one is met.
demande_certificat = Table(
    "demande_certificat",
    tables,
    Column("numero", _RANG, primary_key=True),
    Column("genre", String(16), nullable=False),
    Column("titulaire", Text, nullable=False),
    Column("role", String(16), nullable=False),
    Column("plateformes", Text, nullable=False),
    Column("recue_le", Instant, nullable=False),
    Column("echeance", Date, nullable=False),
    Column("traitee_le", Instant),
    Column("empreinte", String(64), nullable=False),
    Column("piece", LargeBinary, nullable=False),
)

#: The Bon de commande of each opérateur, field by field, and from when to when it is served. No ``interlocuteur_nom``: no
#: interlocuteur.
souscription = Table(
    "souscription",
    tables,
    Column("operateur", String(64), primary_key=True),
    Column("reference_contrat", Text, nullable=False),
    Column("affaire", Text, nullable=False),
    Column("raison_sociale", Text, nullable=False),
    Column("siret", Text, nullable=False),
    Column("representant", Text, nullable=False),
    Column("telephone", Text, nullable=False),
    Column("courriel", Text, nullable=False),
    Column("adresse_1", Text, nullable=False),
    Column("adresse_2", Text),
    Column("adresse_3", Text),
    Column("acces", Text, nullable=False),
    Column("interlocuteur_nom", Text),
    Column("interlocuteur_fonction", Text),
    Column("interlocuteur_telephone", Text),
    Column("interlocuteur_courriel", Text),
    Column("commentaires", Text, nullable=False),
    Column("fait_a", Text, nullable=False),
    Column("fait_le", Date),
    Column("signataire", Text, nullable=False),
    Column("activee_le", Instant, nullable=False),
    Column("denoncee_le", Instant),
    Column("fin", Instant),
)

#: One row: how often something of the certificates, CAs and subscriptions was written.
revision_acces = Table(
    "revision_acces",
    tables,
    Column("cle", Integer, primary_key=True, autoincrement=False),
    Column("nombre", BigInteger, nullable=False),
)

#: The first successful call of each opérateur in each domain, on integration.
homologation = Table(
    "homologation",
    tables,
    Column("operateur", String(64), primary_key=True),
    Column("domaine", String(16), primary_key=True),
    Column("date", Instant, nullable=False),
    Column("operation", Text, nullable=False),
    Column("requete", Text, nullable=False),
)
