"""Certificates, requests, subscriptions for the tests of the store."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

from esav_soap.certificats import Autorite, CertificatEnregistre, Demande, GenreDemande, Origine, Role
from esav_soap.homologation import Domaine, Homologation
from esav_soap.souscription import Acces, BonDeCommande, Interlocuteur, Souscription

INSTANT = datetime(2026, 7, 1, 10, 0, 0, 123456, tzinfo=UTC)
JOUR = timedelta(days=1)


def empreinte(nom: str) -> str:
    return hashlib.sha256(nom.encode()).hexdigest()


AUTORITE = Autorite(
    empreinte("AC"),
    "AC « Réseau »",
    True,
    INSTANT - JOUR,
    INSTANT + 3650 * JOUR,
    INSTANT,
    b"\x30\x82\x00\xff",
    b"crl",
    None,
)


def certificat(nom: str, **changements: Any) -> CertificatEnregistre:
    """Of OPA; its fingerprint is that of the name."""
    modele = CertificatEnregistre(
        empreinte=empreinte(nom),
        titulaire="OPA",
        role=Role.OPERATEUR,
        origine=Origine.RECONNUE,
        sujet="CN=OPA,O=Société d'Été\\, SA",
        emetteur="CN=AC « Réseau »",
        numero_serie="7f" * 20,
        autorite=AUTORITE.empreinte,
        debut=INSTANT,
        fin=INSTANT + 365 * JOUR,
        recu_le=INSTANT - JOUR,
        enregistre_le=INSTANT + JOUR,
        der=b"\x30\x82\x00\xff" + nom.encode(),
    )
    return replace(modele, **changements)


def demande(**changements: Any) -> Demande:
    modele = Demande(
        numero=0,
        genre=GenreDemande.EMISSION,
        titulaire="OPA",
        role=Role.OPERATEUR,
        plateformes=frozenset({"integration", "production"}),
        piece=b"-----BEGIN CERTIFICATE REQUEST-----\n\x00\xff",
        recue_le=INSTANT,
        echeance=date(2026, 7, 23),
    )
    return replace(modele, **changements)


BON = BonDeCommande(
    reference_contrat="C-2026-12",
    affaire="Œuvre n° 7",
    raison_sociale="Société d'Été & fils",
    siret="73282932000074",
    representant="Zoé Noël",
    telephone="+33102030405",
    courriel="sav@opa.example",
    adresse=("1, rue de l'Église", "Bâtiment « A »", "75001 Paris"),
    acces=frozenset(Acces),
    interlocuteur=Interlocuteur("Émile", "chef", "+33102030406", "emile@opa.example"),
    commentaires="Deux\nlignes — 10 €",
    fait_a="Nîmes",
    fait_le=date(2026, 6, 30),
    signataire="Zoé Noël",
)
SOUSCRIPTION = Souscription("OPA", BON, INSTANT)
HOMOLOGATION = Homologation("OPA", Domaine.SIGNALISATION, INSTANT, "deposerAccesFtth", "req-é-1")
