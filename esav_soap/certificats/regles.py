"""What is wrong with a certificate by itself: dates, key, signature, usage (R6.2).

Strict where old TLS stacks or OpenSSL would fail anyway, so that whoever is accepted here can also connect:

- keys: RSA of 2048 to 16384 bits with an odd exponent from 65537 to below 2^64 (OpenSSL reads no other of large keys); EC on
  P-256, P-384, P-521, named and not by parameters. DSA, Ed25519 and others are refused: Java 8, .NET and most stacks of
  R9 cannot use them;
- signatures: SHA-256, SHA-384 or SHA-512, with RSA (PSS too) or ECDSA; also on a root's own signature of itself;
- ``keyUsage``, when present, has ``digitalSignature``; ``extendedKeyUsage``, when present, has ``clientAuth``.
  ``anyExtendedKeyUsage`` does not stand for it: OpenSSL ends the handshake of such a client.
"""

from __future__ import annotations

from datetime import datetime

from esav_soap.certificats.objets import Cle, FaitsCertificat
from esav_soap.certificats.refus import MotifRefus

RSA_BITS_MIN = 2048
RSA_BITS_MAX = 16384
COURBES = frozenset({"secp256r1", "secp384r1", "secp521r1"})
EMPREINTES = frozenset({"sha256", "sha384", "sha512"})

#: OID of the extended usage of a TLS client.
CLIENT_AUTH = "1.3.6.1.5.5.7.3.2"


def cle_admise(cle: Cle) -> bool:
    """Whether a public key is of an accepted kind and strong enough."""
    if cle.algorithme == "RSA":
        exposant_sain = 65537 <= cle.exposant < 1 << 64 and cle.exposant % 2 == 1
        return RSA_BITS_MIN <= cle.taille <= RSA_BITS_MAX and exposant_sain
    return cle.algorithme == "EC" and cle.courbe in COURBES


def signature_admise(signature: str) -> bool:
    """Whether the hash of a signature is strong enough."""
    return signature in EMPREINTES


def defauts(faits: FaitsCertificat, instant: datetime) -> tuple[MotifRefus, ...]:
    """Everything that is wrong with a client's certificate by itself, in the order in which it is told; empty: nothing.

    Who signed it, whether it is registered or revoked is judged elsewhere.
    """
    autorite = faits.autorite or (faits.usages is not None and "keyCertSign" in faits.usages)
    return (
        *_communs(faits, instant),
        *((MotifRefus.USAGE_INCORRECT,) if _usage_incorrect(faits, "digitalSignature") else ()),
        *((MotifRefus.EST_UNE_AUTORITE,) if autorite else ()),
    )


def defauts_autorite(faits: FaitsCertificat, instant: datetime) -> tuple[MotifRefus, ...]:
    """The same for the certificate of a CA that issues those of clients: USAGE_INCORRECT when it is not a CA's."""
    incorrect = not faits.autorite or _usage_incorrect(faits, "keyCertSign")
    return (*_communs(faits, instant), *((MotifRefus.USAGE_INCORRECT,) if incorrect else ()))


def _communs(faits: FaitsCertificat, instant: datetime) -> list[MotifRefus]:
    trouves = []
    if instant >= faits.fin:
        trouves.append(MotifRefus.EXPIRE)
    if instant < faits.debut:
        trouves.append(MotifRefus.PAS_ENCORE_VALIDE)
    if not cle_admise(faits.cle):
        trouves.append(MotifRefus.CLE_FAIBLE)
    if not signature_admise(faits.signature):
        trouves.append(MotifRefus.SIGNATURE_FAIBLE)
    return trouves


def _usage_incorrect(faits: FaitsCertificat, usage: str) -> bool:
    sans_usage = faits.usages is not None and usage not in faits.usages
    return sans_usage or (faits.usages_etendus is not None and CLIENT_AUTH not in faits.usages_etendus)
