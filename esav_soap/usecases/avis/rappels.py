"""The reminders that fall due, into the queue (R2.2, R6.2)."""

from __future__ import annotations

import logging
from datetime import datetime

from esav_soap.usecases.avis.catalogue import retraits_dus
from esav_soap.usecases.avis.certificats import certificats_dus
from esav_soap.usecases.avis.redacteur import Base
from esav_soap.usecases.ports.envois import Envois

_journal = logging.getLogger(__name__)


class Rappels:
    """Queues the reminders. Whom this object queued once is not queued again, without asking the queue."""

    def __init__(self, base: Base, envois: Envois) -> None:
        self._base = base
        self._envois = envois
        self._faits: set[str] = set()
        self._signales: set[str] = set()

    def ajouter_dus(self, instant: datetime) -> int:
        """Queue the reminders that are due: to each opérateur that still deposits with a version about to end, and to each
        holder of a certificate at each step towards its end; how many are new. Each is queued once, whoever else does the
        same."""
        certificats, sans_adresse = certificats_dus(self._base, instant)
        for envoi in sans_adresse:
            self._signaler(envoi.cle, envoi.operateur)
        dus = [e for e in (*retraits_dus(self._base, instant), *certificats) if e.cle not in self._faits]
        nombre = self._envois.ajouter(dus, instant) if dus else 0
        self._faits |= {envoi.cle for envoi in dus}
        return nombre

    def _signaler(self, cle: str, titulaire: str) -> None:
        """In the log, once: nobody else is told."""
        if cle not in self._signales:
            self._signales.add(cle)
            _journal.warning(
                "certificat de %s à renouveler : pas d'adresse où l'écrire, le prévenir autrement (esav pki list) : %s",
                titulaire,
                cle,
            )
