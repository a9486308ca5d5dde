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
from esav_soap.errors import CodeErreur, ErreurEsav
from esav_soap.intake import Avertissement
from esav_soap.signalisation import Depot, Signalisation

#: Refusals that are not the caller's doing: SOAP fault code Server/Receiver.
_DU_SERVEUR = frozenset({CodeErreur.ERREUR_INTERNE, CodeErreur.MAINTENANCE, CodeErreur.LIMITATION_DEBIT})


def heure(instant: datetime) -> datetime:
    """How an answer tells an instant: Paris time, whole seconds."""
    return en_paris(instant).replace(microsecond=0)


def _avertissements(avertissements: Iterable[Avertissement]) -> list[Any]:
    return [r.Avertissement(code=a.code, message=a.message) for a in avertissements]


def accuse(depot: Depot, avertissements: Iterable[Avertissement]) -> Any:
    """The acknowledgement of a deposit: the members of ``AccuseReception``, without what making a Spyne object costs."""
    return SimpleNamespace(
        numeroSignalisation=depot.numero,
        etat=depot.etat.name,
        dateHeureDepot=heure(depot.depot_le),
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
        dateHeureDepot=heure(signalisation.depot_le),
        dateHeureEtat=heure(signalisation.modifiee_le),
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
        r.VersionEnVigueur(version=v.version, wsdl=v.wsdl, dateHeureRetrait=heure(v.fin) if v.fin else None)
        for v in erreur.versions
    ]
    declaree.reessayerApres = heure(erreur.reessayer_apres) if erreur.reessayer_apres else None
    return declaree
