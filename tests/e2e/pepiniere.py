"""The process that :mod:`tests.e2e.fourche` has the others forked from: it loads the package, then forks on demand.

It ends when its standard input does, and the others with it.
"""

from __future__ import annotations

import atexit
import gc
import importlib
import io
import json
import os
import pkgutil
import selectors
import signal
import socket
import sys
import threading
import time
from contextlib import suppress
from typing import Any, NoReturn

import esav_soap
from esav_soap.cli.__main__ import main

_MAXIMUM = 1 << 20


def charger() -> None:
    """Everything that a command may need; migrations are scripts that Alembic runs."""
    for module in pkgutil.walk_packages(esav_soap.__path__, "esav_soap."):
        if ".migrations" not in module.name and not module.name.endswith("__main__"):
            importlib.import_module(module.name)
    gc.collect()
    gc.freeze()


def attendre_une_naissance(prise: socket.socket) -> tuple[dict[str, Any], list[int]]:
    """Returns in each new process, with what it shall do and its streams; ends this one when its standard input does."""
    with selectors.DefaultSelector() as choix:
        choix.register(prise, selectors.EVENT_READ, None)
        choix.register(0, selectors.EVENT_READ, None)
        while True:
            for cle, _ in choix.select():
                if cle.fileobj == 0:
                    for autre in choix.get_map().values():
                        if autre.data is not None:
                            with suppress(ProcessLookupError):  # not a session yet, or none any more
                                os.killpg(autre.data[0], signal.SIGKILL)
                    os._exit(0)
                if cle.data is not None:
                    pid, ligne = cle.data
                    choix.unregister(cle.fileobj)
                    os.close(cle.fd)
                    _dire(ligne, os.waitpid(pid, 0)[1])
                    continue
                ligne, _ = prise.accept()
                octets, flux, _, _ = socket.recv_fds(ligne, _MAXIMUM, 2)
                pid = os.fork()
                if pid == 0:
                    for autre in choix.get_map().values():
                        if autre.data is not None:
                            os.close(autre.fd)
                            autre.data[1].close()
                    ligne.close()
                    prise.close()
                    return json.loads(octets), flux
                for un in flux:
                    os.close(un)
                choix.register(os.pidfd_open(pid), selectors.EVENT_READ, (pid, ligne))
                ligne.send(str(pid).encode())


def _dire(ligne: socket.socket, statut: int) -> None:
    """Whoever asked may not be interested any more."""
    with ligne, suppress(BrokenPipeError):
        ligne.send(str(statut).encode())


def devenir(demande: dict[str, Any], flux: list[int]) -> None:
    """What ``python -m esav_soap.cli`` finds when it starts."""
    os.setsid()
    os.chdir(demande["cwd"])
    os.environ.clear()
    os.environ.update(demande["env"])
    time.tzset()
    neant = os.open(os.devnull, os.O_RDONLY)
    for numero, un in enumerate((neant, *flux)):
        os.dup2(un, numero)
        os.close(un)
    sys.stdout = io.TextIOWrapper(io.FileIO(1, "w", closefd=False), encoding="utf-8", write_through=True)
    sys.stderr = io.TextIOWrapper(
        io.FileIO(2, "w", closefd=False), encoding="utf-8", errors="backslashreplace", write_through=True
    )
    sys.path[:0] = [demande["cwd"], *filter(None, demande["env"].get("PYTHONPATH", "").split(os.pathsep))]
    sys.argv = ["esav", *demande["arguments"]]
    sys.executable = demande["env"].get("ESAV_TEST_RELAIS", sys.executable)


def finir(code: int) -> NoReturn:
    """As an interpreter ends, but for taking down all that was loaded."""
    threading._shutdown()  # type: ignore[attr-defined]
    atexit._run_exitfuncs()
    sys.stdout.flush()
    os._exit(code)


if __name__ == "__main__":
    charger()
    with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as ecoute:
        ecoute.bind(f"{sys.argv[1]}.neuve")
        ecoute.listen(100)
        os.rename(f"{sys.argv[1]}.neuve", sys.argv[1])
        devenir(*attendre_une_naissance(ecoute))
    try:
        main()
    except SystemExit as fin:
        finir(fin.code if isinstance(fin.code, int) else 0)
