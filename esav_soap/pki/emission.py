"""The platform's own CA: certificates for clients and for the server, and its list of revoked ones (R6.2).

Validity is in whole seconds, within that of the CA. Serial numbers are random (159 bits). The subject is always ours.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from cryptography.x509.oid import AuthorityInformationAccessOID, ExtendedKeyUsageOID, NameOID

from esav_soap.calendar import en_utc
from esav_soap.certificats import Paire
from esav_soap.pki import crl as listes
from esav_soap.pki.chaine import peut_signer
from esav_soap.pki.cles import ecrire_cle, empreinte_pour, lire_cle, nouvelle_cle
from esav_soap.pki.csr import charger_csr
from esav_soap.pki.lecture import charger

ClePublique = ec.EllipticCurvePublicKey | rsa.RSAPublicKey

_ETIQUETTE_DNS = r"[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_NOM_DNS = re.compile(rf"(\*\.)?{_ETIQUETTE_DNS}(\.{_ETIQUETTE_DNS})*")
_URL = re.compile(r"https?://[!-~]+")
_NOM = re.compile(r"[^\x00-\x1f\x7f-\x9f]{1,64}")


def creer_autorite(nom: str, debut: datetime, fin: datetime, phrase: str | None = None) -> Paire:
    """A new CA on P-256, which may sign certificates and their lists of revoked ones, but no CA below itself.

    Its key is encrypted when there is a phrase. Raises ``ValueError`` (French) for a name or dates that cannot be.
    """
    debut, fin = _validite(debut, fin)
    cle = nouvelle_cle()
    sujet = _sujet((NameOID.COMMON_NAME, nom))
    certificat = (
        _constructeur(sujet, sujet, cle.public_key(), debut, fin)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_usages(key_cert_sign=True, crl_sign=True), critical=True)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(cle.public_key()), critical=False)
        .sign(cle, empreinte_pour(cle))
    )
    return Paire(certificat.public_bytes(Encoding.DER), ecrire_cle(cle, phrase))


class AutoriteInterne:
    """A CA with its private key. Thread-safe; keep it no longer than needed.

    ``url_crl``, ``url_autorite``: where the list of revoked certificates and the CA's own certificate are published; they
    are written into what it issues. Raises ``ValueError`` (French) for a key that cannot be read or is another's, for a
    certificate that is not a CA's, for an address that is none.
    """

    def __init__(
        self, der: bytes, cle_pem: bytes, phrase: str | None = None, *, url_crl: str = "", url_autorite: str = ""
    ) -> None:
        try:
            self._certificat = charger(der)
        except Exception as error:
            raise ValueError("Le certificat de l'autorité n'est pas lisible.") from error
        if not peut_signer(self._certificat, self._certificat):
            raise ValueError("Ce certificat n'est pas celui d'une autorité qui peut signer des certificats.")
        self._cle = lire_cle(cle_pem, phrase)
        if _spki(self._cle.public_key()) != _spki(self._certificat.public_key()):
            raise ValueError("La clé privée n'est pas celle du certificat de l'autorité.")
        for url in (url_crl, url_autorite):
            if url and not _URL.fullmatch(url):
                raise ValueError(f"« {url} » n'est pas une adresse http(s) en ASCII.")
        self._url_crl, self._url_autorite = url_crl, url_autorite

    @property
    def der(self) -> bytes:
        """Its own certificate."""
        return self._certificat.public_bytes(Encoding.DER)

    def delivrer_client(
        self, csr: bytes, titulaire: str, role_nom: str, debut: datetime, fin: datetime, organisation: str = ""
    ) -> bytes:
        """The certificate (DER) of a client for the key of a CSR: CN the holder's code, O its name if given, OU the role.

        A longer ``organisation`` is cut at 64 characters, which X.509 allows. Raises ``ValueError`` (French), with every
        problem of the CSR, or for a name or dates that cannot be.
        """
        cle = charger_csr(csr).public_key()
        assert isinstance(cle, ec.EllipticCurvePublicKey | rsa.RSAPublicKey)  # cle_admise: no other kind
        sujet = _sujet(
            (NameOID.ORGANIZATION_NAME, organisation[:64].strip()),
            (NameOID.ORGANIZATIONAL_UNIT_NAME, role_nom),
            (NameOID.COMMON_NAME, titulaire),
        )
        return self._signer(self._feuille(sujet, cle, debut, fin, ExtendedKeyUsageOID.CLIENT_AUTH))

    def delivrer_serveur(
        self, noms: Sequence[str], debut: datetime, fin: datetime, csr: bytes | None = None
    ) -> tuple[bytes, bytes]:
        """A server's certificate (DER) for DNS names and IP addresses, and its private key (PKCS#8 PEM).

        With a CSR for its key, and no private key (``b""``). Raises ``ValueError`` (French) with every problem of the names or
        of the CSR.
        """
        autres = _noms_serveur(noms)
        cle_privee = None if csr is not None else nouvelle_cle()
        cle = charger_csr(csr).public_key() if csr is not None else cle_privee.public_key() if cle_privee else None
        assert isinstance(cle, ec.EllipticCurvePublicKey | rsa.RSAPublicKey)
        sujet = _sujet((NameOID.COMMON_NAME, next((nom for nom in noms if len(nom) <= 64), "")), vide=True)
        feuille = self._feuille(sujet, cle, debut, fin, ExtendedKeyUsageOID.SERVER_AUTH).add_extension(
            x509.SubjectAlternativeName(autres), critical=not list(sujet)
        )
        return self._signer(feuille), ecrire_cle(cle_privee) if cle_privee else b""

    def crl(
        self,
        revoques: Sequence[tuple[str, datetime]],
        instant: datetime,
        jusqu_a: datetime,
        numero: int,
        raisons: Mapping[str, str] | None = None,
    ) -> bytes:
        """Its list (DER) of revoked certificates: serial numbers as in ``FaitsCertificat``, and since when.

        ``jusqu_a``: when the next list is out at the latest; ``numero``: greater than that of every list before;
        ``raisons``: serial number -> reason by its name in RFC 5280 (``keyCompromise``). Raises ``ValueError`` (French).
        """
        return listes.signer_crl(self._certificat, self._cle, revoques, instant, jusqu_a, numero, raisons or {})

    def _feuille(
        self, sujet: x509.Name, cle: ClePublique, debut: datetime, fin: datetime, usage: x509.ObjectIdentifier
    ) -> x509.CertificateBuilder:
        debut, fin = _validite(debut, fin)
        if _spki(cle) == _spki(self._cle.public_key()):
            raise ValueError("La demande porte la clé de l'autorité elle-même.")
        if debut < self._certificat.not_valid_before_utc or fin > self._certificat.not_valid_after_utc:
            raise ValueError(
                "La validité demandée dépasse celle de l'autorité, du "
                f"{self._certificat.not_valid_before_utc:%d/%m/%Y %H:%M:%S} au "
                f"{self._certificat.not_valid_after_utc:%d/%m/%Y %H:%M:%S} (UTC)."
            )
        rsa_aussi = isinstance(cle, rsa.RSAPublicKey)  # key transport of TLS 1.2, for old stacks
        constructeur = (
            _constructeur(sujet, self._certificat.subject, cle, debut, fin)
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(_usages(digital_signature=True, key_encipherment=rsa_aussi), critical=True)
            .add_extension(x509.ExtendedKeyUsage([usage]), critical=False)
            .add_extension(listes.identifiant_autorite(self._certificat), critical=False)
        )
        if self._url_crl:
            ou = x509.DistributionPoint([x509.UniformResourceIdentifier(self._url_crl)], None, None, None)
            constructeur = constructeur.add_extension(x509.CRLDistributionPoints([ou]), critical=False)
        if self._url_autorite:
            acces = x509.AccessDescription(
                AuthorityInformationAccessOID.CA_ISSUERS, x509.UniformResourceIdentifier(self._url_autorite)
            )
            constructeur = constructeur.add_extension(x509.AuthorityInformationAccess([acces]), critical=False)
        return constructeur

    def _signer(self, constructeur: x509.CertificateBuilder) -> bytes:
        return constructeur.sign(self._cle, empreinte_pour(self._cle)).public_bytes(Encoding.DER)


def _constructeur(
    sujet: x509.Name, emetteur: x509.Name, cle: ClePublique, debut: datetime, fin: datetime
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(sujet)
        .issuer_name(emetteur)
        .public_key(cle)
        .serial_number(x509.random_serial_number())
        .not_valid_before(debut)
        .not_valid_after(fin)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(cle), critical=False)
    )


def _usages(
    *,
    digital_signature: bool = False,
    key_encipherment: bool = False,
    key_cert_sign: bool = False,
    crl_sign: bool = False,
) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=digital_signature,
        content_commitment=False,
        key_encipherment=key_encipherment,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=key_cert_sign,
        crl_sign=crl_sign,
        encipher_only=False,
        decipher_only=False,
    )


def _validite(debut: datetime, fin: datetime) -> tuple[datetime, datetime]:
    debut, fin = en_utc(debut).replace(microsecond=0), en_utc(fin).replace(microsecond=0)
    if not datetime(1950, 1, 1, tzinfo=UTC) <= debut < fin:
        raise ValueError("La fin de validité doit être après le début.")
    return debut, fin


def _sujet(*attributs: tuple[x509.ObjectIdentifier, str], vide: bool = False) -> x509.Name:
    faux = [valeur for _, valeur in attributs if valeur and not _NOM.fullmatch(valeur)]
    if faux:
        raise ValueError(f"Un nom a de 1 à 64 caractères, sans caractère de contrôle : {faux!r}.")
    if not vide and not attributs[-1][1]:
        raise ValueError("Le nom du certificat est vide.")
    return x509.Name([x509.NameAttribute(oid, valeur) for oid, valeur in attributs if valeur])


def _noms_serveur(noms: Sequence[str]) -> list[x509.GeneralName]:
    trouves: list[x509.GeneralName] = []
    faux = []
    for nom in noms:
        try:
            trouves.append(x509.IPAddress(ipaddress.ip_address(nom)))
        except ValueError:
            if _NOM_DNS.fullmatch(nom) and len(nom) <= 253 and not nom.rpartition(".")[2].isdigit():
                trouves.append(x509.DNSName(nom))
            else:
                faux.append(nom)
    if faux:
        raise ValueError(f"Ni nom DNS (ASCII) ni adresse IP : {', '.join(repr(nom) for nom in faux)}.")
    if not trouves:
        raise ValueError("Il faut au moins un nom DNS ou une adresse IP.")
    return trouves


def _spki(cle: object) -> bytes:
    assert isinstance(cle, ec.EllipticCurvePublicKey | rsa.RSAPublicKey)
    return cle.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
