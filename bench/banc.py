"""A filled store with the use cases over it, and what brings a signalisation of it into a state."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta
from random import Random

from bench.messages import VERSION
from bench.stock import COURANTE, GRAND, OPERATEURS, PLATEFORME, Stock
from esav_soap.model import Catalogue, TypeRendezVous
from esav_soap.rendez_vous import Plage
from esav_soap.signalisation import (
    Action,
    Attendu,
    CauseCloture,
    Contact,
    Cote,
    NouvelleSignalisation,
    Responsabilite,
    Signalisation,
)
from esav_soap.signalisation.numero import OCTETS, tirer
from esav_soap.signalisation.transitions import Commande
from esav_soap.store import Magasin
from esav_soap.usecases.depot import Appelant
from esav_soap.usecases.rendez_vous import Cible, RendezVous, Souhait
from esav_soap.usecases.sav import Sav, Technicien
from esav_soap.usecases.suivi import Suivi

#: Who works on it.
SAV = Technicien("S. Leroy")
OPERATEUR = Appelant(PLATEFORME, GRAND)


class Banc:
    """A filled store, with the use cases over it. ``tirage`` chooses what a call is about, the same way on each side."""

    def __init__(self, magasin: Magasin, stock: Stock, catalogue: Catalogue) -> None:
        self.magasin = magasin
        self.stock = stock
        self.catalogue = catalogue
        self.maintenant = stock.maintenant
        self.tirage = Random(7)
        self.suivi = Suivi(magasin, magasin, lambda une: une)
        self.sav = Sav(magasin, lambda une: une)
        self.rendez_vous = RendezVous(magasin, magasin, lambda _p, offre, _v, _i: catalogue.offre(offre))
        self._titulaires = stock.titulaires()

    def une(self) -> tuple[Appelant, int]:
        """Any of the stored ones, with its opérateur."""
        rang = self.tirage.randrange(self.stock.nombre)
        return self.titulaire(rang), rang

    def titulaire(self, rang: int) -> Appelant:
        """Whose the stored one of that rank is."""
        return Appelant(PLATEFORME, OPERATEURS[self._titulaires[rang]])

    def prestation(self) -> str:
        """One of :data:`GRAND`'s, of the Offre that has appointments."""
        while True:
            n = self.tirage.randrange(self.stock.prestations(0))
            if self.stock.offre(n) == COURANTE:
                return self.stock.identifiant(0, n)

    def nouvelle(self) -> NouvelleSignalisation:
        numero = tirer(secrets.token_bytes(OCTETS))
        return NouvelleSignalisation(
            numero,
            PLATEFORME,
            GRAND,
            f"BANC-{numero}",
            bytes(32),
            self.prestation(),
            COURANTE,
            VERSION,
            Contact("Karim Benali", "0234234785"),
            self.stock.formulaires[COURANTE],
            self.maintenant,
        )

    def menee(self, *actions: Action) -> str:
        """The number of a new one of :data:`GRAND`'s, after these actions of the SAV."""
        numero = self.magasin.deposer(self.nouvelle()).numero
        for action in actions:
            self.sav.agir(SAV, numero, commande(action, self.maintenant), self.maintenant)
        return numero

    def agir(self, numero: str, action: Action) -> Signalisation:
        """As its opérateur."""
        voulue = Commande(action, Cote.OPERATEUR, commentaire="Essai refait, le défaut persiste.")
        return self.suivi.agir(OPERATEUR, numero, None, voulue, self.maintenant)

    def souhait(self) -> Souhait:
        jour = (self.maintenant + timedelta(days=self.tirage.randrange(3, 13))).date()
        return Souhait(secrets.token_hex(8), jour, self.tirage.choice((Plage.MATIN, Plage.APRES_MIDI)), ferme=True)

    def reserver(self, numero: str) -> str:
        """The number of an appointment for it."""
        rendue = self.rendez_vous.reserver(
            OPERATEUR, Cible(numero), TypeRendezVous.SAV, self.souhait(), self.maintenant
        )
        return rendue.reservation.numero


def commande(action: Action, instant: datetime) -> Commande:
    """A complete command of the SAV."""
    return Commande(
        action,
        Cote.FOURNISSEUR,
        commentaire="Vu avec le terrain." if action is Action.COMMENTER else "",
        attendu=Attendu.ACCES_SITE if action is Action.GELER else None,
        cause=CauseCloture.CABLE if action is Action.CLORE else None,
        responsabilite=Responsabilite.FOURNISSEUR if action is Action.CLORE else None,
        retabli_le=instant if action is Action.CLORE else None,
    )
