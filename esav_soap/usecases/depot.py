"""Deposit of a signalisation: from a checked message to the acknowledgement (R3.1-R3.3, R3.7)."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

from lxml import etree

from esav_soap.errors import CodeErreur, ErreurEsav, FormulaireInvalide
from esav_soap.intake import Avertissement, Verdict, dater, empreinte
from esav_soap.signalisation import Contact, Depot, NouvelleSignalisation
from esav_soap.signalisation.numero import OCTETS, tirer
from esav_soap.signalisation.scenarios import PREFIXE, prestation_essai
from esav_soap.usecases.ports.depots import Depots, NumeroDejaPris
from esav_soap.usecases.registre import Registre


@dataclass(frozen=True, slots=True)
class Appelant:
    """Who calls, and where: decided by the certificate and the address, never by the message."""

    plateforme: str
    operateur: str


@dataclass(frozen=True, slots=True)
class Accuse:
    """The acknowledgement: what is committed, and what the caller should know."""

    depot: Depot
    avertissements: tuple[Avertissement, ...]


def dater_refus(verdict: Verdict, requete: etree._Element, version: str, registre: Registre) -> Verdict:
    """The same refusal, where each error that the version before would not have made says since when it is one (R3.2).

    ``requete``: the refused request, as the check left it. An acceptance comes back untouched, at no cost.
    """
    precedente = registre.precedente(version) if verdict.erreurs else None
    if precedente is None:
        return verdict
    numero, controle = precedente.catalogue.version, precedente.controle
    return replace(verdict, erreurs=dater(verdict.erreurs, requete, version, numero, controle))


def verifier(appelant: Appelant, verdict: Verdict, depots: Depots) -> str:
    """All checks of a deposit but its commit; gives the Offre. Raises :class:`ErreurEsav`.

    A message that is not valid is refused before the parc is looked at, so that its errors come all at once.
    """
    if verdict.erreurs or verdict.offre is None or verdict.entete is None:
        raise FormulaireInvalide(verdict.erreurs)
    prestation = depots.prestation(appelant.plateforme, appelant.operateur, verdict.entete.identifiant_prestation)
    if prestation is None:
        raise _inconnue(appelant.plateforme, verdict.entete.identifiant_prestation, verdict.offre)
    if prestation.offre != verdict.offre:
        raise ErreurEsav(
            CodeErreur.OFFRE_NON_CONFORME,
            f"La prestation relève de l'Offre {prestation.offre}, le formulaire déposé de l'Offre {verdict.offre}. "
            "Employer le formulaire de l'Offre de la prestation.",
        )
    return verdict.offre


def _inconnue(plateforme: str, identifiant: str, offre: str) -> ErreurEsav:
    """Says what to use instead, to who may have taken a prestation of one platform for one of the other.

    The other platform is not looked at: their data are separate, and the answer is the same for what exists nowhere.
    """
    if plateforme == "production" and identifiant.startswith(PREFIXE):
        return ErreurEsav(
            CodeErreur.PRESTATION_INCONNUE,
            f"Les prestations d'essai ({PREFIXE}…) ne sont que sur la plate-forme d'intégration. Employer une prestation de "
            "votre parc.",
        )
    if plateforme == "integration":
        return ErreurEsav(
            CodeErreur.PRESTATION_INCONNUE,
            "Cette prestation n'est pas dans votre parc sur la plate-forme d'intégration, qui n'a pas celui de la production. "
            f"Y employer la prestation d'essai {prestation_essai(offre)}.",
        )
    return ErreurEsav(CodeErreur.PRESTATION_INCONNUE)


def valider(appelant: Appelant, verdict: Verdict, depots: Depots) -> str:
    """Whether :func:`deposer` would accept the message, without storing anything; gives the Offre. Raises the same."""
    offre = verifier(appelant, verdict, depots)
    assert verdict.entete is not None
    deja = depots.depot(appelant.plateforme, appelant.operateur, verdict.entete.reference_operateur)
    if deja is not None and deja.empreinte != empreinte(*verdict.contenu):
        raise ErreurEsav(CodeErreur.REFERENCE_DEJA_UTILISEE)
    return offre


def deposer(
    appelant: Appelant,
    version: str,
    verdict: Verdict,
    depots: Depots,
    instant: datetime,
    alea: Callable[[int], bytes] = secrets.token_bytes,
) -> Accuse:
    """Commit a checked deposit, or give again what its reference already holds (R3.3).

    A retry gets its answer also when the prestation has left the parc since.
    Raises :class:`ErreurEsav`: FORMULAIRE_INVALIDE, PRESTATION_INCONNUE, OFFRE_NON_CONFORME, REFERENCE_DEJA_UTILISEE.
    """
    entete, formulaire = verdict.entete, verdict.formulaire
    signature = empreinte(*verdict.contenu)
    try:
        offre = verifier(appelant, verdict, depots)
    except ErreurEsav:
        deja = entete and depots.depot(appelant.plateforme, appelant.operateur, entete.reference_operateur)
        if verdict.erreurs or not deja or deja.empreinte != signature:
            raise
        return Accuse(deja, verdict.avertissements)
    assert entete is not None
    assert formulaire is not None
    octets = etree.tostring(formulaire, encoding="UTF-8", xml_declaration=False)
    while True:
        nouvelle = NouvelleSignalisation(
            numero=tirer(alea(OCTETS)),
            plateforme=appelant.plateforme,
            operateur=appelant.operateur,
            reference=entete.reference_operateur,
            empreinte=signature,
            prestation=entete.identifiant_prestation,
            offre=offre,
            version_catalogue=version,
            contact=Contact(entete.contact_nom, entete.contact_telephone, entete.contact_courriel),
            formulaire=octets,
            depot_le=instant,
        )
        try:
            depot = depots.deposer(nouvelle)
        except NumeroDejaPris:
            continue  # one chance in 2^50 for each number given before
        break
    if depot.deja_deposee and depot.empreinte != signature:
        raise ErreurEsav(CodeErreur.REFERENCE_DEJA_UTILISEE)
    return Accuse(depot, verdict.avertissements)
