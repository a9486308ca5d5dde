"""What TLS with client certificates costs a deposit, on connections that are kept: next to the same node without it."""

from __future__ import annotations

import shutil
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bench.cibles import Course, Suivi, course_serveur, mesurer
from bench.messages import OFFRE, OPERATEUR, VERSION, catalogue_livre, formulaire, message
from bench.mesures import au_moins, rapport
from bench.parties import Comparaison, Plan, modele
from bench.serveurs import Tls, serveur
from esav_soap import pki
from esav_soap.certificats import Autorite, CertificatEnregistre, Origine, Role
from esav_soap.homologation import Domaine, Homologation
from esav_soap.souscription import Acces, BonDeCommande, Souscription
from esav_soap.store import ouvrir

CLAIR, CHIFFRE = "HTTP, en-tête local", "TLS 1.3, certificat client"
#: What TLS may leave of the rate: a record to open and one to seal, next to a check and a commit.
PART_MIN = 0.7


@dataclass(frozen=True)
class _Certificats:
    """Everything that a node and its caller need, made on the spot."""

    autorite: bytes
    client: bytes
    debut: datetime
    fin: datetime
    tls: Tls


def chiffrement(plan: Plan, dossier: Path, suivi: Suivi) -> Comparaison:
    """The same deposits on two nodes, the one in clear and the other with mutual TLS."""
    fichier = dossier / "message-tls.xml"
    fichier.write_bytes(message(formulaire(catalogue_livre(), OFFRE)))
    courses: dict[str, Course] = {}
    with ExitStack() as pile:
        for titre in (CLAIR, CHIFFRE):
            suivi(f"démarrage : {titre}")
            base = dossier / f"tls-{len(courses)}.db"
            shutil.copyfile(modele(dossier, suivi), base)
            url = f"sqlite:///{base}"
            tls = acces(url, dossier) if titre == CHIFFRE else None
            cible = pile.enter_context(serveur("esav", url, dossier, tls=tls))
            courses[titre] = course_serveur(cible, fichier, VERSION, plan.connexions)
        resultats = mesurer(courses, plan.tours, plan.secondes, suivi)
    part = rapport(resultats[CHIFFRE], resultats[CLAIR])
    exigences = [au_moins("débit en TLS / en clair, connexions gardées", part, PART_MIN)]
    return Comparaison("TLS avec certificat client", resultats, CLAIR, exigences=exigences)


def acces(url: str, dossier: Path) -> Tls:
    """Let the opérateur of the measured message in by a certificate, and homologate it."""
    faits = _certificats(dossier)
    autorite, client = pki.lire(faits.autorite), pki.lire(faits.client)
    with ouvrir(url) as magasin:
        magasin.enregistrer_autorite(
            Autorite(autorite.empreinte, autorite.nom, True, faits.debut, faits.fin, faits.debut, faits.autorite)
        )
        bon = BonDeCommande(
            "CG-1-ESAV", "P-1", OPERATEUR, "73282932000074", "Martin Claire", "0612345678", "sav@opa.example",
            ("1 rue de la Mesure",), frozenset({Acces.INTEGRE}),
        )  # fmt: skip
        magasin.enregistrer_souscription(Souscription(OPERATEUR, bon, faits.debut))
        magasin.enregistrer_certificat(
            CertificatEnregistre(
                client.empreinte, OPERATEUR, Role.OPERATEUR, Origine.FOURNISSEUR, client.sujet, client.emetteur,
                client.numero_serie, autorite.empreinte, client.debut, client.fin, faits.debut, faits.debut, faits.client,
            )
        )  # fmt: skip
        magasin.enregistrer_homologation(
            Homologation(OPERATEUR, Domaine.SIGNALISATION, faits.debut, "deposerSignalisation", "0" * 16)
        )
    return faits.tls


def _certificats(dossier: Path) -> _Certificats:
    debut = datetime.now(UTC).replace(microsecond=0) - timedelta(days=1)
    fin = debut + timedelta(days=365)
    paire = pki.creer_autorite("Mesures e-SAV", debut, fin)
    autorite = pki.AutoriteInterne(paire.der, paire.cle_pem)
    cle_client, csr = pki.nouvelle_cle_et_csr(OPERATEUR)
    client = autorite.delivrer_client(csr, OPERATEUR, Role.OPERATEUR.name, debut, fin)
    serveur_der, cle_serveur = autorite.delivrer_serveur(["127.0.0.1"], debut, fin)
    contenus = {
        "ca.pem": pki.en_pem(paire.der),
        "client.pem": pki.en_pem(client) + cle_client,
        "serveur.pem": pki.en_pem(serveur_der),
        "serveur.cle": cle_serveur,
    }
    for nom, contenu in contenus.items():
        (dossier / nom).write_bytes(contenu)
    return _Certificats(paire.der, client, debut, fin, Tls(*(dossier / nom for nom in contenus)))
