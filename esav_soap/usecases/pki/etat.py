"""What there is, and what must be done: certificates, requests that wait, lists of revoked certificates (R6.2)."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from esav_soap.calendar import en_paris
from esav_soap.certificats import CertificatEnregistre, Demande, MotifRefus
from esav_soap.certificats.echeances import Echeances, Etape, echeances, etape, par_titulaire, releve
from esav_soap.souscription import Souscription
from esav_soap.usecases.acces import RegistreAcces
from esav_soap.usecases.droits import acces_apres
from esav_soap.usecases.pki.ports import Contexte
from esav_soap.usecases.pki.revocation import EtatCrl, etats_crl

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
    souscriptions = {s.operateur: s for s in registre.souscriptions}
    demandes = tuple(
        EtatDemande(d, d.echeance < jour, not acces_apres(d.role, souscriptions.get(d.titulaire), ctx.instant))
        for d in sorted(ctx.base.demandes(), key=lambda d: (d.echeance, d.numero))
    )
    groupes = par_titulaire(registre.certificats)
    certificats = [
        _etat_certificat(registre, c, groupes[c.titulaire, c.role], souscriptions.get(c.titulaire), ctx.instant)
        for c in registre.certificats
    ]
    listes = etats_crl(ctx)
    if a_faire:
        certificats = sorted((e for e in certificats if e.a_faire), key=lambda e: e.certificat.fin)
        listes = tuple(e for e in listes if e.perimee(ctx.instant) or e.a_renouveler(ctx.instant))
    return Etat(ctx.instant, demandes, tuple(certificats), listes)


def _etat_certificat(
    registre: RegistreAcces,
    certificat: CertificatEnregistre,
    siens: Collection[CertificatEnregistre],
    souscription: Souscription | None,
    instant: datetime,
) -> EtatCertificat:
    """``siens``: of the same holder in the same role, itself included."""
    motif = registre.refus(certificat, instant)
    pas, suivant = etape(certificat, instant), releve(certificat, siens)
    # Who leaves before its end has nothing to renew.
    voulu = acces_apres(certificat.role, souscription, max(instant, certificat.fin))
    rien = suivant is not None or motif is MotifRefus.REVOQUE or not voulu
    expire_remplace = motif in _FINIS and any(c.vivant(instant) for c in siens)
    return EtatCertificat(
        certificat,
        motif,
        echeances(certificat),
        pas,
        suivant.empreinte if suivant else None,
        pas is not None and not rien and not expire_remplace,
    )
