"""Until when what must be done about certificates (R6.2, art. 5.2.2). Days are Paris days; nothing reads the clock.

A certificate that ends on day D: whoever changes issuer sends the new certificate, or asks for it, 30 calendar days before D
at the latest; with the same issuer it is sent (recognised CA) or delivered (Fournisseur) 15 jours ouvrés before D. Each
instant here is the Paris midnight with which that last day begins.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import Enum

from esav_soap import jours_ouvres
from esav_soap.calendar import PARIS, en_francais, en_paris
from esav_soap.certificats.objets import CertificatEnregistre, Origine, Role

#: Time that the Fournisseur has to issue or register a certificate, and notice of a renewal with the same issuer.
JOURS_OUVRES = 15
#: Notice of a renewal that changes the issuer, in calendar days.
JOURS_CHANGEMENT = 30
#: How long before the first deadline the opérateur is told to prepare, in calendar days.
JOURS_PREPARATION = 15

# A certificate « without end » stops at the end of the year 9999, where Paris is already in a year that has no date.
_DERNIER = datetime(9999, 12, 30, tzinfo=UTC)


class Etape(Enum):
    """Steps towards the end of a certificate, in the order in which they come; names are stored."""

    PREPARER = "le renouvellement est à préparer"
    DERNIER_JOUR_CHANGEMENT = "dernier jour pour changer d'émetteur"
    DERNIER_JOUR_RENOUVELLEMENT = "dernier jour pour renouveler auprès du même émetteur"
    EXPIRE = "le certificat est arrivé à son terme"


@dataclass(frozen=True, slots=True)
class Echeances:
    """When each step of a certificate begins: Paris midnights in UTC, and ``fin``, the end of the certificate itself."""

    preparer: datetime
    changement: datetime
    renouvellement: datetime
    fin: datetime


def echeances(certificat: CertificatEnregistre) -> Echeances:
    """When its steps begin; they may be before the begin of a certificate of short life."""
    fin = certificat.fin
    jour = en_paris(min(fin, _DERNIER)).date()
    changement = jour - timedelta(days=JOURS_CHANGEMENT)
    renouvellement = jours_ouvres.ajouter(jour, -JOURS_OUVRES)
    preparer = min(changement, renouvellement) - timedelta(days=JOURS_PREPARATION)
    return Echeances(_minuit(preparer), _minuit(changement), _minuit(renouvellement), fin)


def etape(certificat: CertificatEnregistre, instant: datetime) -> Etape | None:
    """The last step that has begun at that instant; None before the first one, and once the certificate is revoked."""
    if certificat.revoque_le is not None and certificat.revoque_le <= instant:
        return None
    dates = echeances(certificat)
    suite = (
        (dates.fin, Etape.EXPIRE),
        (dates.renouvellement, Etape.DERNIER_JOUR_RENOUVELLEMENT),
        (dates.changement, Etape.DERNIER_JOUR_CHANGEMENT),
        (dates.preparer, Etape.PREPARER),
    )
    return next((pas for debut, pas in suite if debut <= instant), None)


def par_titulaire(
    certificats: Iterable[CertificatEnregistre],
) -> dict[tuple[str, Role], tuple[CertificatEnregistre, ...]]:
    """Certificates by holder and role: among which one takes over from another (:func:`releve`)."""
    groupes: dict[tuple[str, Role], list[CertificatEnregistre]] = {}
    for certificat in certificats:
        groupes.setdefault((certificat.titulaire, certificat.role), []).append(certificat)
    return {qui: tuple(siens) for qui, siens in groupes.items()}


def releve(certificat: CertificatEnregistre, tous: Collection[CertificatEnregistre]) -> CertificatEnregistre | None:
    """The certificate that takes over from this one without a gap; with several, the one that lasts longest.

    It is the same holder's, for the same role and at least the same platforms, is not revoked, ends later, and has begun by
    the end of this one.
    """
    candidats = (
        autre
        for autre in tous
        if autre.titulaire == certificat.titulaire
        and autre.role is certificat.role
        and autre.plateformes >= certificat.plateformes
        and autre.revoque_le is None
        and autre.debut <= certificat.fin < autre.fin
    )
    return max(candidats, key=lambda autre: (autre.fin, autre.empreinte), default=None)


def avertissement(
    certificat: CertificatEnregistre, tous: Collection[CertificatEnregistre], instant: datetime
) -> str | None:
    """What an answer says of a certificate that ends soon, in French; None when there is nothing to say.

    That is: before PREPARER, once it is revoked, and when another one takes over (:func:`releve`).
    """
    pas = etape(certificat, instant)
    if pas is None or releve(certificat, tous) is not None:
        return None
    if pas is Etape.EXPIRE:
        return f"Le certificat employé est arrivé à son terme le {en_francais(certificat.fin)}. {_apres(certificat)}"
    dates = echeances(certificat)
    terme = f"Le certificat employé arrive à son terme le {en_francais(certificat.fin)}."
    if pas is Etape.DERNIER_JOUR_RENOUVELLEMENT and instant >= _lendemain(dates.renouvellement):
        return f"{terme} Les délais de renouvellement sont passés : la continuité n'est plus garantie. {_apres(certificat)}"
    renouveler = _renouveler(certificat, _jour(dates.renouvellement))
    if instant >= _lendemain(dates.changement):
        return f"{terme} {renouveler} Le délai pour changer d'émetteur est passé."
    return f"{terme} {renouveler} Pour changer d'émetteur : au plus tard le {_jour(dates.changement)}."


def echeance_demande(recue_le: datetime) -> date:
    """The last day on which a request about a certificate must be met: 15 jours ouvrés after it was received."""
    return jours_ouvres.ajouter(en_paris(recue_le).date(), JOURS_OUVRES)


def _renouveler(certificat: CertificatEnregistre, jour: str) -> str:
    if certificat.origine is Origine.FOURNISSEUR:
        return f"Envoyer une demande (CSR) au Fournisseur, qui délivre le nouveau certificat au plus tard le {jour}."
    return f"Envoyer au Fournisseur le nouveau certificat du même émetteur au plus tard le {jour}."


def _apres(certificat: CertificatEnregistre) -> str:
    if certificat.origine is Origine.FOURNISSEUR:
        return "Envoyer sans attendre une demande (CSR) au Fournisseur."
    return "Envoyer sans attendre le nouveau certificat au Fournisseur."


def _minuit(jour: date) -> datetime:
    return datetime.combine(jour, time(), PARIS).astimezone(UTC)


def _lendemain(minuit: datetime) -> datetime:
    return _minuit(en_paris(minuit).date() + timedelta(days=1))


def _jour(minuit: datetime) -> str:
    return f"{en_paris(minuit):%d/%m/%Y}"
