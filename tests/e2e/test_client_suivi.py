"""The reference client follows signalisations of a real server: lists, events, what an opérateur does; the SAV acts meanwhile."""

from __future__ import annotations

import json
import os
import signal
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Event
from typing import Any
from uuid import uuid4

import pytest

from esav_soap.client import ClientEsav, Contact, RefusEsav
from esav_soap.signalisation import Action, Prestation
from esav_soap.store import ouvrir
from tests.e2e.fourche import lancer
from tests.e2e.serveur import DELAI_S, ServeurReel
from tests.e2e.soap import RACINE
from tests.e2e.technicien import agir, clore, commande, geler
from tests.e2e.test_client import PANNE, relais

LEA = Contact("Léa Martin", "02 99 00 00 00")


@pytest.fixture(scope="module")
def operateur(serveur: ServeurReel) -> str:
    """An opérateur of this module alone, so that what it has deposited is known."""
    code = f"S{uuid4().hex[:8].upper()}"
    with ouvrir(serveur.store) as magasin:
        magasin.importer(
            Prestation(plateforme, code, f"P-{rang}", "ACCES_FTTH", garantie="GTR_4H_S2")
            for plateforme in ("production", "integration")
            for rang in (1, 2)
        )
    return code


@pytest.fixture(scope="module", params=["production", "integration"])
def esav(serveur: ServeurReel, operateur: str, request: pytest.FixtureRequest) -> Iterator[ClientEsav]:
    with ClientEsav(serveur.url, request.param, operateur=operateur) as client:
        yield client


def deposer(esav: ClientEsav, prestation: str = "P-1") -> str:
    accuse = esav.deposer(prestation, PANNE, LEA, offre="ACCES_FTTH")
    return str(accuse.numeroSignalisation)


def actions(esav: ClientEsav, numero: str) -> list[tuple[str, str, str]]:
    return [(e.action, e.etat, e.auteur) for e in esav.detail(numero).evenement]


@pytest.mark.exigence("R3.4", "R3.5", "R3.6", "R9")
def test_du_gel_a_la_contestation__ok(serveur: ServeurReel, esav: ClientEsav) -> None:
    numero = deposer(esav)
    agir(serveur.store, numero, commande(Action.QUALIFIER), commande(Action.PRENDRE, "Entre nous"))
    geler(serveur.store, numero, "Gardien absent.")
    gel = esav.detail(numero)
    dernier = gel.evenement[-1]
    assert (dernier.action, dernier.attendu, dernier.libelleAttendu != "", dernier.commentaire) == (
        *("GELER", "ACCES_SITE", True, "Gardien absent."),
    )
    assert (gel.garantie, gel.garantieTenue) == ("GTR_4H_S2", None)
    assert esav.suivi.completer(numero, commentaire="Gardien prévenu.").etat == "EN_COURS"
    assert esav.suivi.completer(numero, commentaire="Digicode 4521B.").etat == "EN_COURS"
    assert esav.suivi.demander_cloture(numero, commentaire="Revenu.").etat == "EN_COURS"
    codes = {"cause": "JARRETIERE", "responsabilite": "FOURNISSEUR"}
    with pytest.raises(RefusEsav) as refus:
        esav.suivi.contester_cloture(numero, commentaire="Pas encore close.")
    assert refus.value.code == "TRANSITION_INTERDITE"
    clore(serveur.store, numero)
    assert esav.suivi.contester_cloture(numero, commentaire="Toujours aucun signal.").etat == "EN_COURS"
    faits = actions(esav, numero)
    assert [action for action, _, _ in faits] == [
        *(
            "DEPOSER",
            "QUALIFIER",
            "PRENDRE",
            "GELER",
            "COMPLETER",
            "COMMENTER",
            "DEMANDER_CLOTURE",
            "CLORE",
            "CONTESTER",
        ),
    ]
    assert {auteur for action, _, auteur in faits if action in ("COMPLETER", "CONTESTER")} == {"OPERATEUR"}
    cloture = next(e for e in esav.detail(numero).evenement if e.action == "CLORE")
    assert {"cause": cloture.cause, "responsabilite": cloture.responsabilite} == codes
    assert "Rivière" not in repr(esav.detail(numero))


@pytest.mark.exigence("R3.6", "R9")
def test_reponses_perdues__fait_une_seule_fois(serveur: ServeurReel, operateur: str) -> None:
    """Each answer is lost on the way back, and the client sends the same again."""
    with ClientEsav(serveur.url, operateur=operateur) as esav:
        numero = deposer(esav)
    geler(serveur.store, numero)
    for appel in ("completer", "completer", "demander_cloture"):
        with (
            relais(serveur.url) as url,
            ClientEsav(url, operateur=operateur, adresse_directe=True, pause=lambda _: None) as esav,
        ):
            fait = getattr(esav.suivi, appel)(numero, commentaire=f"{appel}.")
            assert fait.etat == "EN_DEPOT"
            faits = [action for action, _, _ in actions(esav, numero)]
    # The second answer is the same again, word for word: it is done already.
    assert faits == ["DEPOSER", "GELER", "COMPLETER", "DEMANDER_CLOTURE"]


@pytest.mark.exigence("R3.5", "R9")
def test_listes__filtres_et_pages(serveur: ServeurReel, esav: ClientEsav) -> None:
    debut = datetime.now(UTC)
    numeros = [deposer(esav, "P-2") for _ in range(5)]
    clore(serveur.store, numeros[0], Action.QUALIFIER)
    toutes = [s.numeroSignalisation for s in esav.suivi.toutes(prestation="P-2", depuis=debut)]
    assert toutes == numeros[::-1], "the newest first"
    page = esav.suivi.lister(prestation="P-2", depuis=debut, maximum=2)
    suite = esav.suivi.lister(prestation="P-2", depuis=debut, maximum=2, curseur=page.curseurSuivant)
    assert [s.numeroSignalisation for s in (*page.signalisation, *suite.signalisation)] == numeros[:0:-1]
    closes = list(esav.suivi.toutes(etats=["CLOS"], depuis=debut))
    assert [(s.numeroSignalisation, s.dateHeureCloture is not None) for s in closes] == [(numeros[0], True)]
    assert esav.suivi.lister(avant=debut - timedelta(days=1)).signalisation == []
    assert numeros[0] in [s.numeroSignalisation for s in esav.suivi.tout_historique()]
    assert not set(numeros[1:]) & {s.numeroSignalisation for s in esav.suivi.historique(maximum=200).signalisation}
    with pytest.raises(RefusEsav) as refus:
        esav.suivi.lister(etats=["PERDU"])
    assert {"EN_COURS", "CLOS"} <= set(refus.value.erreurs[0].valeurs_admises)


@pytest.mark.exigence("R3.5", "R9")
def test_evenements__chacun_une_fois_dans_l_ordre(serveur: ServeurReel, esav: ClientEsav) -> None:
    depart = None
    for page in esav.suivi.pages_evenements(attendre=lambda _: True):
        depart = page.curseur
    numero, arret = deposer(esav), Event()
    geler(serveur.store, numero)
    recus: list[Any] = []
    for recu in esav.suivi.suivre_evenements(depart, pause=0, attendre=arret.wait):
        recus.append(recu)
        match recu.evenement.action:
            case "GELER":
                esav.suivi.completer(numero, commentaire="Vu.")
            case "COMPLETER":
                arret.set()
    assert [(r.evenement.action, r.evenement.numeroSignalisation) for r in recus] == [
        *(("DEPOSER", numero), ("GELER", numero), ("COMPLETER", numero)),
    ]
    rangs = [int(r.evenement.rang) for r in recus]
    assert rangs == sorted(set(rangs))
    assert esav.suivi.evenements(recus[-1].curseur).evenement == []
    encore = esav.suivi.evenements(depart, maximum=1)
    assert ([e.action for e in encore.evenement], encore.encore) == (["DEPOSER"], True)


@pytest.mark.exigence("R3.5", "R9")
def test_commande_qui_suit__arretee_puis_reprise(serveur: ServeurReel, operateur: str, tmp_path: Path) -> None:
    """A real process is stopped by Ctrl-C, killed, and begun again: every event is printed, in order."""
    numeros = []
    environnement = {**os.environ, "ESAV_URL": serveur.url, "ESAV_OPERATEUR": operateur, "PYTHONPATH": str(RACINE)}
    suivre = ["client", "evenements", "--curseur-dans", "curseur", "--suivre", "--pause", "1", "--format", "json"]
    with ClientEsav(serveur.url, operateur=operateur) as esav:
        *_, derniere = esav.suivi.pages_evenements(attendre=lambda _: True)
        (tmp_path / "curseur").write_text(derniere.curseur, encoding="utf-8")
        vus: list[str] = []
        for fin in (signal.SIGINT, signal.SIGKILL, signal.SIGINT):
            numeros.append(deposer(esav))
            journal = tmp_path / "sortie"
            with journal.open("wb") as sortie:
                lance = lancer(suivre, cwd=tmp_path, env=environnement, sortie=sortie)
                limite = time.monotonic() + DELAI_S
                while numeros[-1] not in journal.read_text(encoding="utf-8"):
                    assert lance.poll() is None
                    assert time.monotonic() < limite
                    time.sleep(0.02)
                lance.send_signal(fin)
                code = lance.wait(DELAI_S)
            assert code == {signal.SIGINT: 130, signal.SIGKILL: -signal.SIGKILL}[fin]
            vus += [json.loads(ligne)["numeroSignalisation"] for ligne in journal.read_text("utf-8").splitlines()]
            curseur = (tmp_path / "curseur").read_text(encoding="utf-8").strip()
            suite = [e.numeroSignalisation for e in esav.suivi.evenements(curseur).evenement]
            assert suite == numeros[len(numeros) - len(suite) :], "what may come again is the end, whole"
    assert list(dict.fromkeys(vus)) == numeros
