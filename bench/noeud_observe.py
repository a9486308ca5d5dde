"""A node in this process in which every construction of a contract is noted, to see that no request waits for one."""

from __future__ import annotations

import io
import secrets
from typing import Any
from unittest.mock import patch

from bench.charge import LONGUEUR, MARQUE
from bench.messages import OPERATEUR
from esav_soap.bootstrap.noeud import monter
from esav_soap.bootstrap.reglages import Reglages
from esav_soap.contract.services import classe_contrat
from esav_soap.names import chemin_service


def observer(url: str, message: bytes, requetes: int = 5) -> tuple[list[str], list[str]]:
    """Mount a node on the store at ``url``, have it answer deposits and the WSDL of every live version.

    Gives the services whose contract was built while it started, and while it answered. Every contract comes from
    ``wsdl.contrat``, which makes its types with ``classe_contrat``: these calls are noted. Raises ``AssertionError`` when
    an answer is not the one that was asked for.
    """
    construits: list[str] = []

    def note(service: str, *suite: Any) -> Any:
        construits.append(service)
        return classe_contrat(service, *suite)

    with patch("esav_soap.contract.wsdl.classe_contrat", note):
        noeud = monter(Reglages(store=url, homologation="non"))
        try:
            au_depart = list(construits)
            for publiee in noeud.registre.publiees:
                chemin = chemin_service("production", "depot", publiee.version)
                for _ in range(requetes):
                    corps = message.replace(MARQUE, secrets.token_hex(LONGUEUR // 2).encode())
                    assert b"dejaDeposee>false<" in _demander(noeud.application, "POST", chemin, corps)
                assert b"definitions" in _demander(noeud.application, "GET", chemin, b"")
        finally:
            noeud.magasin.fermer()
    return au_depart, construits[len(au_depart) :]


def _demander(application: Any, methode: str, chemin: str, corps: bytes) -> bytes:
    environ = {
        "REQUEST_METHOD": methode,
        "PATH_INFO": chemin,
        "QUERY_STRING": "wsdl",
        "CONTENT_TYPE": "text/xml; charset=utf-8",
        "CONTENT_LENGTH": str(len(corps)),
        "HTTP_X_ESAV_OPERATEUR": OPERATEUR,
        "wsgi.input": io.BytesIO(corps),
    }
    return b"".join(application(environ, lambda *_: None))
