"""The outbox worker: sends queued notices until it is stopped."""

from esav_soap.worker.arret import Arret
from esav_soap.worker.boucle import Bilan, Boucle

__all__ = ["Arret", "Bilan", "Boucle"]
