"""Sending notifications over HTTPS, with the Fournisseur's certificate."""

from __future__ import annotations

import http.client
import logging
import ssl
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from esav_soap.notifications import AdresseRefusee, Destination, Reseau, lire_adresse
from esav_soap.push.garde import Connexion, PriseBornee, Resolution, lieux_admis, resoudre
from esav_soap.push.message import ACTION, ecrire, faute_lue, une_ligne, verifier_accuse
from esav_soap.usecases.ports.notifications import EchecNotification, MotifEchec, Notification

_journal = logging.getLogger(__name__)

#: An acknowledgement has some hundreds of bytes.
TAILLE_MAX = 64 * 1024


@dataclass(frozen=True, slots=True)
class ReglagesPush:
    """``certificat``, ``cle``: PEM files of what e-SAV shows receivers; ``autorites``: PEM file of the authorities to trust, by
    default the machine's; ``reseaux``: networks that may be reached besides the public ones; ``delai``: seconds for a whole
    exchange."""

    certificat: str
    cle: str
    autorites: str = ""
    reseaux: tuple[Reseau, ...] = ()
    delai: float = 30


class RecepteurHttps:
    """The port ``Recepteur``. A connection for each message. Thread-safe.

    Raises ``OSError`` (``ssl.SSLError`` is one) when a file cannot be used.
    """

    def __init__(self, reglages: ReglagesPush, resolution: Resolution = resoudre) -> None:
        self._reglages = reglages
        self._resolution = resolution
        self._verrou = threading.Lock()
        self._etat = self._observer()
        self._contexte = contexte_client(reglages)

    def notifier(self, adresse: str, notification: Notification) -> None:
        try:
            destination = lire_adresse(adresse)
        except AdresseRefusee as refus:
            raise EchecNotification(MotifEchec.ADRESSE, refus.code.value) from refus
        message = ecrire(notification)
        with self._pannes(destination):
            statut, corps = self._poster(destination, message)
        _juger(statut, corps)
        verifier_accuse(corps, notification.curseur)

    def _poster(self, destination: Destination, message: bytes) -> tuple[int, bytes]:
        # The time to find the name counts: a lease outlasts all of it, or nothing is sent.
        echeance = time.monotonic() + self._reglages.delai
        lieux = lieux_admis(destination, self._reglages.reseaux, self._resolution)
        connexion = Connexion(destination, lieux, self._present(), echeance)
        try:
            try:
                connexion.request("POST", destination.cible, message, _entetes(destination))
            except (BrokenPipeError, ConnectionResetError):
                # It closed before it had all: what it said first, a TLS alert or an answer, can still be read.
                if connexion.sock is None:
                    raise
            reponse = connexion.getresponse()
            corps = reponse.read(TAILLE_MAX + 1)
            manque = reponse.length  # of what was announced: such a read does not raise
        finally:
            connexion.close()
        if len(corps) > TAILLE_MAX:
            raise EchecNotification(MotifEchec.TROP_GRANDE, f"plus de {TAILLE_MAX // 1024} Kio")
        if manque:
            raise EchecNotification(MotifEchec.REPONSE, "connexion fermée avant la fin")
        return reponse.status, corps

    def _present(self) -> ssl.SSLContext:
        """The context of the moment: another one when the files are others, the same while they cannot be used."""
        etat = self._observer()
        with self._verrou:
            if etat != self._etat:
                self._etat = etat
                try:
                    self._contexte = contexte_client(self._reglages)
                except OSError as exc:
                    _journal.error(
                        "notifications : certificat ou autorités illisibles, les précédents servent : %s", exc
                    )
            return self._contexte

    def _observer(self) -> Sequence[tuple[int, int]]:
        etats = []
        for fichier in (self._reglages.certificat, self._reglages.cle, self._reglages.autorites):
            try:
                etat = Path(fichier).stat() if fichier else None
            except OSError:
                etat = None
            etats.append((etat.st_mtime_ns, etat.st_size) if etat else (0, 0))
        return etats

    @contextmanager
    def _pannes(self, destination: Destination) -> Iterator[None]:
        try:
            yield
        except ssl.SSLCertVerificationError as exc:
            raise EchecNotification(MotifEchec.CERTIFICAT, exc.verify_message) from exc
        except ssl.SSLEOFError as exc:
            raise EchecNotification(MotifEchec.TLS, "connexion fermée par le récepteur") from exc
        except ssl.SSLError as exc:
            raise EchecNotification(MotifEchec.TLS, exc.reason or "négociation impossible") from exc
        except TimeoutError as exc:
            raise EchecNotification(MotifEchec.DELAI, f"{self._reglages.delai:g} s") from exc
        except (http.client.HTTPException, ValueError) as exc:  # ValueError: of a chunk with a negative length
            coupee = isinstance(exc, http.client.RemoteDisconnected | http.client.IncompleteRead)
            dit = "connexion fermée avant la fin" if coupee else "ce n'est pas du HTTP"
            raise EchecNotification(MotifEchec.REPONSE, dit) from exc
        except OSError as exc:
            lieu = f"{destination.hote}:{destination.port}"
            raise EchecNotification(MotifEchec.CONNEXION, f"{lieu} : {exc.strerror or type(exc).__name__}") from exc


def contexte_client(reglages: ReglagesPush) -> ssl.SSLContext:
    """TLS 1.2 or newer, certificate and name verified, ours shown to whoever asks. Raises ``OSError``."""
    contexte = ssl.create_default_context(cafile=reglages.autorites or None)
    contexte.minimum_version = ssl.TLSVersion.TLSv1_2
    contexte.options |= ssl.OP_NO_RENEGOTIATION | ssl.OP_NO_COMPRESSION
    contexte.sslsocket_class = PriseBornee
    contexte.load_cert_chain(reglages.certificat, reglages.cle, password=_sans_phrase)
    return contexte


def _sans_phrase() -> str:
    raise OSError(0, "la clé est protégée par une phrase : il la faut sans")


def _entetes(destination: Destination) -> dict[str, str]:
    hote = f"[{destination.hote}]" if ":" in destination.hote else destination.hote
    return {
        "Host": hote if destination.port == 443 else f"{hote}:{destination.port}",
        "Content-Type": "text/xml; charset=utf-8",
        "SOAPAction": ACTION,
        "User-Agent": "e-SAV",
        "Connection": "close",
    }


def _juger(statut: int, corps: bytes) -> None:
    if 300 <= statut < 400:
        raise EchecNotification(MotifEchec.REDIRECTION, f"HTTP {statut}")
    if statut != 200:
        dit = faute_lue(corps)
        if not dit and not corps.lstrip().startswith(b"<"):  # a page of a web server tells nothing
            dit = une_ligne(corps[:400].decode("utf-8", "replace"))
        raise EchecNotification(MotifEchec.STATUT, f"HTTP {statut}{f' : {dit}' if dit else ''}")
