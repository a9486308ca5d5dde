"""Who calls. The answer comes from the connection (later: its certificate), never from the message (R6.1)."""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from esav_soap.certificats import Role
from esav_soap.errors import CodeErreur, ErreurEsav
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
