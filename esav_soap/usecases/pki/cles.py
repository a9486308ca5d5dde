"""Keys that were seen before: one that is lost cannot come back under another certificate, nor serve two holders."""

from __future__ import annotations

from esav_soap.usecases.pki.pieces import Piece
from esav_soap.usecases.pki.ports import Contexte
from esav_soap.usecases.pki.raisons import CodePki, Raison, raison
from esav_soap.usecases.pki.titulaires import Titulaire


def raisons_cle(ctx: Contexte, piece: Piece, titulaire: Titulaire) -> list[Raison]:
    """CLE_REVOQUEE when a certificate of that key was revoked here; CLE_D_UN_AUTRE when somebody else has one.

    Whoever has the key may call by every certificate of it, and a certificate is no secret. A certificate that is given again
    is judged by itself.
    """
    cle = ctx.chiffrement.empreinte_cle(piece.der)
    siens = [
        c for c in ctx.base.certificats() if c.der != piece.der and cle and ctx.chiffrement.empreinte_cle(c.der) == cle
    ]
    raisons = [
        raison(CodePki.CLE_REVOQUEE, f"Certificat : {c.empreinte[:16]}, révoqué ({c.motif_revocation}).")
        for c in siens
        if c.revoque_le is not None
    ]
    autres = sorted({c.titulaire for c in siens if not titulaire.detient(c)})
    if autres:
        raisons.append(raison(CodePki.CLE_D_UN_AUTRE, f"Titulaire : {', '.join(autres)}."))
    return raisons
