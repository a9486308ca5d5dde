"""A throw-away PostgreSQL for the tests: own cluster, Unix socket only, real fsync, gone at the end of the run."""

from __future__ import annotations

import os
import pwd
import secrets
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict

from tests.bases_pretes import BasesPretes
from tests.programmes import manque

DELAI_S = 60


def _programmes() -> Path | None:
    """The folder of PostgreSQL's server programs: Debian's newest, or what stands on PATH."""
    versions = sorted(
        Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda p: int(p.parts[-3]) if p.parts[-3].isdigit() else 0
    )
    if versions:
        return versions[-1].parent
    trouve = shutil.which("initdb")
    return Path(trouve).resolve().parent if trouve else None


def _utilisateur() -> pwd.struct_passwd | None:
    """PostgreSQL refuses to run as root: who runs it instead, or ``None`` to run it as who we are."""
    if os.geteuid() != 0:
        return None
    connus = {compte.pw_name: compte for compte in pwd.getpwall()}
    return connus.get("postgres") or connus["nobody"]


class Grappe:
    """A running cluster. ``base()`` makes databases in it; ``pretes.base()`` lends such as ``ouvrir`` makes of an empty one."""

    def __init__(self, programmes: Path, dossier: Path, compte: pwd.struct_passwd | None) -> None:
        self._programmes = programmes
        self._dossier = dossier
        self._compte = compte
        self._identite: dict[str, Any] = (
            {"user": compte.pw_uid, "group": compte.pw_gid, "extra_groups": []} if compte else {}
        )
        self._serveur: subprocess.Popen[bytes] | None = None
        self.pretes = BasesPretes(self)

    def initialiser(self) -> None:
        if self._compte:
            os.chown(self._dossier, self._compte.pw_uid, self._compte.pw_gid)
        subprocess.run(
            [
                self._programmes / "initdb",
                "-D",
                self._dossier / "donnees",
                "-U",
                "esav",
                "-A",
                "trust",
                "-E",
                "UTF8",
                "--locale=C",
            ],
            **self._identite,
            cwd=self._dossier,
            check=True,
            capture_output=True,
            timeout=DELAI_S,
        )

    def demarrer(self) -> None:
        reglages = {"listen_addresses": "", "unix_socket_directories": str(self._dossier), "max_connections": "100"}
        commande: list[str | Path] = [self._programmes / "postgres", "-D", self._dossier / "donnees"]
        for nom, valeur in reglages.items():
            commande += ["-c", f"{nom}={valeur}"]
        with (self._dossier / "journal").open("ab") as journal:
            self._serveur = subprocess.Popen(
                commande,
                **self._identite,
                cwd=self._dossier,
                stdin=subprocess.DEVNULL,
                stdout=journal,
                stderr=journal,
            )
        limite = time.monotonic() + DELAI_S
        while True:
            try:
                psycopg.connect(self.url("postgres"), connect_timeout=5).close()
            except psycopg.OperationalError as erreur:
                if self._serveur.poll() is not None or time.monotonic() > limite:
                    raise RuntimeError((self._dossier / "journal").read_text(errors="replace")) from erreur
                time.sleep(0.02)
            else:
                return

    def arreter(self, signal_arret: int = signal.SIGINT) -> None:
        """``SIGINT``: fast shutdown, sessions are cut; ``SIGQUIT``: immediate, as in a crash."""
        if self._serveur is not None and self._serveur.poll() is None:
            self._serveur.send_signal(signal_arret)
            self._serveur.wait(DELAI_S)

    def url(self, base: str) -> str:
        return f"postgresql://esav@/{base}?host={self._dossier}"

    def creer(self) -> str:
        """The URL of a new, empty database."""
        nom = f"t{secrets.token_hex(6)}"
        self._ordonner("CREATE DATABASE {}", nom)
        return self.url(nom)

    def supprimer(self, url: str) -> None:
        self._ordonner("DROP DATABASE {} WITH (FORCE)", str(conninfo_to_dict(url)["dbname"]))

    def _ordonner(self, ordre: str, base: str) -> None:
        with psycopg.connect(self.url("postgres"), autocommit=True) as connexion:
            connexion.execute(ordre.format(base))

    @contextmanager
    def base(self) -> Iterator[str]:
        """The URL of a new, empty database, dropped at the end."""
        url = self.creer()
        try:
            yield url
        finally:
            self.supprimer(url)


@contextmanager
def grappe_neuve() -> Iterator[Grappe]:
    """A cluster of its own. Skips the test when PostgreSQL is not installed, fails it with ``ESAV_TESTS_TOUT=1``."""
    programmes = _programmes()
    if programmes is None:
        message = "PostgreSQL's server programs are missing (Debian: apt install postgresql)"
        manque(message)
    dossier = Path(tempfile.mkdtemp(prefix="esav-pg-"))
    grappe = Grappe(programmes, dossier, _utilisateur())
    try:
        grappe.initialiser()
        grappe.demarrer()
        yield grappe
    finally:
        grappe.arreter(signal.SIGQUIT)  # nobody will read what it would still write
        shutil.rmtree(dossier, ignore_errors=True)


_COMMUNE = pytest.StashKey[Grappe]()


@pytest.fixture(scope="session")
def postgresql(pytestconfig: pytest.Config) -> Grappe:
    """One cluster for the whole run, however many folders and modules import this fixture."""
    if _COMMUNE not in pytestconfig.stash:
        duree = ExitStack()
        pytestconfig.stash[_COMMUNE] = duree.enter_context(grappe_neuve())
        pytestconfig.add_cleanup(duree.close)
    return pytestconfig.stash[_COMMUNE]
