"""TLS of the server: contexts that follow the recognised CAs and the server's own files, sockets, why a handshake failed.

The client is asked for a certificate and may have none: contracts and pages are public. One whose chain OpenSSL cannot verify
ends the handshake with an alert; whose it is and whether it still counts is judged for each request (R6.1, R6.2).
"""

from __future__ import annotations

import hashlib
import logging
import os
import select
import ssl
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from functools import cached_property
from pathlib import Path
from typing import Any, Protocol, TypeVar

from esav_soap.bootstrap.prises import Attente
from esav_soap.certificats import MotifRefus
from esav_soap.errors import ReglageInvalide

_T = TypeVar("_T")
_journal = logging.getLogger("esav.tls")

#: Those of Python itself, said here since distributions change them. Level 2: no key below RSA 2048 or 224 bits of EC, no SHA-1
#: in a signature. The last ones are for Java 7 and .NET Framework.
CHIFFREMENTS = "@SECLEVEL=2:ECDH+AESGCM:ECDH+CHACHA20:ECDH+AES:DHE+AES:!aNULL:!eNULL:!aDSS:!SHA1:!AESCCM"


class Autorites(Protocol):
    """Which CAs are recognised; ``usecases.acces.RegistreAcces`` knows."""

    @property
    def autorites_reconnues(self) -> tuple[bytes, ...]:
        """Their certificates (DER)."""
        ...

    @property
    def revision(self) -> int:
        """Another number whenever they change."""
        ...


def contexte_serveur(certificat: str, cle: str, autorites: tuple[bytes, ...] = ()) -> ssl.SSLContext:
    """A context with the server's certificate, for clients of those CAs (DER), anchors or intermediates.

    Raises :class:`ReglageInvalide` that says which file cannot be used.
    """
    contexte = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    contexte.minimum_version = ssl.TLSVersion.TLSv1_2
    contexte.set_ciphers(CHIFFREMENTS)
    # A client's certificate stays the same as long as its connection: it is looked up once.
    contexte.options |= ssl.OP_NO_RENEGOTIATION | ssl.OP_NO_COMPRESSION | ssl.OP_CIPHER_SERVER_PREFERENCE
    contexte.verify_mode = ssl.CERT_OPTIONAL
    contexte.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
    contexte.sslsocket_class = PriseTls
    _charger(contexte, certificat, cle)
    for der in autorites:
        try:
            contexte.load_verify_locations(cadata=der)
        except ssl.SSLError as exc:  # one that this OpenSSL cannot read keeps its own clients out, and nobody else
            empreinte = hashlib.sha256(der).hexdigest()
            _journal.error("TLS : autorité reconnue %s illisible, ses certificats sont refusés : %s", empreinte, exc)
    return contexte


def _charger(contexte: ssl.SSLContext, certificat: str, cle: str) -> None:
    for nom, fichier in (("ESAV_TLS_CERTIFICAT", certificat), ("ESAV_TLS_CLE", cle)):
        try:
            Path(fichier).read_bytes()
        except OSError as exc:
            raise ReglageInvalide(f"{nom} : le fichier {fichier} ne peut pas être lu ({exc.strerror}).") from exc
    try:
        contexte.load_cert_chain(certificat, cle, password=_sans_phrase)
    except ssl.SSLError as exc:
        if exc.reason == "KEY_VALUES_MISMATCH":
            raise ReglageInvalide(f"ESAV_TLS_CLE : {cle} n'est pas la clé du certificat {certificat}.") from exc
        raise ReglageInvalide(
            f"ESAV_TLS_CERTIFICAT, ESAV_TLS_CLE : {certificat} et {cle} ne sont pas un certificat et sa clé en PEM, ou sont "
            f"trop faibles ({exc.reason or 'illisibles'})."
        ) from exc


def _sans_phrase() -> str:
    raise ReglageInvalide("ESAV_TLS_CLE : la clé du serveur est protégée par une phrase ; il la faut sans.")


class Contextes:
    """The context of the moment: another one when the recognised CAs or the server's files are others. Thread-safe.

    Files that cannot be used, as in the middle of a replacement, leave the context before in force until they change again.
    A new context takes no session of an older one.
    """

    def __init__(self, certificat: str, cle: str, autorites: Autorites) -> None:
        """Raises :class:`ReglageInvalide`."""
        self._certificat = certificat
        self._cle = cle
        self._autorites = autorites
        self._verrou = threading.Lock()
        self._etat = self._observer()
        self._contexte = contexte_serveur(certificat, cle, autorites.autorites_reconnues)

    def contexte(self) -> ssl.SSLContext:
        """For the next connection."""
        if self._observer() != self._etat:
            with self._verrou:
                etat = self._observer()
                if etat != self._etat:
                    try:
                        self._contexte = contexte_serveur(
                            self._certificat, self._cle, self._autorites.autorites_reconnues
                        )
                        _journal.info("TLS : autorités reconnues et certificat du serveur relus")
                    except ReglageInvalide as invalide:
                        _journal.error("TLS : le contexte d'avant reste en vigueur : %s", invalide)
                    self._etat = etat
        return self._contexte

    def _observer(self) -> tuple[object, ...]:
        return (self._autorites.revision, *_fichier(self._certificat), *_fichier(self._cle))


def _fichier(chemin: str) -> tuple[int, ...]:
    try:
        etat = os.stat(chemin)
    except OSError:
        return ()
    return etat.st_ino, etat.st_mtime_ns, etat.st_size


class PriseTls(ssl.SSLSocket):
    """A client's TLS connection, which gives the token and the place back before it waits for that client.

    The descriptor never blocks; what callers ask for by ``setblocking`` and ``settimeout`` is kept here.
    """

    _delai: float | None = None
    _der: bytes | None = None
    _der_connu = False

    @cached_property
    def attente(self) -> Attente:
        """What is known of the client's slowness."""
        return Attente()

    def settimeout(self, value: float | None) -> None:
        self._delai = value
        super().settimeout(0.0)

    def setblocking(self, flag: bool) -> None:
        self.settimeout(None if flag else 0.0)

    def gettimeout(self) -> float | None:
        return self._delai

    def getpeercert(self, binary_form: bool = False) -> Any:
        """The client's certificate; its DER form is the same object for all the requests of a connection."""
        if not binary_form:
            return super().getpeercert(False)
        if not self._der_connu:
            self._der = super().getpeercert(True)
            self._der_connu = True
        return self._der

    def avancer(self) -> bool:
        """Go on with the handshake as far as the client's bytes go; false when more of them are needed.

        Raises ``ssl.SSLError`` or ``OSError`` when it fails.
        """
        try:
            self._sslobj.do_handshake()  # type: ignore[attr-defined]
        except (ssl.SSLWantReadError, ssl.SSLWantWriteError):
            return False
        return True

    def recv(self, buflen: int = 1024, flags: int = 0) -> bytes:
        octets = self._patienter(super().recv, buflen, flags)
        self.attente.lus(len(octets))
        return octets

    def send(self, data: Any, flags: int = 0) -> int:
        return self._patienter(super().send, data, flags)

    def shutdown(self, how: int) -> None:
        self._prendre_conge()
        super().shutdown(how)

    def _real_close(self) -> None:
        self._prendre_conge()
        super()._real_close()  # type: ignore[misc]

    def _prendre_conge(self) -> None:
        """Tell the client that nothing was cut off (close_notify), when it can be told at once."""
        if self._sslobj is not None:  # type: ignore[attr-defined]
            with suppress(OSError, ValueError):
                self._sslobj.shutdown()  # type: ignore[attr-defined]

    def _patienter(self, essai: Callable[..., _T], *arguments: Any) -> _T:
        """What ``essai`` gives once the client lets it go on. Raises TimeoutError after the delay, in all; without one
        :class:`~esav_soap.bootstrap.prises.ClientMuet`."""
        limite = None if self._delai is None else time.monotonic() + self._delai
        while True:
            try:
                return essai(*arguments)
            except (ssl.SSLWantReadError, ssl.SSLWantWriteError, BlockingIOError) as attente:
                if self._delai == 0.0:
                    raise
                evenement = select.POLLOUT if isinstance(attente, ssl.SSLWantWriteError) else select.POLLIN
            self.attente.patienter(self, evenement, None if limite is None else limite - time.monotonic())


def motif(echec: ssl.SSLError) -> str:
    """Why a handshake failed: the name of a :class:`MotifRefus` where a certificate is the reason, else OpenSSL's own."""
    if isinstance(echec, ssl.SSLCertVerificationError):
        connu = _MOTIFS.get(echec.verify_code)
        return f"{connu.name} ({echec.verify_message})" if connu else f"certificat : {echec.verify_message}"
    raison = echec.reason or type(echec).__name__
    return f"{raison} ({_RAISONS[raison]})" if raison in _RAISONS else raison


#: By the codes of x509_vfy.h.
_MOTIFS = {
    **dict.fromkeys((2, 7, 19, 20, 21, 22, 33), MotifRefus.AUTORITE_INCONNUE),
    9: MotifRefus.PAS_ENCORE_VALIDE,
    10: MotifRefus.EXPIRE,
    18: MotifRefus.AUTO_SIGNE,
    23: MotifRefus.REVOQUE,
    **dict.fromkeys((24, 26, 32, 37, 79), MotifRefus.USAGE_INCORRECT),
    **dict.fromkeys((6, 66, 67, 92), MotifRefus.CLE_FAIBLE),
    68: MotifRefus.SIGNATURE_FAIBLE,
}
#: What OpenSSL says of a caller that ended the handshake, or did not begin one.
_RAISONS = {
    **dict.fromkeys(
        ("TLSV1_ALERT_UNKNOWN_CA", "SSLV3_ALERT_BAD_CERTIFICATE", "SSLV3_ALERT_CERTIFICATE_UNKNOWN"),
        "l'appelant n'accepte pas le certificat de ce serveur",
    ),
    "SSLV3_ALERT_CERTIFICATE_EXPIRED": "pour l'appelant, le certificat de ce serveur est expiré",
    "HTTP_REQUEST": "requête HTTP sans TLS",
    "UNSUPPORTED_PROTOCOL": "version de TLS trop ancienne",
    "NO_SHARED_CIPHER": "aucun chiffrement commun",
}
