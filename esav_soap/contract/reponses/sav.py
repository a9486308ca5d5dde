"""Answers to the Fournisseur's own systems: what opérateurs never see stands here alone (R3.6)."""

from __future__ import annotations

from esav_soap.contract import spyne_compat as s
from esav_soap.contract.reponses.commun import Avertissement
from esav_soap.contract.reponses.membres import liste, option, type_reponse, un
from esav_soap.contract.reponses.rendez_vous import RendezVous
from esav_soap.contract.reponses.signalisation import (
    DATE_CLOTURE,
    MEMBRES_EVENEMENT,
    MEMBRES_GARANTIE,
    MEMBRES_IDENTITE,
    MEMBRES_RESUME,
    ChampRempli,
    ContactOperateur,
    PrestationConcernee,
)

LigneFile = type_reponse(
    "LigneFile",
    "Une signalisation dans la file du SAV.",
    [
        ("operateur", un(s.Unicode, "Code de l'opérateur")),
        *MEMBRES_RESUME,
        ("dateHeureEtat", un(s.DateTime, "Instant du dernier changement")),
        DATE_CLOTURE,
    ],
)

FileSav = type_reponse(
    "FileSav",
    "Une page de la file du SAV.",
    [
        ("signalisation", liste(LigneFile, "Signalisations, la plus ancienne d'abord")),
        ("curseurSuivant", option(s.Unicode, "Curseur de la page suivante ; absent s'il n'y en a pas")),
        ("avertissement", liste(Avertissement, "Avertissements")),
    ],
)

EvenementSav = type_reponse(
    "EvenementSav",
    "Un changement, tel que le SAV le voit.",
    [
        *MEMBRES_EVENEMENT,
        ("technicien", option(s.Unicode, "Personne ou système qui a agi")),
        ("visibilite", un(s.Unicode, "PARTAGE, ou INTERNE : l'opérateur ne le voit pas")),
    ],
)

ActionPossible = type_reponse(
    "ActionPossible",
    "Une action que le SAV peut faire maintenant.",
    [
        ("action", un(s.Unicode, "Code de l'action")),
        ("libelle", un(s.Unicode, "Libellé de l'action")),
    ],
)

FicheSignalisation = type_reponse(
    "FicheSignalisation",
    "Une signalisation, telle que le SAV la voit.",
    [
        ("operateur", un(s.Unicode, "Code de l'opérateur")),
        *MEMBRES_IDENTITE,
        ("dateHeureDepot", un(s.DateTime, "Instant de la prise en compte")),
        ("dateHeureSaisie", option(s.DateTime, "Instant de la saisie, si elle a été faite après coup")),
        ("dateHeureEtat", un(s.DateTime, "Instant du dernier changement")),
        ("versionCatalogue", un(s.Unicode, "Version du catalogue du formulaire")),
        ("prestation", un(PrestationConcernee, "Prestation concernée")),
        ("zone", option(s.Unicode, "Zone d'intervention de la prestation")),
        *MEMBRES_GARANTIE,
        ("contact", un(ContactOperateur, "Contact chez l'opérateur")),
        ("champ", liste(ChampRempli, "Formulaire tel que déposé")),
        ("evenement", liste(EvenementSav, "Changements, du plus ancien au plus récent")),
        ("nombreEvenements", un(s.Integer32, "Nombre de changements, à redire en agissant")),
        ("rendezVous", liste(RendezVous, "Ses rendez-vous, du plus ancien au plus récent")),
        ("actionPossible", liste(ActionPossible, "Ce que le SAV peut faire maintenant")),
        ("avertissement", liste(Avertissement, "Avertissements")),
    ],
)
