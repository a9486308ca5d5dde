"""Who calls. The answer comes from the connection and its certificate, never from the message (R6.1)."""

from __future__ import annotations

import base64
import binascii
import re
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any
from urllib.parse import unquote_to_bytes

from esav_soap.certificats import CertificatRefuse, MotifRefus, Role
from esav_soap.errors import CodeErreur, ErreurEsav
from esav_soap.usecases.acces import RegistreAcces
from esav_soap.usecases.droits import Identifie

#: Gives the caller, or None when it cannot be told; a code alone is that of an opérateur. May also raise an ErreurEsav that
#: says more. The argument is the WSGI environ.
Identite = Callable[[Mapping[str, Any]], Identifie | str | None]


class SourceIdentite(ABC):
    """A source that also needs the platform that is called, and the instant: that of certificates."""

    @abstractmethod
    def identifier(self, environ: Mapping[str, Any], plateforme: str, instant: datetime) -> Identifie:
        """Who calls. Raises CERTIFICAT_REFUSE, mostly as CertificatRefuse."""


_CODE = re.compile(r"[A-Z0-9][A-Z0-9_-]{0,39}")


def identifier(
    source: SourceIdentite | Identite, environ: Mapping[str, Any], plateforme: str, instant: datetime
) -> Identifie:
    """Who calls, by that source. Raises CERTIFICAT_REFUSE when it does not say."""
    if isinstance(source, SourceIdentite):
        return source.identifier(environ, plateforme, instant)
    identifie = source(environ)
    if identifie is None:
        raise ErreurEsav(CodeErreur.CERTIFICAT_REFUSE)
    return Identifie(identifie) if isinstance(identifie, str) else identifie


def entete_locale(environ: Mapping[str, Any]) -> Identifie:
    """For a server that only this machine can reach: the caller says who it is in the header X-Esav-Operateur, and in
    X-Esav-Role when it is no opérateur.

    Worth nothing as a proof; ``bootstrap`` refuses it on any address but loopback. Raises CERTIFICAT_REFUSE.
    """
    code = str(environ.get("HTTP_X_ESAV_OPERATEUR", "")).strip()
    if not _CODE.fullmatch(code):
        raise ErreurEsav(
            CodeErreur.CERTIFICAT_REFUSE,
            "L'appelant n'a pas pu être identifié : ce service local attend le code de l'opérateur (capitales, chiffres, "
            "tirets) dans l'en-tête HTTP X-Esav-Operateur.",
        )
    role = str(environ.get("HTTP_X_ESAV_ROLE", "")).strip() or Role.OPERATEUR.name
    if role not in Role.__members__:
        raise ErreurEsav(
            CodeErreur.CERTIFICAT_REFUSE,
            f"L'en-tête HTTP X-Esav-Role ne connaît que : {', '.join(Role.__members__)}.",
        )
    return Identifie(code, Role[role])


class IdentiteParCertificat(SourceIdentite):
    """The caller is who its certificate was registered for; nothing in the message can change that."""

    def __init__(self, registre: RegistreAcces) -> None:
        self._registre = registre

    def identifier(self, environ: Mapping[str, Any], plateforme: str, instant: datetime) -> Identifie:
        """Who calls. Raises CertificatRefuse."""
        return self._registre.identifier(certificat_presente(environ), plateforme, instant)


def certificat_presente(environ: Mapping[str, Any]) -> bytes | None:
    """The certificate (DER) that the caller proved to have: in the TLS handshake with this server, or with the reverse proxy
    whose socket the request came through; None without one.

    The header ``Client-Cert`` is read on that socket alone, as told by the server's own object for the connection, which no
    request can forge. Raises CertificatRefuse(ILLISIBLE) for a header that holds anything but one certificate.
    """
    prise = environ.get("gunicorn.socket")
    if getattr(prise, "de_confiance", False):
        entete = str(environ.get("HTTP_CLIENT_CERT", ""))
        return lire_client_cert(entete) if entete else None
    pair = getattr(prise, "getpeercert", None)
    return pair(True) if pair is not None else None


#: Largest certificate in a header, in characters; gunicorn lets a line have 8190.
_TAILLE_MAX = 8190
_RFC_9440 = re.compile(r":([A-Za-z0-9+/]+={0,2}):")
_NGINX = re.compile(r"-----BEGIN%20CERTIFICATE-----%0A[A-Za-z0-9%]+-----END%20CERTIFICATE-----(?:%0A)?")
_PEM = re.compile(
    rb"-----BEGIN CERTIFICATE-----\n((?:[A-Za-z0-9+/]{1,64}\n)*[A-Za-z0-9+/]{1,64}={0,2}\n)-----END CERTIFICATE-----\n?"
)


def lire_client_cert(entete: str) -> bytes:
    """DER of the certificate in a ``Client-Cert`` header: ``:base64:`` as RFC 9440 says, or the PEM form, percent-encoded, of
    nginx's ``$ssl_client_escaped_cert``.

    Nothing else: two headers, which the server joins by a comma, a list, parameters or blanks are refused, since a second
    value may be the client's own. Raises CertificatRefuse(ILLISIBLE).
    """
    if len(entete) <= _TAILLE_MAX:
        base_64 = _RFC_9440.fullmatch(entete)
        pem = _PEM.fullmatch(unquote_to_bytes(entete)) if _NGINX.fullmatch(entete) else None
        try:
            if base_64:
                return base64.b64decode(base_64[1], validate=True)
            if pem:
                return base64.b64decode(pem[1].replace(b"\n", b""), validate=True)
        except binascii.Error:
            pass
    raise CertificatRefuse(
        MotifRefus.ILLISIBLE, complement="L'en-tête Client-Cert du mandataire n'en contient pas un, et un seul."
    )
