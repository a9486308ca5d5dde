"""What the service sees of a caller's connection: the first thing that an integrator asks (R6.1-R6.3)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from esav_soap.certificats import CertificatEnregistre, CertificatRefuse, FaitsCertificat, MotifRefus, Role
from esav_soap.errors import CodeErreur, ErreurEsav, VersionVive
from esav_soap.homologation import Domaine, Homologation
from esav_soap.intake import Avertissement
from esav_soap.usecases.droits import Identifie
from esav_soap.usecases.homologation import RegistreHomologations
from esav_soap.usecases.registre import Registre


@dataclass(frozen=True, slots=True)
class Connexion:
    """How a request came in: whom it is from, or why that is refused. ``moyen``: what tells the caller."""

    moyen: str
    identifie: Identifie | None = None
    refus: ErreurEsav | None = None


@dataclass(frozen=True, slots=True)
class EtatDomaine:
    """``ouvert``: production takes calls of that domain; ``preuve``: the call that opened it, when there is one."""

    domaine: Domaine
    ouvert: bool
    preuve: Homologation | None


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """What ``diagnostiquerConnexion`` tells. ``motif``: why the certificate is refused, when it is one that is;
    ``message``: what is missing, and what to do."""

    moyen: str
    plateforme: str
    instant: datetime
    identifie: Identifie | None
    motif: MotifRefus | None
    message: str | None
    certificat: CertificatEnregistre | FaitsCertificat | None
    homologations: tuple[EtatDomaine, ...]
    versions: tuple[VersionVive, ...]
    avertissements: tuple[Avertissement, ...]


def diagnostiquer(
    connexion: Connexion,
    plateforme: str,
    instant: datetime,
    registre: Registre,
    homologations: RegistreHomologations,
    avertissements: tuple[Avertissement, ...] = (),
) -> Diagnostic:
    """What the caller may know of its own connection, and nothing of anyone else's."""
    identifie, refus = connexion.identifie, connexion.refus
    domaines = _domaines(identifie, homologations)
    rejet = refus if isinstance(refus, CertificatRefuse) else None
    certificat: CertificatEnregistre | FaitsCertificat | None = rejet.faits if rejet else None
    if identifie is not None:
        certificat = identifie.certificat
    return Diagnostic(
        moyen=connexion.moyen,
        plateforme=plateforme,
        instant=instant,
        identifie=identifie,
        motif=rejet.motif if rejet else None,
        message=refus.message if refus else _attente(domaines, instant, registre, homologations),
        certificat=certificat,
        homologations=domaines,
        versions=tuple(
            VersionVive(v.version, registre.adresse_wsdl(plateforme, v.version), v.retrait)
            for v in registre.vives(plateforme, instant)
        ),
        avertissements=avertissements,
    )


def _domaines(identifie: Identifie | None, homologations: RegistreHomologations) -> tuple[EtatDomaine, ...]:
    if identifie is None or identifie.role is not Role.OPERATEUR:
        return ()
    etat = homologations.etat(identifie.code)
    return tuple(
        EtatDomaine(domaine, preuve is not None or not homologations.exigee, preuve) for domaine, preuve in etat.items()
    )


def _attente(
    domaines: tuple[EtatDomaine, ...], instant: datetime, registre: Registre, homologations: RegistreHomologations
) -> str | None:
    """What to call before production opens, for each domain that it is closed in; None when nothing is missing."""
    versions = registre.vives("integration", instant)
    recente = versions[-1].version if versions else None
    dits = [homologations.attente(d.domaine, recente) for d in domaines if not d.ouvert]
    return f"{CodeErreur.NON_HOMOLOGUE.name} : {' '.join(dits)}" if dits else None
