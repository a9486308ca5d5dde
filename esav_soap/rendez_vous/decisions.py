"""To hold, confirm, move and cancel an appointment: what may be done, what is then written (R4.1, R4.2).

Each function judges a request by what is stored and the instant, and returns a ``Decision`` (the rows to write, in one
transaction) or a ``Refus``. It writes nothing and reads no clock. For R4.2 to hold, whoever calls ``reserver`` or
``deplacer`` has locked the wanted slot's capacity and the signalisation before reading the ``Situation``, and whoever calls
any of them has locked the reservation itself, until the decision is committed. With that, a slot never has more reservations
stored as held or confirmed than places, even when the nodes' clocks differ.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from esav_soap.calendar import en_francais
from esav_soap.model import Offre
from esav_soap.rendez_vous.horaires import DUREE_TENUE, limite_changement, premier_jour
from esav_soap.rendez_vous.objets import LIBELLES, Capacite, Creneau, Effet, EtatReservation, Reservation
from esav_soap.rendez_vous.places import etat_a, expirees, libres, occupe, vue
from esav_soap.rendez_vous.recherche import genre_prevu
from esav_soap.rendez_vous.refus import MotifRefus, Raison, Refus, refuser


@dataclass(frozen=True, slots=True)
class Demande:
    """A slot that an opérateur wants for a signalisation of its own.

    ``numero``: of the new reservation, drawn by the caller; it does not count in comparisons. ``ferme``: confirmed at once;
    otherwise held for ``DUREE_TENUE``, and confirmed by ``confirmer`` or by the same request with ``ferme``.
    """

    numero: str
    operateur: str
    reference: str
    signalisation: str
    creneau: Creneau
    ferme: bool = False


@dataclass(frozen=True, slots=True)
class Situation:
    """What is stored about a request, read under its locks.

    ``capacite``: of the wanted slot, if it has any; ``du_creneau``: the reservations on it that are stored as held or
    confirmed; ``de_la_signalisation``: the same of the signalisation (``deplacer`` does not look at them); ``anterieure``: the
    reservation that bears the same reference of the same opérateur, whatever its state.
    """

    capacite: Capacite | None
    du_creneau: tuple[Reservation, ...] = ()
    de_la_signalisation: tuple[Reservation, ...] = ()
    anterieure: Reservation | None = None


@dataclass(frozen=True, slots=True)
class Decision:
    """A request is granted. ``reservation``: as it stands now, to be answered; ``ecrites``: every row that is new or has
    changed; ``effet``: what happens to the signalisation; ``deja_faite``: nothing had to be done any more."""

    reservation: Reservation
    ecrites: tuple[Reservation, ...] = ()
    effet: Effet = Effet.AUCUN
    deja_faite: bool = False


def reserver(demande: Demande, offre: Offre, situation: Situation, instant: datetime) -> Decision | Refus:
    """Hold a place, or take it at once.

    The same request again gets its reservation as it stands now; another request under the same reference is refused.
    """
    if situation.anterieure is not None:
        return _repetee(demande, None, situation.anterieure, instant)
    raisons = genre_prevu(demande.creneau.genre, offre.rendez_vous, f"l'Offre {offre.libelle}")
    raisons += _plage_possible(demande.creneau, situation.capacite, instant)
    if raisons:
        return Refus(tuple(raisons))
    for autre in situation.de_la_signalisation:
        if occupe(autre, instant) and autre.creneau.fin > instant:
            suite = f"C'est celui du {autre.creneau.libelle} : le déplacer ou l'annuler."
            return refuser(MotifRefus.RENDEZ_VOUS_EXISTANT, suite)
    if _complet(situation, instant):
        return _plage_complete(demande.creneau)
    nouvelle = Reservation(
        numero=demande.numero,
        operateur=demande.operateur,
        reference=demande.reference,
        signalisation=demande.signalisation,
        creneau=demande.creneau,
        etat=EtatReservation.TENUE,
        creee_le=instant,
        modifiee_le=instant,
        tenue_jusqu_a=instant + DUREE_TENUE,
    )
    effet = Effet.AUCUN
    if demande.ferme:
        nouvelle, effet = _confirmee(nouvelle, instant), Effet.PRENDRE_RENDEZ_VOUS
    finies = _finies((*situation.du_creneau, *situation.de_la_signalisation), instant)
    return Decision(nouvelle, (*finies, nouvelle), effet)


def confirmer(reservation: Reservation, instant: datetime) -> Decision | Refus:
    """Make a held reservation firm while it is held. A confirmed one is left as it is."""
    etat = etat_a(reservation, instant)
    if etat is EtatReservation.CONFIRMEE:
        return Decision(reservation, deja_faite=True)
    if etat is not EtatReservation.TENUE:
        return _plus_la(reservation, etat)
    confirmee = _confirmee(reservation, instant)
    return Decision(confirmee, (confirmee,), Effet.PRENDRE_RENDEZ_VOUS)


def deplacer(
    reservation: Reservation,
    demande: Demande,
    situation: Situation,
    instant: datetime,
    *,
    par_le_fournisseur: bool = False,
) -> Decision | Refus:
    """Give the reservation another slot: a new one takes over, of the same kind, and the old place is free at once.

    A confirmed one stays confirmed; a held one stays held, not longer than it was, unless the request is ``ferme``. Nothing
    changes when the new slot cannot be had. The delay before the appointment binds the opérateur alone. Raises
    ``ValueError`` when the request is for another opérateur or signalisation than the reservation.
    """
    if (demande.operateur, demande.signalisation) != (reservation.operateur, reservation.signalisation):
        raise ValueError("la demande et la réservation ne sont pas de la même signalisation")
    if situation.anterieure is not None:
        return _repetee(demande, reservation.numero, situation.anterieure, instant)
    etat = etat_a(reservation, instant)
    empechement = _inchangeable(reservation, etat, instant, par_le_fournisseur)
    if empechement is not None:
        return empechement
    raisons = genre_prevu(demande.creneau.genre, (reservation.creneau.genre,), "ce rendez-vous")
    if demande.creneau == reservation.creneau:
        message = f"{MotifRefus.PLAGE_INCHANGEE.sens} Choisir une autre plage que le {demande.creneau.libelle}."
        raisons.append(Raison(MotifRefus.PLAGE_INCHANGEE, message, demande.creneau.plage.name))
    else:
        raisons += _plage_possible(demande.creneau, situation.capacite, instant)
    if raisons:
        return Refus(tuple(raisons))
    if _complet(situation, instant):
        return _plage_complete(demande.creneau)
    ancienne = replace(reservation, etat=EtatReservation.DEPLACEE, modifiee_le=instant, remplacee_par=demande.numero)
    nouvelle = replace(
        reservation,
        numero=demande.numero,
        reference=demande.reference,
        creneau=demande.creneau,
        creee_le=instant,
        modifiee_le=instant,
        remplace=reservation.numero,
    )
    effet = Effet.DEPLACER_RENDEZ_VOUS if etat is EtatReservation.CONFIRMEE else Effet.AUCUN
    if demande.ferme and etat is EtatReservation.TENUE:
        nouvelle, effet = _confirmee(nouvelle, instant), Effet.PRENDRE_RENDEZ_VOUS
    finies = _finies(situation.du_creneau, instant)
    return Decision(nouvelle, (*finies, ancienne, nouvelle), effet)


def annuler(reservation: Reservation, instant: datetime, *, par_le_fournisseur: bool = False) -> Decision | Refus:
    """Give the place back. What is cancelled or expired already is left as it is; a hold can be given up at any time.

    The delay before the appointment binds the opérateur alone.
    """
    etat = etat_a(reservation, instant)
    if etat in (EtatReservation.ANNULEE, EtatReservation.EXPIREE):
        return Decision(vue(reservation, instant), deja_faite=True)
    empechement = _inchangeable(reservation, etat, instant, par_le_fournisseur)
    if empechement is not None:
        return empechement
    annulee = replace(reservation, etat=EtatReservation.ANNULEE, modifiee_le=instant)
    effet = Effet.ANNULER_RENDEZ_VOUS if etat is EtatReservation.CONFIRMEE else Effet.AUCUN
    return Decision(annulee, (annulee,), effet)


def commentaire(effet: Effet, reservation: Reservation) -> str:
    """How the event of the signalisation tells it; empty when nothing happens to it."""
    if effet is Effet.AUCUN:
        return ""
    genre, plage = LIBELLES[reservation.creneau.genre], reservation.creneau.libelle
    if effet is Effet.ANNULER_RENDEZ_VOUS:
        return f"Rendez-vous {genre} du {plage} {effet.value}."
    lien = "au" if effet is Effet.DEPLACER_RENDEZ_VOUS else "pour le"
    return f"Rendez-vous {genre} {effet.value} {lien} {plage}."


# -- what the decisions share ------------------------------------------------------------------------------------------


def _repetee(demande: Demande, remplace: str | None, anterieure: Reservation, instant: datetime) -> Decision | Refus:
    """The answer to a reference that has served before."""
    dite = (demande.signalisation, demande.creneau, remplace)
    if dite != (anterieure.signalisation, anterieure.creneau, anterieure.remplace):
        suite = (
            f"Il s'agissait du {anterieure.creneau.libelle}. Employer une référence nouvelle, ou renvoyer la première "
            "demande à l'identique."
        )
        return refuser(MotifRefus.REFERENCE_DEJA_UTILISEE, suite)
    # What was confirmed once answers its own request again, even when it was cancelled or moved since.
    if demande.ferme and anterieure.confirmee_le is None:
        return confirmer(anterieure, instant)
    return Decision(vue(anterieure, instant), deja_faite=True)


def _confirmee(reservation: Reservation, instant: datetime) -> Reservation:
    return replace(reservation, etat=EtatReservation.CONFIRMEE, confirmee_le=instant, modifiee_le=instant)


def _plage_possible(creneau: Creneau, capacite: Capacite | None, instant: datetime) -> list[Raison]:
    raisons: list[Raison] = []
    premier = premier_jour(instant)
    if creneau.jour < premier:
        message = f"{MotifRefus.JOUR_TROP_PROCHE.sens} Premier jour possible : le {premier:%d/%m/%Y}."
        raisons.append(Raison(MotifRefus.JOUR_TROP_PROCHE, message, creneau.jour.isoformat(), (premier.isoformat(),)))
    if capacite is None:
        raisons.append(Raison(MotifRefus.PLAGE_INCONNUE, MotifRefus.PLAGE_INCONNUE.sens, creneau.plage.name))
    elif capacite.creneau != creneau:
        raise ValueError("la capacité lue n'est pas celle de la plage demandée")
    return raisons


def _complet(situation: Situation, instant: datetime) -> bool:
    assert situation.capacite is not None  # _plage_possible has refused it
    return not libres([situation.capacite], situation.du_creneau, instant)[situation.capacite.creneau]


def _plage_complete(creneau: Creneau) -> Refus:
    suite = f"Il s'agit du {creneau.libelle}. Rechercher une autre plage."
    return refuser(MotifRefus.PLAGE_COMPLETE, suite, valeur=creneau.code)


def _finies(reservations: Iterable[Reservation], instant: datetime) -> tuple[Reservation, ...]:
    """Holds that are over, each once: on the slot and of the signalisation may be the same one."""
    return tuple({r.numero: r for r in expirees(reservations, instant)}.values())


def _inchangeable(
    reservation: Reservation, etat: EtatReservation, instant: datetime, par_le_fournisseur: bool
) -> Refus | None:
    """Why a reservation can no more be moved or cancelled, if so."""
    if etat is EtatReservation.TENUE:
        return None
    if etat is not EtatReservation.CONFIRMEE:
        return _plus_la(reservation, etat)
    if instant >= reservation.creneau.debut:
        return refuser(MotifRefus.RENDEZ_VOUS_COMMENCE, f"Il était prévu le {reservation.creneau.libelle}.")
    limite = limite_changement(reservation.creneau)
    if not par_le_fournisseur and instant >= limite:
        suite = f"C'était possible jusqu'au {en_francais(limite)}. Appeler le SAV du Fournisseur."
        return refuser(MotifRefus.DELAI_DEPASSE, suite)
    return None


def _plus_la(reservation: Reservation, etat: EtatReservation) -> Refus:
    """Why a reservation that is neither held nor confirmed can be acted upon no more."""
    if etat is EtatReservation.DEPLACEE:
        suite = f"Il a été remplacé par le rendez-vous {reservation.remplacee_par}."
        return refuser(MotifRefus.RENDEZ_VOUS_DEPLACE, suite)
    if etat is EtatReservation.ANNULEE:
        suite = f"Il l'est depuis le {en_francais(reservation.modifiee_le)}. Réserver avec une référence nouvelle."
        return refuser(MotifRefus.RENDEZ_VOUS_ANNULE, suite)
    assert reservation.tenue_jusqu_a is not None
    suite = f"Elle était tenue jusqu'au {en_francais(reservation.tenue_jusqu_a)}. Réserver avec une référence nouvelle."
    return refuser(MotifRefus.TENUE_EXPIREE, suite)
