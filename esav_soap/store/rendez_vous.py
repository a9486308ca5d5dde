"""The port ``AgendaRendezVous`` on SQL: a decision is made and written under locks, so that no slot has more than its places.

Whoever takes several locks takes them in this order, so that nobody waits in a circle: the signalisation, the capacity of the
wanted slot (an import: of many, by their ``id``), reservations by their ``id``, the opérateur's counter of events. One who books
has one capacity only. SQLite has one writer at a time.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, func, or_, select, union, update

from esav_soap.errors import CodeErreur, ErreurEsav
from esav_soap.model import TypeRendezVous
from esav_soap.rendez_vous import (
    ENGAGES,
    Capacite,
    Creneau,
    EtatReservation,
    Periode,
    Plage,
    Reservation,
    Situation,
)
from esav_soap.signalisation import Evenement, Signalisation
from esav_soap.store.archives_lecture import lire_dossier, par_numero_archive, rendez_vous_archives
from esav_soap.store.evenements import ecrire_evenements
from esav_soap.store.moteur import Moteur, insertion
from esav_soap.store.signalisations import lire_une
from esav_soap.store.tables import capacite, reservation, signalisation
from esav_soap.usecases.ports.rendez_vous import Occupation, ReservationConcurrente

_C = capacite.c
_R = reservation.c
_S = signalisation.c

_ENGAGES = [etat.name for etat in ENGAGES]
RESERVATION = select(
    reservation, _C.zone.label("c_zone"), _C.genre.label("c_genre"), _C.jour.label("c_jour"), _C.plage.label("c_plage")
).join_from(reservation, capacite, _C.id == _R.capacite)


class RendezVousSQL:
    """See the port; the import of places is :class:`~esav_soap.store.capacites.CapacitesSQL`."""

    def __init__(self, moteur: Moteur) -> None:
        self._moteur = moteur

    def capacites(
        self, plateforme: str, zone: str, genre: TypeRendezVous, periode: Periode
    ) -> tuple[tuple[Capacite, ...], tuple[Reservation, ...]]:
        voulues = and_(
            _C.plateforme == plateforme,
            _C.zone == zone,
            _C.genre == genre.name,
            _C.jour.between(periode.du, periode.au),
            _C.places > 0,
        )

        def lire(connexion: Connection) -> tuple[tuple[Capacite, ...], tuple[Reservation, ...]]:
            with self._moteur.instantane(connexion):
                places = connexion.execute(select(capacite).where(voulues).order_by(_C.jour)).all()
                prises = connexion.execute(RESERVATION.where(voulues, _R.etat.in_(_ENGAGES))).all()
            return tuple(map(lire_capacite, places)), tuple(map(lire_reservation, prises))

        return self._moteur.lire(lire)

    def reservation(self, plateforme: str, operateur: str | None, numero: str) -> Reservation | None:
        conditions = [_R.numero == numero, _R.plateforme == plateforme]
        if operateur is not None:
            conditions.append(_R.operateur == operateur)

        def lire(connexion: Connection) -> Reservation | None:
            ligne = connexion.execute(RESERVATION.where(*conditions)).first()
            if ligne is not None:
                return lire_reservation(ligne)
            return next(iter(rendez_vous_archives(connexion, plateforme, operateur, numero=numero)), None)

        return self._moteur.lire(lire)

    def reservations(self, plateforme: str, operateur: str, signalisation: str) -> tuple[Reservation, ...]:
        choix = RESERVATION.where(
            _R.signalisation == signalisation, _R.plateforme == plateforme, _R.operateur == operateur
        ).order_by(_R.id)

        def lire(connexion: Connection) -> tuple[Reservation, ...]:
            trouvees = tuple(map(lire_reservation, connexion.execute(choix)))
            return trouvees or rendez_vous_archives(connexion, plateforme, operateur, signalisation=signalisation)

        return self._moteur.lire(lire)

    @contextmanager
    def seance(
        self,
        plateforme: str,
        operateur: str,
        signalisation: str,
        *,
        voulu: Creneau | None = None,
        reference: str | None = None,
        reservation: str | None = None,
    ) -> Iterator[SeanceSQL | None]:
        with self._moteur.ecriture() as connexion:
            # PostgreSQL: each lock first, then the reading, which so sees what was committed while this waited.
            cle = (plateforme, operateur)
            propre = and_(_S.numero == signalisation, _S.plateforme == plateforme, _S.operateur == operateur)
            id_ = connexion.scalar(select(_S.id).where(propre).with_for_update())
            archive = None if id_ is not None else lire_dossier(connexion, par_numero_archive(signalisation, *cle))
            if id_ is None and archive is None:
                yield None
                return
            place = None
            if voulu is not None:
                place = connexion.execute(select(capacite).where(_de_creneau(voulu)).with_for_update()).first()
            id_place = None if place is None else place.id
            lignes = _verrouiller(connexion, cle, signalisation, id_place, reference, reservation)
            archives = () if reference is None else rendez_vous_archives(connexion, *cle, reference=reference)
            if archive is not None:
                suivie, archives = archive.signalisation, (*archive.rendez_vous, *archives)
            else:
                lue = lire_une(connexion, _S.id == id_)
                assert lue is not None  # its row is locked
                suivie = lue
            yield SeanceSQL(connexion, id_, suivie, place, lignes, reference, reservation, archives)

    def occupations(
        self,
        plateforme: str,
        du: date,
        au: date,
        instant: datetime,
        zone: str | None = None,
        genre: TypeRendezVous | None = None,
    ) -> tuple[Occupation, ...]:
        """Slots of these days, those without places included, by day, area, kind and hour: what planners look at."""
        prises = (
            select(func.count())
            .select_from(reservation)
            .where(_R.capacite == _C.id, occupe(instant))
            .correlate(capacite)
            .scalar_subquery()
        )
        choix = select(capacite, prises.label("prises")).where(_C.plateforme == plateforme, _C.jour.between(du, au))
        if zone is not None:
            choix = choix.where(_C.zone == zone)
        if genre is not None:
            choix = choix.where(_C.genre == genre.name)
        lues = self._moteur.lire(lambda connexion: connexion.execute(choix).all())
        trouvees = [Occupation(lire_capacite(ligne), ligne.prises) for ligne in lues]
        return tuple(sorted(trouvees, key=_rang))


class SeanceSQL:
    """See the port ``Seance``. ``id_`` None: the signalisation is archived, and nothing is written to it any more."""

    def __init__(
        self,
        connexion: Connection,
        id_: int | None,
        suivie: Signalisation,
        place: Any,
        lignes: Sequence[Any],
        reference: str | None,
        numero: str | None,
        archives: Sequence[Reservation] = (),
    ) -> None:
        self._connexion = connexion
        self._id = id_
        self._place = place
        self._ids = {ligne.numero: ligne.id for ligne in lignes}
        lues = [(ligne, lire_reservation(ligne)) for ligne in lignes]
        engagees = [(ligne, lue) for ligne, lue in lues if lue.etat in ENGAGES]
        siennes = [*(lue for _, lue in lues if lue.operateur == suivie.operateur), *archives]
        self.signalisation = suivie
        self.situation = Situation(
            capacite=None if place is None else lire_capacite(place),
            du_creneau=tuple(lue for ligne, lue in engagees if place is not None and ligne.capacite == place.id),
            de_la_signalisation=tuple(lue for _, lue in engagees if lue.signalisation == suivie.numero),
            anterieure=next((lue for lue in siennes if reference is not None and lue.reference == reference), None),
        )
        self.reservation = next(
            (lue for lue in siennes if lue.numero == numero and lue.signalisation == suivie.numero), None
        )

    def ecrire(self, reservations: Sequence[Reservation], evenement: Evenement | None) -> None:
        if self._id is None:
            raise ErreurEsav(
                CodeErreur.TRANSITION_INTERDITE,
                f"La signalisation {self.signalisation.numero} est archivée : ses rendez-vous ne changent plus.",
            )
        for ecrite in reservations:
            if ecrite.numero in self._ids:
                ordre = update(reservation).where(_R.id == self._ids[ecrite.numero])
                self._connexion.execute(ordre.values(_changeantes(ecrite)))
            else:
                self._inserer(ecrite)
        if evenement is not None:
            cle = (self.signalisation.plateforme, self.signalisation.operateur)
            ecrire_evenements(self._connexion, self._id, cle, (evenement,))

    def _inserer(self, nouvelle: Reservation) -> None:
        if self.situation.capacite is None or nouvelle.creneau != self.situation.capacite.creneau:
            raise ValueError("une réservation nouvelle est sur la plage demandée")
        if rendez_vous_archives(self._connexion, nouvelle.creneau.plateforme, None, numero=nouvelle.numero):
            raise ReservationConcurrente(nouvelle.numero)
        ordre = insertion(self._connexion, reservation).values(
            numero=nouvelle.numero,
            plateforme=nouvelle.creneau.plateforme,
            operateur=nouvelle.operateur,
            reference=nouvelle.reference,
            signalisation=nouvelle.signalisation,
            capacite=self._place.id,
            creee_le=nouvelle.creee_le,
            remplace=nouvelle.remplace,
            **_changeantes(nouvelle),
        )
        if self._connexion.execute(ordre.on_conflict_do_nothing().returning(_R.id)).first() is None:
            raise ReservationConcurrente(nouvelle.numero)


def _de_creneau(un: Creneau) -> ColumnElement[bool]:
    return and_(
        _C.plateforme == un.plateforme,
        _C.zone == un.zone,
        _C.genre == un.genre.name,
        _C.jour == un.jour,
        _C.plage == un.plage.name,
    )


def _verrouiller(
    connexion: Connection,
    cle: tuple[str, str],
    numero_signalisation: str,
    place: int | None,
    reference: str | None,
    numero: str | None,
) -> Sequence[Any]:
    """The reservations that a decision may look at, locked; what is new on the slot and of the signalisation waits."""
    plateforme, operateur = cle
    choix = [select(_R.id).where(_R.signalisation == numero_signalisation, _R.etat.in_(_ENGAGES))]
    if place is not None:
        choix.append(select(_R.id).where(_R.capacite == place, _R.etat.in_(_ENGAGES)))
    if reference is not None:
        choix.append(
            select(_R.id).where(_R.plateforme == plateforme, _R.operateur == operateur, _R.reference == reference)
        )
    if numero is not None:
        choix.append(select(_R.id).where(_R.numero == numero, _R.plateforme == plateforme))
    ids = connexion.scalars(union(*choix)).all()
    verrou = RESERVATION.where(_R.id.in_(ids)).order_by(_R.id).with_for_update(of=reservation)
    return connexion.execute(verrou).all() if ids else ()


def _changeantes(une: Reservation) -> dict[str, Any]:
    """What may change of a reservation."""
    return {
        "etat": une.etat.name,
        "modifiee_le": une.modifiee_le,
        "tenue_jusqu_a": une.tenue_jusqu_a,
        "confirmee_le": une.confirmee_le,
        "remplacee_par": une.remplacee_par,
    }


def occupe(instant: datetime) -> ColumnElement[bool]:
    """Reservations that take a place at that instant: ``rendez_vous.occupe``, in SQL."""
    tenue = and_(_R.etat == EtatReservation.TENUE.name, _R.tenue_jusqu_a > instant)
    return or_(_R.etat == EtatReservation.CONFIRMEE.name, tenue)


def lire_capacite(ligne: Any) -> Capacite:
    """The slot of a row of ``capacite``."""
    genre, plage = TypeRendezVous[ligne.genre], Plage[ligne.plage]
    return Capacite(ligne.plateforme, ligne.zone, genre, ligne.jour, plage, ligne.places)


def lire_reservation(ligne: Any) -> Reservation:
    """The reservation of a row with its slot (``c_...``)."""
    return Reservation(
        numero=ligne.numero,
        operateur=ligne.operateur,
        reference=ligne.reference,
        signalisation=ligne.signalisation,
        creneau=Creneau(
            ligne.plateforme, ligne.c_zone, TypeRendezVous[ligne.c_genre], ligne.c_jour, Plage[ligne.c_plage]
        ),
        etat=EtatReservation[ligne.etat],
        creee_le=ligne.creee_le,
        modifiee_le=ligne.modifiee_le,
        tenue_jusqu_a=ligne.tenue_jusqu_a,
        confirmee_le=ligne.confirmee_le,
        remplace=ligne.remplace,
        remplacee_par=ligne.remplacee_par,
    )


def _rang(une: Occupation) -> Any:
    creneau = une.capacite.creneau
    return creneau.jour, creneau.zone, creneau.genre.name, creneau.debut, creneau.fin
