"""Processes of ``esav`` that start at once: forked from one that has loaded the whole package, instead of loading it each.

Their own process, session, settings, folder and streams; what only ``python -m esav_soap.cli`` proves, that the package
loads, is proved by the tests that start it so (``test_serve``, ``test_demo``, and every program run by others).
"""

from __future__ import annotations

import atexit
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import IO

_RACINE = Path(__file__).parents[2]
_DELAI_S = 60


class Processus:
    """One of them, as :class:`subprocess.Popen` would be: ``returncode`` is None while it runs, ``-N`` after signal N."""

    def __init__(self, ligne: socket.socket, pid: int, sortie: IO[str] | None = None) -> None:
        self.pid = pid
        self.returncode: int | None = None
        self.stdout = sortie
        self._ligne = ligne

    def poll(self) -> int | None:
        try:
            return self.wait(0)
        except subprocess.TimeoutExpired:
            return None

    def wait(self, timeout: float | None = None) -> int:
        """Raises ``TimeoutExpired``."""
        if self.returncode is None:
            # Zero would make the socket one that does not block; nothing else differs.
            self._ligne.settimeout(0.0001 if timeout == 0 else timeout)
            try:
                dit = self._ligne.recv(64)
            except TimeoutError:
                raise subprocess.TimeoutExpired("esav", timeout or 0) from None
            assert dit, "the nursery of processes is gone"
            self._ligne.close()
            self.returncode = os.waitstatus_to_exitcode(int(dit))
        return self.returncode

    def send_signal(self, numero: int) -> None:
        if self.poll() is None:
            os.kill(self.pid, numero)

    def terminate(self) -> None:
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)


def lancer(
    arguments: Sequence[str],
    *,
    env: Mapping[str, str] | None = None,
    cwd: Path | None = None,
    sortie: int | IO[bytes] = subprocess.DEVNULL,
    erreurs: int | IO[bytes] = subprocess.DEVNULL,
) -> Processus:
    """Start ``esav`` with those arguments, in a session of its own, without standard input. ``env``: the whole environment,
    that of this process by default. ``sortie`` may be ``subprocess.PIPE``, to be read as text."""
    ligne = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    ligne.connect(_pepiniere())
    donnees = {
        "arguments": list(arguments),
        "env": dict(os.environ if env is None else env),
        "cwd": str(cwd or Path.cwd()),
    }
    lecture: IO[str] | None = None
    ouverts: list[int] = []
    flux = []
    for voulu in (sortie, erreurs):
        if voulu == subprocess.PIPE:
            lu, ecrit = os.pipe()
            lecture = os.fdopen(lu, encoding="utf-8")
            ouverts.append(ecrit)
            flux.append(ecrit)
        elif voulu == subprocess.DEVNULL:
            ouverts.append(os.open(os.devnull, os.O_WRONLY))
            flux.append(ouverts[-1])
        else:
            flux.append(voulu if isinstance(voulu, int) else voulu.fileno())
    try:
        socket.send_fds(ligne, [json.dumps(donnees).encode()], flux)
        pid = int(ligne.recv(64))
    finally:
        for un in ouverts:
            os.close(un)
    return Processus(ligne, pid, lecture)


def executer(
    arguments: Sequence[str],
    *,
    env: Mapping[str, str] | None = None,
    cwd: Path | None = None,
    delai_s: float = _DELAI_S,
) -> subprocess.CompletedProcess[str]:
    """Run ``esav`` to its end, with what it said."""
    with tempfile.TemporaryFile() as sortie, tempfile.TemporaryFile() as erreurs:
        lance = lancer(arguments, env=env, cwd=cwd, sortie=sortie, erreurs=erreurs)
        try:
            code = lance.wait(delai_s)
        except BaseException:
            lance.kill()
            raise
        dits = []
        for flux in (sortie, erreurs):
            flux.seek(0)
            dits.append(flux.read().decode("utf-8"))
    return subprocess.CompletedProcess(list(arguments), code, *dits)


@cache
def relais() -> str:
    """A program for ``ESAV_TEST_RELAIS``: a command with that setting takes it for Python, to start its own commands with."""
    adresse = _pepiniere()
    programme = Path(adresse).with_name("python")
    partie = Path(__file__).with_name("relais.py")
    programme.write_text(f'#!/bin/sh\nexec {sys.executable} -I -S {partie} {adresse} "$@"\n', encoding="utf-8")
    programme.chmod(0o755)
    return str(programme)


@cache
def _pepiniere() -> str:
    """Start the process that the others are forked from; the address of its socket. It ends with this one."""
    dossier = tempfile.TemporaryDirectory(prefix="esav-fourche-")
    adresse = f"{dossier.name}/prise"
    vie, bout = os.pipe()
    propre = {nom: valeur for nom, valeur in os.environ.items() if not nom.startswith("ESAV_")}
    lance = subprocess.Popen(
        [sys.executable, "-m", "tests.e2e.pepiniere", adresse],
        stdin=vie,
        env={**propre, "PYTHONPATH": str(_RACINE)},
        cwd=_RACINE,
        start_new_session=True,
    )
    os.close(vie)

    def finir() -> None:
        os.close(bout)
        lance.wait(_DELAI_S)
        dossier.cleanup()

    atexit.register(finir)
    limite = time.monotonic() + _DELAI_S
    while not os.path.exists(adresse):
        assert lance.poll() is None
        assert time.monotonic() < limite
        time.sleep(0.005)
    return adresse
