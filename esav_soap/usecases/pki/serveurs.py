"""Certificates of servers from the platform's own authority: for trials and closed networks."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from esav_soap.calendar import instant_plus_mois
from esav_soap.usecases.pki.emission import interne
from esav_soap.usecases.pki.ports import Contexte, Emetteur
from esav_soap.usecases.pki.raisons import CodePki, PkiRefusee, raisons_de


def delivrer_serveur(ctx: Contexte, emetteur: Emetteur, noms: Sequence[str], mois: int) -> tuple[bytes, bytes]:
    """The certificate (DER) and key (PEM) of a server, never beyond the authority's end. Raises :class:`PkiRefusee`."""
    autorite = interne(ctx, emetteur)
    debut = max(autorite.debut, (ctx.instant - timedelta(minutes=5)).replace(microsecond=0))
    fin = min(autorite.fin, instant_plus_mois(ctx.instant, mois))
    try:
        return emetteur.delivrer_serveur(list(noms), debut, fin)
    except ValueError as refus:
        raise PkiRefusee(*raisons_de(CodePki.NOM_DE_SERVEUR, refus)) from refus
