"""A real server process on loopback, for the tests that come in through the front door."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from tests.e2e.fourche import Processus, lancer

DELAI_S = 60


def port_libre() -> int:
    with socket.socket() as prise:
        prise.bind(("127.0.0.1", 0))
        return int(prise.getsockname()[1])


@dataclass
class ServeurReel:
    """``url``: its base URL; ``journal``: the file of its log."""

    url: str
    store: str
    journal: Path
    processus: subprocess.Popen[bytes] | Processus

    def tuer(self) -> None:
        """SIGKILL to the whole process group, as a power cut would; its address is free when all of them are gone."""
        os.killpg(self.processus.pid, signal.SIGKILL)
        self.processus.wait(DELAI_S)
        limite = time.monotonic() + DELAI_S
        while self._ecoute():
            assert time.monotonic() < limite
            time.sleep(0.005)

    def _ecoute(self) -> bool:
        decoupe = urlsplit(self.url)
        with socket.socket() as prise:
            return prise.connect_ex((decoupe.hostname, decoupe.port)) == 0

    def arreter(self) -> None:
        if self.processus.poll() is None:
            self.processus.send_signal(signal.SIGTERM)
            try:
                self.processus.wait(DELAI_S)
            except subprocess.TimeoutExpired:
                self.tuer()
                raise


def demarrer(
    store: str,
    journal: Path,
    *,
    port: int | None = None,
    attendre: bool = True,
    processus: int = 1,
    env: Mapping[str, str] | None = None,
    seul: bool = False,
) -> ServeurReel:
    """Start ``esav serve`` on ``store`` and wait until it answers. ``seul``: by a Python of its own, not forked."""
    adresse = f"127.0.0.1:{port or port_libre()}"
    with journal.open("ab") as sortie:
        arguments = ["serve", "--adresse", adresse, "--store", store, "--processus", str(processus)]
        entier = {**os.environ, **_sans_worker(env or {}), **_sans_homologation(env or {}), **(env or {})}
        lance: subprocess.Popen[bytes] | Processus
        if seul:
            lance = subprocess.Popen(
                [sys.executable, "-m", "esav_soap.cli", *arguments],
                stdin=subprocess.DEVNULL,
                stdout=sortie,
                stderr=sortie,
                start_new_session=True,
                env=entier,
            )
        else:
            lance = lancer(arguments, env=entier, sortie=sortie, erreurs=sortie)
    serveur = ServeurReel(f"http://{adresse}", store, journal, lance)
    if attendre:
        attendre_reponse(serveur)
    return serveur


def _sans_worker(env: Mapping[str, str]) -> dict[str, str]:
    """A process more, only for the tests that give it something to send; the others say so."""
    utile = env.get("ESAV_SMTP_HOTE") or env.get("ESAV_NOTIFICATIONS_CERTIFICAT")
    return {} if utile else {"ESAV_WORKER": "non"}


def _sans_homologation(env: Mapping[str, str]) -> dict[str, str]:
    """Most tests deposit at once in production; a server that proves who calls cannot do without homologation."""
    prouvee = env.get("ESAV_TLS_CERTIFICAT") or env.get("ESAV_SOCKET_MANDATAIRE")
    source = env.get("ESAV_IDENTITE") or ("certificat" if prouvee else "locale")
    return {"ESAV_HOMOLOGATION": "non"} if source == "locale" else {}


def attendre_reponse(serveur: ServeurReel) -> None:
    limite = time.monotonic() + DELAI_S
    while True:
        try:
            with urllib.request.urlopen(f"{serveur.url}/sante", timeout=5) as reponse:
                assert reponse.status == 200
                return
        except OSError as erreur:
            if serveur.processus.poll() is not None or time.monotonic() > limite:
                raise RuntimeError(serveur.journal.read_text(errors="replace")) from erreur
            time.sleep(0.02)


@contextmanager
def serveur_neuf(store: str, dossier: Path, **options: object) -> Iterator[ServeurReel]:
    serveur = demarrer(store, dossier / "serveur.log", **options)  # type: ignore[arg-type]
    try:
        yield serveur
    finally:
        serveur.arreter()
