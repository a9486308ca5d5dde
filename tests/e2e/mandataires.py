"""Real reverse proxies in front of the server's Unix socket, with the configurations that the documentation ships."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.e2e import tls
from tests.e2e.serveur import DELAI_S, port_libre
from tests.programmes import manque

EXEMPLES = Path(__file__).parents[2] / "docs" / "exemples" / "mandataire"


@dataclass(frozen=True)
class Mandataire:
    """A running proxy. ``port``: of its TLS address."""

    nom: str
    port: int


def _programme(nom: str) -> str:
    chemin = shutil.which(nom, path=f"{os.environ.get('PATH', '')}:/usr/sbin")
    if chemin is None:
        manque(f"{nom} manque")
    return chemin


def _adapter(texte: str, remplacements: dict[str, str]) -> str:
    """The shipped file with the paths of the test; each of them must be in it, once."""
    for avant, apres in remplacements.items():
        assert texte.count(avant) == 1, avant
        texte = texte.replace(avant, apres)
    return texte


def _nginx(dossier: Path, prise: str, port: int) -> list[str]:
    (dossier / "nginx.conf").write_text(
        _adapter(
            (EXEMPLES / "nginx.conf").read_text(encoding="utf-8"),
            {
                "user www-data esav;": "user root;" if os.geteuid() == 0 else "",
                "worker_processes auto;": "worker_processes 1; daemon off;",
                "/run/nginx.pid": f"{dossier}/nginx.pid",
                "/var/log/nginx/error.log": "stderr",
                "/var/log/nginx/access.log": f"off; {_dossiers_nginx(dossier)}",
                "/run/esav/mandataire.sock": prise,
                "listen 443 ssl": f"listen 127.0.0.1:{port} ssl",
                "/etc/esav/serveur.pem": f"{dossier}/serveur.pem",
                "/etc/esav/serveur.cle": f"{dossier}/serveur.cle",
            },
        ),
        encoding="utf-8",
    )
    return [_programme("nginx"), "-e", "stderr", "-p", str(dossier), "-c", str(dossier / "nginx.conf")]


def _dossiers_nginx(dossier: Path) -> str:
    genres = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    return " ".join(f"{genre}_temp_path {dossier}/{genre};" for genre in genres).removesuffix(";")


def _haproxy(dossier: Path, prise: str, port: int) -> list[str]:
    (dossier / "haproxy.cfg").write_text(
        _adapter(
            (EXEMPLES / "haproxy.cfg").read_text(encoding="utf-8"),
            {
                "bind :443": f"bind 127.0.0.1:{port}",
                "/etc/esav/serveur-et-cle.pem": f"{dossier}/serveur-et-cle.pem",
                "/etc/esav/autorites.pem": f"{dossier}/autorites.pem",
                "/run/esav/mandataire.sock": prise,
            },
        ),
        encoding="utf-8",
    )
    return [_programme("haproxy"), "-db", "-f", str(dossier / "haproxy.cfg")]


COMMANDES = {"nginx": _nginx, "haproxy": _haproxy}


@contextmanager
def mandataire(nom: str, dossier: Path, prise: str) -> Iterator[Mandataire]:
    """That proxy on loopback, in front of the socket ``prise``."""
    autorite, certificat, cle = tls.du_serveur()
    (dossier / "serveur.pem").write_bytes(certificat)
    (dossier / "serveur.cle").write_bytes(cle)
    (dossier / "serveur-et-cle.pem").write_bytes(certificat + cle)
    (dossier / "autorites.pem").write_bytes(autorite)
    port = port_libre()
    with (dossier / f"{nom}.log").open("ab") as journal:
        lance = subprocess.Popen(
            COMMANDES[nom](dossier, prise, port), stdin=subprocess.DEVNULL, stdout=journal, stderr=journal
        )
    try:
        _attendre(lance, port, dossier / f"{nom}.log")
        yield Mandataire(nom, port)
    finally:
        lance.terminate()
        try:
            lance.wait(DELAI_S)
        except subprocess.TimeoutExpired:
            lance.kill()
            lance.wait()
            raise


def _attendre(lance: subprocess.Popen[bytes], port: int, journal: Path) -> None:
    limite = time.monotonic() + DELAI_S
    while True:
        with socket.socket() as essai:
            if essai.connect_ex(("127.0.0.1", port)) == 0:
                return
        if lance.poll() is not None or time.monotonic() > limite:
            raise RuntimeError(journal.read_text(errors="replace"))
        time.sleep(0.02)
