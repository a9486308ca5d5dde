"""Requests for certificates (CSR, PKCS#10): what comes in from opérateurs, and making one (R6.2)."""

from __future__ import annotations

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from cryptography.x509.oid import NameOID

from esav_soap.certificats import FaitsCsr
from esav_soap.certificats.refus import MotifRefus
from esav_soap.certificats.regles import cle_admise, signature_admise
from esav_soap.pki.cles import ecrire_cle, empreinte_pour, nouvelle_cle
from esav_soap.pki.lecture import (
    TAILLE_MAX,
    Illisible,
    charger,
    cle_publique,
    der_de,
    empreinte,
    nom_commun,
    nom_lisible,
    nom_signature,
)

#: Old tools (keytool, IIS) say NEW.
_ETIQUETTES = ("CERTIFICATE REQUEST", "NEW CERTIFICATE REQUEST")


def lire_csr(octets: bytes) -> FaitsCsr:
    """What a CSR (DER or PEM) asks. Raises ``ValueError`` (French) with every reason not to accept it, one a line.

    The requester holds the private key: the CSR's signature proves it. Names are only told, never taken over.
    """
    return _verifiee(octets)[1]


def empreinte_cle(der: bytes) -> str:
    """SHA-256 of the public key of a certificate or CSR (DER), however it is written there; empty when it cannot be read."""
    for lire in (charger, x509.load_der_x509_csr):
        try:
            cle = lire(der).public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        except Exception:  # the other one, or of a kind that nothing is recorded of  # noqa: S112
            continue
        return empreinte(cle)
    return ""


def charger_csr(octets: bytes) -> x509.CertificateSigningRequest:
    """The request as the library has it, accepted by :func:`lire_csr`. Raises ``ValueError`` as it does."""
    return _verifiee(octets)[0]


def _verifiee(octets: bytes) -> tuple[x509.CertificateSigningRequest, FaitsCsr]:
    try:
        csr = x509.load_der_x509_csr(der_de(octets, _ETIQUETTES, TAILLE_MAX))
        faits = FaitsCsr(nom_commun(csr.subject), nom_lisible(csr.subject), cle_publique(csr), nom_signature(csr))
    except Illisible as error:
        raise ValueError(f"Ce n'est pas une demande de certificat (CSR) lisible. {error}".strip()) from error
    except Exception as error:
        raise ValueError("Ce n'est pas une demande de certificat (CSR) lisible.") from error
    problemes = _problemes(csr, faits)
    if problemes:
        raise ValueError("\n".join(problemes))
    return csr, faits


def _problemes(csr: x509.CertificateSigningRequest, faits: FaitsCsr) -> list[str]:
    trouves = []
    if not cle_admise(faits.cle):
        trouves.append(MotifRefus.CLE_FAIBLE.value)
    if not signature_admise(faits.signature):
        # the library verifies no SHA-1 or MD5: nothing can be said of such a proof, and the request must be made anew
        trouves.append("La demande est signée avec une empreinte trop faible ou non admise : SHA-256 au moins.")
    elif not _signature_bonne(csr):
        trouves.append(
            "La signature de la demande ne vient pas de sa clé : rien ne prouve que le demandeur la détient."
        )
    return trouves


def _signature_bonne(csr: x509.CertificateSigningRequest) -> bool:
    try:
        return csr.is_signature_valid
    except Exception:  # a key or algorithm that the library cannot verify proves nothing
        return False


def nouvelle_cle_et_csr(nom: str, phrase: str | None = None, genre: str = "EC") -> tuple[bytes, bytes]:
    """A new private key (PKCS#8 PEM, encrypted when there is a phrase) and a CSR for it (PEM).

    ``genre``: ``EC`` (P-256), or ``RSA`` for systems that know nothing else. Raises ``ValueError`` (French).
    """
    cle = nouvelle_cle(genre)
    pem = ecrire_cle(cle, phrase)
    if not 0 < len(nom) <= 64:
        raise ValueError("Le nom de la demande doit avoir de 1 à 64 caractères.")
    sujet = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, nom)])
    csr = x509.CertificateSigningRequestBuilder().subject_name(sujet).sign(cle, empreinte_pour(cle))
    return pem, csr.public_bytes(Encoding.PEM)
