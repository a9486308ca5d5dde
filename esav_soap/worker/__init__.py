"""The worker: sends queued notices and notifications until it is stopped."""

from esav_soap.worker.arret import Arret
from esav_soap.worker.boucle import Bilan, Boucle
from esav_soap.worker.notifications import BoucleNotifications

__all__ = ["Arret", "Bilan", "Boucle", "BoucleNotifications"]
