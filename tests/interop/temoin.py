"""A TLS server that only notes what it receives: which SOAP a client really speaks."""

from __future__ import annotations

import shutil
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from lxml import etree

from esav_soap.names import NS_SOAP_11, NS_SOAP_12

VERSIONS = {NS_SOAP_11: "1.1", NS_SOAP_12: "1.2"}


@dataclass
class Temoin:
    """``recus``: content type and body of each request."""

    base: str
    recus: list[tuple[str, bytes]] = field(default_factory=list)

    @property
    def soap(self) -> str | None:
        """The version of the first envelope, if its content type says the same."""
        if not self.recus:
            return None
        genre, corps = self.recus[0]
        version = VERSIONS.get(etree.QName(etree.fromstring(corps)).namespace or "")
        attendu = "application/soap+xml" if version == "1.2" else "text/xml"
        return version if attendu in genre else None


@contextmanager
def temoin_ouvert(dossier: Path) -> Iterator[Temoin]:
    """``dossier`` has the certificate of a server (``serveur.pem``, ``serveur.cle``)."""
    vu = Temoin("")

    class Note(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            corps = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            vu.recus.append((self.headers.get("Content-Type", ""), corps))
            self.send_response(503)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, format: str, *_: object) -> None:  # noqa: A002 — the name is the library's
            """Nothing."""

    contexte = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    contexte.load_cert_chain(dossier / "serveur.pem", dossier / "serveur.cle")
    with ThreadingHTTPServer(("127.0.0.1", 0), Note) as serveur:
        serveur.socket = contexte.wrap_socket(serveur.socket, server_side=True, do_handshake_on_connect=False)
        fil = threading.Thread(target=serveur.serve_forever, daemon=True)
        fil.start()
        vu.base = f"https://localhost:{serveur.server_port}/integration/ws/1"
        try:
            yield vu
        finally:
            serveur.shutdown()
            fil.join()


def detourner(wsdl: Path, vers: Path, ancienne: str, nouvelle: str) -> None:
    """A copy of the WSDLs in ``wsdl`` whose addresses are elsewhere."""
    shutil.copytree(wsdl, vers)
    for fichier in vers.iterdir():
        fichier.write_bytes(fichier.read_bytes().replace(ancienne.encode(), nouvelle.encode()))
