"""What the service answers to a message of the jeu de test: the service's own code, over a parc in memory.

What differs from one call to the next (number, instants, id of the request) is a placeholder; see :func:`normaliser`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from random import Random
from typing import Any

from lxml import etree

from esav_soap.contract.ecriture import ecrire_fault, ecriture_reponse
from esav_soap.contract.services import REPONSES, SERVICES
from esav_soap.errors import CodeAvertissement, CodeErreur, ErreurChamp, ErreurEsav
from esav_soap.intake import Controle, dater
from esav_soap.intake.enveloppe import lire_enveloppe
from esav_soap.names import NS_SOAP_11
from esav_soap.signalisation import Depot, Etat, NouvelleSignalisation, Prestation
from esav_soap.signalisation.scenarios import PLATEFORME
from esav_soap.usecases.depot import Appelant, deposer, valider
from esav_soap.usecases.presentation import accuse, fault, validation

#: Code of the opérateur in the parc of the jeu de test; each opérateur puts its own instead.
OPERATEUR = "ESSAI"
_INSTANT = datetime(2026, 1, 1, tzinfo=UTC)

#: Elements whose content differs from call to call -> the placeholder that stands for it.
JOKERS = {
    nom: f"{{{nom}}}"
    for nom in (
        *("requete", "numeroSignalisation", "dateHeureDepot", "dateHeureEtat", "reessayerApres"),
        *("referenceOperateur", "curseur", "curseurSuivant"),
        *("numeroRendezVous", "referenceRendezVous", "remplace", "remplacePar", "jour"),
        *("dateHeureDebut", "dateHeureFin", "dateHeureReservation", "dateHeureFinTenue", "dateHeureConfirmation"),
    )
}
#: Elements whose content whoever runs the set makes its own, by what it puts before.
REFERENCES = ("referenceOperateur", "referenceRendezVous")
#: What a message has a placeholder for: the content of the last such element that was answered.
RETENUS = {nom: JOKERS[nom] for nom in ("jour", "numeroRendezVous")}
_ISO = "[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]"
_JOUR = "[0-9][0-9]/[0-9][0-9]/[0-9][0-9][0-9][0-9]"
#: Service -> what else differs in its answers: pattern, in words that Python and sed read alike, and what stands for it.
MOTIFS: Mapping[str, tuple[tuple[str, str], ...]] = {
    "suivi": (("<ws:evenement>.*</ws:evenement>", "{evenements}"),),
    "rendez-vous": (
        ("<ws:plageLibre>.*</ws:plageLibre>", "{plagesLibres}"),
        (f"<ws:valeurAdmise>{_ISO}", "<ws:valeurAdmise>{jour}"),
        (f"<ws:valeur>{_ISO} ", "<ws:valeur>{jour} "),
        (f"{_JOUR},", "{jour},"),
        (f"le {_JOUR}", "le {jour}"),
    ),
}
#: Warnings that come and go with the dates of the version and of the caller's certificate: they do not count.
AVERTISSEMENTS_IGNORES = (
    CodeAvertissement.VERSION_BIENTOT_RETIREE.name,
    CodeAvertissement.CERTIFICAT_BIENTOT_EXPIRE.name,
)
_JOKERS = re.compile(rf"(<ws:({'|'.join(JOKERS)})>)[^<]*".encode())
_IGNORE = re.compile(
    (
        f"<ws:avertissement><ws:code>({'|'.join(AVERTISSEMENTS_IGNORES)})</ws:code>"
        "<ws:message>[^<]*</ws:message></ws:avertissement>"
    ).encode()
)


def normaliser(reponse: bytes, service: str = "depot") -> bytes:
    """An answer with placeholders for what differs from call to call: two answers of the same meaning are then equal."""
    normalisee = _JOKERS.sub(lambda m: m[1] + JOKERS[m[2].decode()].encode(), _IGNORE.sub(b"", reponse))
    for motif, joker in MOTIFS.get(service, ()):
        normalisee = re.sub(motif.encode(), joker.encode(), normalisee)
    return normalisee


@dataclass(frozen=True, slots=True)
class ReponseAttendue:
    """``octets``: the SOAP message with its placeholders. ``code``: of the refusal; None for an acceptance."""

    statut: int
    octets: bytes
    code: CodeErreur | None = None
    erreurs: tuple[ErreurChamp, ...] = ()
    avertissements: tuple[str, ...] = ()


class _Memoire:
    """The parc and the signalisations of the jeu de test."""

    def __init__(self) -> None:
        self.offres: dict[str, str] = {}
        self._depots: dict[str, Depot] = {}

    def prestation(self, plateforme: str, operateur: str, identifiant: str) -> Prestation | None:
        offre = self.offres.get(identifiant)
        return Prestation(plateforme, operateur, identifiant, offre) if offre else None

    def deposer(self, nouvelle: NouvelleSignalisation) -> Depot:
        deja = self.depot(nouvelle.plateforme, nouvelle.operateur, nouvelle.reference)
        if deja is not None:
            return deja
        n = nouvelle
        depot = Depot(n.numero, Etat.EN_DEPOT, n.depot_le, n.version_catalogue, n.empreinte, deja_deposee=False)
        self._depots[nouvelle.reference] = depot
        return depot

    def depot(self, plateforme: str, operateur: str, reference: str) -> Depot | None:
        d = self._depots.get(reference)
        return d and Depot(d.numero, d.etat, d.depot_le, d.version_catalogue, d.empreinte, deja_deposee=True)


@dataclass(frozen=True, slots=True)
class Juge:
    """The check of a version, and that of the version before if there is one: refusals tell since when they are such."""

    version: str
    controle: Controle
    precedente: Juge | None = None


class ServiceFeint:
    """The ``depot`` service of a version, for one opérateur, in memory. ``parc``: prestation -> code of its Offre."""

    def __init__(self, juge: Juge, parc: dict[str, str]) -> None:
        self._juge = juge
        self._memoire = _Memoire()
        self._memoire.offres = parc
        self._alea = Random(juge.version)  # noqa: S311 - numbers that are replaced by a placeholder
        self._ecritures = {nom: ecriture_reponse(nom, REPONSES[nom], NS_SOAP_11) for nom in SERVICES["depot"]}

    def appeler(self, message: bytes) -> ReponseAttendue:
        """What is answered to a SOAP message; a deposit that is accepted is remembered."""
        try:
            corps = lire_enveloppe(message, "text/xml; charset=utf-8").corps
            operation = etree.QName(corps).localname
            valeur = self._traiter(operation, corps)
        except ErreurEsav as refus:
            octets = ecrire_fault(fault(refus, "0" * 16))
            return ReponseAttendue(500, normaliser(octets), refus.code, refus.erreurs)
        codes = tuple(a.code for a in valeur.avertissement)
        return ReponseAttendue(200, normaliser(self._ecritures[operation](valeur)), avertissements=codes)

    def juger(self, message: bytes) -> tuple[ErreurChamp, ...]:
        """What is wrong in a message by itself; nothing is remembered."""
        return self._juge.controle.controler(lire_enveloppe(message).corps).erreurs

    def _traiter(self, operation: str, corps: etree._Element) -> Any:
        verdict = self._juge.controle.controler(corps)
        avant = self._juge.precedente
        if verdict.erreurs and avant is not None:
            erreurs = dater(verdict.erreurs, corps, self._juge.version, avant.version, avant.controle)
            verdict = replace(verdict, erreurs=erreurs)
        appelant = Appelant(PLATEFORME, OPERATEUR)
        if operation.startswith("valider"):
            offre = valider(appelant, verdict, self._memoire)
            return validation(offre, self._juge.version, verdict.avertissements)
        rendu = deposer(appelant, self._juge.version, verdict, self._memoire, _INSTANT, self._alea.randbytes)
        return accuse(rendu.depot, rendu.avertissements)
