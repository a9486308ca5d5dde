"""Who may call which service: the role comes with the identity, never from the message (R6.1)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from esav_soap.certificats import CertificatEnregistre, Role
from esav_soap.errors import CodeErreur, ErreurEsav
from esav_soap.names import PLATEFORMES
from esav_soap.souscription import Acces, Souscription


@dataclass(frozen=True, slots=True)
class Identifie:
    """A caller whose identity is proved: its code, what it is, where it may call, and by which certificate it is known."""

    code: str
    role: Role = Role.OPERATEUR
    plateformes: frozenset[str] = frozenset(PLATEFORMES)
    certificat: CertificatEnregistre | None = None


_OPERATEURS = frozenset({Role.OPERATEUR})
_PARTICULIERS: Mapping[str, frozenset[Role]] = {
    "information": frozenset(Role),
    "catalogue": frozenset(Role),
    "publication": frozenset({Role.PUBLIEUR}),
    "sav": frozenset({Role.FOURNISSEUR}),
}


def acces_apres(role: Role, souscription: Souscription | None, instant: datetime) -> bool:
    """Whether who holds that role may call at that instant or later: an opérateur needs the access e-SAV intégré for it."""
    if role is not Role.OPERATEUR:
        return True
    return souscription is not None and souscription.ouverte_apres(Acces.INTEGRE, instant)


def autoriser(appelant: Identifie, service: str) -> None:
    """Nothing, if a caller of that role may call that service. Raises DROIT_INSUFFISANT."""
    admis = _PARTICULIERS.get(service, _OPERATEURS)
    if appelant.role not in admis:
        attendu = " ou ".join(sorted(role.value for role in admis))
        raise ErreurEsav(
            CodeErreur.DROIT_INSUFFISANT,
            f"Le service « {service} » est réservé : {attendu}. L'appelant est identifié comme {appelant.role.value}.",
        )
