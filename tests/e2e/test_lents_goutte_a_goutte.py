"""Many more slow clients than the server has threads, a byte a second each: the others are all answered, and the slow ones
are still there afterwards. How much they cost is measured by ``make bench ARGS="--partie lenteur"``."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from bench.lents import GENRES, Bilan
from tests.e2e import tls
from tests.e2e.serveur import ServeurReel
from tests.e2e.soap import appeler, depot, requete
from tests.e2e.test_lenteur import DEPOT, FILS, base, neuve, serveur

__all__ = ["base", "serveur"]

RACINE = Path(__file__).parents[2]
#: Ten times the threads of the server.
NOMBRE = 10 * int(FILS["ESAV_FILS"])
DELAI_S = 60


@contextmanager
def lents(port: int, genre: str, *options: str) -> Iterator[list[Bilan]]:
    """Slow clients in a process of their own; what became of them, once the block has ended."""
    commande = [sys.executable, "-m", "bench.lents", str(port), str(NOMBRE), genre, *options]
    fin: list[Bilan] = []
    with subprocess.Popen(commande, cwd=RACINE, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as lance:
        try:
            assert lance.stdout is not None
            assert lance.stdout.readline().decode() == "prêt\n"
            yield fin
            dit, _ = lance.communicate(timeout=DELAI_S)
            fin.append(Bilan(**json.loads(dit)))
        finally:
            lance.kill()


def tous_servis(serveur: ServeurReel, nombre: int = 20) -> None:
    """Each deposits and reads again, on connections of their own."""
    for _ in range(nombre):
        reference = neuve()
        depose = appeler(serveur.url, DEPOT[1:], depot("2026.2", "ACCES_FTTH", reference))
        lu = appeler(serveur.url, "production/ws/1/suivi", requete("consulterEtat", referenceOperateur=reference))
        assert (depose.refus, lu.refus) == (None, None)
        assert depose.texte("numeroSignalisation") == lu.texte("numeroSignalisation")


@pytest.mark.exigence("R3.1", "R7.3", "R9")
def test_des_clients_octet_par_octet__ok(serveur: ServeurReel, tmp_path: Path) -> None:
    """Slow in the request, and over TLS in the handshake as well, which the server ends after a while."""
    port, options, genres = int(serveur.url.rpartition(":")[2]), [], ["requete"]
    if serveur.url.startswith("https:"):
        (tmp_path / "ca.pem").write_bytes(tls.du_serveur()[0])
        options, genres = ["--ca", str(tmp_path / "ca.pem")], list(GENRES)
    for genre in genres:
        with lents(port, genre, *options) as fin:
            tous_servis(serveur)
        (bilan,) = fin
        assert (bilan.tenues, bilan.octets > 0) == (NOMBRE, True)
        assert genre == "poignee" or not bilan.coupees, "slow ones are waited for as well"
    tous_servis(serveur, 1)
