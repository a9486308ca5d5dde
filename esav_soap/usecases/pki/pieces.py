"""What a file holds: a CSR or a certificate, whatever its form; told apart and brought to one form."""

from __future__ import annotations

import base64
import binascii
import re
from dataclasses import dataclass

from esav_soap.certificats import CertificatRefuse, FaitsCertificat, FaitsCsr, GenreDemande, MotifRefus
from esav_soap.usecases.pki.ports import Chiffrement
from esav_soap.usecases.pki.raisons import CodePki, PkiRefusee, raison, raisons_de

#: Base64 has no hyphen: whatever is in the file, it is read once.
_BLOC = re.compile(rb"-----BEGIN ([A-Z0-9 ]{1,64})-----([^-]*)-----END \1-----")
#: Also one whose block has headers (``Proc-Type``), or no end.
_CLE = re.compile(rb"-----BEGIN [A-Z0-9 ]{0,64}PRIVATE KEY-----")
#: A certificate has 1 to 4 KB, a chain some of them.
TAILLE_MAX = 1024 * 1024
_CSR = ("CERTIFICATE REQUEST", "NEW CERTIFICATE REQUEST")
_CERTIFICATS = ("CERTIFICATE", "X509 CERTIFICATE", "TRUSTED CERTIFICATE")


@dataclass(frozen=True, slots=True)
class Piece:
    """A CSR or a certificate. ``der``: its bytes; ``csr`` or ``faits``: what it says, the other None."""

    genre: GenreDemande
    der: bytes
    csr: FaitsCsr | None = None
    faits: FaitsCertificat | None = None

    @property
    def pem(self) -> bytes:
        """The same bytes always for the same CSR or certificate."""
        etiquette = "CERTIFICATE REQUEST" if self.genre is GenreDemande.EMISSION else "CERTIFICATE"
        return armer(etiquette, self.der)

    @property
    def certificat(self) -> FaitsCertificat:
        """The facts of a certificate. Raises CERTIFICAT_ATTENDU for a CSR."""
        if self.faits is None:
            raise PkiRefusee(raison(CodePki.CERTIFICAT_ATTENDU))
        return self.faits


def armer(etiquette: str, der: bytes) -> bytes:
    """DER as PEM."""
    texte = base64.b64encode(der)
    lignes = b"\n".join(texte[i : i + 64] for i in range(0, len(texte), 64))
    nom = etiquette.encode()
    return b"-----BEGIN " + nom + b"-----\n" + lignes + b"\n-----END " + nom + b"-----\n"


def lire_piece(octets: bytes, chiffrement: Chiffrement, *, seul: bool = False) -> Piece:
    """The CSR or certificate of a file; of a chain the first certificate, unless ``seul``. Raises :class:`PkiRefusee`."""
    if len(octets) > TAILLE_MAX:
        raise PkiRefusee(raison(CodePki.PIECE_ILLISIBLE, f"Il est trop grand : {TAILLE_MAX >> 20} Mio au plus."))
    blocs = _blocs(octets)
    if _CLE.search(octets):
        raise PkiRefusee(raison(CodePki.CLE_PRIVEE))
    certificats = [der for nom, der in blocs if nom in _CERTIFICATS]
    demandes = [der for nom, der in blocs if nom in _CSR]
    if seul and len(certificats) > 1:
        raise PkiRefusee(raison(CodePki.PLUSIEURS_CERTIFICATS))
    if certificats and not demandes:
        return _certificat(certificats[0], chiffrement)
    if demandes and not certificats:
        return _demande(demandes[0], chiffrement)
    if blocs or not octets.startswith(b"\x30"):
        raise PkiRefusee(raison(CodePki.PIECE_ILLISIBLE))
    try:
        return _certificat(octets, chiffrement)
    except PkiRefusee:
        return _demande(octets, chiffrement)


def _blocs(octets: bytes) -> list[tuple[str, bytes]]:
    trouves = []
    for etiquette, corps in _BLOC.findall(octets):
        nom = etiquette.decode()
        try:
            trouves.append((nom, base64.b64decode(b"".join(corps.split()), validate=True)))
        except binascii.Error:
            trouves.append((nom, b""))
    return trouves


def _certificat(der: bytes, chiffrement: Chiffrement) -> Piece:
    try:
        return Piece(GenreDemande.ENREGISTREMENT, der, faits=chiffrement.lire(der))
    except CertificatRefuse as refus:
        raise PkiRefusee(raison(MotifRefus.ILLISIBLE)) from refus


def _demande(der: bytes, chiffrement: Chiffrement) -> Piece:
    try:
        return Piece(GenreDemande.EMISSION, der, csr=chiffrement.lire_csr(der))
    except ValueError as refus:
        raise PkiRefusee(*raisons_de(CodePki.CSR_REFUSE, refus)) from refus
