"""Notices to opérateurs: what they are about, and what waits to be sent (R2.2)."""

from esav_soap.avis.objets import Envoi, EnvoiPris, EnvoiSuivi, EtatEnvoi, GenreAvis, Operateur

__all__ = ["Envoi", "EnvoiPris", "EnvoiSuivi", "EtatEnvoi", "GenreAvis", "Operateur"]
