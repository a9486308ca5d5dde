"""Private keys: making, reading and writing them; what a name may be made of."""

from __future__ import annotations

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    KeySerializationEncryption,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

ClePrivee = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey

#: Bound of the library for a phrase, in octets.
_PHRASE_MAX = 1023
_EMPREINTES: dict[int, type[hashes.SHA256] | type[hashes.SHA384] | type[hashes.SHA512]] = {
    256: hashes.SHA256,
    384: hashes.SHA384,
    521: hashes.SHA512,
}


def nouvelle_cle(genre: str = "EC") -> ClePrivee:
    """A new key: ``EC`` on P-256, or ``RSA`` of 3072 bits. Raises ``ValueError`` (French) for another kind."""
    if genre == "EC":
        return ec.generate_private_key(ec.SECP256R1())
    if genre == "RSA":
        return rsa.generate_private_key(public_exponent=65537, key_size=3072)
    raise ValueError(f"Genre de clé inconnu : {genre}. Admis : EC, RSA.")


def empreinte_pour(cle: ClePrivee) -> hashes.SHA256 | hashes.SHA384 | hashes.SHA512:
    """The hash that fits the strength of that key."""
    taille = cle.key_size if isinstance(cle, ec.EllipticCurvePrivateKey) else 256
    return _EMPREINTES.get(taille, hashes.SHA256)()


def ecrire_cle(cle: ClePrivee, phrase: str | None = None) -> bytes:
    """PKCS#8 PEM, encrypted when there is a phrase. Raises ``ValueError`` (French) for a phrase that cannot be used."""
    chiffrement: KeySerializationEncryption = NoEncryption()
    if phrase is not None:
        octets = phrase.encode()
        if not 0 < len(octets) <= _PHRASE_MAX:
            raise ValueError(f"La phrase secrète doit avoir de 1 à {_PHRASE_MAX} octets.")
        chiffrement = BestAvailableEncryption(octets)
    return cle.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, chiffrement)


def lire_cle(pem: bytes, phrase: str | None = None) -> ClePrivee:
    """A private key. Raises ``ValueError`` (French): unreadable, phrase wrong, missing or of no use, kind not usable."""
    try:
        cle = load_pem_private_key(pem, None if phrase is None else phrase.encode())
    except TypeError as error:
        dit = "est chiffrée : sa phrase secrète manque" if phrase is None else "n'est pas chiffrée : ôter la phrase"
        raise ValueError(f"La clé privée {dit}.") from error
    except Exception as error:
        dit = "" if phrase is None else ", ou la phrase secrète est fausse"
        raise ValueError(f"La clé privée n'est pas lisible (PEM){dit}.") from error
    if not isinstance(cle, ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey):
        raise ValueError("La clé privée n'est ni EC ni RSA.")
    return cle
