"""Slots and appointments, as answers (R4.1). Below the SOAP adapter, because the jeu de test prints the same answers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from esav_soap.contract import reponses as r
from esav_soap.intake import Avertissement
from esav_soap.rendez_vous import Creneau, Decision, EtatReservation, PlageLibre, Reservation
from esav_soap.usecases.presentation import avertissements, heure


def plages_libres(libres: Iterable[PlageLibre], dits: Iterable[Avertissement] = ()) -> Any:
    """Slots that can be booked."""
    return r.PlagesLibres(
        plageLibre=[r.PlageLibre(**_creneau(libre.creneau), places=libre.libres) for libre in libres],
        avertissement=avertissements(dits),
    )


def rendez_vous_rendu(decision: Decision, dits: Iterable[Avertissement] = ()) -> Any:
    """The appointment after what was asked for."""
    return r.RendezVousRendu(
        rendezVous=rendez_vous(decision.reservation),
        dejaFait=decision.deja_faite,
        avertissement=avertissements(dits),
    )


def liste_rendez_vous(trouves: Iterable[Reservation], dits: Iterable[Avertissement] = ()) -> Any:
    """Appointments, as they stand now."""
    return r.ListeRendezVous(rendezVous=[rendez_vous(trouve) for trouve in trouves], avertissement=avertissements(dits))


def rendez_vous(reservation: Reservation) -> Any:
    """One appointment."""
    tenue = reservation.tenue_jusqu_a if reservation.etat is EtatReservation.TENUE else None
    return r.RendezVous(
        numeroRendezVous=reservation.numero,
        referenceRendezVous=reservation.reference,
        numeroSignalisation=reservation.signalisation,
        etat=reservation.etat.name,
        libelleEtat=reservation.etat.value,
        **_creneau(reservation.creneau),
        dateHeureReservation=heure(reservation.creee_le),
        dateHeureFinTenue=heure(tenue) if tenue else None,
        dateHeureConfirmation=heure(reservation.confirmee_le) if reservation.confirmee_le else None,
        remplace=reservation.remplace,
        remplacePar=reservation.remplacee_par,
    )


def _creneau(creneau: Creneau) -> Mapping[str, Any]:
    return {
        "genre": creneau.genre.name,
        "jour": creneau.jour,
        "plage": creneau.plage.name,
        "libellePlage": creneau.plage.libelle,
        "dateHeureDebut": heure(creneau.debut),
        "dateHeureFin": heure(creneau.fin),
    }
