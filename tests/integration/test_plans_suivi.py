"""What following signalisations reads and writes is found by an index, on both engines: plans, and steps of SQLite's machine.

Every operation that ``python -m bench`` times is done once, on the store that it is timed on, only smaller.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event

from bench import stock as s
from bench.banc import Banc
from bench.messages import catalogue_livre
from bench.operations import OPERATIONS, PAGES, Appel
from bench.remplissage import remplir
from bench.stock import GRAND, PLATEFORME, Stock
from bench.suivi import page_mesuree
from esav_soap.model import TypeRendezVous
from esav_soap.store import Magasin, capacites, ouvrir
from esav_soap.usecases.depot import Appelant
from esav_soap.usecases.rendez_vous import Cible
from tests.postgres import Grappe

#: Signalisations; their events are ten times as many. The larger number is for ``ESAV_TESTS_LONGS=1``.
NOMBRE, NOMBRE_LONG = 3_000, 100_000
#: How many rows may be sorted: those of a signalisation, of a slot, of a page.
TRIEES_MAX = 500
#: Tables that grow with the use; the counter of each opérateur does not.
CROISSANTES = (
    "signalisation",
    "evenement",
    "reservation",
    "capacite",
    "prestation",
    "envoi",
    "archive_signalisation",
    "archive_evenement",
    "archive_reservation",
)
_NOMBRES = [NOMBRE, pytest.param(NOMBRE_LONG, marks=pytest.mark.long)]
#: What stands beside: as many archived ones, and past appointments enough for a scan to cost something.
_GROSSIR = (
    "INSERT INTO prestation SELECT 'integration', operateur, 'X' || numero, offre, '', '', '', '', '' FROM signalisation",
    "INSERT INTO archive_signalisation SELECT 'A' || numero, plateforme, operateur, 'A' || reference, empreinte, etat, prestation, "
    "offre, version_catalogue, depot_le, modifiee_le, modifiee_le, modifiee_le, NULL, NULL, formulaire FROM signalisation",
    "INSERT INTO archive_evenement SELECT 'integration', operateur, id, 'A' || numero FROM signalisation",
    "INSERT INTO archive_reservation SELECT 'A' || numero, 'integration', operateur, 'A' || numero, 'A' || numero "
    "FROM signalisation",
    "INSERT INTO reservation (numero, plateforme, operateur, reference, signalisation, capacite, etat, creee_le, modifiee_le) "
    "SELECT 'X' || id, plateforme, operateur, 'X' || id, 'X' || id, 1 + mod(id, (SELECT count(*) * 9 / 10 FROM capacite)), "
    "'CONFIRMEE', date, date FROM evenement",
)


@contextmanager
def banc(url: str, nombre: int) -> Iterator[Banc]:
    catalogue = catalogue_livre()
    stock = Stock(nombre, s.instant(), s.formulaires(catalogue))
    remplir(url, stock, lambda _: None)
    with ouvrir(url) as magasin:
        with magasin._moteur.ecriture() as connexion:
            for ordre in _GROSSIR:
                connexion.exec_driver_sql(ordre)
        if not magasin._moteur.sqlite:
            with magasin._moteur.ecrivains.connect() as connexion:
                connexion.exec_driver_sql("ANALYZE")
        yield Banc(magasin, stock, catalogue)


@pytest.fixture(scope="module", params=_NOMBRES)
def sqlite(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Banc]:
    with banc(f"sqlite:///{tmp_path_factory.mktemp('plans') / 'esav.db'}", request.param) as rempli:
        yield rempli


@pytest.fixture(scope="module", params=_NOMBRES)
def postgres(request: pytest.FixtureRequest, postgresql: Grappe) -> Iterator[Banc]:
    with postgresql.base() as url, banc(url, request.param) as rempli:
        yield rempli


def appels(un: Banc) -> Iterator[tuple[str, Appel]]:
    """Each operation, prepared."""
    for nom, liste in PAGES.items():
        yield nom, page_mesuree(liste, un)(un)
    for operation in OPERATIONS:
        yield operation.nom, operation.preparer(un)
    cle = (PLATEFORME, GRAND)
    jour = un.maintenant.date()
    numero, autre = un.menee(), un.menee()
    tenue = un.rendez_vous.reserver(
        Appelant(*cle), Cible(autre), TypeRendezVous.SAV, replace(un.souhait(), ferme=False), un.maintenant
    )
    yield "confirmer", lambda: un.rendez_vous.confirmer(Appelant(*cle), tenue.reservation.numero, un.maintenant)
    yield "depot", lambda: un.magasin.depot(*cle, un.stock.reference(7))
    yield "deposer encore", lambda: un.magasin.deposer(un.nouvelle())
    yield "ajouter_evenements", lambda: un.magasin.ajouter_evenements(*cle, numero, 1, ())
    yield "occupations", lambda: un.magasin.occupations(PLATEFORME, jour, jour + timedelta(days=7), un.maintenant)


# -- SQLite -----------------------------------------------------------------------------------------------------------------


def connexions(magasin: Magasin, faire: Callable[[sqlite3.Connection], object]) -> None:
    """``faire`` to every connection from now on."""
    moteur = magasin._moteur
    for un in (moteur.lecteurs, moteur.ecrivains, moteur._depots):
        event.listen(un, "connect", lambda connexion, _: faire(connexion))
    magasin.fermer()


def fautes_sqlite(connexion: sqlite3.Connection, ordre: str) -> list[str]:
    """Steps that read a table or an index from end to end, or sort."""
    pas = [ligne[3] for ligne in connexion.execute(f"EXPLAIN QUERY PLAN {ordre}")]
    return [
        un
        for un in pas
        if (un.startswith("SCAN ") and un != "SCAN CONSTANT ROW") or "FOR ORDER BY" in un or "AUTOMATIC" in un
    ]


@pytest.mark.exigence("R3.5", "R4.1", "R4.2")
def test_plans_de_sqlite(sqlite: Banc) -> None:
    """As it is, and with the statistics that somebody may have had it make."""
    vus: set[tuple[str, str]] = set()
    en_cours = ""

    def noter(ordre: str) -> None:
        if en_cours and ordre.lstrip().upper().startswith(("SELECT", "WITH", "INSERT", "UPDATE", "DELETE")):
            vus.add((en_cours, ordre))

    connexions(sqlite.magasin, lambda connexion: connexion.set_trace_callback(noter))
    for nom, appel in appels(sqlite):
        en_cours = nom
        appel()
        en_cours = ""
    assert {nom for nom, _ in appels(sqlite)} == {nom for nom, _ in vus}
    connexion = sqlite3.connect(str(sqlite.magasin._moteur.url.database))
    try:
        for _ in range(2):
            fautes = [(*vu, fautes_sqlite(connexion, vu[1])) for vu in vus]
            assert [faute for faute in fautes if faute[2]] == []
            connexion.execute("ANALYZE")
        assert fautes_sqlite(connexion, "SELECT numero FROM signalisation WHERE contact_nom = ''") != []
        assert fautes_sqlite(connexion, "SELECT etat FROM evenement WHERE signalisation = 1 ORDER BY date") != []
        assert fautes_sqlite(connexion, "SELECT 1 FROM signalisation ORDER BY numero LIMIT 1") != []
    finally:
        connexion.execute("DROP TABLE sqlite_stat1")
        connexion.close()


@pytest.mark.exigence("R3.5", "R4.1", "R4.2")
def test_rien_ne_croit_avec_le_magasin(sqlite: Banc, tmp_path: Path) -> None:
    """The steps that SQLite's machine makes for an operation: at most twice those on a third of the signalisations, or fewer."""
    comptes = [0, 0]

    def compter(cote: int) -> Callable[[sqlite3.Connection], object]:
        def un_de_plus() -> int:
            comptes[cote] += 1
            return 0

        return lambda connexion: connexion.set_progress_handler(un_de_plus, 10)

    with banc(f"sqlite:///{tmp_path / 'petit.db'}", 1_000) as petit:
        connexions(petit.magasin, compter(0))
        connexions(sqlite.magasin, compter(1))
        trop = []
        for nom, preparer in _preparations(petit):
            prets = preparer(petit), preparer(sqlite)
            comptes[:] = 0, 0
            for pret in prets:
                pret()
            if comptes[1] > 2 * comptes[0] + 20:
                trop.append((nom, *comptes))
            assert comptes[0] > 0
        assert trop == []


def _preparations(petit: Banc) -> Iterator[tuple[str, Callable[[Banc], Appel]]]:
    for nom, liste in PAGES.items():
        yield nom, page_mesuree(liste, petit)
    for operation in OPERATIONS:
        yield operation.nom, operation.preparer


# -- PostgreSQL -------------------------------------------------------------------------------------------------------------


def noeuds(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield plan
    for enfant in plan.get("Plans", ()):
        yield from noeuds(enfant)


def fautes_postgresql(connexion: Any, ordre: str, valeurs: Any) -> list[str]:
    """Scans of a growing table, of an index from end to end, and sorts of many rows, as the planner chooses by what is there."""
    lu = connexion.exec_driver_sql(f"EXPLAIN (FORMAT JSON) {ordre}", valeurs).scalar_one()
    fautes = []
    for noeud in noeuds((lu if isinstance(lu, list) else json.loads(lu))[0]["Plan"]):
        nature, table = noeud["Node Type"], noeud.get("Relation Name")
        lignes = max((enfant["Plan Rows"] for enfant in noeud.get("Plans", ())), default=0)
        if nature == "Seq Scan" and table in CROISSANTES:
            fautes.append(f"Seq Scan {table}")
        if nature in ("Index Scan", "Index Only Scan", "Bitmap Index Scan") and "Index Cond" not in noeud:
            fautes.append(f"{nature} {noeud.get('Index Name')}")
        if nature in ("Sort", "Incremental Sort", "Hash", "Gather", "Gather Merge") and lignes > TRIEES_MAX:
            fautes.append(f"{nature} {lignes}")
    return fautes


@pytest.mark.postgresql
@pytest.mark.exigence("R3.5", "R4.1", "R4.2")
def test_plans_de_postgresql(postgres: Banc) -> None:
    vus: dict[str, tuple[str, Any]] = {}
    en_cours = ""

    def noter(_c: Any, _curseur: Any, ordre: str, valeurs: Any, *_reste: Any) -> None:
        if en_cours and ordre.lstrip("( \n").upper().startswith(("SELECT", "WITH", "INSERT", "UPDATE", "DELETE")):
            vus[f"{en_cours} : {ordre}"] = (ordre, valeurs[0] if isinstance(valeurs, list) else valeurs)

    moteur = postgres.magasin._moteur
    for un in (moteur.lecteurs, moteur.ecrivains):
        event.listen(un, "before_cursor_execute", noter)
    for nom, appel in appels(postgres):
        en_cours = nom
        appel()
        en_cours = ""
    for un in (moteur.lecteurs, moteur.ecrivains):
        event.remove(un, "before_cursor_execute", noter)
    assert len(vus) > 100
    with moteur.ecrivains.connect() as connexion:
        fautes = {nom: fautes_postgresql(connexion, *vu) for nom, vu in vus.items()}
        assert [faute for faute in fautes.items() if faute[1]] == []
        assert fautes_postgresql(connexion, "SELECT numero FROM signalisation WHERE contact_nom = ''", ()) != []
        assert fautes_postgresql(connexion, "SELECT etat FROM evenement ORDER BY date LIMIT 10", ()) != []


@pytest.mark.exigence("R4.2")
def test_plans_d_un_import_de_places(sqlite: Banc) -> None:
    """From the few slots of the file to their rows, whatever the store holds of others."""
    connexion = sqlite3.connect(str(sqlite.magasin._moteur.url.database))
    try:
        connexion.execute(capacites._RECUES)
        for ordre in (capacites._FINIES.replace("?", "''"), capacites._PRISES, capacites._CHANGER):
            pas = [ligne[3] for ligne in connexion.execute(f"EXPLAIN QUERY PLAN {ordre}")]
            assert pas[0] == "SCAN i"
            assert pas[1].startswith(("SEARCH r USING ", "SEARCH capacite USING INTEGER"))
            assert "AUTOMATIC" not in str(pas)
    finally:
        connexion.close()
