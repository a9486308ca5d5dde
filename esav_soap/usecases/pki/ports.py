"""What the use cases of the PKI need: a store, cryptography, and the platform's own authority."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from esav_soap.certificats import FaitsCertificat, FaitsCsr
from esav_soap.usecases.ports.acces import Acces
from esav_soap.usecases.ports.envois import Operateurs


class Base(Acces, Operateurs, Protocol):
    """The store, as these use cases see it."""


class Chiffrement(Protocol):
    """X.509: the module ``esav_soap.pki`` is one."""

    def lire(self, octets: bytes) -> FaitsCertificat:
        """Facts of a certificate, DER or PEM. Raises CertificatRefuse (ILLISIBLE)."""
        ...

    def lire_csr(self, octets: bytes) -> FaitsCsr:
        """Facts of a CSR. Raises ``ValueError``, in French, that says everything that is wrong with it."""
        ...

    def empreinte_cle(self, der: bytes) -> str:
        """Of the public key of a certificate or CSR (DER), to compare it with others; empty when it cannot be read."""
        ...

    def signataire(self, der: bytes, autorites: Sequence[bytes]) -> bytes | None:
        """The authority, of these, whose signature the certificate bears; None when there is none."""
        ...

    def auto_signe(self, der: bytes) -> bool:
        """Whether it is signed by its own key."""
        ...

    def numeros_revoques(self, crl: bytes) -> frozenset[str]:
        """Serial numbers in a list of revoked certificates, as in FaitsCertificat."""
        ...

    def verifier_crl(self, crl: bytes, autorite_der: bytes, instant: datetime) -> None:
        """Nothing, if the list is that authority's and current. Raises ``ValueError``, in French."""
        ...

    def fin_crl(self, crl: bytes) -> datetime | None:
        """By when the next list is due; None when the list does not say. Raises ``ValueError``, in French."""
        ...

    def numero_crl(self, crl: bytes) -> int | None:
        """The number of a list, which only grows; None when it has none. Raises ``ValueError``, in French."""
        ...

    def crl_en_der(self, octets: bytes) -> bytes:
        """A list as DER. Raises ``ValueError``, in French."""
        ...


class Emetteur(Protocol):
    """The platform's own authority, with its key."""

    @property
    def der(self) -> bytes:
        """Its certificate."""
        ...

    def delivrer_client(
        self, csr: bytes, titulaire: str, role_nom: str, debut: datetime, fin: datetime, organisation: str = ""
    ) -> bytes:
        """A client certificate (DER) for the key of that CSR. Raises ``ValueError``, in French."""
        ...

    def delivrer_serveur(
        self, noms: Sequence[str], debut: datetime, fin: datetime, csr: bytes | None = None
    ) -> tuple[bytes, bytes]:
        """A server's certificate (DER) and its key (PEM). Raises ``ValueError``, in French."""
        ...

    def crl(self, revoques: Sequence[tuple[str, datetime]], instant: datetime, jusqu_a: datetime, numero: int) -> bytes:
        """A list of revoked certificates (DER)."""
        ...


@dataclass(frozen=True, slots=True)
class Contexte:
    """With what, and when, a use case runs."""

    base: Base
    chiffrement: Chiffrement
    instant: datetime
