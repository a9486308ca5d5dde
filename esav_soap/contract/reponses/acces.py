"""What the service sees of a connection."""

from __future__ import annotations

from esav_soap.contract import spyne_compat as s
from esav_soap.contract.reponses.commun import Avertissement, VersionEnVigueur
from esav_soap.contract.reponses.membres import liste, option, type_reponse, un

CertificatVu = type_reponse(
    "CertificatVu",
    "Le certificat que la connexion présente.",
    [
        ("empreinte", un(s.Unicode, "Empreinte SHA-256 du certificat, en hexadécimal")),
        ("sujet", un(s.Unicode, "Sujet")),
        ("emetteur", un(s.Unicode, "Émetteur")),
        ("numeroSerie", un(s.Unicode, "Numéro de série, en hexadécimal")),
        ("dateHeureDebut", un(s.DateTime, "Début de validité")),
        ("dateHeureFin", un(s.DateTime, "Fin de validité")),
    ],
)

EtatHomologation = type_reponse(
    "EtatHomologation",
    "Ce qui est fait, et ce qui manque, avant la production.",
    [
        ("domaine", un(s.Unicode, "Domaine d'application")),
        ("homologue", un(s.Boolean, "Vrai si la production est ouverte à l'opérateur dans ce domaine")),
        ("dateHeure", option(s.DateTime, "Instant du premier appel réussi en intégration")),
        ("operation", option(s.Unicode, "Opération de cet appel")),
        ("requete", option(s.Unicode, "Identifiant de la requête de cet appel")),
    ],
)

DiagnosticConnexion = type_reponse(
    "DiagnosticConnexion",
    "Ce que le service voit de la connexion de l'appelant.",
    [
        ("accepte", un(s.Boolean, "Vrai si l'appelant est reconnu sur cette plate-forme")),
        ("motif", option(s.Unicode, "Code du motif de refus du certificat")),
        ("message", option(s.Unicode, "Ce qui manque à l'appelant, et que faire")),
        ("identification", un(s.Unicode, "Ce qui identifie l'appelant : CERTIFICAT, MANDATAIRE, LOCALE ou EXTERNE")),
        ("certificat", option(CertificatVu, "Certificat présenté")),
        ("operateur", option(s.Unicode, "Code de l'appelant reconnu")),
        ("role", option(s.Unicode, "OPERATEUR, PUBLIEUR ou FOURNISSEUR")),
        ("plateforme", un(s.Unicode, "Plate-forme appelée : production ou integration")),
        ("dateHeureServeur", un(s.DateTime, "Heure du service, à comparer à celle de l'appelant")),
        ("homologation", liste(EtatHomologation, "Homologation d'un opérateur, par domaine")),
        ("version", liste(VersionEnVigueur, "Versions utilisables du catalogue sur cette plate-forme")),
        ("avertissement", liste(Avertissement, "Avertissements")),
    ],
)
