"""A receiver of notifications for the tests: HTTPS with client certificates on the loopback, answers on demand."""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import trustme
from lxml import etree

from esav_soap.names import NS_SOAP_11, NS_WS
from esav_soap.notifications import lire_reseaux
from esav_soap.push import RecepteurHttps, ReglagesPush
from esav_soap.push.garde import Lieu

NOM = "recepteur.example"
BOUCLE = lire_reseaux("127.0.0.0/8")
_S, _W = f"{{{NS_SOAP_11}}}", f"{{{NS_WS}}}"


def accuse(curseur: str) -> bytes:
    """The acknowledgement of the contract."""
    return (
        f'<s:Envelope xmlns:s="{NS_SOAP_11}"><s:Body><notifierEvenementsResponse xmlns="{NS_WS}"><accuseNotification>'
        f"<curseur>{curseur}</curseur></accuseNotification></notifierEvenementsResponse></s:Body></s:Envelope>"
    ).encode()


@dataclass
class Recue:
    """A notification as it arrived. ``entetes``: names in lower case."""

    corps: bytes
    chemin: str
    entetes: dict[str, str]
    certificat: dict[str, Any]

    @property
    def element(self) -> etree._Element:
        trouve = etree.fromstring(self.corps).find(f"{_S}Body/{_W}notifierEvenements")
        assert trouve is not None
        return trouve

    @property
    def curseur(self) -> str:
        return self.element.findtext(f"{_W}curseur") or ""

    @property
    def rangs(self) -> list[int]:
        return [int(e.findtext(f"{_W}rang") or 0) for e in self.element.iter(f"{_W}evenement")]


#: Answers a request with a status and a body, with headers, or with the connection itself (``None``: nothing more to do).
Reponse = tuple[int, bytes] | tuple[int, bytes, dict[str, str]] | None


@dataclass
class Recepteur:
    """What was received; ``repondre`` may be changed at any time: by default everything is acknowledged."""

    port: int = 0
    recues: list[Recue] = field(default_factory=list)
    repondre: Callable[[Recue, socket.socket], Reponse] = lambda recue, _: (200, accuse(recue.curseur))

    @property
    def adresse(self) -> str:
        return f"https://{NOM}:{self.port}/esav?x=1"

    @property
    def rangs(self) -> list[int]:
        """Of all events, in the order in which they came."""
        return [rang for recue in self.recues for rang in recue.rangs]


@dataclass(frozen=True)
class Pieces:
    """Files: the receiver's authority, what e-SAV shows, and the authority of that."""

    autorites: str
    certificat: str
    cle: str
    autorites_fournisseur: str
    certificat_recepteur: str
    cle_recepteur: str


def pieces(dossier: Path, nom: str = NOM, client: str = "esav.fournisseur.example") -> Pieces:
    """A receiver with a certificate for ``nom``, e-SAV with one for ``client``, of different authorities."""
    recepteur, fournisseur = trustme.CA(), trustme.CA()
    siennes, notres = recepteur.issue_cert(nom), fournisseur.issue_cert(client, common_name=client)
    fichiers = {
        "autorites.pem": recepteur.cert_pem.bytes(),
        "autorites-fournisseur.pem": fournisseur.cert_pem.bytes(),
        "recepteur.pem": b"".join(c.bytes() for c in siennes.cert_chain_pems),
        "recepteur.key": siennes.private_key_pem.bytes(),
        "esav.pem": b"".join(c.bytes() for c in notres.cert_chain_pems),
        "esav.key": notres.private_key_pem.bytes(),
    }
    dossier.mkdir(exist_ok=True)
    for nom_fichier, contenu in fichiers.items():
        (dossier / nom_fichier).write_bytes(contenu)

    def de(fichier: str) -> str:
        return str(dossier / fichier)

    return Pieces(
        *(de("autorites.pem"), de("esav.pem"), de("esav.key")),
        *(de("autorites-fournisseur.pem"), de("recepteur.pem"), de("recepteur.key")),
    )


@contextmanager
def recepteur_ouvert(tenues: Pieces, *, tls: bool = True) -> Iterator[Recepteur]:
    """The receiver, on a free port of the loopback; it asks for a certificate of the Fournisseur."""
    etat = Recepteur()

    class Echange(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def setup(self) -> None:
            if tls:
                self.request.do_handshake()
            super().setup()

        def do_POST(self) -> None:
            corps = self.rfile.read(int(self.headers["Content-Length"]))
            presente = self.connection.getpeercert() if isinstance(self.connection, ssl.SSLSocket) else None
            entetes = {nom.lower(): valeur for nom, valeur in self.headers.items()}
            recue = Recue(corps, self.path, entetes, dict(presente or {}))
            etat.recues.append(recue)
            reponse = etat.repondre(recue, self.connection)
            self.close_connection = True
            if reponse is None:
                return
            self.send_response(reponse[0])
            for nom, valeur in (reponse[2] if len(reponse) == 3 else {}).items():
                self.send_header(nom, valeur)
            self.send_header("Content-Length", str(len(reponse[1])))
            self.end_headers()
            self.wfile.write(reponse[1])

        def log_message(self, *_: object) -> None:
            pass

    class Serveur(ThreadingHTTPServer):
        daemon_threads = True

        def handle_error(self, *_: object) -> None:
            pass  # a client that leaves early is what some tests are about

    with Serveur(("127.0.0.1", 0), Echange) as serveur:
        if tls:
            contexte = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH, cafile=tenues.autorites_fournisseur)
            contexte.verify_mode = ssl.CERT_REQUIRED
            contexte.load_cert_chain(tenues.certificat_recepteur, tenues.cle_recepteur)
            serveur.socket = contexte.wrap_socket(serveur.socket, server_side=True, do_handshake_on_connect=False)
        etat.port = serveur.server_port
        fil = threading.Thread(target=serveur.serve_forever, args=(0.02,), daemon=True)
        fil.start()
        try:
            yield etat
        finally:
            serveur.shutdown()
            fil.join()


def sur_la_boucle(hote: str, port: int) -> list[Lieu]:
    """Resolves every name to this machine."""
    return [(int(socket.AF_INET), ("127.0.0.1", port))]


def vers(tenues: Pieces, delai: float = 10.0, **options: Any) -> RecepteurHttps:
    """Our way there, through the exception for the loopback."""
    donnes = {"resolution": sur_la_boucle, "reseaux": BOUCLE, "autorites": tenues.autorites, **options}
    resolution = donnes.pop("resolution")
    return RecepteurHttps(ReglagesPush(tenues.certificat, tenues.cle, delai=delai, **donnes), resolution)


def couper(connexion: socket.socket) -> None:
    """Close it under the handler's feet."""
    with suppress(OSError):
        connexion.shutdown(socket.SHUT_RDWR)
