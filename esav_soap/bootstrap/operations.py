"""The operations of a node, over the store's ports."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from lxml import etree

from esav_soap.soap.operations import Operations
from esav_soap.soap.operations.catalogue import operations_catalogue, operations_publication
from esav_soap.soap.operations.depot import OperationsDepot
from esav_soap.soap.operations.information import operations_information
from esav_soap.soap.operations.rendez_vous import OperationsRendezVous
from esav_soap.soap.operations.sav import OperationsSav
from esav_soap.soap.operations.suivi import OperationsSuivi
from esav_soap.usecases.actions import Avancer
from esav_soap.usecases.agenda_essai import AgendaEssai, BaseAgenda, fermeture_essai
from esav_soap.usecases.homologation import RegistreHomologations
from esav_soap.usecases.ports.depots import Signalisations
from esav_soap.usecases.ports.horloge import Horloge
from esav_soap.usecases.publieur import Publieur
from esav_soap.usecases.registre import Registre
from esav_soap.usecases.rendez_vous import RendezVous, offres_du_registre
from esav_soap.usecases.sav import BaseSav, Sav
from esav_soap.usecases.suivi import Suivi


class Base(BaseSav, BaseAgenda, Protocol):
    """What the operations need of the store, besides the signalisations."""


def monter_operations(
    signalisations: Signalisations,
    avancer: Avancer,
    base: Base,
    registre: Registre,
    publieur: Publieur,
    homologations: RegistreHomologations,
    schemas: Mapping[str, etree.XMLSchema],
    instant: Horloge,
) -> Operations:
    """``signalisations`` gives those of integration up to date, ``avancer`` does so for one."""
    agenda = AgendaEssai(base, instant)
    rendez_vous = RendezVous(agenda, signalisations, offres_du_registre(registre), fermeture=fermeture_essai)
    groupes = {
        "suivi": OperationsSuivi(Suivi(signalisations, base, avancer), registre).groupe,
        "rendez-vous": OperationsRendezVous(rendez_vous).groupe,
        "information": operations_information(registre, homologations),
        "catalogue": operations_catalogue(registre),
        "publication": operations_publication(publieur, registre),
        "sav": OperationsSav(Sav(base, avancer), rendez_vous, signalisations, registre).groupe,
    }
    return Operations(OperationsDepot(signalisations, registre), groupes, schemas)
