"""gunicorn's threaded worker, with one thread computing at a time (:mod:`esav_soap.jeton`).

It leans on what is inside gunicorn 27.0, which is pinned; ``tests/e2e/test_lenteur.py`` drives it.
"""

from __future__ import annotations

import errno
import logging
import selectors
import socket
import ssl
import threading
import time
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import Any

from gunicorn.workers.gthread import _DEFER, DEFAULT_WORKER_DATA_TIMEOUT, STOP_KEEPALIVE_LINGER, TConn, ThreadWorker

from esav_soap.bootstrap.affluence import victime
from esav_soap.bootstrap.prises import Prise, PriseMandataire, PrisePublique
from esav_soap.bootstrap.refus_http import refuser
from esav_soap.bootstrap.tls import Contextes, PriseTls, motif
from esav_soap.jeton import JETON, PLACES

_journal = logging.getLogger("esav.tls")

#: Seconds for a whole TLS handshake, and for a refused client to read why.
NEGOCIATION_S, CONGE_S = 10.0, 2.0
#: What accepting a connection says when there is no descriptor or no memory left for it.
_A_COURT = frozenset({errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM})


@dataclass(slots=True)
class Ecoutes:
    """What the listening sockets of a server are. A Unix socket is the reverse proxy's; ``port_public``: the port of the one
    that serves public documents alone, in the clear; the other one has TLS if there are ``contextes``."""

    contextes: Contextes | None = None
    port_public: int = 0


class _Ecoute:
    """A listening socket whose clients come as :class:`Prise`."""

    def __init__(self, ecoute: socket.socket, nature: type[Prise] = Prise) -> None:
        self._ecoute = ecoute
        self._nature = nature
        self.getsockname = ecoute.getsockname

    def accept(self) -> tuple[Prise, Any]:
        client, adresse = self._ecoute.accept()
        famille, nature, protocole = client.family, client.type, client.proto
        return self._nature(famille, nature, protocole, client.detach()), adresse


class _Negociation(TConn):  # type: ignore[misc]
    """A connection before its first request: its handshake, or the leave of who was refused. ``limite``: monotonic."""

    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments)
        self.limite = time.monotonic() + NEGOCIATION_S
        self.refusee = False


class Travailleur(ThreadWorker):  # type: ignore[misc]
    """Threads that serve one request each, and compute one at a time.

    A thread puts a connection that is kept back among the watched ones by itself; in gunicorn's worker it wakes the main
    thread for that, once more for each request.
    """

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._negociations: set[_Negociation] = set()
        self._servies: dict[Any, None] = {}
        self._veilles = threading.Lock()  # a connection is watched and counted among those that wait, or neither
        self._prochaine_revue = 0.0

    def get_thread_pool(self) -> ThreadPoolExecutor:
        """A thread for each connection, made when it is needed: any number of slow clients leaves the others theirs. As many
        as the settings say serve at a time."""
        PLACES.regler(self.cfg.threads)
        return ThreadPoolExecutor(max_workers=self.worker_connections, thread_name_prefix="requete")

    @property
    def _ecoutes(self) -> Ecoutes:
        return getattr(self.app, "ecoutes", None) or Ecoutes()

    def accept(self, listener: Any) -> None:
        if self.nr_conns + 1 >= self.worker_connections:
            self._faire_place()
        try:
            self._accepter(listener)
        except OSError as echec:
            if echec.errno not in _A_COURT:
                raise
            self._faire_place()

    def _faire_place(self) -> None:
        """Close a connection that waits for its client, of the address that has the most of these; never the proxy's."""
        with self._veilles:
            negociations = sorted(self._negociations, key=lambda conn: conn.limite)
            attendues = (*negociations, *self.pending_conns, *self.keepalived_conns, *tuple(self._servies))
            conn = victime(
                (conn.client[0] if isinstance(conn.client, tuple) else "", conn)
                for conn in attendues
                if not getattr(conn.sock, "de_confiance", False) and (conn not in self._servies or _attend(conn))
            )
            if conn is None:
                return
            if conn in self._servies:  # its thread finds it gone, and counts it
                with suppress(OSError):
                    socket.socket.shutdown(conn.sock, socket.SHUT_RDWR)
                return
            for liste in (self.pending_conns, self.keepalived_conns):
                if conn in liste:
                    liste.remove(conn)
            self._negociations.discard(conn)
            with suppress(OSError, KeyError, ValueError):
                self.poller.unregister(conn.sock)
        self.nr_conns -= 1
        conn.close()

    # Among the events of one moment may be that of a connection that was closed for another one.

    def on_client_socket_readable(self, conn: Any, client: Any) -> None:
        if client.fileno() >= 0:
            super().on_client_socket_readable(conn, client)

    def on_pending_socket_readable(self, conn: Any, client: Any) -> None:
        if client.fileno() >= 0:
            super().on_pending_socket_readable(conn, client)

    def _accepter(self, listener: Any) -> None:
        lieu = listener.getsockname()
        if isinstance(lieu, str):
            super().accept(_Ecoute(listener, PriseMandataire))
        elif lieu[1] == self._ecoutes.port_public:
            super().accept(_Ecoute(listener, PrisePublique))
        elif self._ecoutes.contextes is None:
            super().accept(_Ecoute(listener))
        else:
            self._accepter_tls(listener)

    # The handshake: no thread waits for the client, so that silent ones keep nobody out.

    def _accepter_tls(self, listener: Any) -> None:
        try:
            client, adresse = listener.accept()
        except (BlockingIOError, ConnectionAbortedError):
            return
        self.nr_conns += 1
        self._veiller(_Negociation(self.cfg, client, adresse, listener.getsockname()))

    def _veiller(self, conn: _Negociation) -> None:
        with self._veilles:
            self._negociations.add(conn)
            if not self.alive:  # the end came meanwhile, and may have shortened those that wait before
                conn.limite = min(conn.limite, time.monotonic() + STOP_KEEPALIVE_LINGER)
            self.poller.register(conn.sock, selectors.EVENT_READ, partial(self._du_nouveau, conn))

    def _du_nouveau(self, conn: _Negociation, prise: Any) -> None:
        if prise.fileno() < 0:
            return
        if conn.limite <= time.monotonic():  # who sends a byte from time to time would never be found waiting
            self._ecarter(conn)
            return
        self.poller.unregister(prise)
        self._negociations.discard(conn)
        self.tpool.submit(self._prendre_conge if conn.refusee else self._negocier, conn)

    def _negocier(self, conn: _Negociation) -> None:
        try:
            if not isinstance(conn.sock, PriseTls):
                contextes = self._ecoutes.contextes
                assert contextes is not None
                conn.sock = contextes.contexte().wrap_socket(conn.sock, server_side=True, do_handshake_on_connect=False)
            with PLACES.tenue():
                fini = conn.sock.avancer()
            if not fini:
                self._veiller(conn)
                return
        except ssl.SSLError as echec:
            self._refuser(conn, echec)
            return
        except OSError:  # the client is gone
            self._abandonner(conn)
            return
        except BaseException:
            _journal.exception("TLS : négociation impossible")
            self._abandonner(conn)
            return
        conn.data_ready = conn.wait_for_data(0)
        if conn.data_ready:
            self._servir(conn)
        else:
            suite: Future[Any] = Future()
            suite.set_result(_DEFER)
            self.method_queue.defer(self.finish_request, conn, suite)

    def _refuser(self, conn: _Negociation, echec: ssl.SSLError) -> None:
        """OpenSSL has sent the alert; it would be lost if the connection closed before the client stops sending."""
        if isinstance(echec, (ssl.SSLEOFError, ssl.SSLZeroReturnError)):
            self._abandonner(conn)
            return
        _journal.warning("TLS : connexion de %s refusée : %s", _pair(conn.client), motif(echec))
        conn.refusee = True
        conn.limite = time.monotonic() + CONGE_S
        try:
            conn.sock.shutdown(socket.SHUT_WR)
        except OSError:
            self._abandonner(conn)
            return
        self._veiller(conn)

    def _prendre_conge(self, conn: _Negociation) -> None:
        try:
            conn.sock.setblocking(False)
            while conn.sock.recv(65536) and time.monotonic() < conn.limite:
                pass
        except BlockingIOError:
            self._veiller(conn)
            return
        except OSError:
            pass
        self._abandonner(conn)

    def _abandonner(self, conn: _Negociation) -> None:
        conn.close()
        self.method_queue.defer(self._compter_un_depart)

    def murder_pending(self) -> None:
        super().murder_pending()
        maintenant = time.monotonic()
        if maintenant < self._prochaine_revue:
            return
        self._prochaine_revue = maintenant + 0.5
        for conn in tuple(self._negociations):
            if conn.limite <= maintenant:
                self._ecarter(conn)

    def _ecarter(self, conn: _Negociation) -> None:
        self._negociations.discard(conn)
        with suppress(OSError, KeyError, ValueError):
            self.poller.unregister(conn.sock)
        if not conn.refusee:
            _journal.warning("TLS : connexion de %s refusée : négociation inachevée", _pair(conn.client))
        self.nr_conns -= 1
        conn.close()

    def enqueue_req(self, conn: Any) -> None:
        self.tpool.submit(self._servir, conn)

    def _servir(self, conn: Any) -> None:
        suite: Future[Any] = Future()
        try:
            if not conn.initialized and not conn.wait_for_data(DEFAULT_WORKER_DATA_TIMEOUT):
                suite.set_result(_DEFER)
            else:
                with PLACES.tenue(), JETON.tenu():
                    conn.sock.attente.ouvrir()
                    self._servies[conn] = None
                    try:
                        garder = self.handle(conn)
                    finally:
                        self._servies.pop(conn, None)
                    if garder and self._surveiller(conn):
                        return
                if garder and _dechiffre(conn):
                    self.enqueue_req(conn)  # nothing more may arrive that would tell of the next request
                    return
                if not garder:
                    self._fermer(conn)
                    return
                suite.set_result(garder)
        except BaseException as erreur:
            suite.set_exception(erreur)
        self.method_queue.defer(self.finish_request, conn, suite)

    def handle_error(self, req: Any, client: Any, addr: Any, exc: BaseException) -> None:
        """In our words; who does not take the answer is gone."""
        with suppress(OSError):
            refuser(client, req or getattr(exc, "req", None), exc)

    def handle_request(self, req: Any, conn: Any) -> Any:
        if isinstance(conn.sock, PriseTls):
            req.scheme = "https"
        return super().handle_request(req, conn)

    def _fermer(self, conn: Any) -> None:
        """Wait for the client to close as well, here: in gunicorn's worker the main thread does, and nobody is let in."""
        with suppress(OSError):
            conn.close(graceful=True)
        self.method_queue.defer(self._compter_un_depart)

    def _compter_un_depart(self) -> None:
        self.nr_conns -= 1

    def _surveiller(self, conn: Any) -> bool:
        """Watch a kept connection for its next request; false when ``finish_request`` has more to do with it."""
        if not self.alive or conn.parser.unreader.buf.getvalue() or _dechiffre(conn):
            return False
        conn.sock.setblocking(False)
        conn.set_timeout()
        with self._veilles:
            self.keepalived_conns.append(conn)
            if not self.alive:  # the end came meanwhile, and may have counted the kept connections before
                conn.timeout = time.monotonic() + STOP_KEEPALIVE_LINGER
            self.poller.register(conn.sock, selectors.EVENT_READ, partial(self.on_client_socket_readable, conn))
        return True

    def _cap_keepalive(self, deadline: float) -> None:
        for conn in (
            *tuple(self.keepalived_conns),
            *self.pending_conns,
        ):  # a thread may add to the first ones meanwhile
            conn.timeout = min(conn.timeout, deadline)
        for conn in tuple(self._negociations):
            conn.limite = min(conn.limite, deadline)


def _attend(conn: Any) -> bool:
    """Whether a thread waits for that client."""
    attente = getattr(conn.sock, "attente", None)
    return attente is not None and attente.attend


def _dechiffre(conn: Any) -> bool:
    """Whether TLS holds bytes of the client's that the poller cannot see."""
    return isinstance(conn.sock, PriseTls) and conn.sock.pending() > 0


def _pair(client: Any) -> str:
    return f"{client[0]}:{client[1]}" if isinstance(client, tuple) else str(client)
