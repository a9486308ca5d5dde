"""Slow clients: a process of its own that holds connections which send one byte a second, for as long as it is let.

A connection that the server closes is opened again, so that there are always as many. Standard library only. Loopback only.
"""

from __future__ import annotations

import argparse
import heapq
import json
import resource
import select
import socket
import ssl
import sys
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path

#: ``requete``: slow inside the request, over TLS once the handshake is done; ``poignee``: slow inside the handshake itself.
GENRES = ("requete", "poignee")
#: What a slow request announces: more than it will ever send.
_ANNONCE = 100_000


@dataclass
class Bilan:
    """``tenues``: connections at the end; ``octets``: sent slowly; ``coupees``: closed by the server."""

    tenues: int = 0
    octets: int = 0
    coupees: int = 0


def requete_lente(rang: int, operateur: str) -> tuple[bytes, bytes]:
    """A deposit: what is sent at once, and what follows byte by byte. Every other one is slow from its first line on, the
    others when they have sent their headers."""
    entetes = (
        f"POST /production/ws/1/depot/2026.2 HTTP/1.1\r\nHost: lent\r\nContent-Type: text/xml; charset=utf-8\r\n"
        f"X-Esav-Operateur: {operateur}\r\nContent-Length: {_ANNONCE}\r\n\r\n"
    ).encode()
    corps = b"<e:Envelope " + b" " * _ANNONCE
    return (b"", entetes + corps) if rang % 2 else (entetes, corps)


def salutation(contexte: ssl.SSLContext) -> bytes:
    """The first message of a handshake."""
    sortie = ssl.MemoryBIO()
    objet = contexte.wrap_bio(ssl.MemoryBIO(), sortie, server_hostname="127.0.0.1")
    with suppress(ssl.SSLWantReadError):
        objet.do_handshake()
    return sortie.read()


class _Lent:
    """One slow client."""

    def __init__(self, port: int, rang: int, genre: str, operateur: str, tls: ssl.SSLContext | None) -> None:
        self.prise: socket.socket = socket.create_connection(("127.0.0.1", port), 30)
        self._reste: bytes
        if genre == "poignee":
            assert tls is not None
            debut, self._reste = b"", salutation(tls)
        else:
            if tls is not None:
                self.prise = tls.wrap_socket(self.prise, server_hostname="127.0.0.1")
            debut, self._reste = requete_lente(rang, operateur)
        if debut:
            self.prise.sendall(debut)
        self.prise.setblocking(False)

    def avancer(self) -> bool:
        """Send one byte; false when the server has closed."""
        try:
            self.prise.send(self._reste[:1])
            self._reste = self._reste[1:]
            while self.prise.recv(4096):
                pass
        except (BlockingIOError, ssl.SSLWantReadError):
            return bool(self._reste)
        except OSError:
            return False
        return False


def tenir(port: int, nombre: int, genre: str, operateur: str, tls: ssl.SSLContext | None) -> Bilan:
    """Hold ``nombre`` slow clients until standard input ends; ``prêt`` is said when all of them are there.

    Each has its own moment within the second: they do not come in bursts.
    """
    bilan = Bilan()
    lents = [_Lent(port, rang, genre, operateur, tls) for rang in range(nombre)]
    print("prêt", flush=True)
    maintenant = time.monotonic()
    echeances = [(maintenant + rang / nombre, rang) for rang in range(nombre)]
    while True:
        quand, rang = echeances[0]
        if select.select([sys.stdin], [], [], max(0.0, quand - time.monotonic()))[0]:
            bilan.tenues = len(lents)
            return bilan
        if lents[rang].avancer():
            bilan.octets += 1
        else:
            bilan.coupees += 1
            lents[rang].prise.close()
            lents[rang] = _Lent(port, rang, genre, operateur, tls)
        heapq.heapreplace(echeances, (quand + 1.0, rang))


def main(arguments: Sequence[str] | None = None) -> None:
    """Hold them; what became of them as JSON on standard output."""
    analyseur = argparse.ArgumentParser(prog="python -m bench.lents", description=__doc__)
    analyseur.add_argument("port", type=int)
    analyseur.add_argument("nombre", type=int)
    analyseur.add_argument("genre", choices=GENRES)
    analyseur.add_argument("--operateur", default="OPA")
    analyseur.add_argument("--identite", type=Path, help="certificat et clé du client (PEM)")
    analyseur.add_argument("--ca", type=Path, help="autorité du certificat du serveur (PEM) : la connexion est TLS")
    lus = analyseur.parse_args(arguments)
    doux, dur = resource.getrlimit(resource.RLIMIT_NOFILE)
    voulus = lus.nombre + 100
    if doux < voulus:
        resource.setrlimit(resource.RLIMIT_NOFILE, (voulus if dur == resource.RLIM_INFINITY else min(dur, voulus), dur))
    tls = None
    if lus.ca:
        tls = ssl.create_default_context(cafile=lus.ca)
        if lus.identite:
            tls.load_cert_chain(lus.identite)
    json.dump(asdict(tenir(lus.port, lus.nombre, lus.genre, lus.operateur, tls)), sys.stdout)


if __name__ == "__main__":
    main()
