"""What the log says of a refusal, and of an error of ours: where it happened and what kind it is, never the values that it met.

Messages of exceptions quote what they choke on (a database driver: the whole row), and a signalisation holds names and
telephone numbers of people.
"""

from __future__ import annotations

import traceback
from collections.abc import Iterator

from esav_soap.certificats import CertificatRefuse
from esav_soap.errors import ErreurEsav

#: Codes that drivers and the system give beside their message: SQLITE_FULL, 57P01, ENOSPC's number.
_CODES = ("sqlite_errorname", "sqlstate", "errno")


def sans_valeurs(erreur: BaseException) -> str:
    """The stack of ``erreur`` and of what caused it, with kinds and codes instead of messages."""
    return "\n".join(_lignes(erreur))


def _lignes(erreur: BaseException) -> Iterator[str]:
    vues: set[int] = set()
    suivante: BaseException | None = erreur
    while suivante is not None and id(suivante) not in vues:
        vues.add(id(suivante))
        codes = [str(code) for nom in _CODES if (code := getattr(suivante, nom, None)) is not None]
        nature = f"{type(suivante).__module__}.{type(suivante).__qualname__}"
        yield f"{nature} ({', '.join(codes)})" if codes else nature
        for cadre in traceback.extract_tb(suivante.__traceback__):
            yield f"  {cadre.filename}:{cadre.lineno} {cadre.name}"
        suivante = suivante.__cause__ or suivante.__context__


def issue(erreur: ErreurEsav | None) -> str:
    """How a request ended; of a certificate that is refused, also why."""
    if erreur is None:
        return "OK"
    return f"{erreur.code.name}/{erreur.motif.name}" if isinstance(erreur, CertificatRefuse) else erreur.code.name


def certificat(erreur: ErreurEsav | None) -> str:
    """The certificate that was refused, by the begin of its fingerprint; ``-`` when none was seen."""
    faits = erreur.faits if isinstance(erreur, CertificatRefuse) else None
    return f"sha256:{faits.empreinte[:16]}" if faits else "-"
