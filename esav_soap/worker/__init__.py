"""The worker: sends queued notices and notifications, and does what is done from time to time, until it is stopped."""

from esav_soap.worker.arret import Arret
from esav_soap.worker.boucle import Bilan, Boucle
from esav_soap.worker.notifications import BoucleNotifications
from esav_soap.worker.periodique import Periodique, attendre_tous

__all__ = ["Arret", "Bilan", "Boucle", "BoucleNotifications", "Periodique", "attendre_tous"]
