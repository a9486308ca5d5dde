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
from collections.abc import Collection, Sequence
from datetime import date, datetime
from itertools import groupby
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    and_,
    delete,
    exists,
    func,
    literal,
    select,
    text,
    true,
    tuple_,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite

from esav_soap.calendar import en_paris
from esav_soap.names import PLATEFORMES
from esav_soap.signalisation import Etat
from esav_soap.signalisation.transitions import FINALS
from esav_soap.store.archives_lecture import comprimer, decomprimer, lire_dossier, pointeurs
from esav_soap.store.evenements import COLONNES
from esav_soap.store.moteur import ATTENTE_S, PAUSE_S, Moteur
from esav_soap.store.rendez_vous import RESERVATION, lire_reservation
from esav_soap.store.signalisations import SIGNALISATION, composer
from esav_soap.store.tables import (
    Instant,
    archive_evenement,
    archive_reservation,
    archive_signalisation,
    capacite,
    evenement,
    reservation,
    signalisation,
)
from esav_soap.usecases.archives.document import Dossier, anonymiser, ecrire
from esav_soap.usecases.archives.ports import APurger, Archive, FiltreArchives, PageArchives
from esav_soap.usecases.ports_suivi import Place

_A = archive_signalisation.c
_C = capacite.c
_E = evenement.c
_R = reservation.c
_S = signalisation.c

_FINALS = sorted(etat.name for etat in FINALS if etat)
_RESUME = [_A[nom] for nom in Archive.__slots__]
#: Rows of one statement, whatever is asked for.
TRANCHE = 500

#: Transactions that may be writing deposits: each holds this lock from before it sees anything until its end.
_ECRIVAINS = text(
    "SELECT virtualtransaction FROM pg_locks WHERE locktype = 'relation' AND relation = 'signalisation'::regclass "
    "AND database = (SELECT oid FROM pg_database WHERE datname = current_database()) "
    "AND mode = 'RowExclusiveLock' AND granted"
)


class ArchivesSQL:
    """See the port."""

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
        if not self._moteur.lire(lambda connexion: _choisir(connexion, avant, instant, 1, verrouiller=False)):
            return 0  # asked often and mostly in vain: that must not queue with the deposits to write
        with self._moteur.ecriture() as connexion:
            ids = _choisir(connexion, avant, instant, maximum, verrouiller=True)
            _copier(connexion, ids, instant)
        if not ids or not (self._moteur.sqlite or _attendre_les_ecrivains(self._moteur)):
            return 0
        with self._moteur.ecriture() as connexion:
            return _retirer(connexion, ids)

    def archive(self, numero: str) -> tuple[Archive, Dossier] | None:
        def lire(connexion: Connection) -> tuple[Archive, Dossier] | None:
            ligne = connexion.execute(select(*_RESUME).where(_A.numero == numero)).first()
            dossier = lire_dossier(connexion, _A.numero == numero)
            return None if ligne is None or dossier is None else (_archive(ligne), dossier)

        return self._moteur.lire(lire)

    def archives(
        self,
        filtre: FiltreArchives,
        apres: Place | None,
        maximum: int,
        *,
        documents: bool = False,
        recentes_d_abord: bool = False,
    ) -> PageArchives:
        choix = select(*_RESUME, _A.document) if documents else select(*_RESUME)
        choix = choix.where(_periode(filtre))
        cle = tuple_(_A.clos_le, _A.numero)
        if apres is not None:
            place = tuple_(literal(apres.instant, Instant), literal(apres.numero))
            choix = choix.where(cle < place if recentes_d_abord else cle > place)
        par = (_A.clos_le.desc(), _A.numero.desc()) if recentes_d_abord else (_A.clos_le, _A.numero)
        examinees = maximum if filtre.operateur is None and filtre.plateforme is None else max(maximum, TRANCHE)
        lignes = self._moteur.lire(lambda c: c.execute(choix.order_by(*par).limit(examinees)).all())
        page: list[tuple[Archive, bytes]] = []
        derniere = None
        for derniere in lignes:
            une = _archive(derniere)
            if filtre.operateur in (None, une.operateur) and filtre.plateforme in (None, une.plateforme):
                page.append((une, ecrire(decomprimer(derniere.document)) if documents else b""))
                if len(page) == maximum:
                    break
        finie = len(lignes) < examinees and (derniere is None or derniere is lignes[-1])
        suite = None if finie or derniere is None else Place(derniere.clos_le, derniere.numero)
        return PageArchives(tuple(page), suite)

    def nombre_archives(self, filtre: FiltreArchives) -> int:
        choix = select(func.count()).select_from(archive_signalisation).where(_periode(filtre))
        if filtre.operateur is not None:
            choix = choix.where(_A.operateur == filtre.operateur)
        if filtre.plateforme is not None:
            choix = choix.where(_A.plateforme == filtre.plateforme)
        return self._moteur.lire(lambda connexion: connexion.scalar(choix)) or 0

    def marquer_exportees(self, numeros: Collection[str], instant: datetime) -> int:
        ordre = update(archive_signalisation).where(_A.numero.in_(sorted(numeros)), _A.exportee_le.is_(None))
        with self._moteur.ecriture() as connexion:
            return connexion.execute(ordre.values(exportee_le=instant)).rowcount

    def a_purger(self, avant: datetime) -> APurger:
        manquantes = func.count().filter(_A.exportee_le.is_(None))
        choix = select(func.count(), manquantes).where(_A.clos_le < avant, _A.purgee_le.is_(None))
        nombre, non_exportees = self._moteur.lire(lambda connexion: connexion.execute(choix).one())
        return APurger(nombre, non_exportees)

    def purger(self, avant: datetime, maximum: int, instant: datetime, *, sans_export: bool = False) -> int:
        encore_la = exists(select(_S.id).where(_S.numero == _A.numero))  # killed before the removal: archived again
        choix = select(_A.numero).where(_A.clos_le < avant, _A.purgee_le.is_(None), ~encore_la)
        if not sans_export:
            choix = choix.where(_A.exportee_le.is_not(None))
        with self._moteur.ecriture() as connexion:
            numeros = connexion.scalars(
                choix.order_by(_A.clos_le, _A.numero)
                .limit(maximum)
                .with_for_update(skip_locked=True, of=archive_signalisation)
            ).all()
            for numero in numeros:
                de = _A.numero == numero
                dossier = decomprimer(connexion.execute(select(_A.document).where(de)).scalar_one())
                valeurs = {"document": comprimer(anonymiser(dossier)), "purgee_le": instant}
                connexion.execute(update(archive_signalisation).where(de).values(**valeurs))
        return len(numeros)


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


def _choisir(
    connexion: Connection, avant: datetime, instant: datetime, maximum: int, *, verrouiller: bool
) -> Sequence[int]:
    ids: list[int] = []
    for plateforme in PLATEFORMES:
        for etat in _FINALS:
            if len(ids) < maximum:
                choix = _dues(plateforme, etat, avant, instant, _S.id).order_by(_S.depot_le, _S.numero)
                choix = choix.limit(maximum - len(ids))
                if verrouiller:
                    choix = choix.with_for_update(skip_locked=True, of=signalisation)
                ids += connexion.scalars(choix)
    return ids


def _copier(connexion: Connection, ids: Sequence[int], instant: datetime) -> None:
    if not ids:
        return
    lignes = connexion.execute(SIGNALISATION.where(_S.id.in_(ids)).order_by(_S.numero)).all()
    histoires = {
        id_: list(suite)
        for id_, suite in groupby(
            connexion.execute(
                select(_E.signalisation, *COLONNES).where(_E.signalisation.in_(ids)).order_by(_E.signalisation, _E.id)
            ),
            lambda ligne: ligne.signalisation,
        )
    }
    prises: dict[str, list[Any]] = {}
    numeros = [ligne.numero for ligne in lignes]
    for ligne in connexion.execute(RESERVATION.where(_R.signalisation.in_(numeros)).order_by(_R.id)):
        prises.setdefault(ligne.signalisation, []).append(lire_reservation(ligne))
    copies, evenements, rendez_vous = [], [], []
    for ligne in lignes:
        suivie = composer(ligne, histoires.get(ligne.id, ()))
        dossier = Dossier(suivie, ligne.empreinte, ligne.clos_le, tuple(prises.get(ligne.numero, ())))
        copies.append(_valeurs(dossier, instant))
        siens, siennes = pointeurs(dossier)
        evenements += siens
        rendez_vous += siennes
    inserer = (sqlite if connexion.dialect.name == "sqlite" else postgresql).insert
    copie = inserer(archive_signalisation)
    # Killed before the removal: what was copied then is not used yet by anybody, and is written anew.
    anciennes = {c.name: copie.excluded[c.name] for c in archive_signalisation.columns if not c.primary_key}
    connexion.execute(copie.on_conflict_do_update(index_elements=[_A.numero], set_=anciennes), copies)
    for table, rangees in ((archive_evenement, evenements), (archive_reservation, rendez_vous)):
        if rangees:
            connexion.execute(inserer(table).on_conflict_do_nothing(), rangees)


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


def _periode(filtre: FiltreArchives) -> ColumnElement[bool]:
    conditions: list[ColumnElement[bool]] = [true()]
    if filtre.du is not None:
        conditions.append(_A.clos_le >= filtre.du)
    if filtre.avant is not None:
        conditions.append(_A.clos_le < filtre.avant)
    return and_(*conditions)


def _archive(ligne: Any) -> Archive:
    valeurs = {nom: getattr(ligne, nom) for nom in Archive.__slots__}
    return Archive(**{**valeurs, "etat": Etat[ligne.etat]})
