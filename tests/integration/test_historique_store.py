"""What reading many stored signalisations costs, to itself and to others."""

from __future__ import annotations

import sqlite3
import tracemalloc
from datetime import timedelta

import pytest

from esav_soap.store import Magasin, historique
from tests.integration.exemples import DEPOT_LE
from tests.integration.semis import deposer
from tests.integration.test_plans_store import requetes

HEURE = timedelta(hours=1)


def semer(magasin: Magasin, nombre: int, pas: timedelta, octets: int = 1, tardives: int = 0) -> None:
    """Rows 1 to ``nombre``, ``pas`` apart, the last at ``DEPOT_LE``; every ``tardives``-th was entered 30 days late."""
    debut = DEPOT_LE - pas * nombre
    secondes = pas.total_seconds()
    tard = f"CASE WHEN n = n / {tardives} * {tardives} THEN 2592000 ELSE 0 END" if tardives else "0"
    if magasin._moteur.sqlite:
        suite = f"WITH RECURSIVE suite(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM suite WHERE n < {nombre})"
        date = (
            f"strftime('%Y-%m-%dT%H:%M:%f', '{debut:%Y-%m-%dT%H:%M:%S}', (n * {secondes} - {tard}) || ' seconds')"
            " || '000+00:00'"
        )
        forme = f"zeroblob({octets})"
    else:
        suite = f"WITH suite(n) AS (SELECT generate_series(1, {nombre}))"
        date = f"timestamptz '{debut:%Y-%m-%dT%H:%M:%S}Z' + make_interval(secs => n * {secondes} - {tard})"
        forme = f"convert_to(repeat('x', {octets}), 'UTF8')"
    with magasin._moteur.ecriture() as connexion:
        connexion.exec_driver_sql(
            f"INSERT INTO signalisation {suite} SELECT n, 'N' || n, 'production', 'OPA', 'R' || n, {forme}, 'EN_DEPOT', "
            f"'P', 'ACCES_FTTH', '2026.1', {date}, {date}, '', '', NULL, {forme}, NULL, NULL FROM suite"
        )


def retenus(magasin: Magasin) -> int:
    """Transactions that stand open: on SQLite, whether one keeps the log from being emptied."""
    if magasin._moteur.sqlite:
        connexion = sqlite3.connect(str(magasin._moteur.url.database), timeout=0.1)
        try:
            return int(connexion.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0])
        finally:
            connexion.close()
    ouvertes = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND state LIKE 'idle in%%'"
    with magasin._moteur.ecrivains.connect() as autre:
        return int(autre.exec_driver_sql(ouvertes).scalar_one())


@pytest.mark.exigence("R2.1")
def test_depots_pendant_la_lecture_n_y_entrent_pas(magasin: Magasin, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(historique, "PAGE", 2)
    for n in range(5):
        deposer(magasin, f"R{n}", DEPOT_LE)
    lues = 0
    for _ in magasin.deposees(DEPOT_LE):
        deposer(magasin, f"S{lues}", DEPOT_LE)
        lues += 1
    assert lues == 5


@pytest.mark.exigence("R2.1", "R7.4")
def test_saisies_tardives_ne_cachent_pas_les_recentes(magasin: Magasin) -> None:
    """Rows entered by the fallback procedure have old dates among recent ones."""
    semer(magasin, 6000, timedelta(minutes=5), tardives=7)
    depuis = DEPOT_LE - timedelta(days=2)
    attendues = sum(1 for n in range(6000 - 576, 6001) if n % 7)
    assert abs(len(list(magasin.deposees(depuis))) - attendues) <= 1


@pytest.mark.exigence("R2.1")
def test_le_debut_est_trouve_sans_tout_lire(magasin: Magasin) -> None:
    """An hour of three weeks: no more than the day of margin is looked at beside it."""
    semer(magasin, 30_000, timedelta(minutes=1))
    depuis = DEPOT_LE - HEURE
    with requetes(magasin) as vues:
        assert 60 <= len(list(magasin.deposees(depuis))) <= 61
    assert len(vues) < 40
    pages = [valeurs for ordre, valeurs in vues if "length(" in ordre]
    avant = min(min(v for v in (p.values() if isinstance(p, dict) else p) if v > PREMIERE) for p in pages)
    assert avant > 30_000 - 24 * 60 - 60 - 2 * historique.FENETRE
    assert 60 <= magasin.usages("2026.1", depuis)[0].nombre <= 61


#: Above the number of rows of a page, which stands among the values of a statement as well.
PREMIERE = 1000


@pytest.mark.exigence("R2.1")
def test_nombre_est_estime_sans_compter(magasin: Magasin) -> None:
    semer(magasin, 24_000, timedelta(minutes=1))
    with magasin._moteur.ecriture() as connexion:
        connexion.exec_driver_sql("UPDATE signalisation SET plateforme = 'integration' WHERE id = id / 4 * 4")
        connexion.exec_driver_sql("DELETE FROM signalisation WHERE id BETWEEN 20000 AND 22000")
    with requetes(magasin) as vues:
        nombre = magasin.nombre_deposees(DEPOT_LE - timedelta(days=400))
    assert len(vues) < 100
    exact = len(list(magasin.deposees(DEPOT_LE - timedelta(days=400))))
    assert exact == pytest.approx(22_000 * 3 / 4, abs=5)
    assert nombre == pytest.approx(exact, rel=0.1)


@pytest.mark.exigence("R2.1")
def test_la_memoire_ne_croit_pas_avec_les_formulaires(magasin: Magasin) -> None:
    """60 MB of forms, in pages of at most 4: the page that is read, the one before it, and the drivers' copies."""
    semer(magasin, 600, timedelta(seconds=1), octets=100_000)
    tracemalloc.start()
    try:
        lus = sum(len(lue.formulaire) for lue in magasin.deposees(DEPOT_LE - HEURE))
        _, sommet = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert lus == 60_000_000
    assert sommet < 6 * historique.OCTETS_PAGE


@pytest.mark.exigence("R2.1")
def test_page_d_un_formulaire_trop_grand(magasin: Magasin, monkeypatch: pytest.MonkeyPatch) -> None:
    """One that is larger than a page comes alone, and the reading goes on behind it."""
    monkeypatch.setattr(historique, "OCTETS_PAGE", 10)
    lues = [deposer(magasin, "R" * n, DEPOT_LE) for n in (1, 2, 30, 1 + 2, 40, 5)]
    with requetes(magasin) as vues:
        assert list(magasin.deposees(DEPOT_LE)) == lues
    assert sum("formulaire" in ordre and "length(" not in ordre for ordre, _ in vues) == 6


@pytest.mark.exigence("R2.1", "R3.1")
def test_une_lecture_ouverte_ne_retient_personne(magasin: Magasin, monkeypatch: pytest.MonkeyPatch) -> None:
    """Between two pages no transaction is open: SQLite can empty its log, PostgreSQL can clean up."""
    monkeypatch.setattr(historique, "PAGE", 2)
    for n in range(7):
        deposer(magasin, f"R{n}", DEPOT_LE)
    lecture = magasin.deposees(DEPOT_LE)
    lues = 0
    for _ in lecture:
        lues += 1
        deposer(magasin, f"S{lues}", DEPOT_LE)
        assert retenus(magasin) == 0
    assert lues == 7
    with magasin._moteur.lecteurs.connect() as connexion, magasin._moteur.instantane(connexion):
        connexion.exec_driver_sql("SELECT count(*) FROM signalisation").scalar_one()
        deposer(magasin, "T", DEPOT_LE)
        assert retenus(magasin) == 1  # it would have been seen
