"""Sending opérateurs their events as they come: at least once each, and in their order.

A subscription has a place in the opérateur's sequence of events. What follows it is sent in one message, and only when the
receiver has acknowledged all of it does the place move. So whatever dies in between, the same events go out again, before
any later one.
"""

from __future__ import annotations

import logging
import random
from collections.abc import Callable
from datetime import datetime
from enum import Enum
from typing import Protocol

from esav_soap.avis import Envoi, GenreAvis
from esav_soap.calendar import en_francais
from esav_soap.certificats import Role
from esav_soap.names import MOTIF_OPERATEUR, PLATEFORMES
from esav_soap.notifications import Abonnement, AbonnementSuivi, EtatAbonnement, Patience, lire_adresse
from esav_soap.souscription import Souscription
from esav_soap.usecases.actions import Avancer, avancer_tout
from esav_soap.usecases.droits import acces_apres
from esav_soap.usecases.ports.evenements import Evenements
from esav_soap.usecases.ports.horloge import Horloge
from esav_soap.usecases.ports.notifications import Abonnements, EchecNotification, MotifEchec, Notification, Recepteur
from esav_soap.usecases.ports.suivi import Listes

_journal = logging.getLogger(__name__)


class IssueNotification(Enum):
    """What became of one turn of a subscription."""

    RECUE = "reçue"
    #: What followed is there no more.
    RIEN = "rien à envoyer"
    REPORTEE = "reportée"
    ARRETEE = "arrêtée"


class BaseNotifications(Abonnements, Evenements, Protocol):
    """What sending needs of the store."""

    def souscriptions(self) -> tuple[Souscription, ...]: ...


class Notifications:
    """Takes up subscriptions that have something to send, sends it, notes how far they are. Thread-safe."""

    def __init__(
        self,
        base: BaseNotifications,
        recepteur: Recepteur,
        horloge: Horloge,
        patience: Patience | None = None,
        alea: Callable[[], float] = random.random,
    ) -> None:
        self._base = base
        self._recepteur = recepteur
        self._horloge = horloge
        self._patience = patience or Patience()
        self._alea = alea

    def suivante(self, *, sans_echec: bool = False) -> IssueNotification | None:
        """Give the next subscription its turn; None when none has anything to send that is due.

        ``sans_echec``: only one whose receiver answered the last time.
        Raises what the store raises; the lease then ends by itself.
        """
        instant = self._horloge()
        pris = self._base.prendre_abonnement(instant, self._patience.bail, sans_echec=sans_echec)
        if pris is None:
            return None
        if self._fini(pris, instant):
            return self._arreter(pris, "La souscription de l'opérateur a pris fin.", avertir=False)
        if pris.essais >= self._patience.essais_max:
            return self._arreter(pris, pris.erreur or "Chaque essai s'est interrompu sans résultat.")
        cle = (pris.plateforme, pris.operateur)
        page = self._base.evenements_depuis(*cle, pris.curseur, self._patience.lot)
        if not page.evenements:
            self._base.noter_reception(pris, page.curseur, self._horloge(), recue=False)
            return IssueNotification.RIEN
        try:
            self._recepteur.notifier(pris.adresse, Notification(*cle, page.evenements, page.curseur))
        except EchecNotification as echec:
            return self._echouer(pris, str(echec), echec.motif)
        except Exception as exc:
            # The traceback may show what a message holds, not what the receiver was told.
            _journal.exception("notifications de %s (%s) : envoi impossible", pris.operateur, pris.plateforme)
            return self._echouer(
                pris, f"{MotifEchec.INTERNE.value} ({type(exc).__name__}) : voir le journal", MotifEchec.INTERNE
            )
        self._base.noter_reception(pris, page.curseur, self._horloge())
        _journal.info(
            "notifications de %s (%s) : %d reçues, jusqu'à %d", *reversed(cle), len(page.evenements), page.curseur
        )
        return IssueNotification.RECUE

    def _fini(self, pris: Abonnement, instant: datetime) -> bool:
        """Whether the opérateur is no customer any more. (One without a subscription at all is known by other means.)"""
        siennes = [s for s in self._base.souscriptions() if s.operateur == pris.operateur]
        return bool(siennes) and not acces_apres(Role.OPERATEUR, siennes[0], instant)

    def _echouer(self, pris: Abonnement, erreur: str, motif: MotifEchec) -> IssueNotification:
        """The log tells the reason alone: the receiver's words may quote what it was sent; esav notifications list has them."""
        instant = self._horloge()
        essais = pris.essais + 1
        if self._patience.epuisee(instant, essais, pris.echecs_depuis or instant):
            return self._arreter(pris, erreur)
        prochain = self._patience.prochain(instant, pris.essais, self._alea())
        self._base.noter_echec(pris, instant, erreur, prochain)
        _journal.warning("notifications de %s (%s) : reportées : %s", pris.operateur, pris.plateforme, motif.value)
        return IssueNotification.REPORTEE

    def _arreter(self, pris: Abonnement, erreur: str, *, avertir: bool = True) -> IssueNotification:
        instant = self._horloge()
        avis = Envoi(GenreAvis.NOTIFICATIONS_ARRETEES, objet_arret(pris, instant), pris.operateur) if avertir else None
        if self._base.arreter_abonnement(pris, instant, erreur, avis):
            _journal.error("notifications de %s (%s) : arrêtées", pris.operateur, pris.plateforme)
        return IssueNotification.ARRETEE


def actualiser(base: Abonnements, listes: Listes, avancer: Avancer) -> None:
    """Bring integration up to date for those who are notified of it: what its scenarios did is stored only when somebody
    looks."""
    for suivi in base.abonnements():
        un = suivi.abonnement
        if un.etat is EtatAbonnement.ACTIF:
            avancer_tout(listes, avancer, un.plateforme, un.operateur)


def objet_arret(abonnement: Abonnement, instant: datetime) -> str:
    """What the notice of a stop is about: the platform, and when it was; another stop has another notice."""
    return f"{abonnement.plateforme}:{instant.isoformat(timespec='microseconds')}"


# For those who run the platform


class CodeAbonnement(Enum):
    """Why a command about a subscription is refused. Value: the same in French."""

    OPERATEUR = "ce code d'opérateur n'est pas lisible"
    PLATEFORME = "cette plate-forme n'existe pas"
    CURSEUR = "le curseur est au-delà du dernier événement de l'opérateur"
    INCONNU = "cet opérateur n'a pas d'abonnement sur cette plate-forme (esav notifications list)"
    PAS_ACTIF = "l'abonnement n'est pas actif"
    DEJA_ACTIF = "l'abonnement est déjà actif, et rien n'a échoué"


class AbonnementRefuse(Exception):
    """Nothing was written."""

    def __init__(self, code: CodeAbonnement) -> None:
        self.code = code
        super().__init__(code.value)


def trouver_abonnement(base: Abonnements, plateforme: str, operateur: str) -> AbonnementSuivi:
    """The subscription. Raises :class:`AbonnementRefuse`."""
    cle = (plateforme, operateur)
    trouve = next((s for s in base.abonnements() if (s.abonnement.plateforme, s.abonnement.operateur) == cle), None)
    if trouve is None:
        raise AbonnementRefuse(CodeAbonnement.INCONNU)
    return trouve


def abonner(
    base: BaseNotifications,
    plateforme: str,
    operateur: str,
    adresse: str,
    instant: datetime,
    curseur: int | None = None,
) -> bool:
    """Subscribe an opérateur, or change its address; see ``Abonnements.abonner``. Whether it is new.

    Raises :class:`AbonnementRefuse`, :class:`~esav_soap.notifications.AdresseRefusee`.
    """
    if plateforme not in PLATEFORMES:
        raise AbonnementRefuse(CodeAbonnement.PLATEFORME)
    if not MOTIF_OPERATEUR.fullmatch(operateur):
        raise AbonnementRefuse(CodeAbonnement.OPERATEUR)
    lire_adresse(adresse)
    if curseur and curseur > base.evenements_depuis(plateforme, operateur, curseur, 1).dernier:
        raise AbonnementRefuse(CodeAbonnement.CURSEUR)
    return base.abonner(plateforme, operateur, adresse, instant, curseur)


def suspendre(base: Abonnements, plateforme: str, operateur: str, instant: datetime) -> None:
    """Raises :class:`AbonnementRefuse`."""
    trouver_abonnement(base, plateforme, operateur)
    if not base.suspendre_abonnement(plateforme, operateur, instant):
        raise AbonnementRefuse(CodeAbonnement.PAS_ACTIF)


def reprendre(base: Abonnements, plateforme: str, operateur: str, instant: datetime) -> AbonnementSuivi:
    """Go on from where it stopped; gives it as it was. Raises :class:`AbonnementRefuse`."""
    avant = trouver_abonnement(base, plateforme, operateur)
    if avant.abonnement.etat is EtatAbonnement.ACTIF and not avant.abonnement.erreur:
        raise AbonnementRefuse(CodeAbonnement.DEJA_ACTIF)
    base.reprendre_abonnement(plateforme, operateur, instant)
    return avant


def essayer(base: Abonnements, recepteur: Recepteur, plateforme: str, operateur: str) -> Abonnement:
    """Send an empty notification now, which moves nothing. Raises :class:`AbonnementRefuse`, :class:`EchecNotification`."""
    abonnement = trouver_abonnement(base, plateforme, operateur).abonnement
    recepteur.notifier(abonnement.adresse, Notification(plateforme, operateur, (), abonnement.curseur))
    return abonnement


def situation(suivi: AbonnementSuivi) -> str:
    """Where it stands, in French, on one line."""
    un = suivi.abonnement
    attente = f"{suivi.retard} en attente" if suivi.retard else "à jour"
    match un.etat:
        case EtatAbonnement.SUSPENDU:
            return f"suspendu le {_le(un.arrete_le)}, {attente}"
        case EtatAbonnement.ARRETE:
            return f"ARRÊTÉ le {_le(un.arrete_le)}, {attente}"
    if un.erreur:
        essais = f"{un.essais} essai{'s' if un.essais > 1 else ''}"
        return f"en échec depuis le {_le(un.echecs_depuis)} ({essais}), {attente}, prochain le {_le(un.prochain)}"
    return f"actif, {attente}"


def _le(instant: datetime | None) -> str:
    return en_francais(instant) if instant else "?"
