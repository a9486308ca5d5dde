"""A case of the jeu de test, and the kinds of cases."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

# The prefix is also that of the references: whoever runs the set puts its own before it, so that it can be run again.
from esav_soap.signalisation.scenarios import PREFIXE, prestation_essai
from esav_soap.usecases.jeu_de_test.reponses import ReponseAttendue

__all__ = ["PREFIXE", "Cas", "Genre", "prestation_essai"]


class Genre(Enum):
    """Kinds of cases, in the order in which they are run. Value: what the case shows, as the documents print it."""

    MINIMAL = "Dépôt avec les seuls champs obligatoires : accepté."
    RENVOI = "Le même message, envoyé de nouveau : le premier accusé de réception, et « dejaDeposee » à vrai."
    REFERENCE_DEJA_UTILISEE = "Un autre contenu sous la même référence : refusé."
    COMPLET = "Dépôt avec tous les champs que les règles permettent : accepté."
    GENERIQUE = "Dépôt par couples code et valeur : accepté, comme le formulaire typé."
    VALIDATION = "Vérification sans dépôt : le message serait accepté, rien n'est enregistré."
    CODE_DEPRECIE = "Dépôt avec un code déprécié : accepté, avec un avertissement."
    CHAMP_MANQUANT = "Un champ obligatoire manque."
    VALEUR_INCORRECTE = "Une valeur n'est pas du type du champ, ou sort de ses bornes."
    CODE_INCONNU = "Un code n'est pas dans la nomenclature."
    CODE_RETIRE = "Un code a été retiré de la nomenclature."
    REGLE_NON_RESPECTEE = "Chaque champ est correct, mais une règle du formulaire n'est pas respectée."
    TOUT_A_LA_FOIS = "Plusieurs défauts dans un message : ils sont tous dits, en une fois."
    CHEMIN_INCONNU = "Par couples code et valeur, un chemin qui n'existe pas."
    OFFRE_NON_CONFORME = "La prestation existe, mais relève d'une autre Offre."
    PRESTATION_INCONNUE = "Aucune prestation du parc ne porte cet identifiant."


@dataclass(frozen=True, slots=True)
class Cas:
    """A message and what is answered to it. ``message``: SOAP 1.1, ready to be posted."""

    offre: str
    genre: Genre
    operation: str
    message: bytes
    attendu: ReponseAttendue

    @property
    def code(self) -> str:
        """Name of the case, unique in the set: ``ACCES_FTTH-CHAMP_MANQUANT``."""
        return f"{self.offre}-{self.genre.name}"
