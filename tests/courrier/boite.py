"""A real SMTP server in a process of its own, and the mails that it got."""

from __future__ import annotations

import email
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from typing import Any

import trustme

from tests.faux import RACINE

DELAI_S = 60


class Boite:
    """``port``: where it listens, also after it was down. ``chiffrement``: none, ``starttls`` or ``tls``."""

    def __init__(self, dossier: Path, chiffrement: str = "", nom: str = "127.0.0.1") -> None:
        self.dossier = dossier
        dossier.mkdir()
        self.port = 0
        self._processus: subprocess.Popen[str] | None = None
        self._options: list[str] = []
        self.autorites = dossier / "autorites.pem"
        if chiffrement:
            autorite = trustme.CA()
            autorite.cert_pem.write_to_path(self.autorites)
            autorite.issue_cert(nom).private_key_and_cert_chain_pem.write_to_path(dossier / "serveur.pem")
            self._options = [str(dossier / "serveur.pem"), chiffrement]

    def demarrer(self) -> None:
        self._processus = subprocess.Popen(
            [sys.executable, "-m", "tests.courrier.serveur", str(self.dossier), str(self.port), *self._options],
            cwd=RACINE,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self._processus.stdout is not None
        dit = self._processus.stdout.readline()
        assert dit.startswith("pret "), dit
        self.port = int(dit.split()[1])

    def arreter(self) -> None:
        if self._processus is not None:
            self._processus.kill()
            self._processus.wait(DELAI_S)
            assert self._processus.stdout is not None
            self._processus.stdout.close()
            self._processus = None

    def consigner(self, **consigne: Any) -> None:
        """Say what to do from now on; nothing: take every mail."""
        provisoire = self.dossier / "consigne.neuf"
        provisoire.write_text(json.dumps(consigne))
        os.replace(provisoire, self.dossier / "consigne.json")

    def recus(self) -> list[EmailMessage]:
        """The mails, in the order in which they came."""
        return [
            email.message_from_bytes(fichier.read_bytes(), policy=default)
            for fichier in sorted(self.dossier.glob("*.eml"))
        ]


@contextmanager
def boite_ouverte(dossier: Path, chiffrement: str = "", nom: str = "127.0.0.1", **consigne: Any) -> Iterator[Boite]:
    """A server that runs, in a new folder below ``dossier``."""
    boite = Boite(dossier / "boite", chiffrement, nom)
    boite.consigner(**consigne)
    boite.demarrer()
    try:
        yield boite
    finally:
        boite.arreter()


def attendre(condition: Callable[[], bool], quoi: str) -> None:
    """Wait for a condition; fails after :data:`DELAI_S`."""
    limite = time.monotonic() + DELAI_S
    while not condition():
        assert time.monotonic() < limite, f"{quoi} : pas venu"
        time.sleep(0.02)
