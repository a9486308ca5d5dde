"""E-mail addresses: what can be written to."""

from __future__ import annotations

import re

#: Unquoted local part and a domain of two labels or more, or ``localhost``; ASCII only: every mail server takes it.
_LOCAL = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*"
_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_ADRESSE = re.compile(rf"({_LOCAL})@((?:{_LABEL}\.)+{_LABEL}|localhost)")


def adresse_correcte(adresse: str) -> bool:
    """Whether it is one plain address, ``nom@domaine.fr``, within the lengths of RFC 5321: no name, no list, no line ends.

    >>> adresse_correcte("sav@operateur.example"), adresse_correcte("SAV <sav@operateur.example>")
    (True, False)
    """
    trouvee = _ADRESSE.fullmatch(adresse)
    return trouvee is not None and len(adresse) <= 254 and len(trouvee[1]) <= 64
