"""gunicorn's threaded worker, with one thread computing at a time (:mod:`esav_soap.jeton`).

It leans on what is inside gunicorn 27.0, which is pinned; ``tests/e2e/test_lenteur.py`` drives it.
"""

from __future__ import annotations

import selectors
import socket
import time
from concurrent.futures import Future
from contextlib import AbstractContextManager, nullcontext, suppress
from functools import partial
from typing import Any

from gunicorn.workers.gthread import _DEFER, DEFAULT_WORKER_DATA_TIMEOUT, STOP_KEEPALIVE_LINGER, ThreadWorker

from esav_soap.jeton import JETON


class Prise(socket.socket):
    """A client's socket, which puts the token down before it waits for that client."""

    def recv(self, *arguments: Any) -> bytes:
        if self.gettimeout() is None:
            with suppress(BlockingIOError):
                return super().recv(arguments[0], socket.MSG_DONTWAIT)
        with JETON.rendu():
            return super().recv(*arguments)

    def send(self, *arguments: Any) -> int:
        with JETON.rendu():
            return super().send(*arguments)

    def sendall(self, octets: Any, *arguments: Any) -> None:
        reste = memoryview(octets)
        if self.gettimeout() is None:
            with suppress(BlockingIOError):
                reste = reste[super().send(reste, socket.MSG_DONTWAIT) :]
        if reste:
            with JETON.rendu():
                super().sendall(reste, *arguments)


class _Ecoute:
    """A listening socket whose clients come as :class:`Prise`."""

    def __init__(self, ecoute: socket.socket) -> None:
        self._ecoute = ecoute
        self.getsockname = ecoute.getsockname

    def accept(self) -> tuple[Prise, Any]:
        client, adresse = self._ecoute.accept()
        famille, nature, protocole = client.family, client.type, client.proto
        return Prise(famille, nature, protocole, client.detach()), adresse


class Travailleur(ThreadWorker):  # type: ignore[misc]
    """Threads that serve one request at a time, and compute one at a time.

    A thread puts a connection that is kept back among the watched ones by itself; in gunicorn's worker it wakes the main
    thread for that, once more for each request.
    """

    def accept(self, listener: Any) -> None:
        super().accept(_Ecoute(listener))

    def enqueue_req(self, conn: Any) -> None:
        self.tpool.submit(self._servir, conn)

    def _servir(self, conn: Any) -> None:
        suite: Future[Any] = Future()
        try:
            if not conn.initialized and not conn.wait_for_data(DEFAULT_WORKER_DATA_TIMEOUT):
                suite.set_result(_DEFER)
            else:
                with self._jeton():
                    garder = self.handle(conn)
                    if garder and self._surveiller(conn):
                        return
                if not garder:
                    self._fermer(conn)
                    return
                suite.set_result(garder)
        except BaseException as erreur:
            suite.set_exception(erreur)
        self.method_queue.defer(self.finish_request, conn, suite)

    def _jeton(self) -> AbstractContextManager[None]:
        # What TLS wraps is a Prise no more: it would wait for its client with the token.
        return nullcontext() if self.cfg.is_ssl else JETON.tenu()

    def _fermer(self, conn: Any) -> None:
        """Wait for the client to close as well, here: in gunicorn's worker the main thread does, and nobody is let in."""
        with suppress(OSError):
            conn.close(graceful=True)
        self.method_queue.defer(self._compter_un_depart)

    def _compter_un_depart(self) -> None:
        self.nr_conns -= 1

    def _surveiller(self, conn: Any) -> bool:
        """Watch a kept connection for its next request; false when ``finish_request`` has more to do with it."""
        if not self.alive or conn.parser.unreader.buf.getvalue():
            return False
        conn.sock.setblocking(False)
        conn.set_timeout()
        self.keepalived_conns.append(conn)
        if not self.alive:  # the end came meanwhile, and may have counted the kept connections before
            conn.timeout = time.monotonic() + STOP_KEEPALIVE_LINGER
        self.poller.register(conn.sock, selectors.EVENT_READ, partial(self.on_client_socket_readable, conn))
        return True

    def _cap_keepalive(self, deadline: float) -> None:
        for conn in tuple(self.keepalived_conns):  # a thread may add to them meanwhile
            conn.timeout = min(conn.timeout, deadline)
