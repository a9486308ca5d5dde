"""Run as a program by the tests of several processes on one store: a process that uses the store. Says ``pret``, then waits for a line.

``references URL NOMBRE``: deposits R0...Rn, the same as every other process; prints each outcome.
``depots URL PREFIXE FILS``: deposits of its own without end; prints each number once it is acknowledged.
``ouvrir URL``: opens the store.
``annoncer URL VERSION``: announces it over what it saw before it was let go; says ``gagne`` or ``change``.
``avis URL``: leases notices, a few at a time, until none is due; prints each.
``fourche URL``: deposits, forks four children that deposit with the inherited store, deposits again.
"""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Callable
from datetime import timedelta
from itertools import count

from esav_soap.store import ouvrir
from esav_soap.usecases.ports import VersionsChangees
from tests.integration.exemples import nouvelle
from tests.integration.publications import INSTANT, annoncee, envois, remplacee


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


def annoncer(url: str, version: str) -> None:
    magasin = ouvrir(url)
    attendues = magasin.versions()
    attendre()
    try:
        magasin.annoncer(annoncee(version), b"p" * 1_000_000, remplacee(version), envois(version), attendues)
    except VersionsChangees:
        dire("change")
    else:
        dire("gagne")


def avis(url: str) -> None:
    magasin = ouvrir(url)
    attendre()
    while pris := magasin.prendre(INSTANT, timedelta(hours=1), 3):
        for un in pris:
            dire(f"{un.numero} {un.essais}")


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
    "annoncer": annoncer,
    "avis": avis,
}

if __name__ == "__main__":
    ROLES[sys.argv[1]](*sys.argv[2:])
