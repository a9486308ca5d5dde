"""Certificates with one defect each, made on the spot. Keys are made once: they are slow to make."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from functools import cache

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import dsa, ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

DEBUT = datetime(2026, 1, 1, tzinfo=UTC)
MILIEU = datetime(2026, 7, 1, tzinfo=UTC)
FIN = datetime(2027, 1, 1, tzinfo=UTC)

Cle = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey | dsa.DSAPrivateKey | ed25519.Ed25519PrivateKey
Extensions = Sequence[tuple[x509.ExtensionType, bool]]

FEUILLE = x509.BasicConstraints(ca=False, path_length=None)
CLIENT = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CLIENT_AUTH])


@cache
def cle(genre: str) -> Cle:
    """``EC-256`` and the like, ``RSA-2048``, ``RSA-2048-3`` (exponent 3), ``DSA``, ``ED25519``, ``K1``; with a suffix, another one."""
    sorte, _, reste = genre.partition("-")
    if sorte == "RSA":
        taille, _, exposant = reste.partition("-")
        return rsa.generate_private_key(public_exponent=int(exposant or 65537), key_size=int(taille))
    if sorte == "EC":
        courbe: ec.EllipticCurve = {"224": ec.SECP224R1(), "384": ec.SECP384R1(), "521": ec.SECP521R1()}.get(
            reste, ec.SECP256R1()
        )
        return ec.generate_private_key(courbe)
    if sorte == "K1":
        return ec.generate_private_key(ec.SECP256K1())
    if sorte == "DSA":
        return dsa.generate_private_key(key_size=2048)
    return ed25519.Ed25519PrivateKey.generate()


def nom(commun: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, commun)])


def usages(*oui: str) -> x509.KeyUsage:
    """A keyUsage with those set, by the names of the library."""
    tous = (
        "digital_signature",
        "content_commitment",
        "key_encipherment",
        "data_encipherment",
        "key_agreement",
        "key_cert_sign",
        "crl_sign",
        "encipher_only",
        "decipher_only",
    )
    return x509.KeyUsage(**{usage: usage in oui for usage in tous})


def certificat(
    genre: str = "EC-256",
    *,
    sujet: str | x509.Name = "OP1",
    emetteur: str | x509.Name = "AC",
    signe_par: str = "EC-ac",
    debut: datetime = DEBUT,
    fin: datetime = FIN,
    serie: int = 0xABC123,
    extensions: Extensions = ((FEUILLE, True), (CLIENT, False)),
    empreinte: hashes.HashAlgorithm | None = None,
    pss: bool = False,
) -> bytes:
    """A certificate (DER) with what is asked for; by default it is that of a client, without defect."""
    signature = cle(signe_par)
    constructeur = (
        x509.CertificateBuilder()
        .subject_name(nom(sujet) if isinstance(sujet, str) else sujet)
        .issuer_name(nom(emetteur) if isinstance(emetteur, str) else emetteur)
        .public_key(cle(genre).public_key())
        .serial_number(serie)
        .not_valid_before(debut)
        .not_valid_after(fin)
    )
    for extension, critique in extensions:
        constructeur = constructeur.add_extension(extension, critical=critique)
    choisie = None if isinstance(signature, ed25519.Ed25519PrivateKey) else empreinte or hashes.SHA256()
    signe = constructeur.sign(
        signature,
        choisie,  # type: ignore[arg-type]
        rsa_padding=padding.PSS(padding.MGF1(hashes.SHA256()), 32) if pss else None,
    )
    return signe.public_bytes(Encoding.DER)


def autorite(
    sujet: str = "AC",
    genre: str = "EC-ac",
    *,
    emetteur: str | None = None,
    signe_par: str | None = None,
    longueur: int | None = None,
    ca: bool = True,
    cle_usage: x509.KeyUsage | None = None,
    fin: datetime = FIN,
) -> bytes:
    """The certificate of a CA, signed by itself unless another one is named."""
    extensions: list[tuple[x509.ExtensionType, bool]] = [(x509.BasicConstraints(ca, longueur if ca else None), True)]
    if cle_usage is not None:
        extensions.append((cle_usage, True))
    return certificat(
        genre,
        sujet=sujet,
        emetteur=emetteur or sujet,
        signe_par=signe_par or genre,
        extensions=extensions,
        fin=fin,
    )
