"""How a request came in: whom it is from, by what that is told, or why nobody is believed."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from esav_soap.errors import CodeErreur, ErreurEsav
from esav_soap.soap.identite import Identite, SourceIdentite, entete_locale, identifier
from esav_soap.usecases.diagnostic import Connexion


def connecter(
    source: SourceIdentite | Identite, environ: Mapping[str, Any], plateforme: str, instant: datetime
) -> Connexion:
    """Who calls, or why that is refused. Raises what an integrator's source raises beside CERTIFICAT_REFUSE."""
    try:
        return Connexion(moyen(source, environ), identifier(source, environ, plateforme, instant))
    except ErreurEsav as refus:
        if refus.code is not CodeErreur.CERTIFICAT_REFUSE:
            raise
        return Connexion(moyen(source, environ), refus=refus)


def moyen(source: SourceIdentite | Identite, environ: Mapping[str, Any]) -> str:
    """What tells who calls, as ``diagnostiquerConnexion`` names it: a certificate of the connection or one that a reverse
    proxy passes on, the header of a local service, or an integrator's own source."""
    if source is entete_locale:
        return "LOCALE"
    if not isinstance(source, SourceIdentite):
        return "EXTERNE"
    return "MANDATAIRE" if getattr(environ.get("gunicorn.socket"), "de_confiance", False) else "CERTIFICAT"
