"""What a notice tells, before it is put into words."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from esav_soap.names import chemin_service


@dataclass(frozen=True, slots=True)
class Lieux:
    """Public addresses of this platform. ``base_url``: without a slash at its end. ``expediteur``: who sends the notices."""

    base_url: str
    expediteur: str

    def wsdl(self, plateforme: str, version: str) -> str:
        return f"{self.base_url}{chemin_service(plateforme, 'depot', version)}?wsdl"

    def du_pack(self, version: str, fichier: str) -> str:
        """Of a file of a version's pack, or of the pack itself (``pack.zip``)."""
        return f"{self.base_url}/catalogue/{version}/{fichier}"


@dataclass(frozen=True, slots=True)
class ChangementOffre:
    """What changes for an Offre. ``points``: ``(gravité, sentence)``, the worst first; none for a new Offre."""

    offre: str
    libelle: str
    points: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Remplacee:
    """The version before, and when it is retired."""

    version: str
    retrait: datetime


@dataclass(frozen=True, slots=True)
class Annonce:
    """A version is announced. ``changements``: for the Offres of this opérateur; ``generaux``: for the whole catalogue;
    ``journal``: the changelog (HTML) when the pack has one."""

    version: str
    annonce: datetime
    ouverture: datetime
    remplacee: Remplacee | None
    changements: tuple[ChangementOffre, ...] = ()
    nouvelles: tuple[ChangementOffre, ...] = ()
    generaux: tuple[tuple[str, str], ...] = ()
    journal: bytes | None = None


@dataclass(frozen=True, slots=True)
class AnnonceRetiree:
    """The announcement of a version is withdrawn. ``remplacee``: the version that stays, and when it would have ended."""

    version: str
    ouverture: datetime
    annulation: datetime
    remplacee: Remplacee | None


@dataclass(frozen=True, slots=True)
class Emploi:
    """Deposits of an Offre since ``depuis`` of the reminder. ``dernier``: the last one."""

    offre: str
    libelle: str
    nombre: int
    dernier: datetime


@dataclass(frozen=True, slots=True)
class Rappel:
    """A version that this opérateur still deposits with is about to be retired. ``remplacante``: the one to go to;
    ``avec_journal``: its pack has a changelog."""

    version: str
    retrait: datetime
    remplacante: str | None
    depuis: datetime
    emplois: tuple[Emploi, ...]
    avec_journal: bool = False


@dataclass(frozen=True, slots=True)
class AutreCertificat:
    """A certificate of the same holder that ends later than the first one, yet does not take its place everywhere at once."""

    numero_serie: str
    plateformes: tuple[str, ...]
    debut: datetime
    fin: datetime


@dataclass(frozen=True, slots=True)
class DemandeEnCours:
    """A request of the holder that waits for its answer. ``echeance``: the last day for it (Paris)."""

    numero: int
    recue_le: datetime
    echeance: date


@dataclass(frozen=True, slots=True)
class RappelCertificat:
    """A certificate that nothing succeeds yet nears its end, or is past it (art. 5.2.2).

    ``du_fournisseur``: it was issued by the Fournisseur, not by a recognised CA. ``preparer``: since when reminders go out;
    ``changement``, ``renouvellement``: start of the last day for a certificate from the other kind of issuer, or from the
    same; ``fin``: from then on it is refused.
    """

    empreinte: str
    sujet: str
    emetteur: str
    numero_serie: str
    plateformes: tuple[str, ...]
    du_fournisseur: bool
    preparer: datetime
    changement: datetime
    renouvellement: datetime
    fin: datetime
    autres: tuple[AutreCertificat, ...] = ()
    demandes: tuple[DemandeEnCours, ...] = ()


@dataclass(frozen=True, slots=True)
class Cloture:
    """A signalisation is closed, and its closure validated (art. 4.2.2). Labels are French; empty: not told.

    ``echeance``: by when it was to be closed; ``tenue``: whether it was. ``contestable``: until then it can be contested.
    """

    numero: str
    reference: str
    plateforme: str
    prestation: str
    offre: str
    depot_le: datetime
    clos_le: datetime
    cause: str
    responsabilite: str
    retabli_le: datetime | None
    commentaire: str
    garantie: str
    echeance: datetime | None
    tenue: bool | None
    contestable: datetime


@dataclass(frozen=True, slots=True)
class NotificationsArretees:
    """Notifications are sent no more, since the receiver at ``adresse`` acknowledged none of ``essais`` since ``echecs_depuis``.

    ``erreur``: of the last one, French, without a full stop. ``attente``: events that wait.
    """

    plateforme: str
    adresse: str
    arrete_le: datetime
    echecs_depuis: datetime
    essais: int
    erreur: str
    attente: int


FaitsVersion = Annonce | AnnonceRetiree | Rappel
#: With dates for an agenda.
FaitsDates = FaitsVersion | RappelCertificat
Faits = FaitsDates | Cloture | NotificationsArretees
