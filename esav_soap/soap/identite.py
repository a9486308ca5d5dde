"""Who calls. The answer comes from the connection (later: its certificate), never from the message (R6.1)."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from esav_soap.errors import CodeErreur, ErreurEsav

#: Gives the code of the calling opérateur, or None when it cannot be told; may also raise an ErreurEsav that says more.
#: The argument is the WSGI environ.
Identite = Callable[[Mapping[str, Any]], str | None]

_CODE = re.compile(r"[A-Z0-9][A-Z0-9_-]{0,39}")


def entete_locale(environ: Mapping[str, Any]) -> str | None:
    """For a server that only this machine can reach: the caller says who it is in the header X-Esav-Operateur.

    Worth nothing as a proof; ``bootstrap`` refuses it on any address but loopback. Raises CERTIFICAT_REFUSE.
    """
    code = str(environ.get("HTTP_X_ESAV_OPERATEUR", "")).strip()
    if not _CODE.fullmatch(code):
        raise ErreurEsav(
            CodeErreur.CERTIFICAT_REFUSE,
            "L'appelant n'a pas pu être identifié : ce service local attend le code de l'opérateur (capitales, chiffres, "
            "tirets) dans l'en-tête HTTP X-Esav-Operateur.",
        )
    return code
