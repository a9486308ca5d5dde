"""Who may call: certificates, CAs, subscriptions, homologations."""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, Date, Integer, LargeBinary, String, Table, Text

from esav_soap.store.tables.commun import GRAND_ENTIER, tables
from esav_soap.store.tables.instant import Instant

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
    Column("numero", GRAND_ENTIER, primary_key=True),
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
