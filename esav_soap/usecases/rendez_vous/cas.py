"""The use cases of appointments."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, datetime

from esav_soap.errors import CodeErreur, ErreurEsav
from esav_soap.model import Offre, TypeRendezVous
from esav_soap.rendez_vous import (
    Creneau,
    Decision,
    Demande,
    Effet,
    EtatReservation,
    PlageLibre,
    Refus,
    Reservation,
    annuler,
    chercher,
    commentaire,
    confirmer,
    deplacer,
    fermeture,
    plages_libres,
    proposer,
    reserver,
    vue,
)
from esav_soap.signalisation import Action, Evenement, Signalisation
from esav_soap.signalisation.numero import OCTETS, normaliser, tirer
from esav_soap.signalisation.transitions import FINALS, Commande, appliquer
from esav_soap.usecases.depot import Appelant
from esav_soap.usecases.ports.depots import Signalisations
from esav_soap.usecases.ports.rendez_vous import AgendaRendezVous, ReservationConcurrente, Seance
from esav_soap.usecases.rendez_vous.objets import OPERATEUR, Acteur, Cible, Souhait
from esav_soap.usecases.rendez_vous.offres import Offres
from esav_soap.usecases.suivi import trouver

#: How often a number or a reference may be taken in between: a second time is already beyond all chance.
_ESSAIS = 5
#: (platform, area, instant) -> until when the slot search there is closed, None while it is open.
Fermeture = Callable[[str, str, datetime], datetime | None]


@dataclass(frozen=True, slots=True)
class RendezVous:
    """The use cases, over their ports. Each raises :class:`ErreurEsav` with the code of its refusal, among them
    SIGNALISATION_INCONNUE, PRESTATION_INCONNUE, RENDEZ_VOUS_INCONNU and TRANSITION_INTERDITE.

    ``signalisations`` brings those of integration up to date when it finds them (``AvecScenarios``), hence before any change.
    """

    agenda: AgendaRendezVous
    signalisations: Signalisations
    offres: Offres
    alea: Callable[[int], bytes] = secrets.token_bytes
    fermeture: Fermeture = lambda _plateforme, _zone, instant: fermeture(instant)

    def rechercher(
        self,
        appelant: Appelant,
        cible: Cible,
        genre: TypeRendezVous,
        instant: datetime,
        *,
        du: date | None = None,
        au: date | None = None,
    ) -> tuple[PlageLibre, ...]:
        """Free slots in the area of the prestation, by time; none for a prestation without area (R4.1, R4.3)."""
        zone, offre = self._lieu(appelant, cible, instant)
        return self._libres(appelant.plateforme, zone, offre, genre, instant, du, au)

    def reserver(
        self,
        appelant: Appelant,
        cible: Cible,
        genre: TypeRendezVous,
        souhait: Souhait,
        instant: datetime,
        acteur: Acteur = OPERATEUR,
    ) -> Decision:
        """Hold or book a slot for a signalisation; the same request again gets its appointment as it is now (R4.2)."""
        suivie = trouver(appelant, cible.numero, cible.reference, self.signalisations)
        creneau = self._creneau(suivie, genre, souhait)
        offre = self.offres(suivie.plateforme, suivie.offre, suivie.version_catalogue, instant)

        def decider(seance: Seance, numero: str) -> Decision | Refus:
            demande = _demande(numero, suivie, creneau, souhait)
            return reserver(demande, offre, seance.situation, instant)

        return self._decider(suivie, decider, acteur, instant, souhait=souhait, voulu=creneau)

    def confirmer(self, appelant: Appelant, numero: str, instant: datetime, acteur: Acteur = OPERATEUR) -> Decision:
        """Make a held appointment firm; the signalisation then has its event."""
        suivie, connue = self._du_rendez_vous(appelant, numero)

        def decider(seance: Seance, _: str) -> Decision | Refus:
            return confirmer(_de(seance), instant)

        return self._decider(suivie, decider, acteur, instant, reservation=connue.numero)

    def modifier(
        self,
        appelant: Appelant,
        numero: str,
        souhait: Souhait,
        instant: datetime,
        acteur: Acteur = OPERATEUR,
        texte: str = "",
    ) -> Decision:
        """Give an appointment another slot of the same kind; nothing changes when it cannot be had (R4.1)."""
        suivie, connue = self._du_rendez_vous(appelant, numero)
        creneau = self._creneau(suivie, connue.creneau.genre, souhait)

        def decider(seance: Seance, nouveau: str) -> Decision | Refus:
            demande = _demande(nouveau, suivie, creneau, souhait)
            return deplacer(_de(seance), demande, seance.situation, instant, par_le_fournisseur=acteur.fournisseur)

        return self._decider(
            suivie, decider, acteur, instant, souhait=souhait, voulu=creneau, reservation=connue.numero, texte=texte
        )

    def annuler(
        self, appelant: Appelant, numero: str, instant: datetime, acteur: Acteur = OPERATEUR, texte: str = ""
    ) -> Decision:
        """Give the place back. By the Fournisseur it needs a reason (``texte``) when the signalisation is frozen (R4.1)."""
        suivie, connue = self._du_rendez_vous(appelant, numero)

        def decider(seance: Seance, _: str) -> Decision | Refus:
            return annuler(_de(seance), instant, par_le_fournisseur=acteur.fournisseur)

        return self._decider(suivie, decider, acteur, instant, reservation=connue.numero, texte=texte)

    def consulter(self, appelant: Appelant, numero: str, instant: datetime) -> Reservation:
        """An appointment of the caller, as it stands now."""
        return vue(self._connue(appelant, numero), instant)

    def lister(self, appelant: Appelant, cible: Cible, instant: datetime) -> tuple[Reservation, ...]:
        """All appointments that there ever were for a signalisation, the oldest first."""
        suivie = trouver(appelant, cible.numero, cible.reference, self.signalisations)
        toutes = self.agenda.reservations(suivie.plateforme, suivie.operateur, suivie.numero)
        return tuple(vue(une, instant) for une in toutes)

    def titulaire(self, plateforme: str, numero: str) -> Appelant:
        """Whose appointment it is: for the Fournisseur alone, who then acts as ``Acteur(Cote.FOURNISSEUR)``."""
        canonique = normaliser(numero)
        connue = self.agenda.reservation(plateforme, None, canonique) if canonique else None
        if connue is None:
            dit = f"Aucun rendez-vous ne porte ce numéro sur la plate-forme {plateforme}. Il n'est pas celui de la signalisation."
            raise ErreurEsav(CodeErreur.RENDEZ_VOUS_INCONNU, dit)
        return Appelant(plateforme, connue.operateur)

    # -- what they share ---------------------------------------------------------------------------------------------------

    def _connue(self, appelant: Appelant, numero: str) -> Reservation:
        canonique = normaliser(numero)
        connue = canonique and self.agenda.reservation(appelant.plateforme, appelant.operateur, canonique)
        if not connue:
            raise ErreurEsav(CodeErreur.RENDEZ_VOUS_INCONNU)
        return connue

    def _du_rendez_vous(self, appelant: Appelant, numero: str) -> tuple[Signalisation, Reservation]:
        connue = self._connue(appelant, numero)
        return trouver(appelant, connue.signalisation, None, self.signalisations), connue

    def _creneau(self, suivie: Signalisation, genre: TypeRendezVous, souhait: Souhait) -> Creneau:
        """The wanted slot in the area of the prestation; in the former area for a request that was granted there, so that a
        retry stays one when the parc has changed in between."""
        creneau = Creneau(suivie.plateforme, suivie.prestation.zone, genre, souhait.jour, souhait.plage)
        for une in self.agenda.reservations(suivie.plateforme, suivie.operateur, suivie.numero):
            if une.reference == souhait.reference and replace(une.creneau, zone=creneau.zone) == creneau:
                return une.creneau
        return creneau

    def _lieu(self, appelant: Appelant, cible: Cible, instant: datetime) -> tuple[str, Offre]:
        """Area and Offre of what is searched for."""
        if cible.prestation is None:
            suivie = trouver(appelant, cible.numero, cible.reference, self.signalisations)
            offre = self.offres(suivie.plateforme, suivie.offre, suivie.version_catalogue, instant)
            return suivie.prestation.zone, offre
        prestation = self.signalisations.prestation(appelant.plateforme, appelant.operateur, cible.prestation)
        if prestation is None:
            raise ErreurEsav(CodeErreur.PRESTATION_INCONNUE)
        return prestation.zone, self.offres(appelant.plateforme, prestation.offre, None, instant)

    def _libres(
        self,
        plateforme: str,
        zone: str,
        offre: Offre,
        genre: TypeRendezVous,
        instant: datetime,
        du: date | None = None,
        au: date | None = None,
    ) -> tuple[PlageLibre, ...]:
        periode = chercher(offre, genre, instant, du, au, fermee=lambda un: self.fermeture(plateforme, zone, un))
        if isinstance(periode, Refus):
            raise periode.erreur()
        return plages_libres(*self.agenda.capacites(plateforme, zone, genre, periode), instant)

    def _decider(
        self,
        suivie: Signalisation,
        decider: Callable[[Seance, str], Decision | Refus],
        acteur: Acteur,
        instant: datetime,
        *,
        souhait: Souhait | None = None,
        voulu: Creneau | None = None,
        reservation: str | None = None,
        texte: str = "",
    ) -> Decision:
        """Decide under lock and write; when a number or reference was taken meanwhile, again, and then it is seen."""
        reference = None if souhait is None else souhait.reference
        for _ in range(_ESSAIS):
            numero = tirer(self.alea(OCTETS)) if voulu else ""
            cle = (suivie.plateforme, suivie.operateur, suivie.numero)
            try:
                with self.agenda.seance(*cle, voulu=voulu, reference=reference, reservation=reservation) as seance:
                    if seance is None:
                        raise ErreurEsav(CodeErreur.SIGNALISATION_INCONNUE)
                    rendue = decider(seance, numero)
                    if isinstance(rendue, Decision):
                        if rendue.ecrites:
                            evenement = _evenement(seance.signalisation, rendue, acteur, instant, texte)
                            seance.ecrire(rendue.ecrites, evenement)
                        return rendue
            except ReservationConcurrente:
                continue
            raise self._avec_propositions(rendue, suivie, voulu, instant).erreur()
        raise ErreurEsav(CodeErreur.ERREUR_INTERNE)

    def _avec_propositions(
        self, refus: Refus, suivie: Signalisation, voulu: Creneau | None, instant: datetime
    ) -> Refus:
        """The refusal with free slots of the same kind, when the search is open. Nothing is locked any more."""
        if voulu is None or refus.code is CodeErreur.TRANSITION_INTERDITE:
            return refus
        try:
            offre = self.offres(suivie.plateforme, suivie.offre, suivie.version_catalogue, instant)
            libres = self._libres(voulu.plateforme, voulu.zone, offre, voulu.genre, instant)
        except ErreurEsav:
            return refus
        return proposer(refus, libres)


def _demande(numero: str, suivie: Signalisation, creneau: Creneau, souhait: Souhait) -> Demande:
    return Demande(numero, suivie.operateur, souhait.reference, suivie.numero, creneau, souhait.ferme)


def _de(seance: Seance) -> Reservation:
    if seance.reservation is None:
        raise ErreurEsav(CodeErreur.RENDEZ_VOUS_INCONNU)
    return seance.reservation


def _evenement(
    suivie: Signalisation, rendue: Decision, acteur: Acteur, instant: datetime, texte: str
) -> Evenement | None:
    """The event of a decision. A place is held only for what could be booked; it can be given back at any time."""
    if rendue.effet is Effet.AUCUN:
        if rendue.reservation.etat is EtatReservation.TENUE:
            appliquer(suivie, Commande(Action.PRENDRE_RENDEZ_VOUS, acteur.cote), instant)
        return None
    if rendue.effet is Effet.ANNULER_RENDEZ_VOUS and suivie.etat in FINALS:
        return None  # nothing follows a final state, but the place is free again
    # What is said anyway does not stand for a reason that the table demands.
    evenement = appliquer(suivie, Commande(Action[rendue.effet.name], acteur.cote, acteur.auteur, texte), instant)
    dit = commentaire(rendue.effet, rendue.reservation)
    return replace(evenement, commentaire=f"{dit} {evenement.commentaire}".strip())
