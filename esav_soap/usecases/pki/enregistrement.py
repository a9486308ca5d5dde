"""Registering a certificate that a recognised CA issued (R6.2, art. 5.2.2 b)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from esav_soap.certificats import CertificatEnregistre, Demande, GenreDemande, Origine
from esav_soap.usecases.pki.cles import raisons_cle
from esav_soap.usecases.pki.demandes import retrouver
from esav_soap.usecases.pki.emission import enregistre
from esav_soap.usecases.pki.jugement import Jugement, raisons_certificat
from esav_soap.usecases.pki.pieces import Piece, lire_piece
from esav_soap.usecases.pki.ports import Contexte
from esav_soap.usecases.pki.raisons import CodePki, PkiRefusee, Raison, raison, refuser_si
from esav_soap.usecases.pki.titulaires import Titulaire, avertir_du_nombre, raisons_acces, raisons_titulaire
from esav_soap.usecases.ports.acces import CertificatDejaConnu, DemandeDejaTraitee


@dataclass(frozen=True, slots=True)
class Enregistre:
    """A registered certificate. ``deja``: it was registered so already, and nothing changed."""

    certificat: CertificatEnregistre
    deja: bool
    avertissements: tuple[Raison, ...] = ()


def enregistrer_demande(ctx: Contexte, numero: int) -> Enregistre:
    """Meet the request of that number. Raises :class:`PkiRefusee` with every reason."""
    demande = retrouver(ctx, numero, GenreDemande.ENREGISTREMENT)
    if demande.traitee_le is not None and not demande.empreinte:
        raise PkiRefusee(raison(CodePki.DEMANDE_CLASSEE, f"Demande : {numero}."))
    titulaire = Titulaire(demande.titulaire, demande.role, demande.plateformes)
    return _enregistrer(ctx, demande.piece, titulaire, demande.recue_le, demande)


def enregistrer(ctx: Contexte, octets: bytes, titulaire: Titulaire, recu_le: datetime | None = None) -> Enregistre:
    """Register a certificate for that holder. Raises :class:`PkiRefusee` with every reason.

    A request that waits for the same certificate is met by it.
    """
    return _enregistrer(ctx, octets, titulaire, recu_le, None)


def _enregistrer(
    ctx: Contexte, octets: bytes, titulaire: Titulaire, recu_le: datetime | None, demande: Demande | None
) -> Enregistre:
    raisons = [*raisons_titulaire(ctx, titulaire), *raisons_acces(ctx, titulaire)]
    if recu_le is not None and recu_le > ctx.instant:
        raisons.append(raison(CodePki.DATE_FUTURE))
    piece: Piece | None = None
    jugement = Jugement(None, ())
    try:
        piece = lire_piece(octets, ctx.chiffrement)
        jugement = raisons_certificat(ctx, piece.der, piece.certificat, titulaire)
        raisons += raisons_cle(ctx, piece, titulaire)
    except PkiRefusee as refus:
        raisons += refus.raisons
    refuser_si([*raisons, *jugement.raisons])
    assert piece is not None
    assert jugement.autorite is not None
    attendue = demande or _attendue(ctx, piece, titulaire)
    if jugement.deja:
        return _deja(ctx, piece, attendue)
    origine = Origine.FOURNISSEUR if jugement.autorite.interne else Origine.RECONNUE
    quand = recu_le or (attendue.recue_le if attendue else ctx.instant)
    certificat = enregistre(piece.certificat, piece.der, titulaire, origine, jugement.autorite, quand, ctx.instant)
    try:
        ctx.base.enregistrer_certificat(certificat, attendue.numero if attendue else None)
    except (CertificatDejaConnu, DemandeDejaTraitee):  # by somebody else, a moment ago: judged anew, once
        return _enregistrer(ctx, octets, titulaire, recu_le, None)
    avertissements = (*jugement.avertissements, *avertir_du_nombre(ctx, titulaire))
    return Enregistre(certificat, False, avertissements)


def _attendue(ctx: Contexte, piece: Piece, titulaire: Titulaire) -> Demande | None:
    """The request that waits for this certificate, whatever its platforms: what is registered now decides."""
    return next(
        (
            d
            for d in ctx.base.demandes()
            if d.piece == piece.pem and (d.titulaire, d.role) == (titulaire.nom, titulaire.role)
        ),
        None,
    )


def _deja(ctx: Contexte, piece: Piece, demande: Demande | None) -> Enregistre:
    certificat = next(c for c in ctx.base.certificats() if c.empreinte == piece.certificat.empreinte)
    if demande is not None and demande.traitee_le is None:
        ctx.base.classer_demande(demande.numero, ctx.instant)
    return Enregistre(certificat, True)
