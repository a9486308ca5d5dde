"""A deposit waits for the store without the token: others go on computing meanwhile."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import psycopg
import pytest

from esav_soap.jeton import JETON
from esav_soap.signalisation import Depot
from esav_soap.store import Magasin, depots
from esav_soap.store import moteur as module_moteur
from esav_soap.store.depots import ecrire_depots
from esav_soap.store.moteur import LECTEURS_SQLITE, occupe
from esav_soap.store.verrou import Verrou
from tests.fils import DELAI_S, Fil, attendre, libre
from tests.integration.exemples import PRESTATION, nouvelle

#: Less than any wait of the store; a deposit that waits with the token keeps it longer.
BIENTOT_S = 4


def fichier(url: str) -> Path:
    return Path(url.removeprefix("sqlite:///"))


@contextmanager
def base_retenue(moteur: str, url: str) -> Iterator[None]:
    """A program that is no node has the database's own lock."""
    if moteur == "sqlite":
        autre = sqlite3.connect(fichier(url), isolation_level=None)
        autre.execute("BEGIN IMMEDIATE")
        try:
            yield
        finally:
            autre.execute("ROLLBACK")
            autre.close()
    else:
        with psycopg.connect(url) as session:
            session.execute("LOCK TABLE signalisation IN ACCESS EXCLUSIVE MODE")
            yield


@contextmanager
def porte_retenue(url: str) -> Iterator[None]:
    with Verrou(Path(f"{fichier(url)}.verrou")).tenu():
        yield


def deposer(magasin: Magasin, reference: str) -> Fil:
    """A thread that deposits with the token, as a request does; it has begun when this returns."""

    def travail() -> Depot:
        with JETON.tenu():
            return magasin.deposer(nouvelle(reference))

    return Fil(travail)


def au_travail(magasin: Magasin) -> bool:
    return magasin._depots._occupe


@pytest.mark.exigence("R3.1")
def test_un_depot_attend_la_base_sans_le_jeton(magasin: Magasin, moteur: str, url: str) -> None:
    magasin.deposer(nouvelle("avant"))  # connections are there
    with base_retenue(moteur, url):
        depot = deposer(magasin, "A")
        attendre(lambda: au_travail(magasin))
        assert libre(JETON, BIENTOT_S)
        assert not depot.fini
    assert not depot.resultat().deja_deposee
    assert magasin.par_reference("production", "OPA", "A") is not None
    assert libre(JETON)


@pytest.mark.exigence("R3.1")
@pytest.mark.parametrize("moteur", ["sqlite"])
def test_un_depot_attend_la_porte_sans_le_jeton(magasin: Magasin, url: str) -> None:
    with porte_retenue(url):
        depot = deposer(magasin, "A")
        attendre(lambda: au_travail(magasin))
        assert libre(JETON, BIENTOT_S)
        assert not depot.fini
    assert not depot.resultat().deja_deposee


@pytest.mark.exigence("R3.1")
def test_qui_attend_son_groupe_n_a_pas_le_jeton(magasin: Magasin, moteur: str, url: str) -> None:
    with base_retenue(moteur, url):
        fils = [deposer(magasin, "A")]
        attendre(lambda: au_travail(magasin) and not magasin._depots._file)
        fils += [deposer(magasin, "B"), deposer(magasin, "C")]
        attendre(lambda: len(magasin._depots._file) == 2)
        assert libre(JETON, BIENTOT_S)
        assert not any(fil.fini for fil in fils)
    assert [fil.resultat().deja_deposee for fil in fils] == [False] * 3


@pytest.mark.exigence("R3.1", "R3.5")
def test_une_lecture_attend_sans_le_jeton(magasin: Magasin, url: str, moteur: str) -> None:
    """PostgreSQL alone makes a reader wait; under SQLite the answer comes at once."""

    pris = threading.Event()

    def lire() -> object:
        with JETON.tenu():
            pris.set()
            return magasin.par_reference("production", "OPA", "rien"), libre(JETON)

    with base_retenue(moteur, url):
        fil = Fil(lire)
        assert pris.wait(DELAI_S)
        assert libre(JETON, BIENTOT_S)
        assert moteur == "sqlite" or not fil.fini
    assert fil.resultat() == (None, False), "the token is held again after the reading"


@pytest.mark.exigence("R3.1")
@pytest.mark.parametrize("moteur", ["sqlite"])
def test_une_base_toujours_prise__un_refus_et_rien_d_ecrit(
    magasin: Magasin, url: str, moteur: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The wait is over for all of a group at once: not once more for each, one after the other."""
    monkeypatch.setattr(module_moteur, "ATTENTE_S", 0.05)
    essais: list[int] = []
    vrai = depots._ecrire_sqlite
    monkeypatch.setattr(depots, "_ecrire_sqlite", lambda *a: (essais.append(1), vrai(*a))[1])  # type: ignore[func-returns-value]
    with base_retenue(moteur, url), JETON.tenu():
        with pytest.raises(sqlite3.OperationalError) as refus:
            ecrire_depots(magasin._moteur, [nouvelle(r) for r in "ABC"])
        assert not libre(JETON)
    assert occupe(refus.value)
    assert essais == [1]
    assert magasin.par_reference("production", "OPA", "A") is None
    assert not magasin.deposer(nouvelle("A")).deja_deposee, "the connection is fit for the next one"


@pytest.mark.exigence("R2.4", "R3.1")
def test_une_autre_ecriture_se_fait_sans_le_jeton(magasin: Magasin) -> None:
    """Its connection is the only one: whoever waits for it with the token would wait for one who waits for the token."""

    def ecrire() -> bool:
        with JETON.tenu():
            with magasin._moteur.ecriture() as connexion:
                connexion.exec_driver_sql("DELETE FROM evenement")
                pendant = libre(JETON)
            return pendant and not libre(JETON)

    assert Fil(ecrire).resultat()


@pytest.mark.exigence("R3.1")
@pytest.mark.parametrize("code", [sqlite3.SQLITE_BUSY, sqlite3.SQLITE_BUSY_RECOVERY, sqlite3.SQLITE_BUSY_SNAPSHOT])
def test_toutes_les_facons_d_etre_pris(code: int) -> None:
    erreur = sqlite3.OperationalError("database is locked")
    erreur.sqlite_errorcode = code
    assert occupe(erreur)
    erreur.sqlite_errorcode = sqlite3.SQLITE_FULL
    assert not occupe(erreur)
    assert not occupe(sqlite3.ProgrammingError("closed"))


@pytest.mark.exigence("R3.1")
@pytest.mark.parametrize("moteur", ["sqlite"])
def test_un_disque_plein_rend_la_porte_et_garde_le_jeton(magasin: Magasin) -> None:
    def ecrire() -> None:
        with magasin._moteur.ecriture_sqlite() as connexion:
            connexion.execute("DELETE FROM evenement")
            raise OSError("disque plein")

    def essayer() -> None:
        with JETON.tenu():
            with pytest.raises(OSError, match="plein"):
                ecrire()
            assert not libre(JETON)

    magasin.deposer(nouvelle("A"))
    Fil(essayer).resultat()
    gardee = magasin.par_reference("production", "OPA", "A")
    assert gardee is not None
    assert len(gardee.evenements) == 1, "undone"
    assert not magasin.deposer(nouvelle("B")).deja_deposee


@pytest.mark.exigence("R3.1")
@pytest.mark.parametrize("moteur", ["sqlite"])
def test_des_lecteurs_nombreux_ne_font_attendre_aucun_depot(magasin: Magasin) -> None:
    """More threads than connections that are kept: nobody waits, with the token, for a reader to end."""
    magasin.importer([PRESTATION])
    with ExitStack() as lectures:
        for _ in range(LECTEURS_SQLITE + 1):
            lectures.enter_context(magasin._moteur.lecteurs.connect())
        lue = Fil(lambda: magasin.prestation("production", "OPA", PRESTATION.identifiant))
        assert lue.resultat(BIENTOT_S) == PRESTATION
