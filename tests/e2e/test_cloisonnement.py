"""Nobody reaches another's data: what is someone else's is answered like what does not exist, to the byte (R3.7).

Every operation of every service is tried, so an operation that is added without a case here fails.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from uuid import uuid4

import pytest
from lxml import etree

from esav_soap.contract.services import SERVICES
from esav_soap.signalisation import Prestation
from esav_soap.signalisation.numero import OCTETS, tirer
from esav_soap.store import ouvrir
from tests.e2e.serveur import ServeurReel
from tests.e2e.soap import WS, Reponse, appeler, depot, requete

VERSION = "2026.2"
OFFRE = "ACCES_FTTH"
#: Who tries, and where: another opérateur, or the same one on the other platform.
CURIEUX = [("OPB", "production"), ("OPB", "integration"), ("OPA", "integration")]
#: What differs between any two answers.
_CHANGEANT = re.compile(rb"(<ws:(requete|dateHeureServeur|dateHeureDepot|numeroSignalisation)>)[^<]*")
_ENTETES_CHANGEANTS = {"Date", "X-Request-Id"}


@dataclass(frozen=True)
class Objets:
    """What OPA has in production, and a caller who tries to reach it."""

    prestation: str
    reference: str
    numero: str
    curieux: str


@dataclass(frozen=True)
class Essai:
    """Two requests that differ in whose object they name: OPA's, or nobody's. ``refus``: what both are answered."""

    autrui: etree._Element
    personne: etree._Element
    refus: str | None


def _neuve() -> str:
    return f"R-{uuid4().hex[:12]}"


def _deposer(operation: str) -> Callable[[Objets], Iterator[Essai]]:
    def essais(objets: Objets) -> Iterator[Essai]:
        def demande(prestation: str, reference: str, offre: str = OFFRE) -> etree._Element:
            return depot(VERSION, offre, reference, operation=operation, prestation=prestation)

        inconnue = f"P-{uuid4().hex[:12]}"
        for offre in (OFFRE, "FIBRE_NOIRE"):  # the form of its Offre, and that of another
            autrui = demande(objets.prestation, _neuve(), offre)
            yield Essai(autrui, demande(inconnue, _neuve(), offre), "PRESTATION_INCONNUE")
        autrui = demande(objets.prestation, objets.reference)  # all of another's deposit, sent again
        yield Essai(autrui, demande(inconnue, _neuve()), "PRESTATION_INCONNUE")
        sienne = f"{objets.curieux}-{OFFRE}-1"
        yield Essai(demande(sienne, objets.reference), demande(sienne, _neuve()), None)

    return essais


def _consulter(operation: str) -> Callable[[Objets], Iterator[Essai]]:
    def essais(objets: Objets) -> Iterator[Essai]:
        nombre = tirer(secrets.token_bytes(OCTETS))
        for cle, autrui, personne in (
            ("numeroSignalisation", objets.numero, nombre),
            ("numeroSignalisation", objets.numero.lower(), nombre.lower()),
            ("referenceOperateur", objets.reference, _neuve()),
        ):
            vise, vide = requete(operation, **{cle: autrui}), requete(operation, **{cle: personne})
            yield Essai(vise, vide, "SIGNALISATION_INCONNUE")

    return essais


def _public(operation: str, **membres: str) -> Callable[[Objets], Iterator[Essai]]:
    """Names no object of an opérateur: the answer is the same whatever OPA does meanwhile."""

    def essais(_: Objets) -> Iterator[Essai]:
        demande = requete(operation, **membres)
        yield Essai(demande, demande, None)

    return essais


def _reserve(operation: str, nom: str, existant: str, inexistant: str) -> Callable[[Objets], Iterator[Essai]]:
    """Not for opérateurs, whatever it names."""

    def essais(_: Objets) -> Iterator[Essai]:
        yield Essai(requete(operation, **{nom: existant}), requete(operation, **{nom: inexistant}), "DROIT_INSUFFISANT")

    return essais


CAS: Mapping[str, Callable[[Objets], Iterator[Essai]]] = {
    **{operation: _deposer(operation) for operation in SERVICES["depot"]},
    "consulterEtat": _consulter("consulterEtat"),
    "consulterDetail": _consulter("consulterDetail"),
    "diagnostiquerConnexion": _public("diagnostiquerConnexion"),
    "listerVersions": _public("listerVersions"),
    "telechargerPack": _public("telechargerPack", version=VERSION),
    "simulerPublication": _reserve("simulerPublication", "pack", "UEsDBA==", "UEsDBB=="),
    "annoncerVersion": _reserve("annoncerVersion", "pack", "UEsDBA==", "UEsDBB=="),
    "retirerAnnonce": _reserve("retirerAnnonce", "version", VERSION, "2099.1"),
}


def _d_opa(serveur: ServeurReel) -> tuple[str, str]:
    """OPA deposits in production, on a prestation that it has nowhere else: its reference and number."""
    reference = _neuve()
    demande = depot(VERSION, OFFRE, reference, prestation="OPA-CLOISON")
    accuse = appeler(serveur.url, f"production/ws/1/depot/{VERSION}", demande)
    assert accuse.refus is None, accuse.octets
    return reference, accuse.texte("numeroSignalisation") or ""


@pytest.fixture(scope="module")
def d_opa(serveur: ServeurReel) -> tuple[str, str]:
    with ouvrir(serveur.store) as magasin:
        magasin.importer([Prestation("production", "OPA", "OPA-CLOISON", OFFRE)])
    return _d_opa(serveur)


def _vu(serveur: ServeurReel, reponse: Reponse) -> tuple[object, ...]:
    """All that a caller gets, and what the log says of it, but for the id of the request and the times."""
    entetes = {nom: valeur for nom, valeur in reponse.entetes.items() if nom not in _ENTETES_CHANGEANTS}
    identifiant = reponse.entetes["X-Request-Id"]
    journal = serveur.journal.read_text(encoding="utf-8").splitlines()
    traces = [ligne.partition(identifiant)[2].split()[:-1] for ligne in journal if identifiant in ligne]
    assert traces, "each request has its line"
    return reponse.statut, entetes, _CHANGEANT.sub(rb"\1", reponse.octets), traces


@pytest.mark.exigence("R3.7", "R6.1")
def test_chaque_operation_a_son_cas__ok() -> None:
    assert {operation for operations in SERVICES.values() for operation in operations} == set(CAS)


@pytest.mark.exigence("R3.7", "R6.1")
@pytest.mark.parametrize("soap", ["1.1", "1.2"])
@pytest.mark.parametrize(("operateur", "plateforme"), CURIEUX)
@pytest.mark.parametrize(
    ("service", "operation"), [(service, operation) for service, noms in SERVICES.items() for operation in noms]
)
def test_ce_qui_est_a_un_autre_n_existe_pas__ok(
    serveur: ServeurReel,
    d_opa: tuple[str, str],
    service: str,
    operation: str,
    operateur: str,
    plateforme: str,
    soap: str,
) -> None:
    reference, numero = _d_opa(serveur)  # one of its own for each test: a reference can be taken by the curious as well
    objets = Objets("OPA-CLOISON", reference, numero, operateur)
    chemin = f"{plateforme}/ws/1/{service}" + (f"/{VERSION}" if service == "depot" else "")
    essais = list(CAS[operation](objets))
    assert essais
    for essai in essais:
        autrui = appeler(serveur.url, chemin, essai.autrui, soap=soap, operateur=operateur)
        _d_opa(serveur)
        personne = appeler(serveur.url, chemin, essai.personne, soap=soap, operateur=operateur)
        assert autrui.refus == essai.refus, autrui.octets
        assert _vu(serveur, autrui) == _vu(serveur, personne)
        for secret in (*d_opa, numero, reference, "OPA-CLOISON"):
            assert secret.encode() not in autrui.octets
        if operateur != "OPA":
            assert b">OPA<" not in autrui.octets


@pytest.mark.exigence("R3.7")
def test_rien_n_a_touche_a_ce_qui_est_a_l_autre__ok(serveur: ServeurReel, d_opa: tuple[str, str]) -> None:
    """After all that, OPA's signalisation is as it was, and its owner reaches it."""
    reference, numero = d_opa
    for cle, valeur in (("numeroSignalisation", numero), ("referenceOperateur", reference)):
        detail = appeler(serveur.url, "production/ws/1/suivi", requete("consulterDetail", **{cle: valeur}))
        assert (detail.texte("numeroSignalisation"), detail.texte("identifiant")) == (numero, "OPA-CLOISON")
        assert len(list(detail.corps.iter(f"{WS}evenement"))) == 1
