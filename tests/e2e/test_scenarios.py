"""The test prestations of integration through a real server, on both stores, by a clock that runs fast (R6.3)."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path

import pytest

from esav_soap.calendar import en_paris
from esav_soap.signalisation import Cote, Etat, Prestation
from esav_soap.signalisation.scenarios import Scenario, echeances, etapes, prestation_essai, refus
from esav_soap.store import ouvrir
from esav_soap.usecases.catalogue import Dates
from tests.e2e.horloge import Horloge, partir
from tests.e2e.installation import installer
from tests.e2e.serveur import DELAI_S, ServeurReel, serveur_neuf
from tests.e2e.soap import RACINE, Reponse, appeler, depot, requete
from tests.postgres import Grappe

JOUR = timedelta(days=1)
MINUTE = timedelta(minutes=1)
#: A minute lasts one second.
VITESSE = 60.0
DEPART = datetime(2026, 7, 1, 9, 59, 30, tzinfo=UTC)
VERSION, OFFRE = "2026.2", "FIBRE_NOIRE"
DEPOT = f"integration/ws/1/depot/{VERSION}"
SUIVI = "integration/ws/1/suivi"
#: In the order of the documents.
SUIVIS = tuple(s for s in Scenario if etapes(s))


@dataclass(frozen=True)
class Banc:
    """Two nodes over one store, and their clock."""

    noeuds: list[ServeurReel]
    horloge: Horloge

    def deposer(
        self, scenario: Scenario | None, reference: str, *, noeud: int = 0, plateforme: str = "integration"
    ) -> Reponse:
        demande = depot(VERSION, OFFRE, reference, prestation=prestation_essai(OFFRE, scenario))
        return appeler(self.noeuds[noeud].url, DEPOT.replace("integration", plateforme), demande)

    def detail(self, reference: str, *, noeud: int = 0) -> Reponse:
        demande = requete("consulterDetail", referenceOperateur=reference)
        return appeler(self.noeuds[noeud].url, SUIVI, demande)

    def jusqu_a(self, quoi: Callable[[], bool]) -> None:
        limite = time.monotonic() + DELAI_S
        while not quoi():
            assert time.monotonic() < limite
            time.sleep(0.05)


@pytest.fixture(scope="module", params=["sqlite", pytest.param("postgresql", marks=pytest.mark.long)])
def banc(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Banc]:
    """A version, and no parc at all."""
    dossier = tmp_path_factory.mktemp("scenarios")
    with ExitStack() as pile:
        url = f"sqlite:///{dossier}/esav.db"
        if request.param == "postgresql":
            grappe: Grappe = request.getfixturevalue("postgresql")
            url = pile.enter_context(grappe.base())
        with ouvrir(url) as magasin:
            installer(VERSION, Dates(DEPART - 9 * JOUR), magasin, DEPART)
        horloge = partir(DEPART, VITESSE)
        env = {**horloge.env(), "PYTHONPATH": str(RACINE), "PATH": os.environ["PATH"]}
        noeuds = []
        for rang in range(2):
            sien: Path = dossier / f"noeud-{rang}"
            sien.mkdir()
            noeuds.append(pile.enter_context(serveur_neuf(url, sien, env=env)))
        yield Banc(noeuds, horloge)


@dataclass(frozen=True)
class Suivie:
    """A deposit: sent after ``avant`` and answered before ``apres``, both of the nodes' clock; its first answer."""

    scenario: Scenario
    avant: datetime
    apres: datetime
    accuse: Reponse

    @property
    def reference(self) -> str:
        return f"SUITE-{self.scenario.name}"


@pytest.mark.exigence("R6.3", "R3.4", "R3.5")
def test_chaque_signalisation_suit_son_scenario__ok(banc: Banc) -> None:
    """All at once; some are looked at all the time by many on both nodes, others for the first time at the end."""
    suivies = []
    for scenario in SUIVIS:
        avant = banc.horloge()
        accuse = banc.deposer(scenario, f"SUITE-{scenario.name}")
        suivies.append(Suivie(scenario, avant, banc.horloge(), accuse))
        assert (accuse.refus, accuse.texte("etat"), accuse.texte("dejaDeposee")) == (None, "EN_DEPOT", "false")
    observees = [s for s in suivies if s.scenario in (Scenario.PARCOURS, Scenario.GEL)]
    fin = banc.horloge() + 5 * MINUTE + timedelta(seconds=10)
    with ThreadPoolExecutor(4) as pool:
        vues = [pool.submit(_observer, banc, s, noeud, fin) for s in observees for noeud in range(2)]
        histoires = [vue.result(DELAI_S) for vue in vues]
    assert all(len(etats) > 2 for etats in histoires), "seen on its way"
    for suivie in suivies:
        _juger(suivie, banc.detail(suivie.reference, noeud=1))
        assert banc.detail(suivie.reference).octets.count(b"<ws:evenement>") == len(etapes(suivie.scenario)) + 1
        renvoi = banc.deposer(suivie.scenario, suivie.reference)
        assert renvoi.texte("dejaDeposee") == "true"
        assert renvoi.texte("etat") == etapes(suivie.scenario)[-1].etat.name
        assert renvoi.texte("numeroSignalisation") == suivie.accuse.texte("numeroSignalisation")


def _observer(banc: Banc, suivie: Suivie, noeud: int, fin: datetime) -> set[str]:
    """The states seen until then; each is one that the instant allows."""
    vus = set()
    while banc.horloge() < fin:
        avant = banc.horloge()
        demande = requete("consulterEtat", referenceOperateur=suivie.reference)
        etat = appeler(banc.noeuds[noeud].url, SUIVI, demande).texte("etat")
        apres = banc.horloge()
        possibles = [Etat.EN_DEPOT, *(e.etat for e in etapes(suivie.scenario))]
        # Deposited between ``avant`` and ``apres`` of the deposit: an earliest and a latest rank.
        premier = sum(e.date <= avant for e in echeances(suivie.scenario, suivie.apres))
        dernier = sum(e.date <= apres for e in echeances(suivie.scenario, suivie.avant))
        assert etat in {e.name for e in possibles[premier : dernier + 1]}
        vus.add(etat or "")
    return vus


def _juger(suivie: Suivie, detail: Reponse) -> None:
    """The history is that of the plan, to the second."""
    depot_le = datetime.fromisoformat(detail.texte("dateHeureDepot") or "")
    assert suivie.avant - timedelta(seconds=1) < depot_le <= suivie.apres
    etats, dates = detail.textes("etat"), detail.textes("dateHeure")
    assert etats[1:] == ["EN_DEPOT", *(e.etat.name for e in etapes(suivie.scenario))]
    assert etats[0] == etats[-1]
    assert dates == [
        en_paris(depot_le + m * MINUTE).isoformat() for m in (0, *(e.minutes for e in etapes(suivie.scenario)))
    ]
    assert detail.texte("dateHeureEtat") == dates[-1]
    auteurs = detail.textes("auteur")
    assert auteurs == [Cote.OPERATEUR.name, *(Cote.FOURNISSEUR.name for _ in etapes(suivie.scenario))]
    assert detail.textes("commentaire") == [e.commentaire for e in etapes(suivie.scenario)]
    assert detail.texte("identifiant") == prestation_essai(OFFRE, suivie.scenario)
    assert detail.texte("offre") == OFFRE
    assert suivie.scenario.name in (detail.texte("complement") or "")
    assert detail.texte("extremiteA")
    assert detail.texte("garantie")


@pytest.mark.exigence("R6.3", "R7.2", "R7.3", "R3.3")
@pytest.mark.parametrize(
    ("scenario", "code"), [(Scenario.LIMITE, "LIMITATION_DEBIT"), (Scenario.MAINTENANCE, "MAINTENANCE")]
)
def test_refuse_puis_accepte_a_l_heure_dite__ok(banc: Banc, scenario: Scenario, code: str) -> None:
    """A client that comes back when it was told to is accepted, and what was refused left nothing."""
    vus: set[str] = set()
    limite = time.monotonic() + DELAI_S
    for rang in count():
        reference = f"{scenario.name}-{rang}"
        while True:
            assert time.monotonic() < limite
            avant = banc.horloge()
            recu = banc.deposer(scenario, reference, noeud=rang % 2)
            apres = banc.horloge()
            assert recu.refus in _admis(scenario, avant, apres)
            if recu.refus is None:
                break
            vus.add(recu.refus)
            assert banc.detail(reference).refus == "SIGNALISATION_INCONNUE"
            retour = datetime.fromisoformat(recu.texte("reessayerApres") or "")
            assert retour.second == (30 if scenario is Scenario.LIMITE else 0)
            assert avant < retour <= apres + MINUTE
            banc.jusqu_a(lambda retour=retour: banc.horloge() >= retour)  # type: ignore[misc]
        assert recu.texte("dejaDeposee") == "false"
        assert banc.detail(reference).texte("etat") == "EN_DEPOT"
        if vus:
            break
    assert vus == {code}


def _admis(scenario: Scenario, avant: datetime, apres: datetime) -> set[str | None]:
    """Codes of the refusals that are right between the two, None for an acceptance."""
    instants = [avant + n * timedelta(seconds=5) for n in range((apres - avant) // timedelta(seconds=5) + 1)]
    recus = [refus(scenario, instant) for instant in (*instants, apres)]
    return {recu.code.name if recu else None for recu in recus}


@pytest.mark.exigence("R6.3", "R7.3")
def test_une_panne_n_accepte_rien__error(banc: Banc) -> None:
    for rang in range(3):
        recu = banc.deposer(Scenario.PANNE, "PANNE-1", noeud=rang % 2)
        assert (recu.statut, recu.refus) == (500, "ERREUR_INTERNE")
        assert recu.texte("reessayerApres") is None
    assert banc.detail("PANNE-1").refus == "SIGNALISATION_INCONNUE"


@pytest.mark.exigence("R6.3", "R3.3", "R7.2")
def test_lent_fait_attendre_et_laisse_travailler_les_autres__ok(banc: Banc) -> None:
    with ThreadPoolExecutor(2) as pool:
        debut = time.monotonic()
        lents = [pool.submit(banc.deposer, Scenario.LENT, f"LENT-{n}") for n in range(2)]
        banc.jusqu_a(lambda: all(banc.detail(f"LENT-{n}").refus is None for n in range(2)))
        assert banc.deposer(Scenario.LENT, "LENT-9").refus == "LIMITATION_DEBIT"
        assert banc.detail("LENT-9").refus == "SIGNALISATION_INCONNUE"
        assert banc.deposer(Scenario.LENT, "LENT-0").texte("dejaDeposee") == "true"
        durees = []
        for rang in range(5):
            avant = time.monotonic()
            assert banc.deposer(None, f"VITE-{rang}").refus is None
            durees.append(time.monotonic() - avant)
        assert not any(lent.done() for lent in lents), "all that while they waited"
        rendus = [lent.result(DELAI_S) for lent in lents]
        assert time.monotonic() - debut >= 3
    assert [r.texte("dejaDeposee") for r in rendus] == ["false", "false"]
    assert sum(durees) < 3


@pytest.mark.exigence("R6.3", "R3.7")
def test_la_production_n_en_sait_rien__error(banc: Banc) -> None:
    for scenario in (None, *Scenario):
        recu = banc.deposer(scenario, f"PROD-{scenario}", plateforme="production")
        assert recu.refus == "PRESTATION_INCONNUE", "not even one that refuses"


@pytest.mark.exigence("R6.3", "R3.4")
def test_une_prestation_du_parc_est_ordinaire__ok(banc: Banc) -> None:
    """Imported on either platform, a prestation of such a name goes through no scenario."""
    identifiant = prestation_essai(OFFRE, Scenario.PANNE)
    with ouvrir(banc.noeuds[0].store, creer=False) as magasin:
        magasin.importer(Prestation(p, "OPZ", identifiant, OFFRE, "NRO 35238") for p in ("production", "integration"))
    for plateforme in ("production", "integration"):
        service = f"{plateforme}/ws/1/depot/{VERSION}"
        demande = depot(VERSION, OFFRE, "PARC-1", prestation=identifiant)
        assert appeler(banc.noeuds[0].url, service, demande, operateur="OPZ").refus is None
        detail = requete("consulterDetail", referenceOperateur="PARC-1")
        lu = appeler(banc.noeuds[0].url, f"{plateforme}/ws/1/suivi", detail, operateur="OPZ")
        assert (lu.texte("extremiteA"), lu.texte("complement")) == ("NRO 35238", None)
    assert banc.deposer(Scenario.PANNE, "PARC-1").refus == "ERREUR_INTERNE", "another opérateur has not imported it"
