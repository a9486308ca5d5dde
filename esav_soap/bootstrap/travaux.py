"""The worker, joined to its store, mail server, receivers and clock."""

from __future__ import annotations

import logging
import math
import os
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

from esav_soap.avis.faits import Lieux
from esav_soap.bootstrap.courrier import SANS_SERVEUR, cadence, courrier_smtp
from esav_soap.bootstrap.horloge import horloge
from esav_soap.bootstrap.notifications import SANS_CERTIFICAT, actualisation, patience, recepteur_https
from esav_soap.bootstrap.reglages import Reglages
from esav_soap.bootstrap.verrouillage import monter_verrouillage
from esav_soap.journal import journaliser
from esav_soap.store import Magasin, ouvrir
from esav_soap.usecases.archives.passage import Archivage
from esav_soap.usecases.avis import Rappels, Redacteur
from esav_soap.usecases.courrier import Courrier
from esav_soap.usecases.expedition import Expedition
from esav_soap.usecases.notifications import IssueNotification, Notifications
from esav_soap.usecases.ports.horloge import Horloge
from esav_soap.usecases.ports.notifications import Recepteur
from esav_soap.worker import Arret, Bilan, Boucle, BoucleNotifications, Periodique, attendre_tous

_journal = logging.getLogger(__name__)

#: Of a worker that stands beside a server: requests come first.
POLITESSE = 5


@dataclass(frozen=True, slots=True)
class Travaux:
    """What was done: notices, and notifications. None: nothing is set to send them with. ``verrouillees``: signalisations
    that were locked; ``archivees``: those that went to the archive."""

    avis: Bilan | None
    notifications: Counter[IssueNotification] | None
    verrouillees: int = 0
    archivees: int = 0


def travailler(reglages: Reglages, *, une_fois: bool, parent: int | None = None) -> Travaux:
    """Send, lock and archive what is due, once or until a signal. ``parent``: pid of the server that started this process, and
    whose end ends it. Raises :class:`~esav_soap.errors.ReglageInvalide`."""
    journaliser(reglages.journal)
    instant = horloge(reglages)
    courrier = courrier_smtp(reglages, instant)
    recepteur = recepteur_https(reglages)
    if parent is not None:  # the server has said what is not set, when something waits for it
        os.nice(POLITESSE)
    elif courrier is None and recepteur is None:
        _journal.warning("%s %s", SANS_SERVEUR, SANS_CERTIFICAT)
    arret = Arret(parent)
    with ouvrir(reglages.store) as magasin, arret.sur_signal():
        avis = _avis(reglages, magasin, courrier, instant, arret) if courrier else None
        notifications = _notifications(reglages, magasin, recepteur, instant, arret) if recepteur else None
        verrouillage = monter_verrouillage(reglages, magasin, instant)
        archivage = Archivage(magasin, instant, reglages.archivage_jours)
        if une_fois:
            # First what makes events, so that they are sent at once; what it locks waits long for the archive.
            verrouillees = verrouillage.tout() if verrouillage is not None else 0
            return Travaux(
                avis.une_fois() if avis is not None else None,
                notifications.une_fois() if notifications is not None else None,
                verrouillees,
                archivage.tout(),
            )
        _journal.info("worker : prêt%s%s", _par(reglages.smtp_hote, reglages.smtp_port), _vers(notifications))
        periodiques = [Periodique("archivage", archivage, arret)]
        if verrouillage is not None:
            periodiques.append(Periodique("verrouillage", verrouillage, arret))
        if notifications is not None:
            periodiques += notifications.fils
        for un in periodiques:
            un.demarrer()
        if avis is not None:
            avis.tourner()
        else:
            arret.attendre(math.inf)
        attendre_tous(periodiques)
        _journal.info("worker : arrêté")
    return Travaux(
        avis.bilan if avis is not None else None,
        notifications.bilan if notifications is not None else None,
        verrouillage.verrouillees if verrouillage is not None else 0,
        archivage.archivees,
    )


def _avis(reglages: Reglages, magasin: Magasin, courrier: Courrier, instant: Horloge, arret: Arret) -> Boucle:
    redacteur = Redacteur(magasin, Lieux(reglages.base_url, reglages.smtp_expediteur))
    expedition = Expedition(magasin, redacteur, courrier, instant, cadence(reglages))
    return Boucle(expedition, Rappels(magasin, magasin), instant, arret)


def _notifications(
    reglages: Reglages, magasin: Magasin, recepteur: Recepteur, instant: Horloge, arret: Arret
) -> BoucleNotifications:
    envoi = Notifications(magasin, recepteur, instant, patience(reglages))
    actualiser: Callable[[], None] = actualisation(magasin, instant)
    return BoucleNotifications(envoi, actualiser, arret, reglages.notifications_fils)


def _par(hote: str, port: int) -> str:
    return f", avis par {hote}:{port}" if hote else ""


def _vers(notifications: BoucleNotifications | None) -> str:
    return ", notifications aux récepteurs" if notifications is not None else ""
