"""Answers of the services, and the declared fault.

Inside a WS version they never change: no enumeration, no element more or less (old client stacks
break on either). States and codes are open strings, whose values the documentation lists.
"""

from __future__ import annotations

from esav_soap.contract.reponses.acces import CertificatVu, DiagnosticConnexion, EtatHomologation
from esav_soap.contract.reponses.catalogue import (
    Annonce,
    Ecart,
    LigneSimulation,
    ListeVersions,
    Pack,
    RapportSimulation,
    Version,
)
from esav_soap.contract.reponses.commun import Avertissement, Erreur, ErreurEsav, VersionEnVigueur
from esav_soap.contract.reponses.notification import AccuseNotification, NotificationEvenements
from esav_soap.contract.reponses.rendez_vous import (
    ListeRendezVous,
    PlageLibre,
    PlagesLibres,
    RendezVous,
    RendezVousRendu,
)
from esav_soap.contract.reponses.sav import ActionPossible, EvenementSav, FicheSignalisation, FileSav, LigneFile
from esav_soap.contract.reponses.signalisation import (
    AccuseReception,
    ChampRempli,
    ContactOperateur,
    DetailSignalisation,
    EtatSignalisation,
    EvenementSignalisation,
    EvenementSuivi,
    ListeEvenements,
    ListeSignalisations,
    PrestationConcernee,
    ResultatValidation,
    ResumeSignalisation,
)

__all__ = [
    "AccuseNotification",
    "AccuseReception",
    "ActionPossible",
    "Annonce",
    "Avertissement",
    "CertificatVu",
    "ChampRempli",
    "ContactOperateur",
    "DetailSignalisation",
    "DiagnosticConnexion",
    "Ecart",
    "Erreur",
    "ErreurEsav",
    "EtatHomologation",
    "EtatSignalisation",
    "EvenementSav",
    "EvenementSignalisation",
    "EvenementSuivi",
    "FicheSignalisation",
    "FileSav",
    "LigneFile",
    "LigneSimulation",
    "ListeEvenements",
    "ListeRendezVous",
    "ListeSignalisations",
    "ListeVersions",
    "NotificationEvenements",
    "Pack",
    "PlageLibre",
    "PlagesLibres",
    "PrestationConcernee",
    "RapportSimulation",
    "RendezVous",
    "RendezVousRendu",
    "ResultatValidation",
    "ResumeSignalisation",
    "Version",
    "VersionEnVigueur",
]
