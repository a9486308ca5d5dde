"""From the domain to the answers on the wire: types of ``contract.reponses``, Paris time with its offset."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from esav_soap.contract import reponses as r
from esav_soap.publication import VersionPubliee
from esav_soap.signalisation import Signalisation
from esav_soap.usecases.presentation import accuse, du_serveur, etat, fault, heure, validation
from esav_soap.usecases.registre import Registre
from esav_soap.usecases.suivi import ChampRempli

__all__ = ["accuse", "detail", "du_serveur", "etat", "fault", "pack", "validation", "versions"]


def detail(signalisation: Signalisation, libelle_offre: str, champs: Iterable[ChampRempli], defaut: str | None) -> Any:
    """Everything that an opérateur may see of its signalisation (R3.5)."""
    prestation, contact = signalisation.prestation, signalisation.contact
    return r.DetailSignalisation(
        numeroSignalisation=signalisation.numero,
        referenceOperateur=signalisation.reference,
        etat=signalisation.etat.name,
        libelleEtat=signalisation.etat.value,
        dateHeureDepot=heure(signalisation.depot_le),
        dateHeureEtat=heure(signalisation.modifiee_le),
        versionCatalogue=signalisation.version_catalogue,
        prestation=r.PrestationConcernee(
            identifiant=prestation.identifiant,
            offre=prestation.offre,
            libelleOffre=libelle_offre,
            extremiteA=prestation.extremite_a or None,
            extremiteB=prestation.extremite_b or None,
            complement=prestation.complement or None,
        ),
        defautDeclare=defaut,
        garantie=prestation.garantie or None,
        contact=r.ContactOperateur(nom=contact.nom, telephone=contact.telephone, courriel=contact.courriel),
        champ=[
            r.ChampRempli(chemin=c.chemin, libelle=c.libelle, valeur=c.valeur, libelleValeur=c.libelle_valeur)
            for c in champs
        ],
        evenement=[
            r.EvenementSignalisation(
                dateHeure=heure(e.date),
                etat=e.etat.name,
                libelleEtat=e.etat.value,
                auteur=e.cote.name,
                commentaire=e.commentaire or None,
            )
            for e in signalisation.evenements
        ],
    )


def versions(publiees: Iterable[VersionPubliee], registre: Registre, plateforme: str, instant: datetime) -> Any:
    """The catalogue versions and their dates; the WSDL of those that can be used on this platform."""
    return r.ListeVersions(
        version=[
            r.Version(
                version=v.version,
                etat=v.etat(instant).name,
                dateHeureAnnonce=heure(v.annonce),
                dateHeureOuverture=heure(v.ouverture),
                dateHeureRetrait=heure(v.retrait) if v.retrait else None,
                remplacante=v.remplacante,
                wsdl=registre.adresse_wsdl(plateforme, v.version) if v.utilisable(plateforme, instant) else None,
            )
            for v in publiees
        ]
    )


def pack(version: str, contenu: bytes) -> Any:
    """The pack of a version."""
    return r.Pack(
        version=version,
        nomFichier=f"catalogue-esav-{version}.zip",
        sha256=hashlib.sha256(contenu).hexdigest(),
        contenu=[contenu],
    )
