"""The services: which operations, which request, which answer. The WSDLs and the running server are made from this table.

For a WSDL the ``formulaire`` has its concrete types; the running server takes it as XML, because ``intake`` has judged
it against the schema already and turning it into objects would cost more than all the rest (see ``soap``).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from esav_soap.contract import reponses as r
from esav_soap.contract import spyne_compat as s
from esav_soap.contract.types import Fabrique
from esav_soap.model.catalogue import Catalogue
from esav_soap.model.requetes import (
    REQUETES_CATALOGUE,
    REQUETES_INFORMATION,
    REQUETES_PUBLICATION,
    requetes_depot,
)
from esav_soap.model.requetes_suivi import REQUETES_RENDEZ_VOUS, REQUETES_SAV, REQUETES_SUIVI
from esav_soap.model.structure import Element, Structure
from esav_soap.names import NS_WS, ns_catalogue


@dataclass(frozen=True, slots=True)
class Reponse:
    """The answer of an operation: element ``nom`` of the Spyne type ``type``."""

    nom: str
    type: Any


#: Answers by operation. A promise inside a WS version: add operations, never change one.
REPONSES: Mapping[str, Reponse] = {
    "deposerSignalisation": Reponse("accuseReception", r.AccuseReception),
    "validerSignalisation": Reponse("resultatValidation", r.ResultatValidation),
    "deposerSignalisationGenerique": Reponse("accuseReception", r.AccuseReception),
    "validerSignalisationGenerique": Reponse("resultatValidation", r.ResultatValidation),
    "consulterEtat": Reponse("etatSignalisation", r.EtatSignalisation),
    "consulterDetail": Reponse("detailSignalisation", r.DetailSignalisation),
    "listerSignalisations": Reponse("listeSignalisations", r.ListeSignalisations),
    "consulterHistorique": Reponse("listeSignalisations", r.ListeSignalisations),
    "listerEvenements": Reponse("listeEvenements", r.ListeEvenements),
    "completerSignalisation": Reponse("etatSignalisation", r.EtatSignalisation),
    "demanderCloture": Reponse("etatSignalisation", r.EtatSignalisation),
    "contesterCloture": Reponse("etatSignalisation", r.EtatSignalisation),
    "rechercherPlages": Reponse("plagesLibres", r.PlagesLibres),
    "reserverRendezVous": Reponse("rendezVousRendu", r.RendezVousRendu),
    "confirmerRendezVous": Reponse("rendezVousRendu", r.RendezVousRendu),
    "consulterRendezVous": Reponse("listeRendezVous", r.ListeRendezVous),
    "modifierRendezVous": Reponse("rendezVousRendu", r.RendezVousRendu),
    "annulerRendezVous": Reponse("rendezVousRendu", r.RendezVousRendu),
    "listerFile": Reponse("fileSav", r.FileSav),
    "consulterFiche": Reponse("ficheSignalisation", r.FicheSignalisation),
    "traiterSignalisation": Reponse("ficheSignalisation", r.FicheSignalisation),
    "saisirSignalisation": Reponse("accuseReception", r.AccuseReception),
    "reporterRendezVous": Reponse("rendezVousRendu", r.RendezVousRendu),
    "decommanderRendezVous": Reponse("rendezVousRendu", r.RendezVousRendu),
    "diagnostiquerConnexion": Reponse("diagnosticConnexion", r.DiagnosticConnexion),
    "listerVersions": Reponse("listeVersions", r.ListeVersions),
    "telechargerPack": Reponse("pack", r.Pack),
    "simulerPublication": Reponse("rapportSimulation", r.RapportSimulation),
    "annoncerVersion": Reponse("annonce", r.Annonce),
    "retirerAnnonce": Reponse("version", r.Version),
}

#: Operations of each service, in the order of the WSDL.
SERVICES: Mapping[str, tuple[str, ...]] = {
    "depot": (
        "deposerSignalisation",
        "validerSignalisation",
        "deposerSignalisationGenerique",
        "validerSignalisationGenerique",
    ),
    "suivi": tuple(REQUETES_SUIVI),
    "rendez-vous": tuple(REQUETES_RENDEZ_VOUS),
    "information": tuple(REQUETES_INFORMATION),
    "catalogue": tuple(REQUETES_CATALOGUE),
    "publication": tuple(REQUETES_PUBLICATION),
    "sav": tuple(REQUETES_SAV),
}

#: Services that opérateurs offer and e-SAV calls: we publish their contract, and none of them is served here (R3.5).
RECEPTEURS: Mapping[str, tuple[str, ...]] = {"notification": ("notifierEvenements",)}
#: Requests and answers of these: members of the request, and the answer.
_APPELS: Mapping[str, tuple[Any, Reponse]] = {
    "notifierEvenements": (r.NotificationEvenements, Reponse("accuseNotification", r.AccuseNotification)),
}

#: Operations that answer whoever calls, also a caller whose identity is refused: they tell of its own connection alone.
SANS_IDENTITE = frozenset({"diagnostiquerConnexion"})

#: Requests of the services that have no catalogue version.
_REQUETES: Mapping[str, Mapping[str, Structure]] = {
    "suivi": REQUETES_SUIVI,
    "rendez-vous": REQUETES_RENDEZ_VOUS,
    "information": REQUETES_INFORMATION,
    "catalogue": REQUETES_CATALOGUE,
    "publication": REQUETES_PUBLICATION,
    "sav": REQUETES_SAV,
}

#: Does the work of an operation in the running server: gets the checked request, gives the answer.
Traitement = Callable[[Any, Any], Any]


def nom_service(service: str) -> str:
    """Name of the ``wsdl:service``: ``depot`` -> ``EsavDepot``, ``rendez-vous`` -> ``EsavRendezVous``."""
    return "Esav" + "".join(mot.capitalize() for mot in service.split("-"))


def requetes(service: str, catalogue: Catalogue | None) -> Mapping[str, Structure]:
    """Requests of a service; ``depot`` needs its catalogue version."""
    if service == "depot":
        if catalogue is None:
            raise ValueError("depot needs a catalogue version")
        return requetes_depot(catalogue)
    return _REQUETES[service]


def appel(operation: str) -> tuple[Any, Reponse]:
    """What e-SAV sends to a receiver: the Spyne type whose members the request has, and the answer that it awaits."""
    return _APPELS[operation]


def operations(service: str) -> tuple[str, ...]:
    """Operations of a service, ours or a receiver's, in the order of the WSDL."""
    return SERVICES[service] if service in SERVICES else RECEPTEURS[service]


def classe_contrat(service: str, catalogue: Catalogue | None) -> Any:
    """Spyne service class with the concrete types, for the WSDL. Its operations do nothing."""
    if service in RECEPTEURS:
        return _classe_recepteur(service)
    communs = ns_catalogue(catalogue.version) if catalogue else NS_WS
    fabrique = Fabrique(communs, dict(catalogue.nomenclatures) if catalogue else None)
    faites = {}
    partages: dict[Element, Any] = {}
    structures = requetes(service, catalogue)
    for nom in SERVICES[service]:
        structure = structures[nom]
        membres = []
        for enfant in structure.enfants:
            # Operations share their members' types; built once, they stay one type in the WSDL. What one operation demands
            # another may leave out: then they are two.
            if enfant not in partages:
                partages[enfant] = fabrique.element(enfant, structure.espace, structure.nom_type)
            membres.append((enfant.code, partages[enfant]))
        faites[nom] = _operation(nom, structure.libelle, membres, REPONSES[nom])
    return type(nom_service(service), (s.ServiceBase,), faites)


def _classe_recepteur(service: str) -> Any:
    faites = {}
    for nom in RECEPTEURS[service]:
        requete, reponse = _APPELS[nom]
        membres = list(requete._type_info.items())
        faites[nom] = _operation(nom, requete.Annotations.doc, membres, reponse)
    return type(nom_service(service), (s.ServiceBase,), faites)


def _operation(nom: str, libelle: str, membres: list[tuple[str, Any]], reponse: Reponse) -> Any:
    def operation(ctx: Any, *_args: Any) -> None:
        raise AssertionError("a contract is not for calling")

    operation.__name__ = nom
    operation.__doc__ = libelle
    return s.rpc(
        *(type_ for _, type_ in membres),
        _args=[code for code, _ in membres],
        _returns=reponse.type.customize(min_occurs=1, nillable=False),
        _out_variable_name=reponse.nom,
        _throws=[r.ErreurEsav],
        _operation_name=nom,
        _in_message_name=nom,
        _out_message_name=f"{nom}Response",
    )(operation)
