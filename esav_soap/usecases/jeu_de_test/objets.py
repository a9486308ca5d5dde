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
    # What follows a deposit
    ETAT_EN_DEPOT = "L'état du premier dépôt, par sa référence : EN_DEPOT, où il reste."
    VERS_EN_QUALIFICATION = "Dépôt sur la prestation du scénario QUALIFICATION : accepté, puis EN_QUALIFICATION."
    VERS_EN_COURS = "Dépôt sur la prestation du scénario COURS : accepté, puis EN_COURS."
    VERS_GELE = "Dépôt sur la prestation du scénario GEL : accepté, puis GELE."
    VERS_CLOS = "Dépôt sur la prestation du scénario CLOTURE : accepté, puis CLOS."
    VERS_VALIDE = "Dépôt sur la prestation du scénario VALIDATION : accepté, puis VALIDE."
    VERS_CLOS_TABLEAU_DE_BORD = "Dépôt sur la prestation du scénario PARCOURS : accepté, puis CLOS_TABLEAU_DE_BORD."
    VERS_EN_REJET = "Dépôt sur la prestation du scénario REJET : accepté, puis EN_REJET."
    COMPLEMENT = "Complément d'une signalisation qui n'est pas gelée : un commentaire de plus, son état reste."
    DEMANDE_CLOTURE = "Demande de clôture : enregistrée, le SAV décide."
    CONTESTATION_REFUSEE = (
        "Contestation d'une clôture qui n'a pas eu lieu : TRANSITION_INTERDITE, avec ce qui est possible."
    )
    SIGNALISATION_INCONNUE = "Aucune signalisation de l'opérateur ne porte cette référence."
    SUIVI_INVALIDE = "Ni numéro ni référence, et pas de commentaire : les deux défauts sont dits, en une fois."
    LISTE = "Signalisations d'une prestation, une par page : la plus récente, et le curseur de la suite."
    EVENEMENTS = "Changements depuis le début, un par page : le premier, et le curseur de la suite."
    # Appointments
    PLACE_TENUE = "Réservation sans « ferme » : la place est tenue pendant 15 minutes."
    PLACE_TENUE_RENVOI = "La même demande, envoyée de nouveau : le même rendez-vous, et « dejaFait » à vrai."
    CONFIRMATION = "Confirmation d'une place tenue."
    RENDEZ_VOUS_EXISTANT = "Un second rendez-vous pour la même signalisation : TRANSITION_INTERDITE."
    DECOMMANDE = "Annulation du rendez-vous confirmé."
    DECOMMANDE_RENVOI = "La même annulation de nouveau : « dejaFait » à vrai."
    PLAGE_COMPLETE = "Réservation d'une plage toujours complète : refusée, avec d'autres plages."
    PLAGE_INCONNUE = "Réservation d'une plage qui n'est pas proposée : refusée, avec celles qui le sont."
    JOUR_TROP_PROCHE = "Réservation d'un jour passé : le premier jour possible est dit."
    GENRE_NON_PREVU = (
        "Recherche d'un genre de rendez-vous que l'Offre ne prévoit pas : refusée, avec ceux qu'elle prévoit."
    )
    PLAGES_FERMEES = (
        "Recherche de plages pendant sa fermeture (prestation du scénario NUIT) : refusée, avec l'heure de réouverture."
    )
    RENDEZ_VOUS_INCONNU = "Aucun rendez-vous de l'opérateur ne porte ce numéro."
    RECHERCHE_SAV = "Plages libres pour un rendez-vous SAV."
    RESERVATION_SAV = "Réservation ferme d'un rendez-vous SAV."
    MODIFICATION_SAV = "Autre plage pour ce rendez-vous SAV."
    ANNULATION_SAV = "Annulation de ce rendez-vous SAV."
    RECHERCHE_SAV_PLUS = "Plages libres pour un rendez-vous SAV+."
    RESERVATION_SAV_PLUS = "Réservation ferme d'un rendez-vous SAV+."
    MODIFICATION_SAV_PLUS = "Autre plage pour ce rendez-vous SAV+."
    ANNULATION_SAV_PLUS = "Annulation de ce rendez-vous SAV+."
    RECHERCHE_EXPERTISE_CONTRADICTOIRE = "Plages libres pour une expertise contradictoire."
    RESERVATION_EXPERTISE_CONTRADICTOIRE = "Réservation ferme d'une expertise contradictoire."
    MODIFICATION_EXPERTISE_CONTRADICTOIRE = "Autre plage pour cette expertise contradictoire."
    ANNULATION_EXPERTISE_CONTRADICTOIRE = "Annulation de cette expertise contradictoire."
    CONSULTATION = "Tous les rendez-vous de la signalisation, annulés et déplacés compris."
    # Minutes later
    ETAT_EN_QUALIFICATION = "L'état du dépôt VERS_EN_QUALIFICATION, quelques minutes après : EN_QUALIFICATION."
    ETAT_EN_COURS = "L'état du dépôt VERS_EN_COURS, quelques minutes après : EN_COURS."
    ETAT_GELE = "L'état du dépôt VERS_GELE, quelques minutes après : GELE."
    ETAT_CLOS = "L'état du dépôt VERS_CLOS, quelques minutes après : CLOS."
    ETAT_VALIDE = "L'état du dépôt VERS_VALIDE, quelques minutes après : VALIDE."
    ETAT_CLOS_TABLEAU_DE_BORD = (
        "L'état du dépôt VERS_CLOS_TABLEAU_DE_BORD, quelques minutes après : CLOS_TABLEAU_DE_BORD."
    )
    ETAT_EN_REJET = "L'état du dépôt VERS_EN_REJET, quelques minutes après : EN_REJET."


@dataclass(frozen=True, slots=True)
class Cas:
    """A message and what is answered to it. ``message``: SOAP 1.1, ready to be posted but for placeholders of what an answer
    before gave (``reponses.RETENUS``). ``apres``: minutes that have to go by after the other cases."""

    offre: str
    genre: Genre
    operation: str
    message: bytes
    attendu: ReponseAttendue
    service: str = "depot"
    apres: int = 0

    @property
    def code(self) -> str:
        """Name of the case, unique in the set: ``ACCES_FTTH-CHAMP_MANQUANT``."""
        return f"{self.offre}-{self.genre.name}"
