"""Answers about the versions of the catalogue and their publication."""

from __future__ import annotations

from esav_soap.contract import spyne_compat as s
from esav_soap.contract.reponses.membres import liste, option, type_reponse, un

Version = type_reponse(
    "Version",
    "Une version du catalogue.",
    [
        ("version", un(s.Unicode, "Version")),
        ("etat", un(s.Unicode, "ANNONCEE, EN_VIGUEUR, RETIREE ou ANNULEE, en production")),
        ("dateHeureAnnonce", un(s.DateTime, "Instant de l'annonce")),
        ("dateHeureOuverture", un(s.DateTime, "Instant de l'ouverture en production")),
        ("dateHeureRetrait", option(s.DateTime, "Instant du retrait, s'il est connu")),
        ("remplacante", option(s.Unicode, "Version qui la remplace")),
        ("wsdl", option(s.Unicode, "Adresse du WSDL du dépôt sur cette plate-forme, si la version y est utilisable")),
    ],
)

ListeVersions = type_reponse(
    "ListeVersions",
    "Versions du catalogue, de la plus ancienne à la plus récente.",
    [
        ("version", liste(Version, "Versions")),
    ],
)

Pack = type_reponse(
    "Pack",
    "Pack d'une version du catalogue.",
    [
        ("version", un(s.Unicode, "Version")),
        ("nomFichier", un(s.Unicode, "Nom du fichier ZIP")),
        ("sha256", un(s.Unicode, "Empreinte SHA-256 du fichier, en hexadécimal")),
        ("contenu", un(s.ByteArray, "Le fichier ZIP, en base64")),
    ],
)

Ecart = type_reponse(
    "Ecart",
    "Une différence avec la version en vigueur.",
    [
        ("nom", un(s.Unicode, "Nom stable de l'écart, à citer pour l'accepter")),
        ("code", un(s.Unicode, "Code de l'écart")),
        ("gravite", un(s.Unicode, "COMPATIBLE, RESTRICTIF ou RUPTURE")),
        ("offre", option(s.Unicode, "Code de l'Offre")),
        ("champ", option(s.Unicode, "Champ, avec son groupe")),
        ("message", un(s.Unicode, "Explication")),
    ],
)

LigneSimulation = type_reponse(
    "LigneSimulation",
    "Ce que la version refuserait à un opérateur.",
    [
        ("operateur", un(s.Unicode, "Code de l'opérateur")),
        ("offre", un(s.Unicode, "Code de l'Offre")),
        ("champ", un(s.Unicode, "Champ, avec son groupe")),
        ("code", un(s.Unicode, "Code de l'erreur")),
        ("rejouees", un(s.Integer32, "Signalisations rejouées de cet opérateur et de cette Offre")),
        ("refusees", un(s.Integer32, "Signalisations qui seraient refusées pour ce champ et cette raison")),
        ("message", un(s.Unicode, "Explication, sur un exemple")),
        ("exemple", option(s.Unicode, "Valeur refusée, pour exemple")),
    ],
)

RapportSimulation = type_reponse(
    "RapportSimulation",
    "Essai d'une version : rien n'est enregistré.",
    [
        ("version", un(s.Unicode, "Version essayée")),
        ("dateHeureDebut", un(s.DateTime, "Instant depuis lequel les signalisations sont rejouées")),
        (
            "dateHeureOuvertureAuPlusTot",
            un(s.DateTime, "Ouverture au plus tôt si la version était annoncée maintenant"),
        ),
        ("rejouees", un(s.Integer32, "Signalisations rejouées")),
        ("refusees", un(s.Integer32, "Signalisations qui seraient refusées")),
        ("ecart", liste(Ecart, "Différences avec la version en vigueur")),
        ("ligne", liste(LigneSimulation, "Refus, par opérateur, Offre, champ et raison")),
    ],
)

Annonce = type_reponse(
    "Annonce",
    "Version annoncée.",
    [
        ("version", un(Version, "La version annoncée")),
        ("ecart", liste(Ecart, "Différences avec la version en vigueur")),
    ],
)
