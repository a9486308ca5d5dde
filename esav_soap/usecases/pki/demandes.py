"""Requests about certificates: recorded on arrival, met within 15 jours ouvrés (R6.2, art. 5.2.2)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from esav_soap.certificats import Demande, GenreDemande
from esav_soap.certificats.echeances import echeance_demande
from esav_soap.usecases.pki.cles import raisons_cle
from esav_soap.usecases.pki.jugement import raisons_certificat
from esav_soap.usecases.pki.pieces import Piece, lire_piece
from esav_soap.usecases.pki.ports import Contexte
from esav_soap.usecases.pki.raisons import CodePki, PkiRefusee, Raison, raison, refuser_si
from esav_soap.usecases.pki.titulaires import Titulaire, raisons_acces, raisons_nom, raisons_titulaire


@dataclass(frozen=True, slots=True)
class DemandeFaite:
    """A request as it is recorded. ``deja``: it was there already; ``avertissements``: what will hinder it."""

    demande: Demande
    deja: bool
    avertissements: tuple[Raison, ...]


def demander(ctx: Contexte, octets: bytes, titulaire: Titulaire, recue_le: datetime | None = None) -> DemandeFaite:
    """Record a request with its due date. Raises :class:`PkiRefusee` with everything that is wrong with the piece.

    ``recue_le``: when the request came in, from which the due date counts; by default now. The same piece for the same
    holder, while it waits, is one request. An opérateur without access is a warning here: its request has come all the
    same, and its time runs.
    """
    piece, raisons = examiner(ctx, octets, titulaire)
    recue = recue_le or ctx.instant
    if recue > ctx.instant:
        raisons.append(raison(CodePki.DATE_FUTURE))
    refuser_si(raisons)
    assert piece is not None
    avertissements = tuple(raisons_acces(ctx, titulaire) + remarques_csr(piece, titulaire))
    connue = next((d for d in semblables(ctx, piece, titulaire) if d.traitee_le is None), None)
    if connue is not None:
        return DemandeFaite(connue, True, avertissements)
    return DemandeFaite(_ajouter(ctx, piece, titulaire, recue), False, avertissements)


def examiner(ctx: Contexte, octets: bytes, titulaire: Titulaire) -> tuple[Piece | None, list[Raison]]:
    """The piece, if it can be read, and everything that is wrong with it and with its holder."""
    raisons = raisons_titulaire(ctx, titulaire)
    try:
        piece = lire_piece(octets, ctx.chiffrement)
    except PkiRefusee as refus:
        return None, [*raisons, *refus.raisons]
    if piece.csr is not None:
        raisons += raisons_nom(ctx, titulaire, [piece.csr.nom])
    else:
        raisons += raisons_certificat(ctx, piece.der, piece.certificat, titulaire).raisons
    raisons += raisons_cle(ctx, piece, titulaire)
    return piece, raisons


def remarques_csr(piece: Piece, titulaire: Titulaire) -> list[Raison]:
    """AUTRE_NOM when the CSR bears another common name than the certificate will."""
    if piece.csr is None or piece.csr.nom in ("", titulaire.nom):
        return []
    return [raison(CodePki.AUTRE_NOM, f"CSR : « {piece.csr.nom} » ; certificat : « {titulaire.nom} ».")]


def semblables(ctx: Contexte, piece: Piece, titulaire: Titulaire) -> list[Demande]:
    """Requests of that holder for the same piece, the last ones first."""
    memes = [
        d
        for d in ctx.base.demandes(en_attente=False)
        if (d.titulaire, d.role, d.plateformes) == (titulaire.nom, titulaire.role, titulaire.plateformes)
        and d.piece == piece.pem
    ]
    return sorted(memes, key=lambda d: d.numero, reverse=True)


def retrouver(ctx: Contexte, numero: int, genre: GenreDemande) -> Demande:
    """The request of that number. Raises DEMANDE_INCONNUE, or what tells that it asks for something else."""
    demande = next((d for d in ctx.base.demandes(en_attente=False) if d.numero == numero), None)
    if demande is None:
        raise PkiRefusee(raison(CodePki.DEMANDE_INCONNUE, f"Numéro : {numero}."))
    if demande.genre is not genre:
        autre = CodePki.CSR_ATTENDU if genre is GenreDemande.EMISSION else CodePki.CERTIFICAT_ATTENDU
        raise PkiRefusee(raison(autre, f"Demande : {numero}."))
    return demande


def classer(ctx: Contexte, numero: int) -> None:
    """Close a request without a certificate. Raises DEMANDE_INCONNUE or DEMANDE_CLASSEE."""
    if ctx.base.classer_demande(numero, ctx.instant):
        return
    connue = any(d.numero == numero for d in ctx.base.demandes(en_attente=False))
    raise PkiRefusee(raison(CodePki.DEMANDE_CLASSEE if connue else CodePki.DEMANDE_INCONNUE, f"Numéro : {numero}."))


def _ajouter(ctx: Contexte, piece: Piece, titulaire: Titulaire, recue: datetime) -> Demande:
    demande = Demande(
        numero=0,
        genre=piece.genre,
        titulaire=titulaire.nom,
        role=titulaire.role,
        plateformes=titulaire.plateformes,
        piece=piece.pem,
        recue_le=recue,
        echeance=echeance_demande(recue),
    )
    return replace(demande, numero=ctx.base.ajouter_demande(demande))
