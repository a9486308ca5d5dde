"""From the domain to the answers on the wire: types of ``contract.reponses``, Paris time with its offset."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from datetime import datetime
from types import SimpleNamespace
from typing import Any

from esav_soap.calendar import en_paris
from esav_soap.contract import reponses as r
from esav_soap.errors import CodeErreur, ErreurEsav
from esav_soap.intake import Avertissement
from esav_soap.publication import VersionPubliee
from esav_soap.signalisation import Depot, Signalisation
from esav_soap.usecases.registre import Registre
from esav_soap.usecases.suivi import ChampRempli

#: Refusals that are not the caller's doing: SOAP fault code Server/Receiver.
_DU_SERVEUR = frozenset({CodeErreur.ERREUR_INTERNE, CodeErreur.MAINTENANCE, CodeErreur.LIMITATION_DEBIT})


def _heure(instant: datetime) -> datetime:
    return en_paris(instant).replace(microsecond=0)


def _avertissements(avertissements: Iterable[Avertissement]) -> list[Any]:
    return [r.Avertissement(code=a.code, message=a.message) for a in avertissements]


def accuse(depot: Depot, avertissements: Iterable[Avertissement]) -> Any:
    """The acknowledgement of a deposit: the members of ``AccuseReception``, without what making a Spyne object costs."""
    return SimpleNamespace(
        numeroSignalisation=depot.numero,
        etat=depot.etat.name,
        dateHeureDepot=_heure(depot.depot_le),
        versionCatalogue=depot.version_catalogue,
        dejaDeposee=depot.deja_deposee,
        avertissement=_avertissements(avertissements),
    )


def validation(offre: str, version: str, avertissements: Iterable[Avertissement]) -> Any:
    """The answer to a message that a deposit would accept."""
    return r.ResultatValidation(offre=offre, versionCatalogue=version, avertissement=_avertissements(avertissements))


def etat(signalisation: Signalisation) -> Any:
    """State of a signalisation."""
    return r.EtatSignalisation(
        numeroSignalisation=signalisation.numero,
        referenceOperateur=signalisation.reference,
        etat=signalisation.etat.name,
        libelleEtat=signalisation.etat.value,
        dateHeureDepot=_heure(signalisation.depot_le),
        dateHeureEtat=_heure(signalisation.modifiee_le),
    )


def detail(signalisation: Signalisation, libelle_offre: str, champs: Iterable[ChampRempli], defaut: str | None) -> Any:
    """Everything that an opérateur may see of its signalisation (R3.5)."""
    prestation, contact = signalisation.prestation, signalisation.contact
    return r.DetailSignalisation(
        numeroSignalisation=signalisation.numero,
        referenceOperateur=signalisation.reference,
        etat=signalisation.etat.name,
        libelleEtat=signalisation.etat.value,
        dateHeureDepot=_heure(signalisation.depot_le),
        dateHeureEtat=_heure(signalisation.modifiee_le),
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
                dateHeure=_heure(e.date),
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
                dateHeureAnnonce=_heure(v.annonce),
                dateHeureOuverture=_heure(v.ouverture),
                dateHeureRetrait=_heure(v.retrait) if v.retrait else None,
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


def du_serveur(erreur: ErreurEsav) -> bool:
    """Whether the refusal is not the caller's doing."""
    return erreur.code in _DU_SERVEUR


def fault(erreur: ErreurEsav, requete: str) -> Any:
    """The declared fault; its faultstring is a summary for users who can read only that (Tcl, Perl)."""
    lignes = [f"{erreur.code.name} : {erreur.message}"]
    lignes += [f"{e.chemin} : {e.code.name} : {e.message}" for e in erreur.erreurs[:20]]
    declaree = r.ErreurEsav("Server" if du_serveur(erreur) else "Client", "\n".join(lignes))
    declaree.code = erreur.code.name
    declaree.message = erreur.message
    declaree.requete = requete
    declaree.erreur = [
        r.Erreur(
            champ=e.champ,
            libelle=e.libelle,
            chemin=e.chemin,
            code=e.code.name,
            message=e.message,
            valeur=e.valeur or None,
            valeurAdmise=list(e.valeurs_admises),
        )
        for e in erreur.erreurs
    ]
    declaree.version = [
        r.VersionEnVigueur(version=v.version, wsdl=v.wsdl, dateHeureRetrait=_heure(v.fin) if v.fin else None)
        for v in erreur.versions
    ]
    declaree.reessayerApres = _heure(erreur.reessayer_apres) if erreur.reessayer_apres else None
    return declaree
