"""Revocation, and the list that tells of it (R6.2). The service refuses a revoked certificate by itself; the list is for
proxies and for whoever else checks."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from esav_soap.certificats import Autorite, CertificatEnregistre
from esav_soap.usecases.pki.emission import interne
from esav_soap.usecases.pki.ports import Contexte, Emetteur
from esav_soap.usecases.pki.raisons import CodePki, PkiRefusee, Raison, raison, refuser_si
from esav_soap.usecases.ports.acces import Lister

#: How long a list is good, unless another date is asked for.
VALIDITE_CRL = timedelta(days=30)
#: How long before its end a list should be renewed.
MARGE_CRL = timedelta(days=7)
_MOTIF_MAX = 200


@dataclass(frozen=True, slots=True)
class EtatCrl:
    """The list of a CA. ``jusqu_a``: by when the next one is due; None when there is no list, or it does not say."""

    autorite: Autorite
    jusqu_a: datetime | None

    def perimee(self, instant: datetime) -> bool:
        """Whether proxies that apply it refuse everybody: there is none of ours, or its end has come."""
        if self.autorite.crl is None:
            return self.autorite.interne
        return self.jusqu_a is not None and self.jusqu_a <= instant

    def a_renouveler(self, instant: datetime) -> bool:
        """Whether it is one of ours that ends within :data:`MARGE_CRL`."""
        return self.autorite.interne and self.perimee(instant + MARGE_CRL)


def choisir(ctx: Contexte, designations: Collection[str]) -> tuple[CertificatEnregistre, ...]:
    """Registered certificates by their fingerprint or its beginning. Raises :class:`PkiRefusee` that names each unknown one."""
    tous = ctx.base.certificats()
    raisons: list[Raison] = []
    choisis: dict[str, CertificatEnregistre] = {}
    for designation in designations:
        debut = normaliser(designation)
        trouves = [c for c in tous if debut and c.empreinte.startswith(debut)]
        if not debut:
            raisons.append(raison(CodePki.EMPREINTE_MAL_FORMEE, f"« {designation} »."))
        elif not trouves:
            raisons.append(raison(CodePki.CERTIFICAT_INCONNU, f"« {designation} »."))
        elif len(trouves) > 1:
            raisons.append(raison(CodePki.EMPREINTE_AMBIGUE, f"« {designation} »."))
        else:
            choisis[trouves[0].empreinte] = trouves[0]
    refuser_si(raisons)
    return tuple(choisis.values())


def normaliser(designation: str) -> str:
    """A fingerprint, or the beginning of one, as it is stored (``AB:CD`` as OpenSSL writes it); empty when it is none."""
    chiffres = designation.strip().replace(":", "").lower()
    return chiffres if 8 <= len(chiffres) <= 64 and not chiffres.strip("0123456789abcdef") else ""


def consequences(ctx: Contexte, certificats: Collection[CertificatEnregistre]) -> tuple[Raison, ...]:
    """DERNIER_CERTIFICAT for each holder that will have no usable certificate left."""
    partants = {c.empreinte for c in certificats}
    restent = [c for c in ctx.base.certificats() if c.empreinte not in partants and c.vivant(ctx.instant)]
    touches = dict.fromkeys((c.titulaire, c.role) for c in certificats if c.vivant(ctx.instant))
    return tuple(
        raison(CodePki.DERNIER_CERTIFICAT, f"Titulaire : {titulaire} ({role.value}).")
        for titulaire, role in touches
        if not any((c.titulaire, c.role) == (titulaire, role) for c in restent)
    )


def revoquer(
    ctx: Contexte, certificats: Collection[CertificatEnregistre], motif: str, emetteur: Emetteur | None
) -> int:
    """Revoke them all at once; with ``emetteur``, its new list in the same transaction. How many were not revoked yet.

    Without it (its key is elsewhere) the service refuses them all the same; the list tells of them when it is next made.
    Raises MOTIF_REFUSE, AUTORITE_ABSENTE or AUTORITE_TERMINEE.
    """
    motif = " ".join(motif.split())
    if not 0 < len(motif) <= _MOTIF_MAX or not motif.isprintable():
        raise PkiRefusee(raison(CodePki.MOTIF_REFUSE))
    empreintes = [c.empreinte for c in certificats]
    if emetteur is None:
        return ctx.base.revoquer_certificats(empreintes, ctx.instant, motif)
    autorite = interne(ctx, emetteur)
    lister = _lister(ctx, emetteur, ctx.instant + VALIDITE_CRL)
    return ctx.base.revoquer_certificats(empreintes, ctx.instant, motif, autorite.empreinte, lister)


def concerne(certificats: Collection[CertificatEnregistre], autorites: Collection[Autorite]) -> bool:
    """Whether a list of ours has to tell of one of these."""
    internes = {a.empreinte for a in autorites if a.interne}
    return any(c.autorite in internes for c in certificats)


def renouveler_crl(ctx: Contexte, emetteur: Emetteur, jusqu_a: datetime | None = None) -> EtatCrl:
    """Make the list of the platform's own CA anew. Raises :class:`PkiRefusee`."""
    autorite = interne(ctx, emetteur)
    fin = jusqu_a or ctx.instant + VALIDITE_CRL
    if fin <= ctx.instant:
        raise PkiRefusee(raison(CodePki.DUREE_REFUSEE))
    ctx.base.revoquer_certificats([], ctx.instant, "", autorite.empreinte, _lister(ctx, emetteur, fin))
    return next(e for e in etats_crl(ctx) if e.autorite.empreinte == autorite.empreinte)


def premiere_crl(ctx: Contexte, emetteur: Emetteur) -> bytes:
    """The first list of a CA that is not recorded yet."""
    return emetteur.crl([], ctx.instant, ctx.instant + VALIDITE_CRL, _numero(ctx, None))


def etats_crl(ctx: Contexte) -> tuple[EtatCrl, ...]:
    """The lists of the recognised CAs, ours first."""
    reconnues = [a for a in ctx.base.autorites() if a.retiree_le is None]
    return tuple(
        EtatCrl(a, None if a.crl is None else ctx.chiffrement.fin_crl(a.crl))
        for a in sorted(reconnues, key=lambda a: not a.interne)
    )


def _lister(ctx: Contexte, emetteur: Emetteur, jusqu_a: datetime) -> Lister:
    """What makes the next list of that CA, within the transaction that revokes."""

    def lister(precedente: bytes | None, revoques: Sequence[CertificatEnregistre]) -> bytes:
        depuis = {c.numero_serie: c.revoque_le for c in revoques if c.revoque_le is not None}
        return emetteur.crl(sorted(depuis.items()), ctx.instant, jusqu_a, _numero(ctx, precedente))

    return lister


def _numero(ctx: Contexte, precedente: bytes | None) -> int:
    """Numbers of lists only ever grow: the instant in milliseconds, but always above that of the list before."""
    avant = ctx.chiffrement.numero_crl(precedente) if precedente is not None else None
    return max(int(ctx.instant.timestamp() * 1000), (avant or 0) + 1)
