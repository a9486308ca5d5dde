"""What the HTTP server itself answers, when a request never becomes one of ours: our words, an id, a line in the log.

gunicorn's own answers tell what it choked on, and by whose name it goes.
"""

from __future__ import annotations

import ssl
from typing import Any

import gunicorn.http.wsgi
from gunicorn import util
from gunicorn.glogging import Logger
from gunicorn.http import errors

from esav_soap.soap.journal import EN_TETE, chemin_lisible, noter, noter_erreur, nouvelle_requete

_INTERNE = ("500 Internal Server Error", "Erreur interne. La requête n'a pas été traitée.")
#: Kinds of error -> status and what is said; the first one that fits.
_REFUS: tuple[tuple[tuple[type[BaseException], ...], str, str], ...] = (
    ((errors.LimitRequestLine,), "414 URI Too Long", "L'adresse demandée est trop longue."),
    (
        (errors.LimitRequestHeaders,),
        "431 Request Header Fields Too Large",
        "Les en-têtes de la requête sont trop longs.",
    ),
    ((errors.ExpectationFailed,), "417 Expectation Failed", "L'en-tête Expect n'admet que 100-continue."),
    ((errors.UnsupportedTransferCoding,), "501 Not Implemented", "Ce codage de transfert n'est pas admis."),
    ((errors.InvalidResponseHeader, errors.InvalidResponseHeaderName, errors.ConfigurationProblem), *_INTERNE),
    ((errors.ParseException, ssl.SSLError), "400 Bad Request", "Ceci n'est pas une requête HTTP bien formée."),
)


class JournalServeur(Logger):  # type: ignore[misc]
    """gunicorn's messages among all others, in the same form."""

    def setup(self, cfg: Any) -> None:
        super().setup(cfg)
        for gestionnaire in list(self.error_log.handlers):
            if getattr(gestionnaire, "_gunicorn", False):
                self.error_log.removeHandler(gestionnaire)
        self.error_log.propagate = True


def taire_le_serveur() -> None:
    """Answers say that they come from e-SAV, not from what it is made of."""
    gunicorn.http.wsgi.SERVER = "e-SAV"


def refuser(client: Any, requete_lue: Any, erreur: BaseException) -> None:
    """Answer on the socket of ``client``, and log it. ``requete_lue``: what was understood of the request, if anything."""
    requete = nouvelle_requete()
    trouves = ((statut, dit) for natures, statut, dit in _REFUS if isinstance(erreur, natures))
    statut, dit = next(trouves, _INTERNE)
    if (statut, dit) == _INTERNE:
        noter_erreur(requete, "erreur interne", erreur)
    corps = texte(dit, requete)
    noter({
        "requete": requete,
        "methode": getattr(requete_lue, "method", None),
        "chemin": chemin_lisible(getattr(requete_lue, "path", None) or ""),
        "statut": int(statut[:3]),
        "verdict": "ERREUR_INTERNE" if (statut, dit) == _INTERNE else "HTTP_REFUSE",
        "motif": type(erreur).__name__,
        "octets_rendus": len(corps),
    })  # fmt: skip
    entetes = (
        f"Connection: close\r\nContent-Type: {TEXTE}\r\nContent-Length: {len(corps)}\r\n{EN_TETE}: {requete}\r\n\r\n"
    )
    util.write_nonblock(client, f"HTTP/1.1 {statut}\r\n{entetes}".encode() + corps)


#: Type of :func:`texte`.
TEXTE = "text/plain; charset=utf-8"


def texte(dit: str, requete: str) -> bytes:
    """The body of a plain refusal."""
    return f"{dit}\nRequête : {requete}\n".encode()
