"""Writing a late entry (R7.4): rare, so in one transaction of its own, apart from the hot path of the deposits."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, delete, insert

from esav_soap.calendar import en_utc
from esav_soap.signalisation import Depot, Evenement, NouvelleSignalisation
from esav_soap.store.archives_lecture import lire_depot_archive, numero_archive
from esav_soap.store.depots import COLONNES, lire_depot, valeurs_depot
from esav_soap.store.evenements import valeurs
from esav_soap.store.moteur import Moteur, insertion
from esav_soap.store.sequence import reserver
from esav_soap.store.tables import evenement, signalisation
from esav_soap.usecases.ports.depots import NumeroDejaPris


def ecrire_saisie(moteur: Moteur, nouvelle: NouvelleSignalisation, premier: Evenement, saisie_le: datetime) -> Depot:
    """Commit it with its first event, or give what its reference already holds. Raises :class:`NumeroDejaPris`.

    The row is written before the opérateur's counter is taken: see :mod:`esav_soap.store.sequence`.
    """
    cle = (nouvelle.plateforme, nouvelle.operateur)
    inserer = insertion(moteur, signalisation)
    ordre = inserer.values(
        {
            **dict(zip(COLONNES, valeurs_depot(nouvelle, nouvelle.depot_le), strict=True)),
            "etat": premier.etat.name,
            "modifiee_le": saisie_le,
            "saisie_le": saisie_le,
        }
    )
    with moteur.ecriture() as connexion:
        id_ = connexion.execute(ordre.on_conflict_do_nothing().returning(signalisation.c.id)).scalar()
        if id_ is not None and _archivee(connexion, nouvelle):
            connexion.execute(delete(signalisation).where(signalisation.c.id == id_))
            id_ = None
        if id_ is None:
            deja = lire_depot(connexion, *cle, nouvelle.reference)
            if deja is None:
                raise NumeroDejaPris(nouvelle.numero)
            return deja
        (rang,) = reserver(connexion, cle, 1)
        commun = {"signalisation": id_, "plateforme": cle[0], "operateur": cle[1], "rang": rang}
        connexion.execute(insert(evenement), [{**commun, **valeurs(premier)}])
    depot_le = en_utc(nouvelle.depot_le)
    return Depot(
        nouvelle.numero, premier.etat, depot_le, nouvelle.version_catalogue, nouvelle.empreinte, deja_deposee=False
    )


def _archivee(connexion: Connection, nouvelle: NouvelleSignalisation) -> bool:
    """Whether the archive holds its number or its reference. Asked once its row is written: what left the hot tables before
    that is seen then."""
    cle = (nouvelle.plateforme, nouvelle.operateur, nouvelle.reference)
    return numero_archive(connexion, nouvelle.numero) or lire_depot_archive(connexion, *cle) is not None
