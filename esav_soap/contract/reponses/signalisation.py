"""Answers of the deposit and the follow-up."""

from __future__ import annotations

from esav_soap.contract import spyne_compat as s
from esav_soap.contract.reponses.commun import Avertissement
from esav_soap.contract.reponses.membres import liste, option, type_reponse, un

#: What every answer calls a signalisation by, and where it stands.
MEMBRES_IDENTITE = [
    ("numeroSignalisation", un(s.Unicode, "Numéro de référence de la signalisation")),
    ("referenceOperateur", un(s.Unicode, "Référence de l'opérateur")),
    ("etat", un(s.Unicode, "Code de l'état")),
    ("libelleEtat", un(s.Unicode, "Libellé de l'état")),
]

#: A signalisation in a list, for whoever reads it; the list of the SAV says more before :data:`DATE_CLOTURE`.
MEMBRES_RESUME = [
    *MEMBRES_IDENTITE,
    ("identifiantPrestation", un(s.Unicode, "Identifiant de prestation")),
    ("offre", un(s.Unicode, "Code de l'Offre")),
    ("dateHeureDepot", un(s.DateTime, "Instant de la prise en compte")),
]
DATE_CLOTURE = ("dateHeureCloture", option(s.DateTime, "Depuis quand elle est close ou rejetée"))

#: What is wrong, and by when it is to be right again.
MEMBRES_GARANTIE = [
    ("defautDeclare", option(s.Unicode, "Défaut déclaré, en clair")),
    ("garantie", option(s.Unicode, "Garantie de service de la prestation")),
    ("dateHeureEcheance", option(s.DateTime, "Échéance de la garantie ; absente pendant un gel, ou sans garantie")),
    (
        "garantieTenue",
        option(s.Boolean, "Vrai si la garantie est tenue, faux sinon ; absent tant que rien n'est joué"),
    ),
]

AccuseReception = type_reponse(
    "AccuseReception",
    "Accusé de réception d'une signalisation : elle est enregistrée.",
    [
        ("numeroSignalisation", un(s.Unicode, "Numéro de référence de la signalisation")),
        ("etat", un(s.Unicode, "Code de l'état")),
        ("dateHeureDepot", un(s.DateTime, "Instant de la prise en compte")),
        ("versionCatalogue", un(s.Unicode, "Version du catalogue du formulaire")),
        ("dejaDeposee", un(s.Boolean, "Vrai si ce dépôt avait déjà été accepté sous la même référence")),
        ("avertissement", liste(Avertissement, "Avertissements")),
    ],
)

ResultatValidation = type_reponse(
    "ResultatValidation",
    "Le message serait accepté par un dépôt ; rien n'a été enregistré.",
    [
        ("offre", un(s.Unicode, "Code de l'Offre")),
        ("versionCatalogue", un(s.Unicode, "Version du catalogue du formulaire")),
        ("avertissement", liste(Avertissement, "Avertissements")),
    ],
)

EtatSignalisation = type_reponse(
    "EtatSignalisation",
    "État d'avancement d'une signalisation.",
    [
        *MEMBRES_IDENTITE,
        ("dateHeureDepot", un(s.DateTime, "Instant de la prise en compte")),
        ("dateHeureEtat", un(s.DateTime, "Instant du dernier changement")),
        ("avertissement", liste(Avertissement, "Avertissements")),
    ],
)

PrestationConcernee = type_reponse(
    "PrestationConcernee",
    "La prestation sur laquelle porte la signalisation.",
    [
        ("identifiant", un(s.Unicode, "Identifiant de prestation")),
        ("offre", un(s.Unicode, "Code de l'Offre")),
        ("libelleOffre", un(s.Unicode, "Libellé de l'Offre")),
        ("extremiteA", option(s.Unicode, "Extrémité A")),
        ("extremiteB", option(s.Unicode, "Extrémité B")),
        ("complement", option(s.Unicode, "Informations complémentaires")),
    ],
)

ContactOperateur = type_reponse(
    "ContactOperateur",
    "Contact donné au dépôt.",
    [
        ("nom", un(s.Unicode, "Nom")),
        ("telephone", un(s.Unicode, "Téléphone")),
        ("courriel", option(s.Unicode, "Courriel")),
    ],
)

ChampRempli = type_reponse(
    "ChampRempli",
    "Un champ du formulaire tel qu'il a été déposé.",
    [
        ("chemin", un(s.Unicode, "Code du champ, avec son groupe et son rang")),
        ("libelle", un(s.Unicode, "Libellé du champ")),
        ("valeur", un(s.Unicode, "Valeur déposée")),
        ("libelleValeur", option(s.Unicode, "Libellé du code, pour une nomenclature")),
    ],
)

#: What happened, whoever reads it. Labels stand beside the codes, so that a reader needs no list of them.
MEMBRES_EVENEMENT = [
    ("dateHeure", un(s.DateTime, "Instant du changement")),
    ("etat", un(s.Unicode, "Code de l'état après le changement")),
    ("libelleEtat", un(s.Unicode, "Libellé de l'état")),
    ("auteur", un(s.Unicode, "OPERATEUR ou FOURNISSEUR")),
    ("action", option(s.Unicode, "Code de l'action")),
    ("libelleAction", option(s.Unicode, "Libellé de l'action")),
    ("attendu", option(s.Unicode, "Code de ce que le gel attend")),
    ("libelleAttendu", option(s.Unicode, "Libellé de ce que le gel attend")),
    ("aupresDe", option(s.Unicode, "De qui le gel l'attend : OPERATEUR, CLIENT_FINAL ou TIERS")),
    ("motif", option(s.Unicode, "Code du motif du rejet")),
    ("libelleMotif", option(s.Unicode, "Libellé du motif du rejet")),
    ("cause", option(s.Unicode, "Code de la cause, à la clôture")),
    ("libelleCause", option(s.Unicode, "Libellé de la cause")),
    ("responsabilite", option(s.Unicode, "Code de la responsabilité, à la clôture")),
    ("libelleResponsabilite", option(s.Unicode, "Libellé de la responsabilité")),
    ("dateHeureRetablissement", option(s.DateTime, "Instant du rétablissement, à la clôture")),
    ("commentaire", option(s.Unicode, "Commentaire")),
]

EvenementSignalisation = type_reponse(
    "EvenementSignalisation",
    "Un changement de la signalisation.",
    MEMBRES_EVENEMENT,
)

DetailSignalisation = type_reponse(
    "DetailSignalisation",
    "Détail d'une signalisation.",
    [
        *MEMBRES_IDENTITE,
        ("dateHeureDepot", un(s.DateTime, "Instant de la prise en compte")),
        ("dateHeureEtat", un(s.DateTime, "Instant du dernier changement")),
        ("versionCatalogue", un(s.Unicode, "Version du catalogue du formulaire")),
        ("prestation", un(PrestationConcernee, "Prestation concernée")),
        *MEMBRES_GARANTIE,
        ("contact", un(ContactOperateur, "Contact chez l'opérateur")),
        ("champ", liste(ChampRempli, "Formulaire tel que déposé")),
        ("evenement", liste(EvenementSignalisation, "Changements, du plus ancien au plus récent")),
        ("avertissement", liste(Avertissement, "Avertissements")),
    ],
)

ResumeSignalisation = type_reponse(
    "ResumeSignalisation",
    "Une signalisation dans une liste.",
    [
        *MEMBRES_RESUME,
        DATE_CLOTURE,
    ],
)

ListeSignalisations = type_reponse(
    "ListeSignalisations",
    "Une page de signalisations.",
    [
        ("signalisation", liste(ResumeSignalisation, "Signalisations, dans l'ordre de la liste")),
        ("curseurSuivant", option(s.Unicode, "Curseur de la page suivante ; absent s'il n'y en a pas")),
        ("avertissement", liste(Avertissement, "Avertissements")),
    ],
)

EvenementSuivi = type_reponse(
    "EvenementSuivi",
    "Un changement d'une signalisation, à sa place dans la suite de ceux de l'opérateur.",
    [
        ("rang", un(s.Unicode, "Place dans la suite, nombre entier : il croît, et n'est jamais donné deux fois")),
        ("numeroSignalisation", un(s.Unicode, "Numéro de référence de la signalisation")),
        ("referenceOperateur", un(s.Unicode, "Référence de l'opérateur")),
        *MEMBRES_EVENEMENT,
    ],
)

ListeEvenements = type_reponse(
    "ListeEvenements",
    "Les changements qui suivent un curseur.",
    [
        ("evenement", liste(EvenementSuivi, "Changements, dans l'ordre")),
        ("curseur", un(s.Unicode, "Curseur à donner à la lecture suivante, à garder")),
        ("encore", un(s.Boolean, "Vrai s'il y a d'autres changements à lire tout de suite")),
        ("avertissement", liste(Avertissement, "Avertissements")),
    ],
)
