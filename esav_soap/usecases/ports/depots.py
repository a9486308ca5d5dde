"""Deposits, what they are about, and what becomes of them, as the use cases need them (R3.1, R3.3)."""

from __future__ import annotations

from typing import Protocol

from esav_soap.signalisation import Depot, NouvelleSignalisation, Prestation, Signalisation


class NumeroDejaPris(Exception):
    """The number of a new signalisation is taken by another one: draw again. Nothing was written."""


class Depots(Protocol):
    """Deposits, and the parc that they are about. Methods are thread-safe."""

    def prestation(self, plateforme: str, operateur: str, identifiant: str) -> Prestation | None:
        """The prestation in that opérateur's parc; another's is unknown (R3.7)."""
        ...

    def deposer(self, nouvelle: NouvelleSignalisation) -> Depot:
        """Commit the signalisation with its first event (EN_DEPOT), durably, or give what its reference already holds.

        Returns only after the commit. When (plateforme, operateur, reference) exists nothing is written and the
        stored deposit is returned with ``deja_deposee`` true, whatever its ``empreinte``: the caller compares.
        Raises :class:`NumeroDejaPris`.
        """
        ...

    def depot(self, plateforme: str, operateur: str, reference: str) -> Depot | None:
        """What is committed under that reference (``deja_deposee`` true), or None."""
        ...


class Signalisations(Depots, Protocol):
    """The same, and what becomes of them: for the follow-up."""

    def par_numero(self, plateforme: str, operateur: str, numero: str) -> Signalisation | None:
        """The signalisation with its events, if it is this opérateur's (R3.7)."""
        ...

    def par_reference(self, plateforme: str, operateur: str, reference: str) -> Signalisation | None:
        """The same, by the opérateur's own reference."""
        ...
