"""The worker, joined to its store, mail server and clock."""

from __future__ import annotations

import logging
import os

from esav_soap.avis.faits import Lieux
from esav_soap.bootstrap.courrier import SANS_SERVEUR, cadence, courrier_smtp
from esav_soap.bootstrap.horloge import horloge
from esav_soap.bootstrap.journal import journaliser
from esav_soap.bootstrap.reglages import Reglages
from esav_soap.errors import ReglageInvalide
from esav_soap.store import ouvrir
from esav_soap.usecases.avis import Rappels, Redacteur
from esav_soap.usecases.expedition import Expedition
from esav_soap.worker import Arret, Bilan, Boucle

_journal = logging.getLogger(__name__)

#: Of a worker that stands beside a server: requests come first.
POLITESSE = 5


def travailler(reglages: Reglages, *, une_fois: bool, parent: int | None = None) -> Bilan:
    """Send what is due, once or until a signal. ``parent``: pid of the server that started this process, and whose end
    ends it. Raises :class:`~esav_soap.errors.ReglageInvalide`."""
    journaliser()
    instant = horloge(reglages)
    courrier = courrier_smtp(reglages, instant)
    if courrier is None:
        raise ReglageInvalide(SANS_SERVEUR)
    if parent is not None:
        os.nice(POLITESSE)
    arret = Arret(parent)
    with ouvrir(reglages.store) as magasin, arret.sur_signal():
        redacteur = Redacteur(magasin, Lieux(reglages.base_url, reglages.smtp_expediteur))
        expedition = Expedition(magasin, redacteur, courrier, instant, cadence(reglages))
        boucle = Boucle(expedition, Rappels(magasin, magasin), instant, arret)
        if une_fois:
            return boucle.une_fois()
        _journal.info("worker : prêt, avis par %s:%d", reglages.smtp_hote, reglages.smtp_port)
        bilan = boucle.tourner()
        _journal.info("worker : arrêté")
    return bilan
