"""The store as one object, and how it is opened."""

from __future__ import annotations

from types import TracebackType
from typing import Self

from sqlalchemy.exc import DBAPIError

from esav_soap.errors import ReglageInvalide
from esav_soap.store.archives import ArchivageSQL
from esav_soap.store.archives_suivies import ArchivesSuiviesSQL
from esav_soap.store.capacites import CapacitesSQL
from esav_soap.store.certificats import CertificatsSQL
from esav_soap.store.envois import EnvoisSQL
from esav_soap.store.evenements import EvenementsSQL
from esav_soap.store.historique import HistoriqueSQL
from esav_soap.store.homologations import HomologationsSQL
from esav_soap.store.moteur import Moteur, lire_url
from esav_soap.store.notifications import NotificationsSQL
from esav_soap.store.operateurs import OperateursSQL
from esav_soap.store.pannes import en_francais
from esav_soap.store.parc import ParcSQL
from esav_soap.store.publications import PublicationsSQL
from esav_soap.store.rendez_vous import RendezVousSQL
from esav_soap.store.revision_acces import RevisionAccesSQL
from esav_soap.store.schema import migrer, preparer, preparer_fichier
from esav_soap.store.signalisations import SignalisationsSQL
from esav_soap.store.souscriptions import SouscriptionsSQL


class Magasin(
    SignalisationsSQL,
    EvenementsSQL,
    RendezVousSQL,
    CapacitesSQL,
    ArchivageSQL,
    ArchivesSuiviesSQL,
    PublicationsSQL,
    EnvoisSQL,
    NotificationsSQL,
    OperateursSQL,
    CertificatsSQL,
    RevisionAccesSQL,
    SouscriptionsSQL,
    HomologationsSQL,
    HistoriqueSQL,
    ParcSQL,
):
    """All ports of the use cases that keep something, on one database.

    Thread-safe. After a fork the child goes on with connections of its own.
    """

    def __init__(self, moteur: Moteur) -> None:
        SignalisationsSQL.__init__(self, moteur)

    @property
    def adresse(self) -> str:
        """The URL, without the password."""
        return self._moteur.nom

    def fermer(self) -> None:
        """Close the connections; the store may go on being used, with new ones."""
        self._moteur.fermer()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, nature: type[BaseException] | None, erreur: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.fermer()


def ouvrir(url: str, *, creer: bool = True) -> Magasin:
    """The store at ``url`` (``sqlite:///chemin``, ``postgresql://...``), ready for use.

    With ``creer``, an absent or empty database is created; one of an older revision never is changed here.
    Raises :class:`~esav_soap.errors.ReglageInvalide`, whose message says in French what to do.
    """
    moteur = Moteur(lire_url(url))
    try:
        preparer(moteur, creer=creer)
    except BaseException:
        moteur.fermer()
        raise
    return Magasin(moteur)


def mettre_a_jour(url: str) -> str:
    """Create the database or bring it to the program's revision (``esav store migrate``); returns that revision.

    Raises :class:`~esav_soap.errors.ReglageInvalide`.
    """
    moteur = Moteur(lire_url(url))
    try:
        preparer_fichier(moteur)
        return migrer(moteur)
    except DBAPIError as erreur:
        raise ReglageInvalide(
            f"Le magasin {moteur.nom} ne peut pas être mis à jour : {en_francais(erreur)}."
        ) from erreur
    finally:
        moteur.fermer()
