"""What can be done to a signalisation (R3.6, R4.1). Names are stored and go over the wire, values are labels for people."""

from __future__ import annotations

from enum import Enum


class Action(Enum):
    """Actions of the opérateur and of the SAV; ``transitions`` says who may do which, when, and what for."""

    DEPOSER = "déposer"
    QUALIFIER = "accepter (qualifier)"
    REJETER = "rejeter"
    PRENDRE = "prendre en charge"
    GELER = "geler"
    COMPLETER = "répondre au gel (compléter)"
    REPRENDRE = "reprendre"
    CLORE = "clore"
    CONTESTER = "contester la clôture"
    VALIDER = "valider la clôture (envoi de l'avis)"
    VERROUILLER = "clore au tableau de bord"
    COMMENTER = "commenter"
    DEMANDER_CLOTURE = "demander la clôture"
    PRENDRE_RENDEZ_VOUS = "prendre rendez-vous"
    DEPLACER_RENDEZ_VOUS = "déplacer le rendez-vous"
    ANNULER_RENDEZ_VOUS = "annuler le rendez-vous"


class Visibilite(Enum):
    """Who may read an event: the Fournisseur's people alone, or the opérateur too."""

    INTERNE = "interne au Fournisseur"
    PARTAGE = "partagé avec l'opérateur"
