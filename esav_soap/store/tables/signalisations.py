"""Signalisations and what happened to them."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Column, ForeignKey, Index, LargeBinary, String, Table, Text, UniqueConstraint, text

from esav_soap.store.tables.commun import GRAND_ENTIER, tables
from esav_soap.store.tables.instant import Instant


def colonnes_gardees() -> tuple[Column[Any], ...]:
    """What the archive keeps beside its documents, so that a signalisation is found by it there as here."""
    return (
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
    )


#: ``id`` grows with each row, so that 10^6 stored signalisations cost a deposit no more than ten: rows are appended, and
#: only three small indexes are entered at random. No reference to ``prestation``: a signalisation outlives it. ``clos_le``:
#: when it was closed or rejected, as long as it is; ``saisie_le``: when one taken by the fallback procedure was entered.
signalisation = Table(
    "signalisation",
    tables,
    Column("id", GRAND_ENTIER, primary_key=True),
    Column("numero", String(20), nullable=False),
    *colonnes_gardees(),
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
    Column("id", GRAND_ENTIER, primary_key=True),
    Column("signalisation", GRAND_ENTIER, ForeignKey("signalisation.id"), nullable=False),
    Column("plateforme", String(16), nullable=False),
    Column("operateur", String(64), nullable=False),
    Column("rang", GRAND_ENTIER),
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
    Column("dernier", GRAND_ENTIER, nullable=False),
    sqlite_with_rowid=False,
)
