"""The jeu de test of a version: messages with the answers that the service gives to them (annexe 2, R8)."""

from esav_soap.usecases.jeu_de_test.cas import cas_du_catalogue
from esav_soap.usecases.jeu_de_test.fichiers import CasRange, fichiers_jeu_de_test, genres, ranger
from esav_soap.usecases.jeu_de_test.objets import Cas, Genre, prestation_essai
from esav_soap.usecases.jeu_de_test.reponses import OPERATEUR, Juge, ReponseAttendue, normaliser

__all__ = [
    "OPERATEUR",
    "Cas",
    "CasRange",
    "Genre",
    "Juge",
    "ReponseAttendue",
    "cas_du_catalogue",
    "fichiers_jeu_de_test",
    "genres",
    "normaliser",
    "prestation_essai",
    "ranger",
]
