"""Who signed a certificate: names, signatures and the right to sign, checked (R6.2).

Only a direct issuer counts. A recognised CA may well be an intermediate one: it is recognised by itself, so no chain above
it has to be built; and a chain up through a CA that is not recognised proves nothing here.
"""

from __future__ import annotations

from collections.abc import Sequence

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa

from esav_soap.pki.lecture import charger, est_une_autorite


def signataire(der: bytes, autorites: Sequence[bytes]) -> bytes | None:
    """The CA (DER, one of ``autorites``) that verifiably signed that certificate; None when none did.

    Of several with the same name and key (a renewed CA) the one that ends last. Dates, strength and revocation are judged
    elsewhere. Octets that are no certificate sign nothing and are signed by nobody.
    """
    certificat = _charger(der)
    if certificat is None:
        return None
    trouvees = [
        (autorite.not_valid_after_utc, rang)
        for rang, autorite in ((rang, _charger(octets)) for rang, octets in enumerate(autorites))
        if autorite is not None and peut_signer(autorite, certificat) and _a_signe(autorite, certificat)
    ]
    return autorites[max(trouvees)[1]] if trouvees else None


def auto_signe(der: bytes) -> bool:
    """Whether that certificate is signed with its own key; false for octets that are no certificate."""
    certificat = _charger(der)
    if certificat is None or certificat.subject != certificat.issuer:
        return False
    return _a_signe(certificat, certificat) or _signe_par_sa_cle(certificat)


def peut_signer(autorite: x509.Certificate, certificat: x509.Certificate) -> bool:
    """Whether ``autorite`` says that it is a CA that may sign certificates, and such a one below itself."""
    extensions = autorite.extensions
    try:
        contraintes = extensions.get_extension_for_class(x509.BasicConstraints).value
    except x509.ExtensionNotFound:
        return False
    if not contraintes.ca:
        return False
    try:
        if not extensions.get_extension_for_class(x509.KeyUsage).value.key_cert_sign:
            return False
    except x509.ExtensionNotFound:
        pass  # old private CAs have none; RFC 5280 says that a key may then be used for everything
    sous_autorite = est_une_autorite(certificat) and certificat.subject != certificat.issuer
    return not (sous_autorite and contraintes.path_length == 0)


def _a_signe(autorite: x509.Certificate, certificat: x509.Certificate) -> bool:
    try:
        certificat.verify_directly_issued_by(autorite)
    except Exception:  # wrong name, wrong signature, or a key or algorithm that the library cannot verify: not proved
        return False
    return True


def _signe_par_sa_cle(certificat: x509.Certificate) -> bool:
    """The same for hashes that :func:`_a_signe` verifies no more (SHA-1): good enough to explain a refusal, and for no more."""
    try:
        cle, parametres = certificat.public_key(), certificat.signature_algorithm_parameters
        signature, corps = certificat.signature, certificat.tbs_certificate_bytes
        empreinte = certificat.signature_hash_algorithm
        if isinstance(cle, rsa.RSAPublicKey) and isinstance(parametres, padding.PKCS1v15) and empreinte is not None:
            cle.verify(signature, corps, parametres, empreinte)
        elif isinstance(cle, ec.EllipticCurvePublicKey) and isinstance(parametres, ec.ECDSA):
            cle.verify(signature, corps, parametres)
        else:
            return False
    except Exception:
        return False
    return True


def _charger(octets: bytes) -> x509.Certificate | None:
    try:
        return charger(octets)
    except Exception:
        return None
