"""What the use cases of access need from the store, as protocols: certificates, subscriptions, homologation, scenarios."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Protocol

from esav_soap.certificats import Autorite, CertificatEnregistre, Demande
from esav_soap.homologation import Homologation
from esav_soap.souscription import Souscription


class CertificatDejaConnu(Exception):
    """That certificate is recorded already, whoever holds it, also when it is revoked. Nothing was written."""


class DemandeDejaTraitee(Exception):
    """The request is unknown, or was met already by another certificate. Nothing was written."""


class Lister(Protocol):
    """Makes the list of a CA's revoked certificates."""

    def __call__(self, precedente: bytes | None, revoques: Sequence[CertificatEnregistre], /) -> bytes:
        """The next list (DER) after ``precedente``, which tells of all of them."""
        ...


class Certificats(Protocol):
    """Certificates, CAs and requests. Thread-safe; each call is one transaction."""

    def certificats(self) -> tuple[CertificatEnregistre, ...]:
        """All that were ever recorded, by holder, then by end."""
        ...

    def enregistrer_certificat(self, certificat: CertificatEnregistre, demande: int | None = None) -> None:
        """Record it, and that it meets the request of that number.

        Raises :class:`CertificatDejaConnu`, :class:`DemandeDejaTraitee`.
        """
        ...

    def revoquer_certificats(
        self,
        empreintes: Collection[str],
        instant: datetime,
        motif: str,
        autorite: str | None = None,
        lister: Lister | None = None,
    ) -> int:
        """Revoke those that are not yet; returns how many. With ``autorite`` and ``lister``, its new CRL in the same
        transaction, made from all that are revoked by then: whoever revokes at the same time waits.

        Raises ``LookupError``, and nothing is revoked, when that CA was never recorded.
        """
        ...

    def autorites(self) -> tuple[Autorite, ...]:
        """All CAs, those recognised no more included, by name."""
        ...

    def enregistrer_autorite(self, autorite: Autorite) -> None:
        """Record a CA, or that it is recognised again (``retiree_le`` None); its CRL stays when ``crl`` is None."""
        ...

    def retirer_autorite(self, empreinte: str, instant: datetime) -> bool:
        """Recognise it no more; false when there is none of that fingerprint."""
        ...

    def enregistrer_crl(self, empreinte: str, crl: bytes) -> bool:
        """Record the list of revoked certificates of a CA (DER); false when there is none of that fingerprint."""
        ...

    def demandes(self, *, en_attente: bool = True) -> tuple[Demande, ...]:
        """Requests, by due date; only those that wait, or all."""
        ...

    def ajouter_demande(self, demande: Demande) -> int:
        """Record a request (its ``numero`` is not looked at); returns its number."""
        ...

    def classer_demande(self, numero: int, instant: datetime) -> bool:
        """Close a request without a certificate (``traitee_le``, an empty ``empreinte``); false when none of that number waits."""
        ...


class Souscriptions(Protocol):
    """Subscriptions of opérateurs; each opérateur has one at most, which a later Bon de commande replaces."""

    def souscriptions(self) -> tuple[Souscription, ...]:
        """All, by opérateur."""
        ...

    def enregistrer_souscription(self, souscription: Souscription) -> None:
        """Record it, or what changed of it."""
        ...


class RevisionAcces(Protocol):
    """Whether anything changed of what decides who may call."""

    def revision_acces(self) -> int:
        """A number that each write of certificates, CAs, their lists and subscriptions raises, in its own transaction: one
        look at one row. Who reads it first and the rest after it has at least what belongs to it."""
        ...


class Homologations(Protocol):
    """First successful calls on integration."""

    def homologations(self, operateur: str | None = None) -> tuple[Homologation, ...]:
        """All, or those of one opérateur; by opérateur and domain."""
        ...

    def enregistrer_homologation(self, homologation: Homologation) -> bool:
        """Record it unless that opérateur has one in that domain already; whether it was recorded."""
        ...


class Acces(Certificats, Souscriptions, RevisionAcces, Homologations, Protocol):
    """All of these."""
