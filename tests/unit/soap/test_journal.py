"""The log: one line for each request, under the id that its answer carries, and never a value of a person's."""

from __future__ import annotations

import logging
import re
import sqlite3
from collections.abc import Iterator
from datetime import timedelta

import pytest
from lxml import etree

from esav_soap.journal import Texte, sans_valeurs
from tests.e2e.soap import WS, depot, enveloppe, requete
from tests.faux import INSTANT, FauxNoeud, base_garnie, noeud
from tests.journaux import ecrites, requetes

DEPOT = "/production/ws/1/depot/2026.2"
LIGNE = re.compile(
    r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z INFO esav\.requetes requete=[0-9a-f]{16} methode=(GET|POST|PUT|HEAD) chemin=\S+"
    r" statut=\d{3}( \w+=\S+)* octets_rendus=\d+ duree_ms=\d+\.\d"
)


@pytest.fixture
def vu(caplog: pytest.LogCaptureFixture) -> Iterator[pytest.LogCaptureFixture]:
    with caplog.at_level(logging.DEBUG):
        yield caplog


@pytest.fixture
def service() -> FauxNoeud:
    return noeud(base_garnie())


def secrets(demande: etree._Element) -> list[str]:
    """Every value of a request that is longer than a code could be by chance, and all of the contact's."""
    contact = [str(t) for c in demande.iter(f"{WS}contact") for t in c.itertext() if t.strip()]
    assert len(contact) >= 2
    textes = [str(t) for t in demande.itertext()]
    return contact + [t for t in textes if len(t.strip()) > 8 and not t.startswith("OPA-")]


def envoyer(service: FauxNoeud, demande: etree._Element, chemin: str = DEPOT) -> tuple[str | None, str]:
    reponse = service.appeler(chemin, enveloppe(demande))
    return reponse.refus, reponse.entetes["X-Request-Id"]


def tout(vu: pytest.LogCaptureFixture) -> str:
    return "\n".join(ecrites(vu.records))


@pytest.mark.exigence("R3.1", "R3.7")
def test_une_ligne_par_requete_sous_l_identifiant_de_la_reponse__ok(
    service: FauxNoeud, vu: pytest.LogCaptureFixture
) -> None:
    demandes = [
        (depot("2026.2", "ACCES_FTTH", "J-1"), DEPOT, ("OPA", "deposerSignalisation", "OK")),
        (
            depot("2026.2", "ACCES_FTTH", "J-1", graine=2),
            DEPOT,
            ("OPA", "deposerSignalisation", "REFERENCE_DEJA_UTILISEE"),
        ),
        (
            depot("2026.2", "ACCES_FTTH", "J-2", prestation="X"),
            DEPOT,
            ("OPA", "deposerSignalisation", "PRESTATION_INCONNUE"),
        ),
        (requete("consulterEtat", referenceOperateur="J-1"), "/production/ws/1/suivi", ("OPA", "consulterEtat", "OK")),
        (requete("consulterEtat"), "/production/ws/1/suivi", ("OPA", "consulterEtat", "FORMULAIRE_INVALIDE")),
        (requete("inconnue"), "/production/ws/1/suivi", ("OPA", None, "MESSAGE_MAL_FORME")),
        (requete("x"), "/ailleurs", (None, None, "MESSAGE_MAL_FORME")),
    ]
    for demande, chemin, fin in demandes:
        vu.clear()
        refus, identifiant = envoyer(service, demande, chemin)
        (ligne,) = [Texte().format(r) for r in vu.records]
        assert LIGNE.fullmatch(ligne), ligne
        assert f" requete={identifiant} methode=POST chemin={chemin} " in ligne
        (faits,) = requetes(vu.records)
        assert (faits.get("appelant"), faits.get("operation"), faits["verdict"]) == fin
        assert faits["verdict"] == (refus or "OK")
        assert faits["octets_recus"] == len(enveloppe(demande))
        assert ("numero" in faits) is (fin[2] == "OK")


@pytest.mark.exigence("R3.7")
def test_aucune_valeur_dans_le_journal__ok(service: FauxNoeud, vu: pytest.LogCaptureFixture) -> None:
    """Accepted, refused for each reason, malformed: the caller's values never get into the log."""
    bon = depot("2026.2", "ACCES_FTTH", "J-1")
    faux = depot("2026.2", "ACCES_FTTH", "J-2")
    for noeud_ in list(faux.iter()):
        if not len(noeud_) and "urn:esav:catalogue" in noeud_.tag:
            noeud_.text = f"Jean Dupont, 0699999999, {noeud_.text}"
    demandes = [bon, faux, depot("2026.2", "ACCES_FTTH", "J-3", prestation="X"), depot("2026.2", "FIBRE_NOIRE", "J-1")]
    demandes += [depot("2026.2", "ACCES_FTTH", "J-4", operation="deposerSignalisationGenerique")]
    refus = [envoyer(service, d)[0] for d in demandes]
    assert refus == [None, "FORMULAIRE_INVALIDE", "PRESTATION_INCONNUE", "REFERENCE_DEJA_UTILISEE", None]
    coupe = enveloppe(bon)[:-40]
    assert service.appeler(DEPOT, coupe).refus == "MESSAGE_MAL_FORME"
    journal = tout(vu)
    assert len(journal.splitlines()) == 2 * 6
    for demande in demandes:
        for secret in secrets(demande):
            assert secret not in journal
    assert "Dupont" not in journal


@pytest.mark.exigence("R3.7", "R3.1")
@pytest.mark.parametrize("soap", ["1.1", "1.2"])
def test_une_panne_du_magasin_n_ecrit_pas_les_valeurs__error(
    service: FauxNoeud, vu: pytest.LogCaptureFixture, soap: str
) -> None:
    demande = depot("2026.2", "ACCES_FTTH", "J-1")
    valeurs = secrets(demande)
    cause = sqlite3.OperationalError(f"disk I/O error [parameters: {valeurs}]")
    cause.sqlite_errorname = "SQLITE_IOERR"
    panne = RuntimeError(f"INSERT failed {valeurs}")
    panne.__cause__ = cause
    service.base.pannes = [panne]
    type_ = "text/xml" if soap == "1.1" else "application/soap+xml"
    reponse = service.appeler(DEPOT, enveloppe(demande, soap), type_contenu=type_)
    assert (reponse.refus, reponse.statut) == ("ERREUR_INTERNE", 500)
    identifiant = reponse.entetes["X-Request-Id"]
    assert reponse.texte("requete") == identifiant
    journal = tout(vu)
    for secret in valeurs:
        assert secret not in journal
        assert secret.encode() not in reponse.octets
    for dit in (identifiant, "builtins.RuntimeError", "sqlite3.OperationalError (SQLITE_IOERR)", "depot.py", "faux.py"):
        assert dit in journal, "the log says what happened and where"
    erreur, ligne = vu.records
    assert (erreur.levelno, ligne.levelno) == (logging.ERROR, logging.INFO)
    assert (erreur.name, ligne.name) == ("esav.erreurs", "esav.requetes")
    (faits,) = requetes(vu.records)
    assert (faits["operation"], faits["verdict"]) == ("deposerSignalisation", "ERREUR_INTERNE")
    vu.clear()
    assert envoyer(service, demande)[0] is None, "the next try is accepted"


@pytest.mark.exigence("R3.1")
def test_une_panne_hors_de_l_operation_a_aussi_sa_reponse__error(
    service: FauxNoeud, vu: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    def panne(*_: object) -> None:
        raise KeyError("Claire Martin 0612345678")

    monkeypatch.setattr(service.registre, "utilisable", panne)
    for soap, type_ in (("1.1", "text/xml"), ("1.2", "application/soap+xml")):
        reponse = service.appeler(DEPOT, enveloppe(depot("2026.2", "ACCES_FTTH", "J"), soap), type_contenu=type_)
        assert (reponse.refus, reponse.statut) == ("ERREUR_INTERNE", 500)
        assert reponse.texte("requete") == reponse.entetes["X-Request-Id"]
        assert reponse.entetes["Content-Type"].startswith(type_)
        assert b"Claire" not in reponse.octets
    assert "Claire" not in tout(vu)
    assert "builtins.KeyError" in tout(vu)


@pytest.mark.exigence("R3.7")
@pytest.mark.parametrize("chemin", ["/a\r\n2026 INFO faux", "/a\tb c", "/\x1b[31m", "/é\u2028", "/" + "x" * 5000])
@pytest.mark.parametrize("methode", ["GET", "POST", "PUT"])
def test_un_chemin_ne_forge_pas_de_ligne__error(
    service: FauxNoeud, vu: pytest.LogCaptureFixture, chemin: str, methode: str
) -> None:
    reponse = service.appeler(chemin, methode=methode)
    (ligne,) = [Texte().format(r) for r in vu.records]
    assert LIGNE.fullmatch(ligne), ligne
    assert len(ligne) < 700
    assert reponse.statut in (404, 405, 500)


@pytest.mark.exigence("R2.4")
def test_en_tetes_de_fin_d_une_version__ok(service: FauxNoeud) -> None:
    for chemin, methode, question, octets in (
        ("/production/ws/1/depot/2026.1", "POST", "", enveloppe(depot("2026.1", "ACCES_FTTH", "J-1"))),
        ("/production/ws/1/depot/2026.1", "GET", "wsdl", b""),
    ):
        finissante = service.appeler(chemin, octets, methode=methode, question=question)
        assert finissante.entetes["Sunset"] == "Sat, 11 Jul 2026 10:00:00 GMT"
        assert finissante.entetes["Deprecation"] == f"@{int((INSTANT - timedelta(days=10)).timestamp())}"
        durable = service.appeler(chemin.replace(".1", ".2"), methode="GET", question="wsdl")
        assert (durable.statut, "Sunset" in durable.entetes) == (200, False)


@pytest.mark.exigence("R3.1")
def test_pile_sans_fin__ok() -> None:
    """A cause that turns in a circle does not hang the log."""
    un, deux = ValueError("secret"), TypeError("secret")
    un.__cause__, deux.__cause__ = deux, un
    assert sans_valeurs(un) == ["builtins.ValueError", "builtins.TypeError"]
    assert sans_valeurs(OSError(28, "No space left")) == ["builtins.OSError (28)"]
