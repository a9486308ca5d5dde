"""The operations: a checked request in, a use case, an answer out. One small function each, one file for each service."""

from __future__ import annotations

from esav_soap.soap.operations.aiguillage import Operations
from esav_soap.soap.operations.appel import Appel, Champs, Groupe, Operation

__all__ = ["Appel", "Champs", "Groupe", "Operation", "Operations"]
