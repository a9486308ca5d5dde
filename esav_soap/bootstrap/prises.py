"""Sockets of clients: no thread that serves waits for them, and none of them is waited for without end."""

from __future__ import annotations

import select
import socket
import time
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from esav_soap.jeton import client_attendu


@dataclass
class Delais:
    """Seconds that a client may neither send nor take a byte, and that a whole request may take to arrive."""

    silence: float = 30.0
    requete: float = 300.0


#: Those of this process; the server sets them before it serves.
DELAIS = Delais()
#: A read that a client let us wait for so many seconds, and that brought fewer octets, is a drop; after so many drops in a row
#: the bytes gather for so many seconds before each read. A thread is woken for each read, and there may be hundreds of such.
ATTENTE_S, GOUTTE, GOUTTES, PAUSE_S = 0.2, 64, 4, 4.0


class ClientMuet(ConnectionResetError):
    """A client that does not go on. To the server it is one that is gone."""


@dataclass
class Attente:
    """What a connection knows of its client. ``echeance``: by when the request must have come, monotonic; ``attend``: a thread
    waits for the client at this moment; ``gouttes``: drops in a row."""

    echeance: float = float("inf")
    attend: bool = False
    gouttes: int = 0
    _attendue: bool = False

    def ouvrir(self) -> None:
        """A request begins."""
        self.echeance, self.gouttes = time.monotonic() + DELAIS.requete, 0

    def patienter(self, prise: Any, evenement: int, delai: float | None) -> None:
        """Until the client lets its connection go on. ``delai``: the socket's own, in seconds.

        Raises TimeoutError after that delay, :class:`ClientMuet` without one.
        """
        veille = select.poll()
        veille.register(prise, evenement)
        with client_attendu():
            self.attend = True
            debut = time.monotonic()
            try:
                pret = veille.poll((self._reste(evenement) if delai is None else max(0.0, delai)) * 1000)
                self._attendue = time.monotonic() - debut >= ATTENTE_S
                if pret and delai is None and self._attendue and self.gouttes >= GOUTTES:
                    veille.modify(prise, select.POLLRDHUP)
                    veille.poll(min(PAUSE_S, self._reste(evenement)) * 1000)
            finally:
                self.attend = False
        if not pret:
            raise TimeoutError("the client does not go on") if delai is not None else ClientMuet(104, "silent client")

    def lus(self, nombre: int) -> None:
        """So many octets came."""
        if self._attendue:
            self._attendue = False
            self.gouttes = self.gouttes + 1 if nombre < GOUTTE else 0

    def _reste(self, evenement: int) -> float:
        if evenement != select.POLLIN:
            return DELAIS.silence
        return min(DELAIS.silence, max(0.0, self.echeance - time.monotonic()))


class Prise(socket.socket):
    """A client's socket, which gives the token and the place back before it waits for that client."""

    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments)
        self.attente = Attente()

    def recv(self, *arguments: Any) -> bytes:
        if self.gettimeout() is None:
            with suppress(BlockingIOError):
                return super().recv(arguments[0], socket.MSG_DONTWAIT)
            self.attente.patienter(self, select.POLLIN, None)
            octets = super().recv(*arguments)
            self.attente.lus(len(octets))
            return octets
        with client_attendu():
            return super().recv(*arguments)

    def send(self, *arguments: Any) -> int:
        if self.gettimeout() is None:
            with suppress(BlockingIOError):
                return super().send(arguments[0], socket.MSG_DONTWAIT)
            self.attente.patienter(self, select.POLLOUT, None)
        with client_attendu():
            return super().send(*arguments)

    def sendall(self, octets: Any, *arguments: Any) -> None:
        reste = memoryview(octets)
        while reste and self.gettimeout() is None:
            try:
                reste = reste[super().send(reste, socket.MSG_DONTWAIT) :]
            except BlockingIOError:
                self.attente.patienter(self, select.POLLOUT, None)
        if reste:
            with client_attendu():
                super().sendall(reste, *arguments)


class PriseMandataire(Prise):
    """A connection of the reverse proxy: what it says of the caller's certificate is believed."""

    de_confiance = True


class PrisePublique(Prise):
    """A connection in the clear that everyone may have."""

    publique = True
