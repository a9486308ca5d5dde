"""From the domain to the answers on the wire: types of ``contract.reponses``, Paris time with its offset."""

from __future__ import annotations

from esav_soap.soap.presentation.acces import diagnostic
from esav_soap.soap.presentation.catalogue import annonce, essai, pack, refus_de_publication, version, versions
from esav_soap.soap.presentation.signalisation import detail, evenements, fiche, file_sav, liste
from esav_soap.usecases.presentation import accuse, du_serveur, etat, fault, validation
from esav_soap.usecases.presentation_rendez_vous import liste_rendez_vous, plages_libres, rendez_vous_rendu

__all__ = [
    "accuse",
    "annonce",
    "detail",
    "diagnostic",
    "du_serveur",
    "essai",
    "etat",
    "evenements",
    "fault",
    "fiche",
    "file_sav",
    "liste",
    "liste_rendez_vous",
    "pack",
    "plages_libres",
    "refus_de_publication",
    "rendez_vous_rendu",
    "validation",
    "version",
    "versions",
]
