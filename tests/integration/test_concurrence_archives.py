"""The archive beside writers: two nodes deposit, retry and change while both archive, and a reader follows the events."""

from __future__ import annotations

import random
from collections import Counter
from threading import Event
from unittest.mock import patch

import pytest
from sqlalchemy import select

from esav_soap.signalisation import Etat
from esav_soap.store import Magasin, ouvrir
from esav_soap.store.depots import ecrire_depots
from esav_soap.store.tables import archive_signalisation, signalisation
from tests.fils import Fil, attendre
from tests.integration.archives import AVANT, HEURE, INSTANT, INTERNE, OPERATEURS, REJET, VIEUX, mener
from tests.integration.exemples import nouvelle

TOURS = 20
DELAI_S = 120


def ecrire(magasin: Magasin, nom: str, graine: int) -> dict[str, str]:
    """Whole lives, one after the other; between them deposits of before are made again. Number of each reference."""
    hasard = random.Random(graine)
    numeros: dict[str, str] = {}
    for tour in range(TOURS):
        reference, operateur = f"{nom}-{tour}", OPERATEURS[tour % 2]
        une = nouvelle(reference, operateur=operateur, depot_le=VIEUX + tour * HEURE)
        assert not magasin.deposer(une).deja_deposee
        numeros[f"{operateur} {reference}"] = une.numero
        mener(magasin, une, (INTERNE, REJET) if tour % 3 else (REJET,))
        for cle in hasard.sample(sorted(numeros), min(3, len(numeros))):
            qui, laquelle = cle.split()
            rendue = magasin.deposer(nouvelle(laquelle, operateur=qui))
            assert (rendue.deja_deposee, rendue.numero, rendue.etat) == (True, numeros[cle], Etat.EN_REJET)
            lue = magasin.par_numero("production", qui, numeros[cle])
            assert lue is not None
            assert lue.etat is Etat.EN_REJET
            assert len(lue.evenements) in (2, 3)
    return numeros


def archiver(magasin: Magasin, fini: Event) -> int:
    nombre = 0
    while not fini.wait(0.002):  # who never pauses has the connections of its node for itself
        nombre += magasin.archiver(AVANT, 3, INSTANT)
    return nombre


def suivre(magasin: Magasin, operateur: str, fini: Event) -> list[tuple[int, str]]:
    """All that comes after the cursor, until everything is written and read."""
    vus: list[tuple[int, str]] = []
    curseur = 0
    while True:
        dernier_tour = fini.wait(0.002)
        page = magasin.evenements_depuis("production", operateur, curseur, 7)
        vus += [(s.evenement.rang, s.reference) for s in page.evenements]
        curseur = page.curseur
        if dernier_tour and not page.encore:
            return vus


@pytest.mark.exigence("R3.3", "R3.4", "R3.5")
def test_archiver_a_cote_de_qui_ecrit(magasin: Magasin, url: str) -> None:
    fini = Event()
    with ouvrir(url, creer=False) as autre:
        archiveurs = [Fil(lambda m=m: archiver(m, fini)) for m in (magasin, autre)]  # type: ignore[misc]
        lecteurs = [Fil(lambda o=o: suivre(autre, o, fini)) for o in OPERATEURS]  # type: ignore[misc]
        noeuds = (magasin, autre, magasin)
        ecrivains = [Fil(lambda m=m, n=n: ecrire(m, f"E{n}", n)) for n, m in enumerate(noeuds)]  # type: ignore[misc]
        try:
            numeros: dict[str, str] = {}
            for fil in ecrivains:
                numeros |= fil.resultat(DELAI_S)
        finally:
            fini.set()
        archivees = sum(fil.resultat(DELAI_S) for fil in archiveurs)
        suivis = {operateur: fil.resultat(DELAI_S) for operateur, fil in zip(OPERATEURS, lecteurs, strict=True)}
    assert archivees > 0
    while magasin.archiver(AVANT, 50, INSTANT):
        pass
    with magasin._moteur.lecteurs.connect() as connexion:
        assert connexion.execute(select(signalisation.c.numero)).all() == []
        a = archive_signalisation.c
        gardees = {f"{o} {r}": n for o, r, n in connexion.execute(select(a.operateur, a.reference, a.numero))}
    assert gardees == numeros
    for operateur in OPERATEURS:
        page = magasin.evenements_depuis("production", operateur, 0, 1000)
        tous = [(s.evenement.rang, s.reference) for s in page.evenements]
        assert suivis[operateur] == tous  # none missed, none twice, in their order
        siennes = [cle.split()[1] for cle in numeros if cle.startswith(operateur)]
        assert Counter(r for _, r in tous) == dict.fromkeys(siennes, 2)


@pytest.mark.postgresql
@pytest.mark.parametrize("moteur", ["postgresql"])
@pytest.mark.exigence("R3.3")
def test_un_depot_commence_avant_la_copie_n_en_fait_pas_un_second(magasin: Magasin) -> None:
    """The very statement of a deposit, held between what it saw and what it writes, by the lock of a row that it conflicts with."""
    moteur = magasin._moteur
    une = nouvelle("A-1", depot_le=VIEUX)
    magasin.deposer(une)
    mener(magasin, une, (REJET,))
    with moteur.dedie().connect() as connexion:
        # Another transaction is writing the reference that the lot comes to first, so the lot waits there, having seen all.
        connexion.exec_driver_sql("BEGIN")
        connexion.exec_driver_sql(
            "INSERT INTO signalisation (numero, plateforme, operateur, reference, empreinte, etat, prestation, offre, "
            "version_catalogue, depot_le, modifiee_le, contact_nom, contact_telephone, formulaire) SELECT 'TENUE000000', "
            "plateforme, 'OP0', 'TENUE', empreinte, etat, prestation, offre, version_catalogue, depot_le, modifiee_le, '', '', "
            "formulaire FROM signalisation"
        )
        lot = [nouvelle("TENUE", operateur="OP0"), nouvelle("A-1")]
        depots = Fil(lambda: ecrire_depots(moteur, lot))
        attente = (
            "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"
        )
        attendre_que(magasin, attente)
        patiente = Event()
        with patch("esav_soap.store.archives.time.sleep", lambda _: patiente.set()):
            pas = Fil(lambda: magasin.archiver(AVANT, 9, INSTANT))
            assert patiente.wait(DELAI_S)  # the copy is there, and it waits for the deposit
            attendre_que(magasin, "SELECT count(*) FROM archive_signalisation")
            assert not pas.fini
            connexion.exec_driver_sql("ROLLBACK")
            neuve, deja = depots.resultat()
            assert pas.resultat() == 1
    assert (neuve.deja_deposee, deja.deja_deposee, deja.numero) == (False, True, une.numero)
    with moteur.lecteurs.connect() as lecteur:
        assert lecteur.scalars(select(signalisation.c.reference)).all() == ["TENUE"]


def attendre_que(magasin: Magasin, question: str) -> None:
    attendre(lambda: magasin._moteur.lire(lambda c: c.exec_driver_sql(question).scalar_one()) > 0)
