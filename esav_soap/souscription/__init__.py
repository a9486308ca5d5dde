"""Subscription to e-SAV by Bon de commande, and its end (R6.6, art. 7, 8, annexe 3)."""

from esav_soap.souscription.objets import Acces, BonDeCommande, Interlocuteur, Souscription

__all__ = ["Acces", "BonDeCommande", "Interlocuteur", "Souscription"]
