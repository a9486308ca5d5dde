"""The stores that the follow-up is measured on are what life makes, and every operation is one that succeeds."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from bench import stock as s
from bench.banc import Banc
from bench.messages import catalogue_livre
from bench.operations import OPERATIONS, PAGES
from bench.remplissage import nombre_evenements, remplir
from bench.stock import GRAND, OPERATEURS, PLATEFORME, Stock
from bench.suivi import Mesure, PlanSuivi, exigence, mesurer, mesurer_suivi
from esav_soap.signalisation import Cote, Etat, Signalisation, Visibilite
from esav_soap.signalisation.table import RETOUR, TRANSITIONS
from esav_soap.store import Magasin, ouvrir

NOMBRE = 400


@pytest.fixture(scope="module")
def stock() -> Stock:
    return Stock(NOMBRE, s.instant(), s.formulaires(catalogue_livre()))


@pytest.fixture(scope="module")
def magasin(stock: Stock, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Magasin]:
    url = f"sqlite:///{tmp_path_factory.mktemp('suivi') / 'esav.db'}"
    remplir(url, stock, lambda _: None)
    assert nombre_evenements(url) >= 10 * NOMBRE
    with ouvrir(url) as ouvert:
        yield ouvert


@pytest.mark.exigence("R3.4")
def test_vies_suivent_la_table__ok(stock: Stock, magasin: Magasin) -> None:
    permises = {(t.de, t.action, t.vers) for t in TRANSITIONS}
    etats: Counter[Etat] = Counter()
    titulaires: Counter[str] = Counter()
    for rang in range(NOMBRE):
        lue = magasin.retrouver(stock.numero(rang))
        assert lue is not None
        etats[lue.etat] += 1
        titulaires[lue.operateur] += 1
        assert (lue.reference, lue.etat) == (stock.reference(rang), lue.evenements[-1].etat)
        assert magasin.par_reference(PLATEFORME, lue.operateur, lue.reference) == lue
        avant: Etat | None = None
        for un in lue.evenements:
            vers = None if un.etat is avant else un.etat
            assert {(avant, un.action, vers), (avant, un.action, RETOUR)} & permises
            avant = un.etat
    assert set(etats) == set(Etat)
    assert etats[Etat.CLOS_TABLEAU_DE_BORD] > NOMBRE * 0.8
    assert set(titulaires) == set(OPERATEURS)
    assert titulaires[GRAND] > NOMBRE / 5


@pytest.mark.exigence("R3.5")
def test_suite_des_evenements_sans_trou__ok(stock: Stock, magasin: Magasin) -> None:
    page = magasin.evenements_depuis(PLATEFORME, GRAND, 0, 10_000)
    lues: list[Signalisation] = [u for u in map(magasin.retrouver, map(stock.numero, range(NOMBRE))) if u is not None]
    rangs = sorted(e.rang for une in lues if une.operateur == GRAND for e in une.evenements if e.rang)
    assert rangs == list(range(1, page.dernier + 1))
    dates = [suivi.evenement.date for suivi in page.evenements]
    assert dates == sorted(dates)
    assert all(une.evenements[0].cote is Cote.OPERATEUR for une in lues)
    assert {e.visibilite for une in lues for e in une.evenements if not e.rang} == {Visibilite.INTERNE}


@pytest.mark.exigence("R3.5", "R4.1")
def test_chaque_operation_se_mesure__ok(stock: Stock, magasin: Magasin) -> None:
    bancs = Banc(magasin, stock, catalogue_livre()), Banc(magasin, stock, catalogue_livre())
    mesures = list(mesurer(bancs, tours=1, appels=1, annoncer=lambda _: None))
    assert [mesure.nom for mesure in mesures] == [*PAGES, *(operation.nom for operation in OPERATIONS)]
    assert all(mesure.petit > 0 and mesure.grand > 0 for mesure in mesures)


@pytest.mark.exigence("R3.5")
def test_exigence_porte_sur_la_pire_operation__ok() -> None:
    bonne, mauvaise = Mesure("a", 1.0, 1.1, 1.1), Mesure("  b", 1.0, 2.1, 2.1)
    assert exigence("SQLite", [bonne]).tenue
    jugee = exigence("SQLite", [bonne, mauvaise])
    assert (jugee.tenue, jugee.mesure) == (False, "2,10 (au plus 2,00)")
    assert "SQLite : b," in jugee.enonce


@pytest.mark.exigence("R3.5")
def test_partie_entiere_ne_laisse_rien__ok(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from bench import suivi

    monkeypatch.setattr(suivi, "mesurer", lambda *_: [Mesure("a", 1.0, 1.0, 1.0)])
    plan = replace(PlanSuivi(), tailles=(20, 60))
    (partie,) = mesurer_suivi(plan, tmp_path, lambda _: None)
    assert (partie.tailles, partie.evenements) == ((20, 60), sum(len(_vie(60, rang)) for rang in range(60)))
    assert list(tmp_path.iterdir()) == []


def _vie(nombre: int, rang: int) -> list[s.Pas]:
    return list(Stock(nombre, s.instant(), {}).vie(rang))
