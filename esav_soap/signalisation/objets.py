"""What is known of prestations and signalisations. All instants are aware and in UTC."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum

from esav_soap.signalisation.actions import Action, Visibilite
from esav_soap.signalisation.motifs import Attendu, CauseCloture, MotifRejet, Responsabilite


class Etat(Enum):
    """States of a signalisation (art. 4.2.2, R3.4). Names go over the wire, values are labels for people."""

    EN_DEPOT = "en dépôt"
    EN_QUALIFICATION = "en qualification"
    EN_COURS = "en cours"
    GELE = "gelé"
    CLOS = "clos"
    VALIDE = "validé"
    CLOS_TABLEAU_DE_BORD = "clos tableau de bord"
    EN_REJET = "en rejet"


#: Treated and told so.
CLOTURES = frozenset({Etat.CLOS, Etat.VALIDE, Etat.CLOS_TABLEAU_DE_BORD})
#: What the history tells of (R3.5).
FERMES = CLOTURES | {Etat.EN_REJET}


class Cote(Enum):
    """Who made a change."""

    OPERATEUR = "OPERATEUR"
    FOURNISSEUR = "FOURNISSEUR"


@dataclass(frozen=True, slots=True)
class Prestation:
    """A delivered instance of an Offre, in the parc of one opérateur.

    ``garantie``: service guarantee (``GTR_4H``...). ``zone``: area whose technicians come; empty when no appointment can be made.
    """

    plateforme: str
    operateur: str
    identifiant: str
    offre: str
    extremite_a: str = ""
    extremite_b: str = ""
    complement: str = ""
    garantie: str = ""
    zone: str = ""


@dataclass(frozen=True, slots=True)
class Contact:
    """Whom the SAV may reach at the opérateur's."""

    nom: str
    telephone: str
    courriel: str | None = None


@dataclass(frozen=True, slots=True)
class NouvelleSignalisation:
    """A checked deposit, ready to be committed.

    ``formulaire`` is the form as accepted: UTF-8 XML, root in the Offre's namespace. ``empreinte``: 32 bytes that are
    equal for two requests of the same content (R3.3).
    """

    numero: str
    plateforme: str
    operateur: str
    reference: str
    empreinte: bytes
    prestation: str
    offre: str
    version_catalogue: str
    contact: Contact
    formulaire: bytes
    depot_le: datetime


@dataclass(frozen=True, slots=True)
class Depot:
    """What is committed under an opérateur's reference. ``deja_deposee``: it stood there before this request."""

    numero: str
    etat: Etat
    depot_le: datetime
    version_catalogue: str
    empreinte: bytes
    deja_deposee: bool


@dataclass(frozen=True, slots=True)
class Evenement:
    """A change of a signalisation (R3.4); the first is its deposit. ``etat``: the one after it.

    ``action`` is None in histories older than actions. ``auteur``: the person or system that acted. ``retabli_le``: when the
    service worked again, told by a closure. ``rang``: place in the sequence of its opérateur on its platform, 0 until it is
    stored, and always for an internal one; it says where the event is kept, not what happened, so events are equal without it.
    """

    date: datetime
    etat: Etat
    cote: Cote
    commentaire: str = ""
    action: Action | None = None
    auteur: str = ""
    visibilite: Visibilite = Visibilite.PARTAGE
    motif: MotifRejet | None = None
    attendu: Attendu | None = None
    cause: CauseCloture | None = None
    responsabilite: Responsabilite | None = None
    retabli_le: datetime | None = None
    rang: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Signalisation:
    """A signalisation (R3.5), with its prestation as known now and its events in order.

    ``saisie_le``: when the Fournisseur entered it, of one taken by the fallback procedure; ``depot_le`` is then its true date
    (R7.4).
    """

    numero: str
    plateforme: str
    operateur: str
    reference: str
    etat: Etat
    offre: str
    version_catalogue: str
    depot_le: datetime
    modifiee_le: datetime
    contact: Contact
    formulaire: bytes
    prestation: Prestation
    evenements: tuple[Evenement, ...] = ()
    saisie_le: datetime | None = None
