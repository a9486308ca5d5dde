"""Sending queued notices, one at a time, at least once each (R2.2)."""

from __future__ import annotations

import logging
import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum
from typing import Protocol

from esav_soap.avis import Envoi, EnvoiPris
from esav_soap.avis.message import Message
from esav_soap.usecases.courrier import Courrier, EchecDefinitif, EchecServeur, EchecTemporaire
from esav_soap.usecases.ports.envois import Envois
from esav_soap.usecases.ports.horloge import Horloge

_journal = logging.getLogger(__name__)


class Issue(Enum):
    """What became of one notice."""

    ENVOYE = "envoyé"
    REPORTE = "reporté"
    #: Put off because the mail server takes nothing for now.
    SERVEUR = "reporté, le serveur de courrier ne prend rien"
    REBUT = "mis au rebut"


@dataclass(frozen=True, slots=True)
class Cadence:
    """When a failed notice is tried again: after ``recul`` doubled at each attempt, ``plafond`` at most, a part of it left
    to chance so that many do not come at once; after ``essais`` attempts it is given up. ``bail``: longer than any sending.

    By default the last of 24 attempts is made three to four days after the first: a mail server may be down over a weekend.
    """

    recul: timedelta = timedelta(minutes=1)
    plafond: timedelta = timedelta(hours=6)
    essais: int = 24
    bail: timedelta = timedelta(minutes=15)

    def prochain(self, instant: datetime, essais: int, alea: float) -> datetime | None:
        """The next attempt after the one that failed at ``instant``, ``essais`` having failed before it; None: no more.

        ``alea`` is in [0, 1).
        """
        if essais + 1 >= self.essais:
            return None
        # Doubled more often, anything would be beyond the cap, and at last beyond what a timedelta holds.
        attente = min(self.plafond, min(self.plafond, self.recul) * (1 << min(essais, 24)))
        return instant + attente * (0.75 + 0.25 * alea)


class Redaction(Protocol):
    """Makes messages; see :class:`esav_soap.usecases.avis.Redacteur`."""

    def message(self, envoi: Envoi, instant: datetime) -> Message: ...

    def oublier(self) -> None: ...


class Expedition:
    """Takes notices from the queue, sends them, marks them."""

    def __init__(
        self,
        envois: Envois,
        redaction: Redaction,
        courrier: Courrier,
        horloge: Horloge,
        cadence: Cadence | None = None,
        alea: Callable[[], float] = random.random,
    ) -> None:
        self._envois = envois
        self._redaction = redaction
        self._courrier = courrier
        self._horloge = horloge
        self._cadence = cadence or Cadence()
        self._alea = alea

    def suivant(self) -> Issue | None:
        """Send the next due notice; None when none is due.

        One is leased at a time: whoever stops has nothing to give back, and no lease runs out behind a slow server.
        Raises what the store raises; the lease then ends by itself.
        """
        pris = self._envois.prendre(self._horloge(), self._cadence.bail, 1)
        if not pris:
            self._redaction.oublier()
            return None
        (un,) = pris
        if un.essais >= self._cadence.essais:  # leases that ended without a word: whoever had them died each time
            return self._marquer(un, Issue.REBUT, "Chaque essai s'est interrompu sans résultat.", None)
        return self._envoyer(un)

    def _envoyer(self, pris: EnvoiPris) -> Issue:
        try:
            self._courrier.envoyer(self._redaction.message(pris.envoi, self._horloge()))
        except EchecDefinitif as echec:
            return self._marquer(pris, Issue.REBUT, str(echec), None)
        except EchecTemporaire as echec:
            issue = Issue.SERVEUR if isinstance(echec, EchecServeur) else Issue.REPORTE
            return self._reporter(pris, issue, str(echec))
        except Exception as echec:
            # The traceback may show what a message holds, not what the mail server was told.
            _journal.exception("avis %d (%s) : préparation impossible", pris.numero, pris.envoi.cle)
            return self._reporter(pris, Issue.REPORTE, f"Erreur interne ({type(echec).__name__}) : voir le journal.")
        self._envois.reussir(pris.numero, self._horloge())
        _journal.info("avis %d (%s) : envoyé", pris.numero, pris.envoi.cle)
        return Issue.ENVOYE

    def _reporter(self, pris: EnvoiPris, issue: Issue, erreur: str) -> Issue:
        prochain = self._cadence.prochain(self._horloge(), pris.essais, self._alea())
        if prochain is None:
            return self._marquer(pris, Issue.REBUT, erreur, None)
        return self._marquer(pris, issue, erreur, prochain)

    def _marquer(self, pris: EnvoiPris, issue: Issue, erreur: str, prochain: datetime | None) -> Issue:
        self._envois.echouer(pris.numero, self._horloge(), erreur, prochain, pris.essais)
        niveau = logging.ERROR if issue is Issue.REBUT else logging.WARNING
        _journal.log(niveau, "avis %d (%s) : %s : %s", pris.numero, pris.envoi.cle, issue.value, erreur)
        return issue
