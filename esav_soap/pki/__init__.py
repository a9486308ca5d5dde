"""X.509: reading, judging chains, issuing, lists of revoked certificates; the one place that knows ``cryptography`` (R6.2).

Names are loaded on first use: ``import esav_soap.pki`` costs nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from esav_soap.pki.chaine import auto_signe, signataire
    from esav_soap.pki.crl import crl_en_der, fin_crl, numero_crl, numeros_revoques, verifier_crl
    from esav_soap.pki.csr import empreinte_cle, lire_csr, nouvelle_cle_et_csr
    from esav_soap.pki.emission import AutoriteInterne, creer_autorite
    from esav_soap.pki.lecture import empreinte, en_der, en_pem, lire

_OU = {
    "AutoriteInterne": "emission",
    "auto_signe": "chaine",
    "creer_autorite": "emission",
    "crl_en_der": "crl",
    "empreinte": "lecture",
    "empreinte_cle": "csr",
    "en_der": "lecture",
    "en_pem": "lecture",
    "fin_crl": "crl",
    "lire": "lecture",
    "lire_csr": "csr",
    "nouvelle_cle_et_csr": "csr",
    "numero_crl": "crl",
    "numeros_revoques": "crl",
    "signataire": "chaine",
    "verifier_crl": "crl",
}

__all__ = [
    "AutoriteInterne",
    "auto_signe",
    "creer_autorite",
    "crl_en_der",
    "empreinte",
    "empreinte_cle",
    "en_der",
    "en_pem",
    "fin_crl",
    "lire",
    "lire_csr",
    "nouvelle_cle_et_csr",
    "numero_crl",
    "numeros_revoques",
    "signataire",
    "verifier_crl",
]


def __getattr__(nom: str) -> object:
    if nom not in _OU:
        raise AttributeError(f"module {__name__!r} has no attribute {nom!r}")
    return getattr(import_module(f"{__name__}.{_OU[nom]}"), nom)
