"""What the generated HTML pages have in common: their styles, their policy, their templates.

A page stands alone: no server, no network, the same bytes for the same catalogue.
"""

from __future__ import annotations

import base64
import hashlib
from importlib import resources

from jinja2 import Environment, PackageLoader, StrictUndefined

#: Where the common styles are.
STYLES = "esav_soap.contract.maquettes.gabarits"


def environnement(paquet: str) -> Environment:
    """The templates of ``paquet``: everything is escaped, a name that does not exist is an error."""
    return Environment(
        loader=PackageLoader(paquet, "."),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )


def textes(paquet: str, *noms: str) -> str:
    """These files of ``paquet``, one after the other."""
    dossier = resources.files(paquet)
    return "".join(dossier.joinpath(nom).read_text(encoding="utf-8") for nom in noms)


def politique(style: str, *scripts: str) -> str:
    """A policy that forbids the network and every style and script but those of the page, known by their hash."""
    hashes = " ".join(_hash(script) for script in scripts) or "'none'"
    return (
        f"default-src 'none'; script-src {hashes}; style-src {_hash(style)}; img-src data:; "
        "base-uri 'none'; form-action 'none'"
    )


def _hash(texte: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(texte.encode()).digest()).decode()}'"
