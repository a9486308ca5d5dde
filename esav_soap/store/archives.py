"""The port ``Archives`` on SQL: what has passed its time is copied to the archive, then leaves the hot tables (R3.3, R3.5).

A step is two short transactions: the copies, and the removal of what is copied. So at every instant a signalisation stands in
the hot tables or in the archive, or in both, which are then the same: a final state allows no change. Killed in between, the
next step makes the same copies again.

A deposit refuses references and numbers of the archive by looking there in the statement that writes it. On PostgreSQL such a
statement sees what was committed when it began: one that began before the copies must not find its reference free after the
removal. So the removal waits, without holding up anybody, for those that were writing when the copies were committed.

Locks are taken in the order of :mod:`esav_soap.store.rendez_vous`: signalisations, then reservations by their ``id``. What
others hold is skipped.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    Connection,
    Select,
    delete,
    exists,
    func,
    select,
    text,
)

from esav_soap.calendar import en_paris
from esav_soap.names import PLATEFORMES
from esav_soap.rendez_vous import Reservation
from esav_soap.signalisation.transitions import FINALS
from esav_soap.store.archives_lecture import comprimer, pointeurs
from esav_soap.store.moteur import ATTENTE_S, PAUSE_S, Moteur, insertion
from esav_soap.store.rendez_vous import RESERVATION, lire_reservation
from esav_soap.store.signalisations import lire_plusieurs
from esav_soap.store.tables import (
    archive_evenement,
    archive_reservation,
    archive_signalisation,
    capacite,
    evenement,
    reservation,
    signalisation,
)
from esav_soap.usecases.archives.document import Dossier

_A = archive_signalisation.c
_C = capacite.c
_E = evenement.c
_R = reservation.c
_S = signalisation.c

_FINALS = sorted(etat.name for etat in FINALS)

#: Transactions that may be writing deposits: each holds this lock from before it sees anything until its end.
_ECRIVAINS = text(
    "SELECT virtualtransaction FROM pg_locks WHERE locktype = 'relation' AND relation = 'signalisation'::regclass "
    "AND database = (SELECT oid FROM pg_database WHERE datname = current_database()) "
    "AND mode = 'RowExclusiveLock' AND granted"
)


class ArchivageSQL:
    """``archiver`` of the port; the rest of it is :class:`~esav_soap.store.archives_suivies.ArchivesSuiviesSQL`."""

    def __init__(self, moteur: Moteur) -> None:
        self._moteur = moteur

    def nombre_a_archiver(self, avant: datetime, instant: datetime) -> int:
        def compter(connexion: Connection) -> int:
            return sum(
                connexion.scalar(_dues(plateforme, etat, avant, instant, func.count())) or 0
                for plateforme in PLATEFORMES
                for etat in _FINALS
            )

        return self._moteur.lire(compter)

    def archiver(self, avant: datetime, maximum: int, instant: datetime) -> int:
        # Asked often and mostly in vain, and long to prepare: neither must keep deposits from writing.
        ids = self._moteur.lire(lambda connexion: _choisir(connexion, avant, instant, maximum))
        if not ids:
            return 0
        copies = self._moteur.lire(lambda connexion: _preparer(connexion, ids, instant))
        with self._moteur.ecriture() as connexion:
            la = select(_S.id).where(_S.id.in_(copies)).order_by(_S.id)
            copies = {id_: copies[id_] for id_ in connexion.scalars(la.with_for_update(skip_locked=True))}
            _copier(connexion, sorted(copies.values(), key=lambda copie: str(copie.ligne["numero"])))
        if not copies or not (self._moteur.sqlite or _attendre_les_ecrivains(self._moteur)):
            return 0
        with self._moteur.ecriture() as connexion:
            return _retirer(connexion, list(copies))


def _dues(plateforme: str, etat: str, avant: datetime, instant: datetime, *quoi: Any) -> Select[Any]:
    """What may leave: by the index of the lists. Nothing is closed before it was deposited, so little is looked at in vain."""
    jour: date = en_paris(instant).date()
    a_venir = exists(
        select(_R.id)
        .join_from(reservation, capacite, _C.id == _R.capacite)
        .where(_R.signalisation == _S.numero, _C.jour >= jour)
    )
    return (
        select(*quoi)
        .select_from(signalisation)
        .where(_S.plateforme == plateforme, _S.etat == etat, _S.depot_le < avant, _S.clos_le < avant, ~a_venir)
    )


def _choisir(connexion: Connection, avant: datetime, instant: datetime, maximum: int) -> Sequence[int]:
    ids: list[int] = []
    for plateforme in PLATEFORMES:
        for etat in _FINALS:
            if len(ids) < maximum:
                choix = _dues(plateforme, etat, avant, instant, _S.id).order_by(_S.depot_le, _S.numero)
                ids += connexion.scalars(choix.limit(maximum - len(ids)))
    return ids


@dataclass(frozen=True, slots=True)
class _Copie:
    """The rows of an archived signalisation: itself, its events, its appointments."""

    ligne: Mapping[str, Any]
    evenements: Sequence[Mapping[str, Any]]
    rendez_vous: Sequence[Mapping[str, Any]]


def _preparer(connexion: Connection, ids: Sequence[int], instant: datetime) -> dict[int, _Copie]:
    """What is to be copied, by ``id``: it cannot change any more, so it is read and packed without any lock."""
    suivies = lire_plusieurs(connexion, _S.id.in_(ids))
    numeros = [suivie.numero for _, suivie in suivies]
    prises: dict[str, list[Reservation]] = {}
    for une in connexion.execute(RESERVATION.where(_R.signalisation.in_(numeros)).order_by(_R.id)):
        prises.setdefault(une.signalisation, []).append(lire_reservation(une))
    copies = {}
    for ligne, suivie in suivies:
        dossier = Dossier(suivie, ligne.empreinte, ligne.clos_le, tuple(prises.get(suivie.numero, ())))
        copies[ligne.id] = _Copie(_valeurs(dossier, instant), *pointeurs(dossier))
    return copies


def _copier(connexion: Connection, copies: Sequence[_Copie]) -> None:
    """``copies``: by their numbers, so that nobody waits in a circle."""
    if not copies:
        return
    copie = insertion(connexion, archive_signalisation)
    # Killed before the removal: what was copied then is the same, and is written anew.
    nouvelles = {c.name: copie.excluded[c.name] for c in archive_signalisation.columns if not c.primary_key}
    connexion.execute(
        copie.on_conflict_do_update(index_elements=[_A.numero], set_=nouvelles), [une.ligne for une in copies]
    )
    for table, lignes in (
        (archive_evenement, [ligne for une in copies for ligne in une.evenements]),
        (archive_reservation, [ligne for une in copies for ligne in une.rendez_vous]),
    ):
        if lignes:
            connexion.execute(insertion(connexion, table).on_conflict_do_nothing(), lignes)


def _valeurs(dossier: Dossier, instant: datetime) -> dict[str, Any]:
    s = dossier.signalisation
    return {
        "numero": s.numero,
        "plateforme": s.plateforme,
        "operateur": s.operateur,
        "reference": s.reference,
        "empreinte": dossier.empreinte,
        "etat": s.etat.name,
        "prestation": s.prestation.identifiant,
        "offre": s.offre,
        "version_catalogue": s.version_catalogue,
        "depot_le": s.depot_le,
        "modifiee_le": s.modifiee_le,
        "clos_le": dossier.clos_le,
        "archivee_le": instant,
        "exportee_le": None,
        "purgee_le": None,
        "document": comprimer(dossier),
    }


def _attendre_les_ecrivains(moteur: Moteur) -> bool:
    """Whether all who were writing now have ended, in a time that one waits for a lock; else the next step goes on."""
    limite = time.monotonic() + ATTENTE_S
    presents: set[str] | None = None
    while True:
        vus = set(moteur.lire(lambda connexion: connexion.scalars(_ECRIVAINS).all()))
        presents = vus if presents is None else presents & vus
        if not presents:
            return True
        if time.monotonic() > limite:
            return False
        time.sleep(PAUSE_S)


def _retirer(connexion: Connection, ids: Sequence[int]) -> int:
    """Remove of these what is copied as it stands, and what nobody holds."""
    copiee = exists(
        select(_A.numero).where(_A.numero == _S.numero, _A.etat == _S.etat, _A.modifiee_le == _S.modifiee_le)
    )
    lignes = connexion.execute(
        select(_S.id, _S.numero)
        .where(_S.id.in_(ids), copiee)
        .order_by(_S.id)
        .with_for_update(skip_locked=True, of=signalisation)
    ).all()
    parties = [ligne.id for ligne in lignes]
    numeros = [ligne.numero for ligne in lignes]
    siennes = select(_R.id).where(_R.signalisation.in_(numeros)).order_by(_R.id).with_for_update()
    connexion.execute(delete(reservation).where(_R.id.in_(connexion.scalars(siennes).all())))
    connexion.execute(delete(evenement).where(_E.signalisation.in_(parties)))
    return connexion.execute(delete(signalisation).where(_S.id.in_(parties))).rowcount
