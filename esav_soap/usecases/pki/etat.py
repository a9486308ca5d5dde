"""What there is, and what must be done: certificates, requests that wait, lists of revoked certificates (R6.2)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from esav_soap.calendar import en_paris
from esav_soap.certificats import CertificatEnregistre, CertificatRefuse, Demande, MotifRefus, Role
from esav_soap.certificats.echeances import Echeances, Etape, echeances, etape, releve
from esav_soap.usecases.acces import RegistreAcces
from esav_soap.usecases.pki.ports import Contexte
from esav_soap.usecases.pki.revocation import EtatCrl, etats_crl
from esav_soap.usecases.pki.titulaires import Titulaire, raisons_acces

#: Reasons that a certificate will not recover from.
_FINIS = frozenset({MotifRefus.REVOQUE, MotifRefus.EXPIRE})


@dataclass(frozen=True, slots=True)
class EtatCertificat:
    """A certificate and its deadlines. ``refus``: why a call is refused now, None when it is let in; ``releve``: the
    fingerprint of the one that takes over; ``a_faire``: whether somebody must act."""

    certificat: CertificatEnregistre
    refus: MotifRefus | None
    echeances: Echeances
    etape: Etape | None
    releve: str | None
    a_faire: bool


@dataclass(frozen=True, slots=True)
class EtatDemande:
    """A request that waits. ``en_retard``: its last day is over; ``sans_acces``: the opérateur cannot get a certificate yet."""

    demande: Demande
    en_retard: bool
    sans_acces: bool


@dataclass(frozen=True, slots=True)
class Etat:
    """All of it: requests by due date (late ones first), certificates by holder and end, lists."""

    instant: datetime
    demandes: tuple[EtatDemande, ...]
    certificats: tuple[EtatCertificat, ...]
    crl: tuple[EtatCrl, ...]


def etat(ctx: Contexte, *, a_faire: bool = False) -> Etat:
    """What is recorded; with ``a_faire`` only what somebody must act upon."""
    registre = RegistreAcces(ctx.base, ctx.chiffrement)
    registre.rafraichir()
    jour = en_paris(ctx.instant).date()
    demandes = tuple(
        EtatDemande(d, d.echeance < jour, bool(raisons_acces(ctx, Titulaire(d.titulaire, d.role))))
        for d in sorted(ctx.base.demandes(), key=lambda d: (d.echeance, d.numero))
    )
    tous = registre.certificats
    certificats = [_etat_certificat(ctx, registre, c, tous) for c in tous]
    listes = etats_crl(ctx)
    if a_faire:
        certificats = sorted((e for e in certificats if e.a_faire), key=lambda e: e.certificat.fin)
        listes = tuple(e for e in listes if e.perimee(ctx.instant) or e.a_renouveler(ctx.instant))
    return Etat(ctx.instant, demandes, tuple(certificats), listes)


def refus(registre: RegistreAcces, der: bytes, plateforme: str, instant: datetime) -> MotifRefus | None:
    """The answer that a call with this certificate gets on that platform: None when it is let in."""
    try:
        registre.identifier(der, plateforme, instant)
    except CertificatRefuse as exc:
        return exc.motif
    return None


def _etat_certificat(
    ctx: Contexte, registre: RegistreAcces, certificat: CertificatEnregistre, tous: tuple[CertificatEnregistre, ...]
) -> EtatCertificat:
    refuses = {refus(registre, certificat.der, p, ctx.instant) for p in certificat.plateformes}
    motif = next(iter(refuses), None)
    pas, suivant = etape(certificat, ctx.instant), releve(certificat, tous)
    apres = replace(ctx, instant=max(ctx.instant, certificat.fin))  # who leaves before its end has nothing to renew
    voulu = certificat.role is not Role.OPERATEUR or not raisons_acces(apres, Titulaire(certificat.titulaire))
    rien = suivant is not None or motif is MotifRefus.REVOQUE or not voulu
    expire_remplace = motif in _FINIS and any(
        c.vivant(ctx.instant) and (c.titulaire, c.role) == (certificat.titulaire, certificat.role) for c in tous
    )
    return EtatCertificat(
        certificat,
        motif,
        echeances(certificat),
        pas,
        suivant.empreinte if suivant else None,
        pas is not None and not rien and not expire_remplace,
    )
