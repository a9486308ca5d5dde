"""The message of a queued notice, made when it is sent (R2.2)."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from esav_soap.adresses import adresse_correcte
from esav_soap.avis import Envoi, GenreAvis, Operateur
from esav_soap.avis.faits import Faits, Lieux
from esav_soap.avis.message import Message, composer
from esav_soap.usecases.avis.catalogue import BaseCatalogue, FaitsCatalogue
from esav_soap.usecases.avis.certificats import BaseCertificats, faits_certificat
from esav_soap.usecases.avis.cloture import BaseCloture, faits_cloture
from esav_soap.usecases.avis.notifications import BaseArret, faits_arret
from esav_soap.usecases.courrier import EchecDefinitif

_REMEDE = " : esav operateur declarer, puis esav envois rejouer."


class Base(BaseCatalogue, BaseCertificats, BaseCloture, BaseArret, Protocol):
    """What notices are made from."""


class Redacteur:
    """Makes the message of a notice. What many notices of a batch share is read once, until :meth:`oublier`."""

    def __init__(self, base: Base, lieux: Lieux) -> None:
        self._base = base
        self._lieux = lieux
        self._catalogue = FaitsCatalogue(base)

    def oublier(self) -> None:
        """Read everything anew from here on."""
        self._catalogue.oublier()

    def message(self, envoi: Envoi, instant: datetime) -> Message:
        """Raises :class:`EchecDefinitif` when there is nobody to write to, or nothing true left to say."""
        operateur = self._operateur(envoi.operateur)
        return composer(envoi, self._faits(envoi, instant), operateur, self._lieux, instant)

    def _faits(self, envoi: Envoi, instant: datetime) -> Faits:
        if envoi.genre is GenreAvis.RAPPEL_CERTIFICAT:
            return faits_certificat(self._base, envoi, instant)
        if envoi.genre is GenreAvis.AVIS_CLOTURE:
            return faits_cloture(self._base, envoi, instant)
        if envoi.genre is GenreAvis.NOTIFICATIONS_ARRETEES:
            return faits_arret(self._base, envoi)
        return self._catalogue.faits(envoi, instant)

    def _operateur(self, code: str) -> Operateur:
        operateur = next((o for o in self._base.operateurs() if o.code == code), None)
        if operateur is None:
            raise EchecDefinitif(f"L'opérateur {code} n'est pas déclaré, son adresse n'est pas connue{_REMEDE}")
        if not operateur.courriel:
            raise EchecDefinitif(f"L'opérateur {code} n'a pas d'adresse électronique{_REMEDE}")
        if not adresse_correcte(operateur.courriel):
            raise EchecDefinitif(
                f"L'adresse de l'opérateur {code} n'est pas une adresse simple, {operateur.courriel!r}{_REMEDE}"
            )
        return operateur
