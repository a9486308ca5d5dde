"""One call of ``esav client``: the client that the options describe, the answer or failure, the exit code."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import click

from esav_soap.cli.client_options import Acces

if TYPE_CHECKING:
    from esav_soap.client import ClientEsav, ErreurClient

#: Exit codes.
REFUSE, USAGE, INJOIGNABLE = 1, 2, 3


def mener(
    acces: Acces,
    travail: Callable[[ClientEsav], Any],
    montrer: Callable[[Any], None] | None,
    *,
    envoi: bool = True,
) -> None:
    """Call the service, show the answer or why there is none; ends the command with its exit code.

    ``montrer`` shows what ``travail`` gives as a table, None: nothing is to be shown. ``envoi``: the command sends a form.
    """
    from esav_soap.client import ErreurClient

    recus: list[bytes] = []

    def temoin(methode: str, _url: str, contenu: bytes) -> None:
        if methode == "POST":
            recus.append(contenu)

    with _client(acces, temoin) as esav:
        try:
            resultat = travail(esav)
        except ErreurClient as echec:
            click.get_current_context().exit(_echec(acces, echec, recus, envoi=envoi))
    _reponse(acces, resultat, recus, montrer)


def _client(acces: Acces, temoin: Callable[[str, str, bytes], None]) -> ClientEsav:
    from esav_soap.client import ClientEsav

    if acces.cle and not acces.certificat:
        raise click.UsageError("--cle ne va pas sans --certificat")
    try:
        return ClientEsav(
            acces.url,
            acces.plateforme,
            acces.version,
            operateur=acces.operateur,
            certificat=(acces.certificat, acces.cle) if acces.certificat and acces.cle else acces.certificat,
            ca=acces.ca,
            soap=acces.soap,
            delai=acces.delai,
            essais=acces.essais,
            adresse_directe=acces.adresse_directe,
            temoin=temoin,
        )
    except ValueError as exc:
        raise click.UsageError(str(exc)) from exc


def _echec(acces: Acces, echec: ErreurClient, recus: list[bytes], *, envoi: bool) -> int:
    from esav_soap.cli import client_affichage as affichage
    from esav_soap.cli import client_echecs as echecs
    from esav_soap.client import RefusEsav, SaisieInvalide, ServiceInjoignable

    if acces.format == "json":
        affichage.json_(echecs.en_dict(echec))
    elif acces.format == "xml" and isinstance(echec, RefusEsav):
        affichage.xml(recus[-1])
    else:
        echecs.montrer(echec, envoi=envoi)
    return {SaisieInvalide: USAGE, ServiceInjoignable: INJOIGNABLE}.get(type(echec), REFUSE)


def _reponse(acces: Acces, resultat: Any, recus: list[bytes], montrer: Callable[[Any], None] | None) -> None:
    from esav_soap.cli import client_affichage as affichage

    if isinstance(resultat, bytes):
        affichage.xml(resultat)
    elif montrer is None:
        return
    elif acces.format == "json":
        affichage.json_(resultat)
    elif acces.format == "xml" and recus:
        affichage.xml(recus[-1])
    else:
        montrer(resultat)
