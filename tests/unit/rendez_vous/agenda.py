"""For these tests: an opérateur's wishes, and what is stored of them, applied as a store under lock applies them."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

from esav_soap.model import Offre, TypeRendezVous
from esav_soap.rendez_vous import (
    ENGAGES,
    Capacite,
    Creneau,
    Decision,
    Demande,
    Plage,
    Refus,
    Reservation,
    Situation,
    annuler,
    confirmer,
    deplacer,
    reserver,
)

SAV, SAV_PLUS, EXPERTISE = TypeRendezVous
#: A Tuesday, at noon in Paris; the next days are ouvrés.
MARDI = datetime(2026, 12, 1, 11, tzinfo=UTC)
MERCREDI, JEUDI, VENDREDI = date(2026, 12, 2), date(2026, 12, 3), date(2026, 12, 4)
OFFRE = Offre("ACCES_FTTH", "Accès FTTH", "acces", rendez_vous=(SAV, EXPERTISE))


def creneau(jour: date = JEUDI, plage: Plage = Plage.MATIN, genre: TypeRendezVous = SAV, zone: str = "75") -> Creneau:
    return Creneau("production", zone, genre, jour, plage)


def capacite(places: int, c: Creneau) -> Capacite:
    return Capacite(c.plateforme, c.zone, c.genre, c.jour, c.plage, places)


def demande(
    reference: str = "R1", c: Creneau | None = None, *, signalisation: str = "", ferme: bool = False
) -> Demande:
    """``signalisation``: by default one of its own for each reference."""
    return Demande(f"N-{reference}", "OPA", reference, signalisation or f"S-{reference}", c or creneau(), ferme)


class Agenda:
    """Reservations and places as a store keeps them; every decision is written before the next one is made."""

    def __init__(self, *capacites: Capacite) -> None:
        self.places = {c.creneau: c for c in capacites}
        self.reservations: dict[str, Reservation] = {}

    def situation(self, dite: Demande) -> Situation:
        engagees = [r for r in self.reservations.values() if r.etat in ENGAGES]
        return Situation(
            capacite=self.places.get(dite.creneau),
            du_creneau=tuple(r for r in engagees if r.creneau == dite.creneau),
            de_la_signalisation=tuple(r for r in engagees if r.signalisation == dite.signalisation),
            anterieure=next((r for r in self.reservations.values() if r.reference == dite.reference), None),
        )

    def reserver(self, dite: Demande, instant: datetime = MARDI, offre: Offre = OFFRE) -> Decision | Refus:
        return self._ecrire(reserver(dite, offre, self.situation(dite), instant))

    def confirmer(self, numero: str, instant: datetime = MARDI) -> Decision | Refus:
        return self._ecrire(confirmer(self.reservations[numero], instant))

    def deplacer(
        self, numero: str, dite: Demande, instant: datetime = MARDI, *, par_le_fournisseur: bool = False
    ) -> Decision | Refus:
        reservation = self.reservations[numero]
        dite = replace(dite, signalisation=reservation.signalisation)
        situation = self.situation(dite)
        return self._ecrire(deplacer(reservation, dite, situation, instant, par_le_fournisseur=par_le_fournisseur))

    def annuler(self, numero: str, instant: datetime = MARDI, *, par_le_fournisseur: bool = False) -> Decision | Refus:
        return self._ecrire(annuler(self.reservations[numero], instant, par_le_fournisseur=par_le_fournisseur))

    def _ecrire(self, rendue: Decision | Refus) -> Decision | Refus:
        if isinstance(rendue, Decision):
            assert len({r.numero for r in rendue.ecrites}) == len(rendue.ecrites)
            self.reservations.update({r.numero: r for r in rendue.ecrites})
        return rendue


def accordee(rendue: Decision | Refus) -> Decision:
    """The decision; fails with its reasons when it is a refusal."""
    assert isinstance(rendue, Decision), rendue
    return rendue


def refusee(rendue: object) -> Refus:
    assert isinstance(rendue, Refus), rendue
    return rendue


def motifs(rendue: object) -> list[str]:
    return [motif.name for motif in refusee(rendue).motifs]
