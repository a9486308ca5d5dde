"""Lists of revoked certificates (CRL): reading, verifying, signing (R6.2). A list comes as DER or PEM."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtensionOID

from esav_soap.calendar import en_utc
from esav_soap.certificats.regles import signature_admise
from esav_soap.pki.cles import ClePrivee, empreinte_pour
from esav_soap.pki.lecture import Illisible, charger, der_de, nom_signature, numero_hexadecimal

#: The lists of public CAs can be long: about 40 octets for each revoked certificate.
TAILLE_MAX = 32 * 1024 * 1024

#: Reasons by their names in RFC 5280.
RAISONS: Mapping[str, x509.ReasonFlags] = {
    raison.value: raison
    for raison in x509.ReasonFlags
    if raison not in (x509.ReasonFlags.unspecified, x509.ReasonFlags.remove_from_crl)
}


def crl_en_der(octets: bytes) -> bytes:
    """The DER form of a list. Raises ``ValueError`` (French) when it is none."""
    return _charger(octets).public_bytes(Encoding.DER)


def numeros_revoques(crl: bytes) -> frozenset[str]:
    """The serial numbers of a list, as ``FaitsCertificat.numero_serie``. Raises ``ValueError`` (French).

    A certificate on hold (``certificateHold``) is revoked as long as it is listed.
    """
    liste = _charger(crl)
    try:
        return frozenset(numero_hexadecimal(revoque.serial_number) for revoque in liste)
    except Exception as error:
        raise ValueError(_ILLISIBLE) from error


def numero_crl(crl: bytes) -> int | None:
    """The number of a list; None when it has none. Raises ``ValueError`` (French)."""
    try:
        return _charger(crl).extensions.get_extension_for_class(x509.CRLNumber).value.crl_number
    except x509.ExtensionNotFound:
        return None


def fin_crl(crl: bytes) -> datetime | None:
    """When the next list is out at the latest; None when the list does not say. Raises ``ValueError`` (French)."""
    return _charger(crl).next_update_utc


def verifier_crl(crl: bytes, autorite_der: bytes, instant: datetime) -> None:
    """Nothing, when that list can be relied on. Raises ``ValueError`` (French) with every reason against it, one a line.

    It is the whole list of that CA (not a delta, nor one of some kinds of certificates or reasons, nor an indirect one), which
    may sign it and did, with a strong hash; and the instant is between its date and that of the next one.
    """
    liste = _charger(crl)
    try:
        autorite = charger(autorite_der)
        problemes = _contre_autorite(liste, autorite)
    except Exception as error:
        raise ValueError("Le certificat de l'autorité n'est pas lisible.") from error
    problemes += _etendue(liste)
    if instant < liste.last_update_utc:
        problemes.append(f"La liste n'est datée que du {liste.last_update_utc:%d/%m/%Y %H:%M} (UTC).")
    if liste.next_update_utc is None:
        problemes.append("La liste ne dit pas jusqu'à quand elle vaut (nextUpdate).")
    elif instant >= liste.next_update_utc:
        problemes.append(f"La liste est périmée depuis le {liste.next_update_utc:%d/%m/%Y %H:%M} (UTC).")
    if problemes:
        raise ValueError("\n".join(problemes))


_ILLISIBLE = "Ce n'est pas une liste de certificats révoqués (CRL) lisible (PEM ou DER)."


def _charger(octets: bytes) -> x509.CertificateRevocationList:
    try:
        liste = x509.load_der_x509_crl(der_de(octets, ("X509 CRL",), TAILLE_MAX))
        _ = liste.issuer, liste.extensions  # raise here what they would raise later
    except Illisible as error:
        raise ValueError(f"{_ILLISIBLE} {error}".strip()) from error
    except Exception as error:
        raise ValueError(_ILLISIBLE) from error
    return liste


def _contre_autorite(liste: x509.CertificateRevocationList, autorite: x509.Certificate) -> list[str]:
    trouves = []
    if liste.issuer != autorite.subject:
        trouves.append("La liste est celle d'une autre autorité.")
    try:
        if not autorite.extensions.get_extension_for_class(x509.KeyUsage).value.crl_sign:
            trouves.append("L'autorité n'a pas le droit de signer des listes (cRLSign).")
    except x509.ExtensionNotFound:
        pass
    cle = autorite.public_key()
    if not signature_admise(nom_signature(liste)):
        # the library verifies no SHA-1 or MD5: nothing can be said of who signed
        trouves.append("La liste est signée avec une empreinte trop faible : SHA-256 au moins.")
    elif not isinstance(cle, ec.EllipticCurvePublicKey | rsa.RSAPublicKey) or not _signee_par(liste, cle):
        trouves.append("La signature de la liste n'est pas celle de l'autorité.")
    return trouves


def _signee_par(liste: x509.CertificateRevocationList, cle: ec.EllipticCurvePublicKey | rsa.RSAPublicKey) -> bool:
    try:
        return liste.is_signature_valid(cle)
    except Exception:  # an algorithm that the library cannot verify proves nothing
        return False


def _etendue(liste: x509.CertificateRevocationList) -> list[str]:
    trouves = []
    for extension in liste.extensions:
        valeur = extension.value
        if isinstance(valeur, x509.IssuingDistributionPoint):
            partielle = (
                valeur.only_contains_ca_certs or valeur.only_contains_attribute_certs or valeur.only_some_reasons
            )
            if partielle or valeur.indirect_crl:
                trouves.append("La liste ne porte que sur une partie des certificats, ou est indirecte.")
        elif extension.oid == ExtensionOID.DELTA_CRL_INDICATOR:
            trouves.append("La liste ne dit que ce qui a changé (delta) : il faut la liste entière.")
        elif extension.critical:
            trouves.append(f"La liste a une extension critique inconnue ({extension.oid.dotted_string}).")
    return trouves


def identifiant_autorite(autorite: x509.Certificate) -> x509.AuthorityKeyIdentifier:
    """The authority key identifier of what that CA signs: its own subject key identifier when it has one."""
    try:
        propre = autorite.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value
    except x509.ExtensionNotFound:
        cle = autorite.public_key()
        assert isinstance(cle, ec.EllipticCurvePublicKey | rsa.RSAPublicKey)
        return x509.AuthorityKeyIdentifier.from_issuer_public_key(cle)
    return x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(propre)


def signer_crl(
    autorite: x509.Certificate,
    cle: ClePrivee,
    revoques: Sequence[tuple[str, datetime]],
    instant: datetime,
    jusqu_a: datetime,
    numero: int,
    raisons: Mapping[str, str],
) -> bytes:
    """See ``AutoriteInterne.crl``. A number that is given twice counts from its earliest date."""
    instant, jusqu_a = en_utc(instant).replace(microsecond=0), en_utc(jusqu_a).replace(microsecond=0)
    if jusqu_a <= instant:
        raise ValueError("La fin de la liste doit être après sa date.")
    if not 0 <= numero < 1 << 159:
        raise ValueError("Le numéro de la liste n'est pas un entier positif de 159 bits au plus.")
    constructeur = (
        x509.CertificateRevocationListBuilder()
        .issuer_name(autorite.subject)
        .last_update(instant)
        .next_update(jusqu_a)
        .add_extension(identifiant_autorite(autorite), critical=False)
        .add_extension(x509.CRLNumber(numero), critical=False)
    )
    dates: dict[int, datetime] = {}
    for serie, depuis in revoques:
        date = en_utc(depuis).replace(microsecond=0)
        dates[_entier(serie)] = min(date, dates.get(_entier(serie), date))
    motifs = {_entier(serie): _raison(raison) for serie, raison in raisons.items()}
    for numero_serie, date in sorted(dates.items()):
        entree = x509.RevokedCertificateBuilder().serial_number(numero_serie).revocation_date(date)
        if numero_serie in motifs:
            entree = entree.add_extension(x509.CRLReason(motifs[numero_serie]), critical=False)
        constructeur = constructeur.add_revoked_certificate(entree.build())
    return constructeur.sign(cle, empreinte_pour(cle)).public_bytes(Encoding.DER)


def _entier(serie: str) -> int:
    try:
        numero = int(serie, 16)
    except ValueError:
        numero = 0
    if not 0 < numero < 1 << 160:
        raise ValueError(f"« {serie} » n'est pas un numéro de série en hexadécimal.")
    return numero


def _raison(nom: str) -> x509.ReasonFlags:
    if nom not in RAISONS:
        raise ValueError(f"« {nom} » n'est pas une raison de révocation (RFC 5280). Admises : {', '.join(RAISONS)}.")
    return RAISONS[nom]
