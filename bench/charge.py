"""The load: a process of its own that keeps a few connections busy with deposits, each under a reference of its own.

It does little for each request, so that it is not what is measured: one gathered write, one or two reads, and a search for
the acknowledgement. Standard library only, so that it starts at once. Loopback only.
"""

from __future__ import annotations

import argparse
import json
import selectors
import socket
import ssl
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path

#: Stands in the message's file for the reference; as long as a reference, so that the length of the request is constant.
MARQUE = b"@REFERENCE@AAAAA"
LONGUEUR = len(MARQUE)
DELAI_S = 30.0
_LU = 1 << 16


@dataclass
class Tir:
    """What one run gave: ``durees`` in milliseconds, in the order of the answers."""

    acceptes: int = 0
    refuses: int = 0
    secondes: float = 0.0
    durees: list[float] = field(default_factory=list)
    refus: str = ""


class ReponseIllisible(RuntimeError):
    """The server closed the connection, or answered with what is no HTTP."""


class _Connexion:
    __slots__ = ("attendu", "depart", "prise", "recu")

    def __init__(self, hote: str, port: int, tls: ssl.SSLContext | None) -> None:
        self.prise = socket.create_connection((hote, port), DELAI_S)
        self.prise.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if tls is not None:
            self.prise = tls.wrap_socket(self.prise, server_hostname=hote)
        self.prise.setblocking(True)
        self.recu = b""
        self.depart = 0.0

    def envoyer(self, morceaux: Sequence[bytes]) -> None:
        self.recu = b""
        self.depart = time.perf_counter()
        if isinstance(self.prise, ssl.SSLSocket):  # encrypting copies anyway
            self.prise.sendall(b"".join(morceaux))
            return
        total = sum(map(len, morceaux))
        envoye = self.prise.sendmsg(morceaux)
        if envoye < total:
            self.prise.sendall(b"".join(morceaux)[envoye:])

    def lire(self) -> bytes | None:
        """The whole answer once it is there."""
        octets = self.prise.recv(_LU)
        if not octets:
            raise ReponseIllisible(f"connexion fermée par le serveur après {self.recu[:200]!r}")
        self.recu += octets
        while isinstance(self.prise, ssl.SSLSocket) and self.prise.pending():  # read, but not told by select
            self.recu += self.prise.recv(_LU)
        return self.recu if entiere(self.recu) else None


def entiere(recu: bytes) -> bool:
    """Whether an HTTP answer has come whole. Raises :class:`ReponseIllisible`."""
    entete, fin, corps = recu.partition(b"\r\n\r\n")
    if not fin:
        return False
    minuscules = entete.lower()
    debut = minuscules.find(b"\r\ncontent-length:")
    if debut >= 0:
        return len(corps) >= int(minuscules[debut + 17 :].split(b"\r\n", 1)[0])
    if b"\r\ntransfer-encoding: chunked" in minuscules:
        return corps.endswith(b"0\r\n\r\n")
    raise ReponseIllisible(f"longueur de la réponse inconnue : {entete[:200]!r}")


def accuse(recu: bytes) -> bool:
    """Whether an HTTP answer is the acknowledgement of a new deposit, and nothing else."""
    return (
        recu.startswith(b"HTTP/1.1 200 ")
        and b"numeroSignalisation>" in recu
        and b"dejaDeposee>false<" in recu
        and b"Fault" not in recu
    )


def lu(recu: bytes) -> bool:
    """Whether an HTTP answer is that of a consultation which found its signalisation."""
    return recu.startswith(b"HTTP/1.1 200 ") and b"numeroSignalisation>" in recu and b"Fault" not in recu


def requete(hote: str, port: int, chemin: str, message: bytes, operateur: str) -> tuple[bytes, bytes]:
    """The HTTP request, before and after its reference. Raises ``ValueError`` for a message without its mark."""
    if message.count(MARQUE) != 1:
        raise ValueError("le message doit porter une fois la marque de la référence")
    entete = (
        f"POST {chemin} HTTP/1.1\r\nHost: {hote}:{port}\r\nContent-Type: text/xml; charset=utf-8\r\n"
        f'SOAPAction: ""\r\nX-Esav-Operateur: {operateur}\r\nContent-Length: {len(message)}\r\n\r\n'
    )
    avant, _, apres = message.partition(MARQUE)
    return entete.encode() + avant, apres


def tirer(
    hote: str,
    port: int,
    chemin: str,
    message: bytes,
    prefixe: str,
    *,
    operateur: str = "OPA",
    connexions: int = 8,
    secondes: float = 5.0,
    nombre: int = 1 << 30,
    tls: ssl.SSLContext | None = None,
    bonne: Callable[[bytes], bool] = accuse,
) -> Tir:
    """Deposit on every connection without pause, until the time is up or ``nombre`` are answered. ``bonne``: what counts.

    ``prefixe``: beginning of every reference, different for each run on one store (six characters at most).
    Raises :class:`ReponseIllisible`, and ``OSError`` when the server does not answer at all.
    """
    avant, apres = requete(hote, port, chemin, message, operateur)
    chiffres = LONGUEUR - len(prefixe)
    tir = Tir()
    rang = 0
    selecteur = selectors.DefaultSelector()
    ouvertes = [_Connexion(hote, port, tls) for _ in range(min(connexions, nombre))]
    debut = time.perf_counter()
    limite = debut + secondes
    try:
        for connexion in ouvertes:
            selecteur.register(connexion.prise, selectors.EVENT_READ, connexion)
            connexion.envoyer((avant, f"{prefixe}{rang:0{chiffres}d}".encode(), apres))
            rang += 1
        en_vol = len(ouvertes)
        while en_vol:
            pretes = selecteur.select(DELAI_S)
            if not pretes:
                raise ReponseIllisible(f"aucune réponse en {DELAI_S:.0f} s")
            for cle, _ in pretes:
                connexion = cle.data
                recu = connexion.lire()
                if recu is None:
                    continue
                fini = time.perf_counter()
                tir.durees.append((fini - connexion.depart) * 1000)
                if bonne(recu):
                    tir.acceptes += 1
                else:
                    tir.refuses += 1
                    tir.refus = tir.refus or recu[:1500].decode(errors="replace")
                tir.secondes = fini - debut
                if fini < limite and rang < nombre:
                    connexion.envoyer((avant, f"{prefixe}{rang:0{chiffres}d}".encode(), apres))
                    rang += 1
                else:
                    en_vol -= 1
    finally:
        for connexion in ouvertes:
            connexion.prise.close()
        selecteur.close()
    return tir


def main(arguments: Sequence[str] | None = None) -> None:
    """Run once; the result as JSON on standard output."""
    analyseur = argparse.ArgumentParser(prog="python -m bench.charge", description=__doc__)
    analyseur.add_argument("port", type=int)
    analyseur.add_argument("chemin")
    analyseur.add_argument("message", type=Path)
    analyseur.add_argument("prefixe")
    analyseur.add_argument("--connexions", type=int, default=8)
    analyseur.add_argument("--secondes", type=float, default=5.0)
    analyseur.add_argument("--nombre", type=int, default=1 << 30)
    analyseur.add_argument("--identite", type=Path, help="certificat et clé du client (PEM) : la connexion est TLS")
    analyseur.add_argument("--ca", type=Path, help="autorité du certificat du serveur (PEM)")
    analyseur.add_argument("--consultation", action="store_true", help="le message consulte, il ne dépose pas")
    lus = analyseur.parse_args(arguments)
    tls = None
    if lus.identite:
        tls = ssl.create_default_context(cafile=lus.ca)
        tls.load_cert_chain(lus.identite)
    tir = tirer(
        "127.0.0.1",
        lus.port,
        lus.chemin,
        lus.message.read_bytes(),
        lus.prefixe,
        connexions=lus.connexions,
        secondes=lus.secondes,
        nombre=lus.nombre,
        tls=tls,
        bonne=lu if lus.consultation else accuse,
    )
    json.dump(asdict(tir), sys.stdout)


if __name__ == "__main__":
    main()
