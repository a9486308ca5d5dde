"""Reading of certificates that come from outside: whatever the octets, facts or ``CertificatRefuse(ILLISIBLE)`` (R6.2).

A file has one certificate, as DER or as one PEM block with nothing but blanks around it: of several, or between lines of
text, nobody could say which one was meant. A private key beside it is said in the refusal.
"""

from __future__ import annotations

import base64
import hashlib
import re
import textwrap
from datetime import UTC, datetime

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from cryptography.x509.oid import ExtensionOID, NameOID, SignatureAlgorithmOID

from esav_soap.certificats import CertificatRefuse, Cle, FaitsCertificat, MotifRefus

#: Certificates are about 1 to 4 KB long.
TAILLE_MAX = 64 * 1024

_BLOC = re.compile(rb"-----BEGIN ([A-Z0-9 ]{1,64})-----([A-Za-z0-9+/=\s]*)-----END \1-----")
_ETIQUETTE = re.compile(rb"-----BEGIN ([A-Z0-9 ]{1,64})-----")
_CONTROLE = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")

# Every zone can show these.
_PREMIER = datetime(1950, 1, 1, tzinfo=UTC)
_DERNIER = datetime(9999, 12, 30, tzinfo=UTC)

#: Names of RFC 5280 for the key usages, by those of the library.
_USAGES = {
    "digital_signature": "digitalSignature",
    "content_commitment": "nonRepudiation",
    "key_encipherment": "keyEncipherment",
    "data_encipherment": "dataEncipherment",
    "key_agreement": "keyAgreement",
    "key_cert_sign": "keyCertSign",
    "crl_sign": "cRLSign",
}

#: Extensions that may be critical: RFC 5280 forbids to use a certificate with a critical one that is not understood.
_COMPRISES = frozenset(
    {
        ExtensionOID.BASIC_CONSTRAINTS,
        ExtensionOID.KEY_USAGE,
        ExtensionOID.EXTENDED_KEY_USAGE,
        ExtensionOID.SUBJECT_ALTERNATIVE_NAME,
        ExtensionOID.ISSUER_ALTERNATIVE_NAME,
        ExtensionOID.CERTIFICATE_POLICIES,
        ExtensionOID.POLICY_CONSTRAINTS,
        ExtensionOID.POLICY_MAPPINGS,
        ExtensionOID.INHIBIT_ANY_POLICY,
        ExtensionOID.NAME_CONSTRAINTS,
        ExtensionOID.CRL_DISTRIBUTION_POINTS,
    }
)


class Illisible(ValueError):
    """What was given cannot be read; the message says why, in French, as far as it is known."""


def lire(octets: bytes) -> FaitsCertificat:
    """What a certificate (DER or PEM) says of itself. Raises ``CertificatRefuse(ILLISIBLE)``, nothing else."""
    try:
        return _faits(_certificat(octets))
    except Illisible as error:
        raise CertificatRefuse(MotifRefus.ILLISIBLE, complement=str(error)) from error
    except Exception as error:  # whatever the library says of hostile octets, warnings of its future included
        raise CertificatRefuse(MotifRefus.ILLISIBLE) from error


def en_der(octets: bytes) -> bytes:
    """The DER form of a certificate that :func:`lire` can read. Raises ``CertificatRefuse(ILLISIBLE)``."""
    lire(octets)
    return der_de(octets, ("CERTIFICATE",), TAILLE_MAX)


def en_pem(der: bytes, etiquette: str = "CERTIFICATE") -> bytes:
    """The PEM form of DER octets, lines of 64 characters; ``etiquette``: ``X509 CRL`` for a list of revoked ones."""
    lignes = textwrap.wrap(base64.b64encode(der).decode(), 64)
    return "\n".join((f"-----BEGIN {etiquette}-----", *lignes, f"-----END {etiquette}-----", "")).encode()


def empreinte(der: bytes) -> str:
    """SHA-256 of the DER form, 64 hexadecimal digits in lower case."""
    return hashlib.sha256(der).hexdigest()


def numero_hexadecimal(numero: int) -> str:
    """A serial number as ``FaitsCertificat.numero_serie`` has it."""
    return f"{numero:x}"


def der_de(octets: bytes, etiquettes: tuple[str, ...], taille_max: int) -> bytes:
    """DER as it is, or out of the one PEM block that has one of those labels. Raises :class:`Illisible`."""
    if len(octets) > taille_max:
        raise Illisible(f"Le fichier a {len(octets)} octets, plus que les {taille_max} admis.")
    if octets[:1] == b"\x30":
        return octets
    texte = octets.removeprefix(b"\xef\xbb\xbf").strip()
    bloc = _BLOC.fullmatch(texte)
    if bloc is None or bloc[1].decode() not in etiquettes:
        raise Illisible(_pourquoi_pas(texte, etiquettes))
    try:
        return base64.b64decode(b"".join(bloc[2].split()), validate=True)
    except ValueError as error:
        raise Illisible("Le bloc PEM n'est pas du base64.") from error


def _pourquoi_pas(texte: bytes, etiquettes: tuple[str, ...]) -> str:
    vues = [etiquette.decode() for etiquette in _ETIQUETTE.findall(texte)]
    if any("PRIVATE KEY" in vue for vue in vues):
        return "Le fichier contient une clé privée : elle ne doit être envoyée à personne."
    if len(vues) > 1:
        return f"Le fichier contient {len(vues)} blocs PEM : n'en envoyer qu'un."
    if vues and vues[0] not in etiquettes:
        return f"Le fichier contient « {vues[0]} », et non « {etiquettes[0]} »."
    if vues:
        return "N'envoyer que le bloc PEM, de la ligne BEGIN à la ligne END, sans texte autour."
    return "" if texte else "Le fichier est vide."


def charger(octets: bytes) -> x509.Certificate:
    """The certificate as the library has it. Raises :class:`Illisible` or what the library raises.

    Names and extensions are read at once: the library would raise for them only when they are asked for.
    """
    certificat = x509.load_der_x509_certificate(der_de(octets, ("CERTIFICATE",), TAILLE_MAX))
    _ = certificat.subject, certificat.issuer, certificat.extensions
    if certificat.serial_number <= 0:
        raise Illisible("Le numéro de série n'est pas positif.")
    return certificat


def _certificat(octets: bytes) -> x509.Certificate:
    certificat = charger(octets)
    for extension in certificat.extensions:
        if extension.critical and extension.oid not in _COMPRISES:
            raise Illisible(f"L'extension critique {extension.oid.dotted_string} n'est pas connue.")
    return certificat


def _faits(certificat: x509.Certificate) -> FaitsCertificat:
    return FaitsCertificat(
        empreinte=empreinte(certificat.public_bytes(Encoding.DER)),
        sujet=nom_lisible(certificat.subject),
        nom=nom_commun(certificat.subject),
        emetteur=nom_lisible(certificat.issuer),
        numero_serie=numero_hexadecimal(certificat.serial_number),
        debut=_borne(certificat.not_valid_before_utc),
        fin=_borne(certificat.not_valid_after_utc),
        cle=cle_publique(certificat),
        signature=nom_signature(certificat),
        autorite=est_une_autorite(certificat),
        usages=_usages(certificat),
        usages_etendus=_usages_etendus(certificat),
    )


def _borne(instant: datetime) -> datetime:
    return min(max(instant, _PREMIER), _DERNIER)


def nom_lisible(nom: x509.Name) -> str:
    """A name as RFC 4514 writes it, with every control character escaped: it goes into logs and onto terminals."""
    return _sans_controle(nom.rfc4514_string())


def nom_commun(nom: x509.Name) -> str:
    """The first common name; empty when there is none."""
    noms = nom.get_attributes_for_oid(NameOID.COMMON_NAME)
    if not noms:
        return ""
    valeur = noms[0].value
    return _sans_controle(valeur if isinstance(valeur, str) else valeur.decode())


def _sans_controle(texte: str) -> str:
    return _CONTROLE.sub(lambda trouve: "".join(f"\\{octet:02X}" for octet in trouve[0].encode()), texte)


def cle_publique(porteur: x509.Certificate | x509.CertificateSigningRequest) -> Cle:
    """The kind and strength of a public key; of a kind that the library does not know, its OID. Raises ``ValueError``."""
    try:
        cle = porteur.public_key()
    except UnsupportedAlgorithm:
        oid = porteur.public_key_algorithm_oid.dotted_string if isinstance(porteur, x509.Certificate) else "inconnu"
        return Cle(oid, 0)
    if isinstance(cle, rsa.RSAPublicKey):
        return Cle("RSA", cle.key_size, exposant=cle.public_numbers().e)
    if isinstance(cle, ec.EllipticCurvePublicKey):
        return Cle("EC", cle.key_size, cle.curve.name if _courbe_nommee(porteur, cle) else "paramètres explicites")
    return Cle(type(cle).__name__.removesuffix("PublicKey"), getattr(cle, "key_size", 0))


def _courbe_nommee(porteur: x509.Certificate | x509.CertificateSigningRequest, cle: ec.EllipticCurvePublicKey) -> bool:
    """Whether the key is written as TLS stacks want it: the curve by its name, the point uncompressed (RFC 8422)."""
    corps = porteur.tbs_certificate_bytes if isinstance(porteur, x509.Certificate) else porteur.tbs_certrequest_bytes
    return cle.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo) in corps


def nom_signature(porteur: x509.Certificate | x509.CertificateSigningRequest | x509.CertificateRevocationList) -> str:
    """The hash of a signature; of an algorithm without one (Ed25519), or unknown, its own name or OID."""
    oid = porteur.signature_algorithm_oid
    try:
        empreinte_signee = porteur.signature_hash_algorithm
    except UnsupportedAlgorithm:
        return oid.dotted_string
    if empreinte_signee is not None:
        return empreinte_signee.name
    return {SignatureAlgorithmOID.ED25519: "ed25519", SignatureAlgorithmOID.ED448: "ed448"}.get(oid, oid.dotted_string)


def est_une_autorite(certificat: x509.Certificate) -> bool:
    """Whether basicConstraints says that it is a CA's."""
    try:
        return certificat.extensions.get_extension_for_class(x509.BasicConstraints).value.ca
    except x509.ExtensionNotFound:
        return False


def _usages(certificat: x509.Certificate) -> frozenset[str] | None:
    try:
        usage = certificat.extensions.get_extension_for_class(x509.KeyUsage).value
    except x509.ExtensionNotFound:
        return None
    return frozenset(nom for attribut, nom in _USAGES.items() if getattr(usage, attribut))


def _usages_etendus(certificat: x509.Certificate) -> frozenset[str] | None:
    try:
        usages = certificat.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    except x509.ExtensionNotFound:
        return None
    return frozenset(usage.dotted_string for usage in usages)
