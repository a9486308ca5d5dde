"""The facts of queued notices, from what is recorded, and who is to be reminded (R2.2, R2.3, R6.2)."""

from esav_soap.usecases.avis.rappels import Rappels
from esav_soap.usecases.avis.redacteur import Redacteur

__all__ = ["Rappels", "Redacteur"]
