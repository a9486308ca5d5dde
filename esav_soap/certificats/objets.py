"""What is known of certificates. All instants are aware and in UTC."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from enum import Enum
from typing import NamedTuple

from esav_soap.names import PLATEFORMES


class Role(Enum):
    """What a caller is. Names are stored, and those of the identity sources."""

    OPERATEUR = "opérateur"
    PUBLIEUR = "publieur du catalogue"
    FOURNISSEUR = "système du Fournisseur"


class Origine(Enum):
    """Who issued a certificate (art. 5.2.2): names are stored."""

    FOURNISSEUR = "délivré par le Fournisseur"
    RECONNUE = "délivré par une autorité reconnue"


@dataclass(frozen=True, slots=True)
class Cle:
    """A public key. ``algorithme``: ``RSA``, ``EC`` or another's name; ``taille``: bits; ``courbe``: name of the curve
    (``secp256r1``), of an EC key; ``exposant``: public exponent, of an RSA key."""

    algorithme: str
    taille: int
    courbe: str = ""
    exposant: int = 0


@dataclass(frozen=True, slots=True)
class FaitsCertificat:
    """What a certificate says of itself; nothing is believed yet.

    ``empreinte``: SHA-256 of its DER form, 64 hexadecimal digits in lower case; ``sujet``, ``emetteur``: RFC 4514;
    ``nom``: the common name; ``numero_serie``: hexadecimal, lower case, no leading zero; ``signature``: the hash of its
    signature (``sha256``), or the name of an algorithm without one; ``autorite``: it is that of a CA; ``usages``: key usages
    by their names in RFC 5280 (``digitalSignature``), ``usages_etendus``: extended ones by OID; None where the extension is
    absent. ``debut``, ``fin``: no later than 30 December 9999, so that every time zone can show them.
    """

    empreinte: str
    sujet: str
    nom: str
    emetteur: str
    numero_serie: str
    debut: datetime
    fin: datetime
    cle: Cle
    signature: str
    autorite: bool = False
    usages: frozenset[str] | None = None
    usages_etendus: frozenset[str] | None = None


@dataclass(frozen=True, slots=True)
class FaitsCsr:
    """What a request for a certificate (CSR) asks. ``nom``, ``sujet``, ``cle``, ``signature``: as in :class:`FaitsCertificat`.

    The requester was proved to hold the key. The names are for people only: the certificate gets those of its holder.
    """

    nom: str
    sujet: str
    cle: Cle
    signature: str


class Paire(NamedTuple):
    """A certificate (DER) and its private key (PKCS#8, PEM), which its printed form does not show."""

    der: bytes
    cle_pem: bytes

    def __repr__(self) -> str:
        return f"Paire(der=<{len(self.der)} octets>)"


@dataclass(frozen=True, slots=True)
class CertificatEnregistre:
    """A certificate by which a caller is known. ``titulaire``: the opérateur's code, or the name of a publisher or system.

    ``plateformes``: where it may call; ``autorite``: fingerprint of the CA that signed it; ``recu_le``: when the CSR or
    certificate was received, from which the due dates count.
    """

    empreinte: str
    titulaire: str
    role: Role
    origine: Origine
    sujet: str
    emetteur: str
    numero_serie: str
    autorite: str
    debut: datetime
    fin: datetime
    recu_le: datetime
    enregistre_le: datetime
    der: bytes = field(repr=False)
    plateformes: frozenset[str] = frozenset(PLATEFORMES)
    revoque_le: datetime | None = None
    motif_revocation: str = ""

    def vivant(self, instant: datetime) -> bool:
        """Whether it may be used at that instant: begun, not ended, not revoked."""
        return self.debut <= instant < self.fin and (self.revoque_le is None or instant < self.revoque_le)


@dataclass(frozen=True, slots=True)
class Autorite:
    """A CA whose certificates may be registered. ``interne``: the platform's own. ``crl``: its last list of revoked
    certificates (DER), when there is one; ``retiree_le``: since when it is recognised no more."""

    empreinte: str
    nom: str
    interne: bool
    debut: datetime
    fin: datetime
    ajoutee_le: datetime
    der: bytes = field(repr=False)
    crl: bytes | None = field(default=None, repr=False)
    retiree_le: datetime | None = None


class GenreDemande(Enum):
    """What is asked for; names are stored."""

    EMISSION = "délivrer un certificat (CSR)"
    ENREGISTREMENT = "enregistrer un certificat d'une autorité reconnue"


@dataclass(frozen=True, slots=True)
class Demande:
    """A request about a certificate, to be met within 15 jours ouvrés (art. 5.2.2). ``numero``: 0 until it is recorded.

    ``piece``: the CSR or the certificate, as PEM; ``echeance``: the last day (Paris); ``empreinte``: of the certificate that
    met it.
    """

    numero: int
    genre: GenreDemande
    titulaire: str
    role: Role
    plateformes: frozenset[str]
    piece: bytes = field(repr=False)
    recue_le: datetime
    echeance: date
    traitee_le: datetime | None = None
    empreinte: str = ""
