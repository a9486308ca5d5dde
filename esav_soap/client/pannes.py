"""Why a connection failed, in French: the system's, OpenSSL's and the libraries' words are English."""

from __future__ import annotations

import errno
import http.client
import socket
import ssl

_SYSTEME = {
    errno.ECONNREFUSED: "connexion refusée",
    errno.ETIMEDOUT: "délai dépassé",
    errno.ECONNRESET: "connexion coupée",
    errno.ECONNABORTED: "connexion coupée",
    errno.EPIPE: "connexion coupée",
    errno.EHOSTUNREACH: "machine hors d'atteinte",
    errno.EHOSTDOWN: "machine arrêtée",
    errno.ENETUNREACH: "réseau hors d'atteinte",
    errno.ENETDOWN: "réseau arrêté",
    errno.EADDRNOTAVAIL: "adresse impossible",
    errno.EACCES: "accès refusé",
    errno.ENOENT: "fichier absent",
}
#: Why OpenSSL refuses the server's certificate (X509_V_ERR_*).
_CERTIFICAT = {
    9: "il n'est pas encore valable",
    10: "il a expiré",
    18: "il n'est signé que par lui-même",
    19: "son autorité n'est pas connue",
    20: "son autorité n'est pas connue",
    21: "son autorité n'est pas connue",
    23: "il est révoqué",
    62: "il est celui d'une autre machine",
    64: "il est celui d'une autre machine",
}
#: By a word in OpenSSL's reason, the first that is found.
_TLS = (
    ("CERTIFICATE_REQUIRED", "le service demande un certificat client"),
    ("CERTIFICATE_EXPIRED", "le service refuse le certificat client : il a expiré"),
    ("CERTIFICATE_REVOKED", "le service refuse le certificat client : il est révoqué"),
    ("ALERT_UNKNOWN_CA", "le service refuse le certificat client : son autorité n'est pas connue"),
    ("ALERT_BAD_CERTIFICATE", "le service refuse le certificat client : pas encore valable, ou trop faible"),
    ("UNSUPPORTED_CERTIFICATE", "le service refuse le certificat client : il n'est pas fait pour un client"),
    ("ALERT_HANDSHAKE_FAILURE", "le service refuse la connexion TLS (certificat client absent ?)"),
    ("KEY_VALUES_MISMATCH", "la clé n'est pas celle du certificat"),
    ("NO_CERTIFICATE_OR_CRL_FOUND", "le fichier de l'autorité ne contient aucun certificat"),
    ("WRONG_VERSION_NUMBER", "le service ne parle pas TLS à cette adresse"),
    ("PROTOCOL_VERSION", "le service parle une autre version de TLS"),
    ("EOF", "connexion coupée"),
    ("PEM", "le certificat ou la clé n'est pas lisible (PEM attendu)"),
)


def cause(exc: BaseException) -> str:
    """The innermost reason; what is not known here is told by its own short name."""
    interne = _interne(exc)
    match interne:
        case ssl.SSLCertVerificationError():
            code = getattr(interne, "verify_code", 0)  # absent from what OpenSSL did not make
            return f"certificat refusé, {_CERTIFICAT.get(code, f'erreur OpenSSL {code}')}"
        case ssl.SSLError():
            raison = getattr(interne, "reason", None) or "inconnue"
            connu = f"{raison} {interne}".upper()
            return next((dit for mot, dit in _TLS if mot in connu), f"erreur TLS {raison}")
        case socket.gaierror():
            return "nom inconnu"
        case TimeoutError():
            return "délai dépassé"
        case http.client.RemoteDisconnected():
            return "connexion fermée sans réponse"
        case OSError() if interne.errno is not None:
            return _SYSTEME.get(interne.errno, f"erreur {errno.errorcode.get(interne.errno, interne.errno)} du système")
    return str(interne) or type(interne).__name__


def _interne(exc: BaseException) -> BaseException:
    """Without the layers of the libraries above it."""
    vues: set[int] = set()
    courante = exc
    while id(courante) not in vues:
        vues.add(id(courante))
        raison = getattr(courante, "reason", None)
        suivante = raison if isinstance(raison, BaseException) else courante.__cause__ or courante.__context__
        if suivante is None:
            suivante = next((a for a in courante.args if isinstance(a, BaseException)), None)
        if suivante is None:
            break
        courante = suivante
    return courante
