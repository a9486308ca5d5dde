"""Connections to the machines that opérateurs name, and to no others.

A name is resolved once; each address that comes out is judged, and the connection goes to that very address: a name server
that answers otherwise the next time changes nothing. When one of several is refused, none is tried: an honest name has only
public ones. The certificate is then checked for the name.
"""

from __future__ import annotations

import ipaddress
import socket
import ssl
import time
from collections.abc import Callable, Sequence
from http.client import HTTPConnection
from typing import Any, Self

from esav_soap.notifications import Destination, Reseau, admise
from esav_soap.usecases.ports.notifications import EchecNotification, MotifEchec

#: Family and address, as ``socket.connect`` takes it.
Lieu = tuple[int, tuple[Any, ...]]
#: Host and port -> where that is. Raises ``OSError``.
Resolution = Callable[[str, int], Sequence[Lieu]]

_FAMILLES = (socket.AF_INET, socket.AF_INET6)


def resoudre(hote: str, port: int) -> Sequence[Lieu]:
    """By the machine's resolver, each address once."""
    lus = socket.getaddrinfo(hote, port, type=socket.SOCK_STREAM, proto=socket.IPPROTO_TCP)
    return list(dict.fromkeys((int(famille), lieu) for famille, _, _, _, lieu in lus))


def lieux_admis(destination: Destination, reseaux: Sequence[Reseau], resolution: Resolution) -> Sequence[Lieu]:
    """Where to connect to. Raises :class:`EchecNotification` when there is nothing, or anything that must not be reached."""
    try:
        lieux = resolution(destination.hote, destination.port)
    except (OSError, UnicodeError) as exc:
        raise EchecNotification(MotifEchec.NOM, destination.hote) from exc
    if not lieux:
        raise EchecNotification(MotifEchec.NOM, destination.hote)
    for famille, lieu in lieux:
        if famille not in _FAMILLES or not admise(ipaddress.ip_address(lieu[0]), reseaux):
            # Not which one: what a name is within the Fournisseur's network is nobody else's business.
            raise EchecNotification(MotifEchec.RESEAU_INTERDIT, destination.hote)
    return lieux


class PriseBornee(ssl.SSLSocket):
    """A TLS socket all of whose operations together end by ``echeance`` (monotonic), however slowly the other side goes."""

    echeance: float = 0.0

    def avant(self, echeance: float) -> Self:
        self.echeance = echeance
        self._presser()
        return self

    def _presser(self) -> None:
        self.settimeout(reste(self.echeance))

    def recv_into(self, *arguments: Any, **options: Any) -> int:
        self._presser()
        return super().recv_into(*arguments, **options)

    def send(self, *arguments: Any, **options: Any) -> int:
        self._presser()
        return super().send(*arguments, **options)


def reste(echeance: float) -> float:
    """Seconds until then. Raises ``TimeoutError`` when it is past."""
    secondes = echeance - time.monotonic()
    if secondes <= 0:
        raise TimeoutError
    return secondes


class Connexion(HTTPConnection):
    """HTTP over a TLS connection to one of ``lieux``, the first that answers; no proxy, whatever the environment says.

    Nothing is followed: it sends one request there, and that is all.
    """

    def __init__(
        self, destination: Destination, lieux: Sequence[Lieu], contexte: ssl.SSLContext, echeance: float
    ) -> None:
        super().__init__(destination.hote, destination.port)
        self._destination = destination
        self._lieux = lieux
        self._contexte = contexte
        self._echeance = echeance

    def connect(self) -> None:
        prise = self._joindre()
        try:
            tls = self._contexte.wrap_socket(
                prise, server_hostname=self._destination.hote, do_handshake_on_connect=False
            )
        except BaseException:
            prise.close()
            raise
        assert isinstance(tls, PriseBornee)
        self.sock = tls.avant(self._echeance)
        tls.do_handshake()

    def _joindre(self) -> socket.socket:
        for rang, (famille, lieu) in enumerate(self._lieux):
            prise = socket.socket(famille, socket.SOCK_STREAM)
            try:
                # Each gets its share: a first address that is silent leaves time for the others.
                prise.settimeout(reste(self._echeance) / (len(self._lieux) - rang))
                prise.connect(lieu)
            except OSError:
                prise.close()
                if rang == len(self._lieux) - 1:
                    raise
            else:
                return prise
        raise AssertionError("there is at least one address")
