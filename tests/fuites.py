"""What an answer must never tell: paths, stacks, what the service is made of."""

from __future__ import annotations

import re

from tests.e2e.soap import Reponse

_LOGICIELS = (
    "gunicorn|gthread|spyne|lxml|libxml|xmlschema|elementpath|sqlalchemy|sqlite|psycopg|postgres|alembic|jinja|werkzeug|openssl|"
    "cryptography|python|cpython|zeep|xmlsyntax|xpatherror|wsgi"
)
_MOTS = re.compile(
    rf"({_LOGICIELS}|traceback|site-packages|most recent call|\bline \d+|errno|exception|\b0x[0-9a-f]{{6,}}|/usr|/home|/tmp|/work|/etc|"
    r"root:|\.py\b|\.db\b)",
    re.IGNORECASE,
)


def fuites(reponse: Reponse, envoye: bytes = b"") -> list[str]:
    """The words of an answer, headers included, that tell too much. ``envoye``: what the caller said itself may come back."""
    entetes = "\n".join(f"{nom}: {valeur}" for nom, valeur in reponse.entetes.items())
    trouves = dans(f"{entetes}\n{reponse.octets.decode(errors='replace')}")
    return [mot for mot in trouves if mot.encode() not in envoye]


def dans(texte: str) -> list[str]:
    """The same of anything that was received."""
    return [trouve[0] for trouve in _MOTS.finditer(texte)]
