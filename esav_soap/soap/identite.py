"""Who calls. The answer comes from the connection (later: its certificate), never from the message (R6.1)."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

#: Gives the code of the calling opérateur, or None when it cannot be told. The argument is the WSGI environ.
Identite = Callable[[Mapping[str, Any]], str | None]

ENTETE_LOCALE = "X-Esav-Operateur"
_CODE = re.compile(r"[A-Z0-9][A-Z0-9_-]{0,39}")


def entete_locale(environ: Mapping[str, Any]) -> str | None:
    """For a server that only this machine can reach: the caller says who it is in the header X-Esav-Operateur.

    Worth nothing as a proof; ``bootstrap`` refuses it on any address but loopback.
    """
    code = str(environ.get("HTTP_X_ESAV_OPERATEUR", "")).strip()
    return code if _CODE.fullmatch(code) else None
