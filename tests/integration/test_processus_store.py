"""Several processes on one store: nothing lost, nothing doubled, whoever is killed."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from esav_soap.signalisation import Etat
from esav_soap.store import Magasin, ouvrir
from tests.integration.exemples import nouvelle
from tests.postgres import grappe_neuve

RACINE = Path(__file__).parents[2]
DELAI_S = 120


@contextmanager
def processus(*commandes: tuple[str, ...]) -> Iterator[list[subprocess.Popen[str]]]:
    """Processes that all stand ready, and are let go together; killed at the end if they still run."""
    lances = [
        subprocess.Popen(
            [sys.executable, "-m", "tests.integration.processus", *commande],
            cwd=RACINE,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        for commande in commandes
    ]
    try:
        for lance in lances:
            assert lance.stdout is not None
            assert lance.stdout.readline() == "pret\n"
        for lance in lances:
            assert lance.stdin is not None
            lance.stdin.write("\n")
            lance.stdin.flush()
        yield lances
    finally:
        for lance in lances:
            if lance.poll() is None:
                os.killpg(lance.pid, signal.SIGKILL)  # with its own children, which hold the same output
            lance.communicate()


def lignes(lances: list[subprocess.Popen[str]]) -> list[list[str]]:
    """Everything that the processes said until they ended well."""
    dites: list[list[str]] = []
    for lance in lances:
        sortie, _ = lance.communicate(timeout=DELAI_S)
        assert lance.returncode == 0
        dites += [ligne.split() for ligne in sortie.splitlines()]
    return dites


def compter(magasin: Magasin) -> tuple[int, int, int]:
    """Signalisations, distinct numbers, events."""
    with magasin._moteur.lecteurs.connect() as connexion:
        ordre = "SELECT count(*), count(DISTINCT numero), (SELECT count(*) FROM evenement) FROM signalisation"
        return tuple(connexion.exec_driver_sql(ordre).one())


@pytest.mark.long
@pytest.mark.exigence("R3.1", "R3.3")
def test_meme_reference_depuis_huit_processus(magasin: Magasin, url: str) -> None:
    nombre = 25
    with processus(*[("references", url, str(nombre))] * 8) as lances:
        dites = lignes(lances)
    assert len(dites) == 8 * 2 * nombre
    numeros: dict[str, set[str]] = {}
    for reference, numero, _ in dites:
        numeros.setdefault(reference, set()).add(numero)
    premiers = Counter(reference for reference, _, deja in dites if deja == "False")
    assert premiers == {f"R{rang}": 1 for rang in range(nombre)}
    assert {reference: len(vus) for reference, vus in numeros.items()} == premiers
    assert compter(magasin) == (nombre, nombre, nombre)


@pytest.mark.long
@pytest.mark.exigence("R3.1")
def test_rien_d_acquitte_ne_se_perd_quand_un_processus_est_tue(url: str) -> None:
    """Writers are killed in the middle, twice; what they had acknowledged is there, once, with its event."""
    ouvrir(url).fermer()
    hasard = random.Random(20260701)
    acquittes: dict[str, str] = {}
    for tour in range(2):
        attendus = [hasard.randint(5, 150) for _ in range(3)]
        with processus(*[("depots", url, f"T{tour}-{rang}", "4") for rang in range(3)]) as lances:
            for lance, attendu in zip(lances, attendus, strict=True):
                assert lance.stdout is not None
                dites = [lance.stdout.readline() for _ in range(attendu)]
                lance.send_signal(signal.SIGKILL)
                dites += lance.stdout.read().splitlines()
                for ligne in dites:
                    reference, numero = ligne.split()
                    acquittes[reference] = numero
    with ouvrir(url) as magasin:
        perdus = []
        for reference, numero in acquittes.items():
            relue = magasin.par_reference("production", "OPA", reference)
            if relue is None or relue.numero != numero or [e.etat for e in relue.evenements] != [Etat.EN_DEPOT]:
                perdus.append(reference)
        assert perdus == []
        signalisations, numeros, evenements = compter(magasin)
        # One deposit of each killed thread may be committed without having been acknowledged.
        assert len(acquittes) <= signalisations <= len(acquittes) + 2 * 3 * 4
        assert (numeros, evenements) == (signalisations, signalisations)
        page = magasin.evenements_depuis("production", "OPA", 0, signalisations + 1)
        assert [suivi.evenement.rang for suivi in page.evenements] == list(range(1, signalisations + 1))
        assert page.dernier == signalisations
        assert not magasin.deposer(nouvelle("apres")).deja_deposee


@pytest.mark.long
@pytest.mark.exigence("R3.1")
def test_processus_creent_le_magasin_ensemble(url_vide: str) -> None:
    with processus(*[("ouvrir", url_vide)] * 4) as lances:
        dites = lignes(lances)
    assert Counter(deja for _, _, deja in dites) == {"False": 1, "True": 3}
    assert len({numero for _, numero, _ in dites}) == 1


@pytest.mark.long
@pytest.mark.exigence("R3.1")
def test_enfants_d_un_fork_ont_leurs_connexions(url: str) -> None:
    with processus(("fourche", url)) as lances:
        dites = lignes(lances)
    assert len(dites) == len({numero for _, numero in dites}) == 25 + 4 * 25
    with ouvrir(url) as magasin:
        assert compter(magasin) == (125, 125, 125)
        relues = [magasin.par_reference("production", "OPA", reference) for reference, _ in dites]
    assert [relue.numero for relue in relues if relue] == [numero for _, numero in dites]


@pytest.mark.exigence("R3.1")
@pytest.mark.postgresql
def test_postgresql_tombe_et_revient() -> None:
    """The server crashes under open connections: what was acknowledged is there, and the same store goes on."""
    with grappe_neuve() as grappe, ouvrir(grappe.url("postgres")) as magasin:
        avant = nouvelle("avant")
        magasin.deposer(avant)
        grappe.arreter(signal.SIGQUIT)
        grappe.demarrer()
        relue = magasin.par_reference("production", "OPA", "avant")
        assert relue is not None
        assert relue.numero == avant.numero
        assert not magasin.deposer(nouvelle("apres")).deja_deposee
        assert magasin.deposer(nouvelle("avant")).deja_deposee
