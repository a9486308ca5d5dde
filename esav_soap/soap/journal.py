"""One line of the log for each request, under the id that its answer carries: what it was and how it ended, nothing of what
it held."""

from __future__ import annotations

import logging
import secrets
from collections.abc import Mapping
from urllib.parse import quote

from esav_soap.certificats import CertificatRefuse
from esav_soap.errors import ErreurEsav
from esav_soap.journal import sans_valeurs

_journal = logging.getLogger("esav.requetes")
_erreurs = logging.getLogger("esav.erreurs")

#: The header of an answer that tells its request's id. That of a request is not read: an id of ours is never a caller's.
EN_TETE = "X-Request-Id"


def nouvelle_requete() -> str:
    """The id of a request."""
    return secrets.token_hex(8)


def noter(faits: Mapping[str, object]) -> None:
    """The line of a request. What is not known of it is left out."""
    _journal.info("", extra={"champs": {nom: fait for nom, fait in faits.items() if fait not in ("", None)}})


def noter_erreur(requete: str, quoi: str, erreur: BaseException) -> None:
    """An error of ours while a request was served: where it happened and of which kind it is."""
    _erreurs.error("%s", quoi, extra={"champs": {"requete": requete, "pile": sans_valeurs(erreur)}})


def chemin_lisible(chemin: str) -> str:
    """A path for the log: no blank, and no longer than a path of ours."""
    return quote(chemin[:120], safe="/", encoding="latin-1", errors="replace")


def verdict(erreur: ErreurEsav | None) -> str:
    """How a request ended; of a certificate that is refused, also why."""
    if erreur is None:
        return "OK"
    return f"{erreur.code.name}/{erreur.motif.name}" if isinstance(erreur, CertificatRefuse) else erreur.code.name


def certificat_refuse(erreur: ErreurEsav | None) -> str:
    """The certificate that was refused, by the begin of its fingerprint; empty when none was seen."""
    faits = erreur.faits if isinstance(erreur, CertificatRefuse) else None
    return empreinte_abregee(faits.empreinte) if faits else ""


def empreinte_abregee(empreinte: str) -> str:
    """Enough of a certificate's fingerprint to find it."""
    return f"sha256:{empreinte[:16]}"
