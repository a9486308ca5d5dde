"""Run as a program by ``test_processus_store.py``: a process that uses the store. Says ``pret``, then waits for a line.

``references URL NOMBRE``: deposits R0...Rn, the same as every other process; prints each outcome.
``depots URL PREFIXE FILS``: deposits of its own without end; prints each number once it is acknowledged.
``ouvrir URL``: opens the store.
``fourche URL``: deposits, forks four children that deposit with the inherited store, deposits again.
"""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Callable
from itertools import count

from esav_soap.store import ouvrir
from tests.integration.exemples import nouvelle


def dire(texte: str) -> None:
    os.write(1, f"{texte}\n".encode())  # one write: lines of several threads do not mix


def attendre() -> None:
    dire("pret")
    sys.stdin.readline()


def references(url: str, nombre: str) -> None:
    magasin = ouvrir(url)
    attendre()

    def tout() -> None:
        for rang in range(int(nombre)):
            depot = magasin.deposer(nouvelle(f"R{rang}"))
            dire(f"R{rang} {depot.numero} {depot.deja_deposee}")

    fils = [threading.Thread(target=tout) for _ in range(2)]
    for un in fils:
        un.start()
    for un in fils:
        un.join()


def depots(url: str, prefixe: str, fils: str) -> None:
    magasin = ouvrir(url)
    attendre()

    def sans_fin(nom: str) -> None:
        for rang in count():
            reference = f"{prefixe}-{nom}-{rang}"
            dire(f"{reference} {magasin.deposer(nouvelle(reference)).numero}")

    for rang in range(int(fils)):
        threading.Thread(target=sans_fin, args=(str(rang),)).start()


def ouvrir_seulement(url: str) -> None:
    attendre()
    magasin = ouvrir(url)
    depot = magasin.deposer(nouvelle("R0"))
    dire(f"R0 {depot.numero} {depot.deja_deposee}")


def fourche(url: str) -> None:
    magasin = ouvrir(url)
    attendre()
    dire(f"parent-0 {magasin.deposer(nouvelle('parent-0')).numero}")
    enfants = []
    for rang in range(4):
        enfant = os.fork()
        if enfant == 0:
            code = 1
            try:
                for n in range(25):
                    reference = f"enfant-{rang}-{n}"
                    dire(f"{reference} {magasin.deposer(nouvelle(reference)).numero}")
                    assert magasin.par_reference("production", "OPA", "parent-0") is not None
                code = 0
            finally:
                os._exit(code)
        enfants.append(enfant)
    for n in range(1, 25):
        dire(f"parent-{n} {magasin.deposer(nouvelle(f'parent-{n}')).numero}")
    codes = [os.waitstatus_to_exitcode(os.waitpid(enfant, 0)[1]) for enfant in enfants]
    assert codes == [0] * 4, codes


ROLES: dict[str, Callable[..., None]] = {
    "references": references,
    "depots": depots,
    "ouvrir": ouvrir_seulement,
    "fourche": fourche,
}

if __name__ == "__main__":
    ROLES[sys.argv[1]](*sys.argv[2:])
