"""From the domain to the answers on the wire: types of ``contract.reponses``, Paris time with its offset.

What a deposit answers stands here, below the SOAP adapter, because the jeu de test prints the same answers.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from types import SimpleNamespace
from typing import Any

from esav_soap.calendar import en_paris
from esav_soap.contract import reponses as r
from esav_soap.errors import CodeErreur, ErreurEsav, VersionVive
from esav_soap.intake import Avertissement
from esav_soap.signalisation import Depot, Signalisation

#: Refusals that are not the caller's doing: SOAP fault code Server/Receiver.
_DU_SERVEUR = frozenset({CodeErreur.ERREUR_INTERNE, CodeErreur.MAINTENANCE, CodeErreur.LIMITATION_DEBIT})


def heure(instant: datetime) -> datetime:
    """How an answer tells an instant: Paris time, whole seconds."""
    return en_paris(instant).replace(microsecond=0)


def avertissements(dits: Iterable[Avertissement]) -> list[Any]:
    """What the caller should know, as an answer tells it."""
    return [r.Avertissement(code=a.code, message=a.message) for a in dits]


def version_vive(version: VersionVive) -> Any:
    """A version that can be used, and where."""
    fin = heure(version.fin) if version.fin else None
    return r.VersionEnVigueur(version=version.version, wsdl=version.wsdl, dateHeureRetrait=fin)


def accuse(depot: Depot, dits: Iterable[Avertissement]) -> Any:
    """The acknowledgement of a deposit: the members of ``AccuseReception``, without what making a Spyne object costs."""
    return SimpleNamespace(
        numeroSignalisation=depot.numero,
        etat=depot.etat.name,
        dateHeureDepot=heure(depot.depot_le),
        versionCatalogue=depot.version_catalogue,
        dejaDeposee=depot.deja_deposee,
        avertissement=avertissements(dits),
    )


def validation(offre: str, version: str, dits: Iterable[Avertissement]) -> Any:
    """The answer to a message that a deposit would accept."""
    return r.ResultatValidation(offre=offre, versionCatalogue=version, avertissement=avertissements(dits))


def etat(signalisation: Signalisation, dits: Iterable[Avertissement] = ()) -> Any:
    """State of a signalisation."""
    return r.EtatSignalisation(
        numeroSignalisation=signalisation.numero,
        referenceOperateur=signalisation.reference,
        etat=signalisation.etat.name,
        libelleEtat=signalisation.etat.value,
        dateHeureDepot=heure(signalisation.depot_le),
        dateHeureEtat=heure(signalisation.modifiee_le),
        avertissement=avertissements(dits),
    )


def du_serveur(erreur: ErreurEsav) -> bool:
    """Whether the refusal is not the caller's doing."""
    return erreur.code in _DU_SERVEUR


def fault(erreur: ErreurEsav, requete: str) -> Any:
    """The declared fault; its faultstring is a summary for users who can read only that (Tcl, Perl)."""
    lignes = [f"{erreur.code.name} : {erreur.message}"]
    lignes += [f"{e.chemin} : {e.code.name} : {e.message}" for e in erreur.erreurs[:20]]
    code_soap = erreur.faute_soap or ("Server" if du_serveur(erreur) else "Client")
    declaree = r.ErreurEsav(code_soap, "\n".join(lignes))
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
    declaree.version = [version_vive(v) for v in erreur.versions]
    declaree.reessayerApres = heure(erreur.reessayer_apres) if erreur.reessayer_apres else None
    return declaree
