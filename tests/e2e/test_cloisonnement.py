"""Nobody reaches another's data: what is someone else's is answered like what does not exist, to the byte (R3.7).

Every operation of every service is tried, so an operation that is added without a case here fails.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import product
from uuid import uuid4

import pytest
from _pytest.mark import ParameterSet
from lxml import etree

from esav_soap.contract.services import SERVICES
from esav_soap.model import TypeRendezVous
from esav_soap.rendez_vous import Capacite, Plage
from esav_soap.signalisation import Prestation
from esav_soap.signalisation.numero import OCTETS, tirer
from esav_soap.store import ouvrir
from tests.e2e.serveur import ServeurReel
from tests.e2e.soap import Reponse, appeler, depot, enveloppe, poster, requete

VERSION = "2026.2"
OFFRE = "ACCES_FTTH"
#: Of OPA's appointments; far enough for any delay.
JOUR = (datetime.now(UTC) + timedelta(days=30)).date()
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
    rendez_vous: str
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


def _consulter(operation: str, *, prestation: bool = False, **suite: str) -> Callable[[Objets], Iterator[Essai]]:
    """Names a signalisation; ``prestation``: or a prestation. ``suite``: what the request has besides."""

    def essais(objets: Objets) -> Iterator[Essai]:
        nombre = tirer(secrets.token_bytes(OCTETS))
        for cle, autrui, personne in (
            ("numeroSignalisation", objets.numero, nombre),
            ("numeroSignalisation", objets.numero.lower(), nombre.lower()),
            ("referenceOperateur", objets.reference, _neuve()),
        ):
            vise, vide = requete(operation, **{cle: autrui}, **suite), requete(operation, **{cle: personne}, **suite)
            yield Essai(vise, vide, "SIGNALISATION_INCONNUE")
        if prestation:
            vise = requete(operation, identifiantPrestation=objets.prestation, **suite)
            vide = requete(operation, identifiantPrestation=f"P-{uuid4().hex[:12]}", **suite)
            yield Essai(vise, vide, "PRESTATION_INCONNUE")

    return essais


def _rendez_vous(operation: str, **suite: str) -> Callable[[Objets], Iterator[Essai]]:
    """Names an appointment by its number."""

    def essais(objets: Objets) -> Iterator[Essai]:
        vise = requete(operation, numeroRendezVous=objets.rendez_vous, **suite)
        vide = requete(operation, numeroRendezVous=tirer(secrets.token_bytes(OCTETS)), **suite)
        yield Essai(vise, vide, "RENDEZ_VOUS_INCONNU")

    return essais


def _consulter_rendez_vous(objets: Objets) -> Iterator[Essai]:
    yield from _consulter("consulterRendezVous")(objets)
    yield from _rendez_vous("consulterRendezVous")(objets)


def _reserver(objets: Objets) -> Iterator[Essai]:
    """Also under the reference that OPA gave to its own appointment."""
    for reference in (_neuve(), objets.reference):
        suite = {"referenceRendezVous": reference, "genre": "SAV", "jour": JOUR.isoformat(), "plage": "MATIN"}
        yield from _consulter("reserverRendezVous", prestation=False, **suite)(objets)


def _lister(operation: str) -> Callable[[Objets], Iterator[Essai]]:
    """A list of the caller's own: the same whatever of another's a filter or a cursor names."""

    def essais(objets: Objets) -> Iterator[Essai]:
        def curseur(numero: str) -> str:
            return f"2999-12-31T23:59:59.000000+00:00/{numero}"

        demande = requete(operation)
        yield Essai(demande, demande, None)
        if operation == "listerSignalisations":
            autrui = requete(operation, identifiantPrestation=objets.prestation)
            yield Essai(autrui, requete(operation, identifiantPrestation=f"P-{uuid4().hex[:12]}"), None)
        if operation != "listerEvenements":
            autrui = requete(operation, curseur=curseur(objets.numero))
            yield Essai(autrui, requete(operation, curseur=curseur(tirer(secrets.token_bytes(OCTETS)))), None)

    return essais


def _au_fournisseur(operation: str) -> Callable[[Objets], Iterator[Essai]]:
    """Not for opérateurs, whether what it names is there, another's or the caller's own."""

    def essais(objets: Objets) -> Iterator[Essai]:
        for nom, autrui in (
            ("numeroSignalisation", objets.numero),
            ("numeroRendezVous", objets.rendez_vous),
            ("operateur", "OPA"),
        ):
            inexistant = tirer(secrets.token_bytes(OCTETS))
            yield Essai(
                requete(operation, **{nom: autrui}), requete(operation, **{nom: inexistant}), "DROIT_INSUFFISANT"
            )

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
    "listerSignalisations": _lister("listerSignalisations"),
    "consulterHistorique": _lister("consulterHistorique"),
    "listerEvenements": _lister("listerEvenements"),
    "completerSignalisation": _consulter("completerSignalisation", commentaire="Un mot."),
    "demanderCloture": _consulter("demanderCloture"),
    "contesterCloture": _consulter("contesterCloture", commentaire="Un mot."),
    "rechercherPlages": _consulter("rechercherPlages", prestation=True, genre="SAV"),
    "reserverRendezVous": _reserver,
    "confirmerRendezVous": _rendez_vous("confirmerRendezVous"),
    "consulterRendezVous": _consulter_rendez_vous,
    "modifierRendezVous": _rendez_vous(
        "modifierRendezVous", referenceRendezVous="R-AUTRE", jour=JOUR.isoformat(), plage="APRES_MIDI"
    ),
    "annulerRendezVous": _rendez_vous("annulerRendezVous"),
    **{operation: _au_fournisseur(operation) for operation in SERVICES["sav"]},
    "diagnostiquerConnexion": _public("diagnostiquerConnexion"),
    "listerVersions": _public("listerVersions"),
    "telechargerPack": _public("telechargerPack", version=VERSION),
    "simulerPublication": _reserve("simulerPublication", "pack", "UEsDBA==", "UEsDBB=="),
    "annoncerVersion": _reserve("annoncerVersion", "pack", "UEsDBA==", "UEsDBB=="),
    "retirerAnnonce": _reserve("retirerAnnonce", "version", VERSION, "2099.1"),
}


def _d_opa(serveur: ServeurReel) -> tuple[str, str, str]:
    """OPA deposits in production, on a prestation that it has nowhere else, and has an appointment, under the same reference:
    its reference and both numbers."""
    reference = _neuve()
    demande = depot(VERSION, OFFRE, reference, prestation="OPA-CLOISON")
    accuse = appeler(serveur.url, f"production/ws/1/depot/{VERSION}", demande)
    assert accuse.refus is None, accuse.octets
    slot = {"genre": "SAV", "jour": JOUR.isoformat(), "plage": "MATIN", "ferme": "true"}
    demande = requete("reserverRendezVous", referenceOperateur=reference, referenceRendezVous=reference, **slot)
    pris = appeler(serveur.url, "production/ws/1/rendez-vous", demande)
    assert pris.refus is None, pris.octets
    return reference, accuse.texte("numeroSignalisation") or "", pris.texte("numeroRendezVous") or ""


@pytest.fixture(scope="module")
def d_opa(serveur: ServeurReel) -> tuple[str, str, str]:
    places = [
        Capacite("production", "CLOISON", TypeRendezVous.SAV, JOUR, plage, 100_000)
        for plage in (Plage.MATIN, Plage.APRES_MIDI)
    ]
    with ouvrir(serveur.store) as magasin:
        magasin.importer([Prestation("production", "OPA", "OPA-CLOISON", OFFRE, zone="CLOISON")])
        assert not magasin.importer_capacites(list(enumerate(places, 2)), datetime.now(UTC)).problemes
    return _d_opa(serveur)


def _vu(serveur: ServeurReel, reponse: Reponse) -> tuple[object, ...]:
    """All that a caller gets, and what the log says of it, but for the id of the request and the times."""
    entetes = {nom: valeur for nom, valeur in reponse.entetes.items() if nom not in _ENTETES_CHANGEANTS}
    identifiant = reponse.entetes["X-Request-Id"]
    journal = serveur.journal.read_text(encoding="utf-8").splitlines()
    # The number of a new deposit is drawn; sizes and time come last.
    miennes = [ligne.partition(identifiant)[2] for ligne in journal if identifiant in ligne]
    traces = [re.split(" numero=| octets_recus=", ligne)[0] for ligne in miennes]
    assert traces, "each request has its line"
    return reponse.statut, entetes, _CHANGEANT.sub(rb"\1", reponse.octets), traces


@pytest.mark.exigence("R3.7", "R6.1")
def test_chaque_operation_a_son_cas__ok() -> None:
    assert {operation for operations in SERVICES.values() for operation in operations} == set(CAS)


def _qui_essaie_quoi() -> Iterator[ParameterSet]:
    """Every operation, whoever tries, by either SOAP; by the other one it is ``long``, as both are read by the same code."""
    operations = [(service, operation) for service, noms in SERVICES.items() for operation in noms]
    for rang, (un, (operateur, plateforme)) in enumerate(product(operations, CURIEUX)):
        for soap in ("1.1", "1.2"):
            marques = [] if soap == ("1.1", "1.2")[rang % 2] else [pytest.mark.long]
            yield pytest.param(*un, operateur, plateforme, soap, marks=marques)


@pytest.mark.exigence("R3.7", "R6.1")
@pytest.mark.parametrize(("service", "operation", "operateur", "plateforme", "soap"), list(_qui_essaie_quoi()))
def test_ce_qui_est_a_un_autre_n_existe_pas__ok(
    serveur: ServeurReel,
    d_opa: tuple[str, str, str],
    service: str,
    operation: str,
    operateur: str,
    plateforme: str,
    soap: str,
) -> None:
    # One of its own for each test: a reference can be taken by the curious as well.
    reference, numero, rendez_vous = _d_opa(serveur)
    objets = Objets("OPA-CLOISON", reference, numero, rendez_vous, operateur)
    chemin = f"{plateforme}/ws/1/{service}" + (f"/{VERSION}" if service == "depot" else "")
    essais = list(CAS[operation](objets))
    assert essais
    for essai in essais:
        autrui = appeler(serveur.url, chemin, essai.autrui, soap=soap, operateur=operateur)
        _d_opa(serveur)
        personne = appeler(serveur.url, chemin, essai.personne, soap=soap, operateur=operateur)
        assert autrui.refus == essai.refus, autrui.octets
        assert _vu(serveur, autrui) == _vu(serveur, personne)
        for secret in (*d_opa, numero, reference, rendez_vous, "OPA-CLOISON"):
            assert secret.encode() not in autrui.octets
        if operateur != "OPA":
            assert b">OPA<" not in autrui.octets


@pytest.mark.exigence("R3.7")
def test_rien_n_a_touche_a_ce_qui_est_a_l_autre__ok(serveur: ServeurReel, d_opa: tuple[str, str, str]) -> None:
    """After all that, OPA's signalisation and appointment are as they were, and their owner reaches them."""
    reference, numero, rendez_vous = d_opa
    for cle, valeur in (("numeroSignalisation", numero), ("referenceOperateur", reference)):
        detail = appeler(serveur.url, "production/ws/1/suivi", requete("consulterDetail", **{cle: valeur}))
        assert (detail.texte("numeroSignalisation"), detail.texte("identifiant")) == (numero, "OPA-CLOISON")
        assert detail.textes("action") == ["DEPOSER", "PRENDRE_RENDEZ_VOUS"]
    demande = requete("consulterRendezVous", numeroRendezVous=rendez_vous)
    lu = appeler(serveur.url, "production/ws/1/rendez-vous", demande)
    assert (lu.texte("etat"), lu.texte("numeroSignalisation")) == ("CONFIRMEE", numero)


@pytest.mark.exigence("R3.7", "R6.1")
@pytest.mark.parametrize("soap", ["1.1", "1.2"])
def test_le_sav_d_une_plate_forme_ne_voit_pas_l_autre__ok(
    serveur: ServeurReel, d_opa: tuple[str, str, str], soap: str
) -> None:
    """The address says which platform: what is on the other one is answered as what is nowhere."""
    _, numero, rendez_vous = d_opa
    inconnu = tirer(secrets.token_bytes(OCTETS))
    cas = [
        ("consulterFiche", "numeroSignalisation", numero, {}, "SIGNALISATION_INCONNUE"),
        ("traiterSignalisation", "numeroSignalisation", numero, {"action": "QUALIFIER"}, "SIGNALISATION_INCONNUE"),
        ("decommanderRendezVous", "numeroRendezVous", rendez_vous, {}, "RENDEZ_VOUS_INCONNU"),
        (
            "reporterRendezVous",
            "numeroRendezVous",
            rendez_vous,
            {"referenceRendezVous": "R-AUTRE", "jour": JOUR.isoformat(), "plage": "APRES_MIDI"},
            "RENDEZ_VOUS_INCONNU",
        ),
    ]
    for operation, cle, autrui, suite, refus in cas:
        vise, vide = (
            _au_sav(serveur, requete(operation, **{cle: valeur}, **suite), soap) for valeur in (autrui, inconnu)
        )
        assert vise.refus == refus
        assert _vu(serveur, vise) == _vu(serveur, vide)
    file = _au_sav(serveur, requete("listerFile", maximum="200"), soap)
    assert file.refus is None
    assert numero.encode() not in file.octets
    fiche = _au_sav(serveur, requete("consulterFiche", numeroSignalisation=numero), soap, "production")
    assert (fiche.texte("numeroSignalisation"), fiche.texte("operateur")) == (numero, "OPA")


def _au_sav(serveur: ServeurReel, demande: etree._Element, soap: str, plateforme: str = "integration") -> Reponse:
    adresse = f"{serveur.url}/{plateforme}/ws/1/sav"
    entetes = {"X-Esav-Role": "FOURNISSEUR"}
    return poster(adresse, enveloppe(demande, soap), operateur="SI-SAV", soap=soap, entetes=entetes)


@pytest.mark.exigence("R3.5", "R3.7")
def test_listes_et_evenements_ne_tiennent_que_les_siens__ok(serveur: ServeurReel, d_opa: tuple[str, str, str]) -> None:
    """Whoever reads everything to the end reads its own alone, and all of it; the same references in each hand."""
    vus: dict[tuple[str, str], set[str]] = {}
    siens: dict[tuple[str, str], set[str]] = {}
    reference = _neuve()
    for plateforme in ("production", "integration"):
        for operateur in ("OPA", "OPB"):
            demande = depot(VERSION, OFFRE, reference, operateur=operateur)
            accuse = appeler(serveur.url, f"{plateforme}/ws/1/depot/{VERSION}", demande, operateur=operateur)
            siens[operateur, plateforme] = {accuse.texte("numeroSignalisation") or ""}
    for (operateur, plateforme), numeros in siens.items():
        toutes = vus[operateur, plateforme] = set()
        for operation in ("listerSignalisations", "consulterHistorique", "listerEvenements"):
            lus: set[str] = set()
            for page in _pages(serveur, operation, plateforme, operateur):
                lus |= set(page.textes("numeroSignalisation"))
            toutes |= lus
            assert numeros <= lus or operation == "consulterHistorique"
    for cle, numeros in vus.items():
        for autre, autres in vus.items():
            assert cle == autre or not numeros & autres
    assert d_opa[1] in vus["OPA", "production"]


def _pages(serveur: ServeurReel, operation: str, plateforme: str, operateur: str) -> Iterator[Reponse]:
    curseur: dict[str, str] = {}
    while True:
        demande = requete(operation, **curseur, maximum="50")
        page = appeler(serveur.url, f"{plateforme}/ws/1/suivi", demande, operateur=operateur)
        assert page.refus is None, page.octets
        yield page
        suite = page.texte("curseur" if operation == "listerEvenements" else "curseurSuivant")
        if suite is None or page.texte("encore") == "false":
            return
        curseur = {"curseur": suite}
