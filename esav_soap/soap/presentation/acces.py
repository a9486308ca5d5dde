"""What the service sees of a connection, as an answer."""

from __future__ import annotations

from typing import Any

from esav_soap.certificats import CertificatEnregistre, FaitsCertificat
from esav_soap.contract import reponses as r
from esav_soap.usecases.diagnostic import Diagnostic
from esav_soap.usecases.presentation import avertissements, heure, version_vive


def diagnostic(dit: Diagnostic) -> Any:
    """What the service sees of the caller's connection."""
    identifie = dit.identifie
    return r.DiagnosticConnexion(
        accepte=identifie is not None,
        motif=dit.motif.name if dit.motif else None,
        message=dit.message,
        identification=dit.moyen,
        certificat=_certificat(dit.certificat),
        operateur=identifie.code if identifie else None,
        role=identifie.role.name if identifie else None,
        plateforme=dit.plateforme,
        dateHeureServeur=heure(dit.instant),
        homologation=[
            r.EtatHomologation(
                domaine=etat.domaine.name,
                homologue=etat.ouvert,
                dateHeure=heure(etat.preuve.date) if etat.preuve else None,
                operation=etat.preuve.operation if etat.preuve else None,
                requete=etat.preuve.requete if etat.preuve else None,
            )
            for etat in dit.homologations
        ],
        version=[version_vive(v) for v in dit.versions],
        avertissement=avertissements(dit.avertissements),
    )


def _certificat(vu: CertificatEnregistre | FaitsCertificat | None) -> Any:
    if vu is None:
        return None
    return r.CertificatVu(
        empreinte=vu.empreinte,
        sujet=vu.sujet,
        emetteur=vu.emetteur,
        numeroSerie=vu.numero_serie,
        dateHeureDebut=heure(vu.debut),
        dateHeureFin=heure(vu.fin),
    )
