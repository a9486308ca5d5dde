"""Appointments of an opérateur: search, book, consult, change, cancel (R4.1-R4.3, R3.7).

A decision is made and written with its effect on the signalisation in one transaction, under the store's locks
(``ports.rendez_vous.Seance``). Others' signalisations, prestations and appointments are answered as unknown ones.
"""

from __future__ import annotations

from esav_soap.usecases.rendez_vous.cas import RendezVous
from esav_soap.usecases.rendez_vous.objets import OPERATEUR, Acteur, Cible, Souhait
from esav_soap.usecases.rendez_vous.offres import Offres, offres_du_registre

__all__ = ["OPERATEUR", "Acteur", "Cible", "Offres", "RendezVous", "Souhait", "offres_du_registre"]
