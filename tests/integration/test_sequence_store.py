"""Readers of the sequence of events under many writers: nothing missed, nothing twice, whoever is slow or is killed."""

from __future__ import annotations

import signal
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from itertools import groupby, pairwise
from typing import Any

import pytest

from esav_soap.signalisation import Depot
from esav_soap.store import Magasin, depots, ouvrir
from esav_soap.store.depots import ecrire_depots
from esav_soap.usecases.ports.evenements import EvenementSuivi
from tests.integration.exemples import nouvelle
from tests.integration.test_annonces_tuees import destins
from tests.integration.test_processus_store import lignes, processus

OPERATEURS = ("OPA", "OPB")

#: PostgreSQL: a deposit takes its time before it has its places in the sequences, every transaction between its last
#: statement and its commit, and who needs two counters between them.
_LENTEUR = (
    "CREATE FUNCTION lent() RETURNS trigger LANGUAGE plpgsql AS "
    "$$ BEGIN PERFORM pg_sleep(random() * 0.01); RETURN NEW; END $$",
    "CREATE TRIGGER lent BEFORE INSERT ON signalisation FOR EACH ROW EXECUTE FUNCTION lent()",
    "CREATE TRIGGER lent BEFORE UPDATE ON compteur_evenements FOR EACH ROW EXECUTE FUNCTION lent()",
    "CREATE CONSTRAINT TRIGGER lente AFTER INSERT ON evenement DEFERRABLE INITIALLY DEFERRED "
    "FOR EACH ROW EXECUTE FUNCTION lent()",
)


@pytest.fixture
def lent(magasin: Magasin, moteur: str) -> Magasin:
    """A store whose transactions commit in another order than they begin."""
    if moteur == "postgresql":
        with magasin._moteur.ecriture() as connexion:
            for ordre in _LENTEUR:
                connexion.exec_driver_sql(ordre.replace("%", "%%"))
    return magasin


def ecrits(magasin: Magasin, operateur: str) -> list[Any]:
    """(rang, reference, author, visibility, date, action) of every event of an opérateur: in their order, then the internal ones."""
    ordre = (
        "SELECT e.rang, s.reference, e.auteur, e.visibilite, e.date, e.action FROM evenement e JOIN signalisation s "
        f"ON s.id = e.signalisation WHERE e.operateur = '{operateur}' ORDER BY e.rang IS NULL, e.rang, e.id"
    )
    with magasin._moteur.lecteurs.connect() as connexion:
        return list(connexion.exec_driver_sql(ordre).all())


def sans_trou(magasin: Magasin, operateur: str) -> int:
    """How many events an opérateur can see; their places are counted from 1, and the counter stands at the last."""
    tous = ecrits(magasin, operateur)
    assert {ligne.rang for ligne in tous if ligne.visibilite == "INTERNE"} <= {None}
    rangs = [ligne.rang for ligne in tous if ligne.visibilite == "PARTAGE"]
    assert rangs == list(range(1, len(rangs) + 1))
    with magasin._moteur.lecteurs.connect() as connexion:
        ordre = f"SELECT dernier FROM compteur_evenements WHERE operateur = '{operateur}'"
        assert connexion.exec_driver_sql(ordre).scalar() == (len(rangs) or None)
    return len(rangs)


def suivre(magasin: Magasin, operateur: str, maximum: int, finis: threading.Event) -> list[EvenementSuivi]:
    """Everything that a reader gets that goes on from cursor to cursor until the writers have ended."""
    lus: list[EvenementSuivi] = []
    curseur = 0
    while True:
        derniere = finis.is_set()
        page = magasin.evenements_depuis("production", operateur, curseur, maximum)
        assert len(page.evenements) <= maximum
        lus += page.evenements
        curseur = page.curseur
        if derniere and not page.encore:
            return lus


@pytest.mark.long
@pytest.mark.exigence("R3.4", "R3.5")
def test_lecteurs_sous_huit_ecrivains(lent: Magasin, url: str, moteur: str) -> None:
    """Four nodes with two threads each, deposits and changes; readers of pages of several sizes."""
    for operateur in OPERATEURS:
        lent.deposer(nouvelle(f"COMMUNE-{operateur}", operateur=operateur, depot_le=datetime.now(UTC)))
    finis = threading.Event()
    pages = (1, 7, 1000)
    with ouvrir(url, creer=False) as autre, ThreadPoolExecutor(6) as fils:
        with processus(*[("suite", url, f"P{rang}", "2", "20") for rang in range(4)]) as lances:
            lecteurs = {
                (operateur, maximum): fils.submit(suivre, (lent, autre)[maximum % 2], operateur, maximum, finis)
                for operateur in OPERATEURS
                for maximum in pages
            }
            try:
                dites = lignes(lances)
            finally:
                finis.set()
        lus = {cle: lecteur.result(60) for cle, lecteur in lecteurs.items()}
    for operateur in OPERATEURS:
        tous = ecrits(lent, operateur)
        assert sans_trou(lent, operateur) == 1 + sum(chez == operateur and vu != "INTERNE" for chez, _, vu in dites)
        assert sorted(
            (e.auteur or e.reference, e.visibilite) for e in tous if "COMMUNE" not in (e.auteur or e.reference)
        ) == (sorted((dit, vu.replace("DEPOT", "PARTAGE")) for chez, dit, vu in dites if chez == operateur))
        visibles = [(e.rang, e.reference, e.auteur) for e in tous if e.visibilite == "PARTAGE"]
        assert 0 < len(visibles) < len(tous)
        for maximum in pages:
            vus = [(s.evenement.rang, s.reference, s.evenement.auteur) for s in lus[operateur, maximum]]
            assert vus == visibles
        # The proof that a cursor on when a writing began would not have done.
        if moteur == "postgresql":
            partages = [e for e in tous if e.visibilite == "PARTAGE"]
            assert sum(apres.date < avant.date for avant, apres in pairwise(partages)) > 10


@pytest.mark.exigence("R3.1", "R3.4")
def test_groupes_de_plusieurs_operateurs_ne_s_attendent_pas_en_cercle(
    lent: Magasin, url: str, moteur: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two nodes whose groups name the same opérateurs, each in its own order. A group that is chosen as the victim of a
    deadlock is written again, one by one: so the writings are counted."""
    ecritures: list[int] = []
    nom_ecrire = f"_ecrire_{moteur}"
    vraie = getattr(depots, nom_ecrire)
    monkeypatch.setattr(depots, nom_ecrire, lambda ou, lot: (ecritures.append(len(lot)), vraie(ou, lot))[1])  # type: ignore[func-returns-value]
    noms = [f"OP{rang}" for rang in range(6)]
    depart = threading.Barrier(2, timeout=60)

    def deposer(magasin: Magasin, nom: str, ordre: list[str]) -> list[Depot | Exception]:
        resultats = []
        for tour in range(12):
            depart.wait()
            resultats += ecrire_depots(
                magasin._moteur, [nouvelle(f"{nom}-{tour}-{n}", operateur=n) for n in (*ordre, *ordre[:2])]
            )
        return resultats

    with ouvrir(url, creer=False) as autre, ThreadPoolExecutor(2) as fils:
        faits = [fils.submit(deposer, lent, "A", noms), fils.submit(deposer, autre, "B", noms[::-1])]
        rendus = [resultat for fait in faits for resultat in fait.result(120)]
    assert ecritures == [8] * 24
    assert [type(rendu) for rendu in rendus] == [Depot] * (24 * 8)
    assert sum(sans_trou(lent, nom) for nom in noms) == 24 * 6  # of a group, two references come twice


@pytest.mark.exigence("R3.1", "R3.4")
@pytest.mark.postgresql
@pytest.mark.parametrize("moteur", ["postgresql"])
def test_le_suivant_attend_le_commit_de_celui_qui_precede(magasin: Magasin, url: str) -> None:
    """A transaction that has its place and does not end: who comes later is not committed before, nor read."""
    un = nouvelle("REF-1")
    magasin.deposer(un)
    with ouvrir(url, creer=False) as autre, ThreadPoolExecutor(1) as fil:
        with autre._moteur.ecriture() as connexion:
            connexion.exec_driver_sql("UPDATE compteur_evenements SET dernier = dernier + 1")
            suivant = fil.submit(magasin.deposer, nouvelle("REF-2"))
            with pytest.raises(TimeoutError):
                suivant.result(0.3)
            page = magasin.evenements_depuis("production", "OPA", 0, 9)
            assert [suivi.reference for suivi in page.evenements] == ["REF-1"]
            assert magasin.par_reference("production", "OPA", "REF-2") is None
            # Another opérateur waits for nobody.
            assert not autre.deposer(nouvelle("REF-3", operateur="OPB")).deja_deposee
            connexion.exec_driver_sql("UPDATE compteur_evenements SET dernier = dernier - 1 WHERE operateur = 'OPA'")
        assert not suivant.result(60).deja_deposee
    assert [sans_trou(magasin, operateur) for operateur in OPERATEURS] == [2, 1]


@pytest.mark.long
@pytest.mark.exigence("R3.1", "R3.4")
@pytest.mark.parametrize("geste", ["deposer", "changer"])
def test_tue_a_chaque_ordre_sans_laisser_de_trou(url: str, geste: str) -> None:
    ouvrir(url).fermer()
    *tues, vivant = destins(geste, url)
    assert {code for _, code, _ in tues} == {-signal.SIGKILL}
    assert vivant[1:] == (0, "tout")
    assert len(tues) >= 10
    assert [etat for etat, _ in groupby(etat for _, _, etat in [*tues, vivant])] == ["rien", "tout"]
