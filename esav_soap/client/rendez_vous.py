"""Appointments: slots, bookings, changes (R4.1)."""

from __future__ import annotations

from datetime import date
from typing import Any

from esav_soap.client import requetes
from esav_soap.client.services import Services


class RendezVous:
    """Service ``rendez-vous`` of one platform, reached as ``ClientEsav.rendez_vous``.

    ``genre``: SAV, SAV_PLUS or EXPERTISE_CONTRADICTOIRE; ``jour``: a ``date`` or its text; ``plage``: a code that
    :meth:`rechercher_plages` gives. Answers have the WSDL's names; what changes an appointment gives ``RendezVousRendu``.
    Every request may be repeated: bookings and moves carry ``reference_rendez_vous``, yours, without which a new one is
    made (told in ``ServiceInjoignable.reference``); a second confirmation or cancellation finds it done (``dejaFait``).
    All methods raise :class:`RefusEsav`, :class:`ServiceInjoignable` and, for dates, :class:`SaisieInvalide`.
    """

    def __init__(self, services: Services) -> None:
        self._services = services

    def rechercher_plages(
        self,
        genre: str,
        *,
        numero: str | None = None,
        reference: str | None = None,
        prestation: str | None = None,
        du: date | str | None = None,
        au: date | str | None = None,
    ) -> list[Any]:
        """Free slots, by time: the WSDL's ``PlageLibre``; for a signalisation, or for a prestation before any deposit."""
        if sum(cible is not None for cible in (numero, reference, prestation)) != 1:
            raise ValueError(
                "indiquer le numéro de signalisation, la référence ou la prestation : une seule de ces clés"
            )
        trouvees = self._services.appeler(
            "rendez-vous",
            "rechercherPlages",
            numeroSignalisation=numero,
            referenceOperateur=reference,
            identifiantPrestation=prestation,
            genre=genre,
            dateDebut=requetes.jour("dateDebut", du),
            dateFin=requetes.jour("dateFin", au),
        )
        return list(trouvees.plageLibre or ())

    def reserver(
        self,
        genre: str,
        jour: date | str,
        plage: str,
        *,
        numero: str | None = None,
        reference: str | None = None,
        reference_rendez_vous: str | None = None,
        ferme: bool = False,
    ) -> Any:
        """Hold a place for a signalisation until ``dateHeureFinTenue``, to be confirmed; with ``ferme``, take it at once."""
        cle = requetes.cle(numero, reference)
        return self._placer(
            "reserverRendezVous", jour, plage, reference_rendez_vous, genre=genre, ferme=ferme or None, **cle
        )

    def confirmer(self, numero: str) -> Any:
        """Make a held appointment firm. ``numero``: of the appointment."""
        return self._services.appeler("rendez-vous", "confirmerRendezVous", numeroRendezVous=numero)

    def consulter(
        self, numero: str | None = None, *, signalisation: str | None = None, reference: str | None = None
    ) -> list[Any]:
        """The appointment of that ``numero``, or all that a signalisation ever had, the oldest first: the WSDL's
        ``RendezVous``."""
        if sum(cle is not None for cle in (numero, signalisation, reference)) != 1:
            raise ValueError(
                "indiquer le numéro de rendez-vous, la signalisation ou la référence : une seule de ces clés"
            )
        liste = self._services.appeler(
            "rendez-vous",
            "consulterRendezVous",
            numeroRendezVous=numero,
            numeroSignalisation=signalisation,
            referenceOperateur=reference,
        )
        return list(liste.rendezVous or ())

    def modifier(
        self,
        numero: str,
        jour: date | str,
        plage: str,
        *,
        reference_rendez_vous: str | None = None,
        ferme: bool = False,
        commentaire: str | None = None,
    ) -> Any:
        """Move an appointment to another slot: the answer is the new one, with a number of its own. When the slot cannot be
        had, nothing changes."""
        return self._placer(
            "modifierRendezVous",
            jour,
            plage,
            reference_rendez_vous,
            numeroRendezVous=numero,
            ferme=ferme or None,
            commentaire=commentaire,
        )

    def annuler(self, numero: str, *, commentaire: str | None = None) -> Any:
        """Give the place back. ``numero``: of the appointment."""
        return self._services.appeler(
            "rendez-vous", "annulerRendezVous", numeroRendezVous=numero, commentaire=commentaire
        )

    def _placer(self, operation: str, jour: date | str, plage: str, reference: str | None, **suite: Any) -> Any:
        reference = reference or requetes.reference_neuve("RDV")
        quand = requetes.jour("jour", jour)
        with requetes.a_redeposer(reference):
            return self._services.appeler(
                "rendez-vous", operation, referenceRendezVous=reference, jour=quand, plage=plage, **suite
            )
