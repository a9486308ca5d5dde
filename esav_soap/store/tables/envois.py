"""What goes out: notices by mail, events by push."""

from __future__ import annotations

from sqlalchemy import Column, Index, Integer, String, Table, Text, UniqueConstraint

from esav_soap.store.tables.commun import GRAND_ENTIER, tables
from esav_soap.store.tables.instant import Instant

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
    Column("numero", GRAND_ENTIER, primary_key=True),
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
    Column("curseur", GRAND_ENTIER, nullable=False),
    Column("bail", GRAND_ENTIER, nullable=False),
    Column("essais", Integer, nullable=False),
    Column("cree_le", Instant, nullable=False),
    Column("prochain", Instant),
    Column("recu_le", Instant),
    Column("echecs_depuis", Instant),
    Column("arrete_le", Instant),
    Column("erreur", Text, nullable=False),
    Index(None, "prochain"),
)
