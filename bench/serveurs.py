"""Processes under measurement: started on loopback, asked for nothing until they answer, ended by their own id."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import socket
import ssl
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from bench.charge import Tir
from bench.messages import RACINE
from esav_soap.names import chemin_service

DELAI_S = 120


class MesureImpossible(RuntimeError):
    """A server did not start, or the load could not be brought to it."""


@dataclass(frozen=True)
class Tls:
    """PEM files: the CA of both sides, the client's certificate with its key, the server's certificate and key."""

    ca: Path
    client: Path
    serveur: Path
    cle: Path


@dataclass(frozen=True)
class Serveur:
    """A running server. ``attente``: seconds from its start to its first answer; ``tls``: how it is called, if not in clear."""

    port: int
    processus: subprocess.Popen[bytes]
    journal: Path
    attente: float
    tls: Tls | None = None


def _port_libre() -> int:
    with socket.socket() as prise:
        prise.bind(("127.0.0.1", 0))
        return int(prise.getsockname()[1])


@contextmanager
def serveur(nom: str, store: str, dossier: Path, processus: int = 1, tls: Tls | None = None) -> Iterator[Serveur]:
    """``esav serve`` (``nom`` is ``esav``), with TLS if there is any, or one of ``bench.nus.SERVICES``, on ``store``."""
    port = _port_libre()
    adresse = f"127.0.0.1:{port}"
    if nom == "esav":
        commande = ["-m", "esav_soap.cli", "serve", "--adresse", adresse, "--store", store]
        commande += ["--processus", str(processus)]
    else:
        commande = ["-m", "bench.nus", nom, adresse, store, str(processus)]
    journal = dossier / f"{nom}-{port}.log"
    debut = time.monotonic()
    with journal.open("wb") as sortie:
        lance = subprocess.Popen(
            [sys.executable, *commande],
            stdin=subprocess.DEVNULL,
            stdout=sortie,
            stderr=sortie,
            cwd=RACINE,
            env={cle: valeur for cle, valeur in os.environ.items() if not cle.startswith("ESAV_")}
            | {"ESAV_WORKER": "non"}
            | _reglages(tls),
            start_new_session=True,
        )
    try:
        _attendre(port, lance, journal, tls)
        yield Serveur(port, lance, journal, time.monotonic() - debut, tls)
    finally:
        lance.send_signal(signal.SIGTERM)
        try:
            lance.wait(30)
        except subprocess.TimeoutExpired:
            os.killpg(lance.pid, signal.SIGKILL)
            lance.wait(30)


def _reglages(tls: Tls | None) -> dict[str, str]:
    """Without certificates the node is a local one, where no opérateur has to earn production."""
    if tls is None:
        return {"ESAV_HOMOLOGATION": "non"}
    return {"ESAV_TLS_CERTIFICAT": str(tls.serveur), "ESAV_TLS_CLE": str(tls.cle)}


def _attendre(port: int, lance: subprocess.Popen[bytes], journal: Path, tls: Tls | None) -> None:
    limite = time.monotonic() + DELAI_S
    schema = "https" if tls else "http"
    contexte = ssl.create_default_context(cafile=tls.ca) if tls else None
    while True:
        try:
            with urllib.request.urlopen(f"{schema}://127.0.0.1:{port}/sante", timeout=DELAI_S, context=contexte):
                return
        except OSError as erreur:
            if lance.poll() is not None or time.monotonic() > limite:
                raise MesureImpossible(journal.read_text(errors="replace")[-4000:]) from erreur
            time.sleep(0.02)


def charger(
    cible: Serveur,
    message: Path,
    prefixe: str,
    version: str,
    *,
    connexions: int = 8,
    secondes: float = 5.0,
    nombre: int = 1 << 30,
    service: str = "depot",
) -> Tir:
    """Bring the load to a server from a process of its own. ``service``: ``depot``, or ``suivi`` for a message that consults.
    Raises :class:`MesureImpossible` when one answer was no
    acknowledgement: what is refused is quick, and would be counted as speed."""
    commande = [sys.executable, "-m", "bench.charge", str(cible.port)]
    chemin = chemin_service("production", service, version if service == "depot" else None)
    commande += [chemin, str(message), prefixe]
    commande += ["--connexions", str(connexions), "--secondes", str(secondes), "--nombre", str(nombre)]
    if service != "depot":
        commande.append("--consultation")
    if cible.tls:
        commande += ["--identite", str(cible.tls.client), "--ca", str(cible.tls.ca)]
    fait = subprocess.run(
        commande, cwd=RACINE, stdin=subprocess.DEVNULL, capture_output=True, timeout=secondes + DELAI_S, check=False
    )
    if fait.returncode:
        raise MesureImpossible(fait.stderr.decode(errors="replace")[-2000:])
    tir = Tir(**json.loads(fait.stdout))
    if tir.refuses or not tir.acceptes:
        raise MesureImpossible(
            f"{tir.refuses} réponses sur {tir.refuses + tir.acceptes} ne sont pas un accusé : {tir.refus}"
        )
    return tir


def processeur(cible: Serveur) -> float:
    """Seconds of processor time that the server's processes have used until now."""
    return sum(int(champs[11]) + int(champs[12]) for champs in _etats(cible)) / os.sysconf("SC_CLK_TCK")


def memoire(cible: Serveur) -> int:
    """Bytes of memory of the largest of the server's processes."""
    return max(int(champs[21]) for champs in _etats(cible)) * os.sysconf("SC_PAGE_SIZE")


def _etats(cible: Serveur) -> Iterator[list[str]]:
    """Fields of ``/proc/<pid>/stat`` behind the name, for each process of the server's group."""
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            champs = stat.read_text().rpartition(")")[2].split()
            if int(champs[2]) == cible.processus.pid:
                yield champs


@contextmanager
def postgresql() -> Iterator[str | None]:
    """The URL of an empty database in a cluster of its own, or None when PostgreSQL's programs are not there."""
    if not (shutil.which("initdb") or any(Path("/usr/lib/postgresql").glob("*/bin/initdb"))):
        yield None
        return
    from tests.postgres import grappe_neuve

    with contextlib.ExitStack() as pile:
        yield pile.enter_context(pile.enter_context(grappe_neuve()).base())
