"""What ``suivi`` and ``rendez-vous`` answer to a message of the jeu de test: their own use cases, over memory.

Days and numbers of a real call are known only when it is made: messages have placeholders for them (``RETENUS``).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from functools import cache
from random import Random
from typing import Any, cast

from lxml import etree

from esav_soap.contract import reponses as r
from esav_soap.contract.ecriture import ecrire_fault, ecriture_reponse
from esav_soap.contract.schemas import compiler_schema, fichiers_schemas
from esav_soap.contract.services import REPONSES, requetes
from esav_soap.contract.wsdl import contrat
from esav_soap.errors import ErreurEsav, FormulaireInvalide
from esav_soap.intake import controler_requete
from esav_soap.model import Offre, TypeRendezVous
from esav_soap.names import NS_SOAP_11, NS_WS
from esav_soap.rendez_vous import Plage
from esav_soap.signalisation import Action, Cote, Etat, Signalisation
from esav_soap.signalisation.numero import OCTETS, tirer
from esav_soap.signalisation.scenarios import PLATEFORME
from esav_soap.signalisation.transitions import Commande
from esav_soap.usecases.agenda_essai import fermeture_essai
from esav_soap.usecases.depot import Appelant
from esav_soap.usecases.jeu_de_test.memoire import Memoire
from esav_soap.usecases.jeu_de_test.reponses import OPERATEUR, RETENUS, ReponseAttendue, normaliser
from esav_soap.usecases.ports.depots import Signalisations
from esav_soap.usecases.ports.rendez_vous import AgendaRendezVous
from esav_soap.usecases.presentation import etat, fault, heure
from esav_soap.usecases.presentation_rendez_vous import liste_rendez_vous, plages_libres, rendez_vous_rendu
from esav_soap.usecases.rendez_vous import Cible, RendezVous, Souhait
from esav_soap.usecases.suivi import BaseSuivi, Suivi

#: A Monday, at 10:00 in Paris.
INSTANT = datetime(2026, 1, 5, 9, tzinfo=UTC)
#: What the last answer that had such an element said: what a placeholder in a message stands for.
_RETENUS = {nom: re.compile(rf"<ws:{nom}>([^<]*)".encode()) for nom in RETENUS}

Champs = Mapping[str, str]


@cache
def _schema(service: str) -> etree.XMLSchema:
    return compiler_schema(fichiers_schemas(contrat(service)), f"{service}.xsd")


class ServiceSuivi:
    """The services ``suivi`` and ``rendez-vous`` for one opérateur, in memory."""

    def __init__(self, version: str, offres: Mapping[str, Offre]) -> None:
        self._version = version
        self._offres = offres
        self._alea = Random(f"{version} suivi")  # noqa: S311 - numbers that are replaced by a placeholder
        self._appelant = Appelant(PLATEFORME, OPERATEUR)
        self._memoire = Memoire(PLATEFORME, OPERATEUR, tuple(offres), INSTANT)
        # Of their ports the use cases that are called here want no more than the memory has.
        signalisations = cast(Signalisations, self._memoire)
        self._suivi = Suivi(signalisations, cast(BaseSuivi, self._memoire), lambda une: une)
        self._rendez_vous = RendezVous(
            cast(AgendaRendezVous, self._memoire),
            signalisations,
            lambda _plateforme, code, _version, _instant: offres[code],
            self._alea.randbytes,
            fermeture_essai,
        )
        self._retenus: dict[str, str] = {}
        self._operations: Mapping[str, Callable[[Champs], Any]] = {
            "consulterEtat": lambda champs: etat(self._trouver(champs)),
            "listerSignalisations": self._lister,
            "listerEvenements": self._evenements,
            "completerSignalisation": self._completer,
            "demanderCloture": lambda champs: self._agir(Action.DEMANDER_CLOTURE, champs),
            "contesterCloture": lambda champs: self._agir(Action.CONTESTER, champs),
            "rechercherPlages": self._rechercher,
            "reserverRendezVous": self._reserver,
            "confirmerRendezVous": self._confirmer,
            "consulterRendezVous": self._consulter,
            "modifierRendezVous": self._modifier,
            "annulerRendezVous": self._annuler,
        }

    def deposer(self, reference: str, identifiant: str, offre: str) -> None:
        """A signalisation that ``depot`` has accepted."""
        numero = tirer(self._alea.randbytes(OCTETS))
        self._memoire.deposer(numero, reference, identifiant, offre, self._version)

    def devenir(self, reference: str, atteint: Etat) -> ReponseAttendue:
        """What ``consulterEtat`` answers of it once a scenario has brought it to that state."""
        suivie = self._memoire.par_reference(PLATEFORME, OPERATEUR, reference)
        assert suivie is not None
        valeur = etat(suivie)
        valeur.etat, valeur.libelleEtat = atteint.name, atteint.value
        return self._ecrire("suivi", "consulterEtat", valeur)

    def appeler(self, service: str, operation: str, champs: Champs) -> ReponseAttendue:
        """What is answered to a request, whose values may have placeholders; what it does is remembered."""
        vrais = {nom: self._remplacer(valeur) for nom, valeur in champs.items()}
        structure = requetes(service, None)[operation]
        try:
            erreurs = controler_requete(requete(operation, vrais), structure, _schema(service))
            if erreurs:
                raise FormulaireInvalide(erreurs)
            return self._ecrire(service, operation, self._operations[operation](vrais))
        except ErreurEsav as refus:
            octets = ecrire_fault(fault(refus, "0" * 16))
            return ReponseAttendue(500, normaliser(octets, service), refus.code, refus.erreurs)

    def _ecrire(self, service: str, operation: str, valeur: Any) -> ReponseAttendue:
        octets = ecriture_reponse(operation, REPONSES[operation], NS_SOAP_11)(valeur)
        for nom, motif in _RETENUS.items():
            for dit in motif.findall(octets)[-1:]:
                self._retenus[nom] = dit.decode()
        return ReponseAttendue(200, normaliser(octets, service))

    def _remplacer(self, valeur: str) -> str:
        for nom, joker in RETENUS.items():
            valeur = valeur.replace(joker, self._retenus.get(nom, joker))
        return valeur

    # suivi

    def _trouver(self, champs: Champs) -> Signalisation:
        return self._suivi.trouver(self._appelant, None, champs["referenceOperateur"])

    def _completer(self, champs: Champs) -> Any:
        reference, texte = champs["referenceOperateur"], champs["commentaire"]
        return etat(self._suivi.completer(self._appelant, None, reference, texte, INSTANT))

    def _agir(self, action: Action, champs: Champs) -> Any:
        commande = Commande(action, Cote.OPERATEUR, commentaire=champs.get("commentaire", ""))
        return etat(self._suivi.agir(self._appelant, None, champs["referenceOperateur"], commande, INSTANT))

    def _lister(self, champs: Champs) -> Any:
        """The last deposit on an ordinary test prestation, and that there are others."""
        resume = r.ResumeSignalisation(
            numeroSignalisation="0",
            referenceOperateur="0",
            etat=Etat.EN_DEPOT.name,
            libelleEtat=Etat.EN_DEPOT.value,
            identifiantPrestation=champs["identifiantPrestation"],
            offre=champs["offre"],
            dateHeureDepot=heure(INSTANT),
        )
        return r.ListeSignalisations(signalisation=[resume], curseurSuivant="suite", avertissement=[])

    def _evenements(self, _champs: Champs) -> Any:
        """An event, whichever is the opérateur's first, and that there are others."""
        un = r.EvenementSuivi(
            rang="1",
            numeroSignalisation="0",
            referenceOperateur="0",
            dateHeure=heure(INSTANT),
            etat=Etat.EN_DEPOT.name,
            libelleEtat=Etat.EN_DEPOT.value,
            auteur=Cote.OPERATEUR.name,
        )
        return r.ListeEvenements(evenement=[un], curseur="1", encore=True, avertissement=[])

    # rendez-vous

    def _rechercher(self, champs: Champs) -> Any:
        genre = TypeRendezVous[champs["genre"]]
        return plages_libres(self._rendez_vous.rechercher(self._appelant, _cible(champs), genre, INSTANT))

    def _reserver(self, champs: Champs) -> Any:
        genre = TypeRendezVous[champs["genre"]]
        decision = self._rendez_vous.reserver(self._appelant, _cible(champs), genre, _souhait(champs), INSTANT)
        return rendez_vous_rendu(decision)

    def _confirmer(self, champs: Champs) -> Any:
        return rendez_vous_rendu(self._rendez_vous.confirmer(self._appelant, champs["numeroRendezVous"], INSTANT))

    def _consulter(self, champs: Champs) -> Any:
        return liste_rendez_vous(self._rendez_vous.lister(self._appelant, _cible(champs), INSTANT))

    def _modifier(self, champs: Champs) -> Any:
        numero = champs["numeroRendezVous"]
        return rendez_vous_rendu(self._rendez_vous.modifier(self._appelant, numero, _souhait(champs), INSTANT))

    def _annuler(self, champs: Champs) -> Any:
        return rendez_vous_rendu(self._rendez_vous.annuler(self._appelant, champs["numeroRendezVous"], INSTANT))


def requete(operation: str, champs: Champs) -> etree._Element:
    """The request with these fields, in their order."""
    racine = etree.Element(f"{{{NS_WS}}}{operation}", nsmap={"ws": NS_WS})
    for nom, valeur in champs.items():
        etree.SubElement(racine, f"{{{NS_WS}}}{nom}").text = valeur
    return racine


def _cible(champs: Champs) -> Cible:
    return Cible(None, champs.get("referenceOperateur"), champs.get("identifiantPrestation"))


def _souhait(champs: Champs) -> Souhait:
    ferme = champs.get("ferme") == "true"
    return Souhait(champs["referenceRendezVous"], date.fromisoformat(champs["jour"]), Plage[champs["plage"]], ferme)
