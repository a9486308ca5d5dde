"""Nomenclatures of the SAV: why a signalisation is rejected, what a freeze awaits, what a closure found (art. 4.2.2, R3.4).

Names are the codes, stored and sent; values are labels for people. A code never changes its meaning.
"""

from __future__ import annotations

from enum import Enum


class MotifRejet(Enum):
    """Why a signalisation is not admissible."""

    PRESTATION_ERRONEE = "Le défaut déclaré n'est pas sur la prestation indiquée"
    PRESTATION_NON_LIVREE = "La prestation n'est pas encore livrée"
    PRESTATION_RESILIEE = "La prestation est résiliée"
    HORS_PERIMETRE = "Le défaut est en dehors du périmètre de l'Offre"
    DOUBLON = "Le même défaut fait déjà l'objet d'une signalisation ouverte"
    INCIDENT_CONNU = "Le défaut relève d'un incident de réseau déjà déclaré"
    TRAVAUX_PROGRAMMES = "Le défaut est l'effet de Travaux Programmés annoncés"
    PREDIAGNOSTIC_INSUFFISANT = "Le diagnostic préalable manque, ou ne montre pas de défaut"
    INFORMATIONS_INSUFFISANTES = "Les informations données ne permettent pas de traiter le défaut"
    RETIREE_PAR_OPERATEUR = "L'opérateur a retiré sa signalisation"
    AUTRE = "Autre motif, dit dans le commentaire"


class Interlocuteur(Enum):
    """From whom something is awaited; it always comes through the opérateur."""

    OPERATEUR = "l'opérateur"
    CLIENT_FINAL = "le client final, par l'opérateur"
    TIERS = "un tiers, par l'opérateur"


class Attendu(Enum):
    """What a freeze awaits, and from whom (``aupres_de``)."""

    aupres_de: Interlocuteur

    def __new__(cls, libelle: str, aupres_de: Interlocuteur) -> Attendu:
        membre = object.__new__(cls)
        membre._value_ = libelle
        membre.aupres_de = aupres_de
        return membre

    ACCES_SITE = "L'accès au site ou au local", Interlocuteur.CLIENT_FINAL
    PRESENCE_CLIENT = "La présence du client final, ou un contact sur place", Interlocuteur.CLIENT_FINAL
    RENDEZ_VOUS = "Un rendez-vous : sa prise, puis son jour", Interlocuteur.OPERATEUR
    COMPLEMENT = "Un complément d'information, dit dans le commentaire", Interlocuteur.OPERATEUR
    ESSAI_OPERATEUR = "Un essai ou une mesure de l'opérateur", Interlocuteur.OPERATEUR
    INTERVENTION_OPERATEUR = "Une intervention de l'opérateur sur ses équipements", Interlocuteur.OPERATEUR
    ACCORD_OPERATEUR = "L'accord de l'opérateur : coupure, devis, expertise", Interlocuteur.OPERATEUR
    AUTORISATION_TIERS = "L'autorisation d'un tiers : syndic, gestionnaire, mairie", Interlocuteur.TIERS
    AUTRE = "Autre chose, dite dans le commentaire", Interlocuteur.OPERATEUR


class CauseCloture(Enum):
    """What was found, and so what was done."""

    CONNECTIQUE = "Connecteur ou raccord optique sale ou défectueux"
    JARRETIERE = "Jarretière absente, débranchée ou défectueuse"
    BRASSAGE = "Erreur de brassage au NRO ou au point de mutualisation"
    SOUDURE = "Soudure ou épissure défectueuse"
    CABLE = "Câble ou fibre coupés"
    CONTRAINTE = "Fibre contrainte : courbure, écrasement, affaiblissement"
    BOITIER = "Boîtier, armoire ou tiroir optique endommagé"
    GENIE_CIVIL = "Conduite, chambre ou appui endommagé"
    TERMINAISON_CLIENT = "Prise terminale ou raccordement du client final"
    EQUIPEMENT_ACTIF = "Équipement actif du Fournisseur"
    CONFIGURATION = "Configuration du service"
    ENERGIE = "Énergie ou environnement d'un site"
    INCIDENT_RESEAU = "Incident de réseau"
    EQUIPEMENT_OPERATEUR = "Équipement de l'opérateur ou du client final"
    NON_CONSTATE = "Aucun défaut constaté : mesures conformes"
    RETABLI_SANS_INTERVENTION = "Service rétabli sans intervention"
    SANS_REPONSE = "Pas de réponse de l'opérateur à ce qui était attendu"
    DEMANDE_OPERATEUR = "Clôture demandée par l'opérateur"
    AUTRE = "Autre cause, dite dans le commentaire"


class Responsabilite(Enum):
    """Whose the cause was."""

    FOURNISSEUR = "Fournisseur"
    OPERATEUR = "opérateur ou son client final"
    TIERS = "tiers"
    INDETERMINEE = "indéterminée"


#: Codes that say nothing without a comment.
A_PRECISER: frozenset[MotifRejet | Attendu | CauseCloture] = frozenset(
    {MotifRejet.AUTRE, Attendu.COMPLEMENT, Attendu.AUTRE, CauseCloture.AUTRE}
)
