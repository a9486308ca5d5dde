"""Answers of the services, and the declared fault.

Inside a WS version they never change: no enumeration, no element more or less (old client stacks
break on either). States and codes are open strings, whose values the documentation lists.
"""

from __future__ import annotations

from typing import Any

from esav_soap.contract import spyne_compat as s
from esav_soap.names import NS_WS


def _membre(type_: Any, doc: str, minimum: int, maximum: int | str) -> Any:
    occurrences = {"min_occurs": minimum, "max_occurs": maximum, "nillable": False}
    if not issubclass(type_, s.ComplexModel):  # a complex type carries its own documentation
        occurrences["doc"] = doc
    return type_.customize(**occurrences)


def _un(type_: Any, doc: str) -> Any:
    return _membre(type_, doc, 1, 1)


def _option(type_: Any, doc: str) -> Any:
    return _membre(type_, doc, 0, 1)


def _liste(type_: Any, doc: str) -> Any:
    return _membre(type_, doc, 0, "unbounded")


def _type(nom: str, doc: str, membres: list[tuple[str, Any]], base: Any = s.ComplexModel) -> Any:
    return s.type_complexe(nom, NS_WS, membres, doc, base)


Avertissement = _type(
    "Avertissement",
    "Ce que l'appelant devrait savoir, sans que la requête soit refusée.",
    [("code", _un(s.Unicode, "Code stable")), ("message", _un(s.Unicode, "Explication"))],
)

AccuseReception = _type(
    "AccuseReception",
    "Accusé de réception d'une signalisation : elle est enregistrée.",
    [
        ("numeroSignalisation", _un(s.Unicode, "Numéro de référence de la signalisation")),
        ("etat", _un(s.Unicode, "Code de l'état")),
        ("dateHeureDepot", _un(s.DateTime, "Instant de la prise en compte")),
        ("versionCatalogue", _un(s.Unicode, "Version du catalogue du formulaire")),
        ("dejaDeposee", _un(s.Boolean, "Vrai si ce dépôt avait déjà été accepté sous la même référence")),
        ("avertissement", _liste(Avertissement, "Avertissements")),
    ],
)

ResultatValidation = _type(
    "ResultatValidation",
    "Le message serait accepté par un dépôt ; rien n'a été enregistré.",
    [
        ("offre", _un(s.Unicode, "Code de l'Offre")),
        ("versionCatalogue", _un(s.Unicode, "Version du catalogue du formulaire")),
        ("avertissement", _liste(Avertissement, "Avertissements")),
    ],
)

EtatSignalisation = _type(
    "EtatSignalisation",
    "État d'avancement d'une signalisation.",
    [
        ("numeroSignalisation", _un(s.Unicode, "Numéro de référence de la signalisation")),
        ("referenceOperateur", _un(s.Unicode, "Référence de l'opérateur")),
        ("etat", _un(s.Unicode, "Code de l'état")),
        ("libelleEtat", _un(s.Unicode, "Libellé de l'état")),
        ("dateHeureDepot", _un(s.DateTime, "Instant de la prise en compte")),
        ("dateHeureEtat", _un(s.DateTime, "Instant du dernier changement")),
        ("avertissement", _liste(Avertissement, "Avertissements")),
    ],
)

PrestationConcernee = _type(
    "PrestationConcernee",
    "La prestation sur laquelle porte la signalisation.",
    [
        ("identifiant", _un(s.Unicode, "Identifiant de prestation")),
        ("offre", _un(s.Unicode, "Code de l'Offre")),
        ("libelleOffre", _un(s.Unicode, "Libellé de l'Offre")),
        ("extremiteA", _option(s.Unicode, "Extrémité A")),
        ("extremiteB", _option(s.Unicode, "Extrémité B")),
        ("complement", _option(s.Unicode, "Informations complémentaires")),
    ],
)

ContactOperateur = _type(
    "ContactOperateur",
    "Contact donné au dépôt.",
    [
        ("nom", _un(s.Unicode, "Nom")),
        ("telephone", _un(s.Unicode, "Téléphone")),
        ("courriel", _option(s.Unicode, "Courriel")),
    ],
)

ChampRempli = _type(
    "ChampRempli",
    "Un champ du formulaire tel qu'il a été déposé.",
    [
        ("chemin", _un(s.Unicode, "Code du champ, avec son groupe et son rang")),
        ("libelle", _un(s.Unicode, "Libellé du champ")),
        ("valeur", _un(s.Unicode, "Valeur déposée")),
        ("libelleValeur", _option(s.Unicode, "Libellé du code, pour une nomenclature")),
    ],
)

EvenementSignalisation = _type(
    "EvenementSignalisation",
    "Un changement de la signalisation.",
    [
        ("dateHeure", _un(s.DateTime, "Instant du changement")),
        ("etat", _un(s.Unicode, "Code de l'état après le changement")),
        ("libelleEtat", _un(s.Unicode, "Libellé de l'état")),
        ("auteur", _un(s.Unicode, "OPERATEUR ou FOURNISSEUR")),
        ("commentaire", _option(s.Unicode, "Commentaire")),
    ],
)

DetailSignalisation = _type(
    "DetailSignalisation",
    "Détail d'une signalisation.",
    [
        ("numeroSignalisation", _un(s.Unicode, "Numéro de référence de la signalisation")),
        ("referenceOperateur", _un(s.Unicode, "Référence de l'opérateur")),
        ("etat", _un(s.Unicode, "Code de l'état")),
        ("libelleEtat", _un(s.Unicode, "Libellé de l'état")),
        ("dateHeureDepot", _un(s.DateTime, "Instant de la prise en compte")),
        ("dateHeureEtat", _un(s.DateTime, "Instant du dernier changement")),
        ("versionCatalogue", _un(s.Unicode, "Version du catalogue du formulaire")),
        ("prestation", _un(PrestationConcernee, "Prestation concernée")),
        ("defautDeclare", _option(s.Unicode, "Défaut déclaré, en clair")),
        ("garantie", _option(s.Unicode, "Garantie de service de la prestation")),
        ("contact", _un(ContactOperateur, "Contact chez l'opérateur")),
        ("champ", _liste(ChampRempli, "Formulaire tel que déposé")),
        ("evenement", _liste(EvenementSignalisation, "Changements, du plus ancien au plus récent")),
        ("avertissement", _liste(Avertissement, "Avertissements")),
    ],
)

Version = _type(
    "Version",
    "Une version du catalogue.",
    [
        ("version", _un(s.Unicode, "Version")),
        ("etat", _un(s.Unicode, "ANNONCEE, EN_VIGUEUR, RETIREE ou ANNULEE, en production")),
        ("dateHeureAnnonce", _un(s.DateTime, "Instant de l'annonce")),
        ("dateHeureOuverture", _un(s.DateTime, "Instant de l'ouverture en production")),
        ("dateHeureRetrait", _option(s.DateTime, "Instant du retrait, s'il est connu")),
        ("remplacante", _option(s.Unicode, "Version qui la remplace")),
        ("wsdl", _option(s.Unicode, "Adresse du WSDL du dépôt sur cette plate-forme, si la version y est utilisable")),
    ],
)

ListeVersions = _type(
    "ListeVersions",
    "Versions du catalogue, de la plus ancienne à la plus récente.",
    [
        ("version", _liste(Version, "Versions")),
    ],
)

Pack = _type(
    "Pack",
    "Pack d'une version du catalogue.",
    [
        ("version", _un(s.Unicode, "Version")),
        ("nomFichier", _un(s.Unicode, "Nom du fichier ZIP")),
        ("sha256", _un(s.Unicode, "Empreinte SHA-256 du fichier, en hexadécimal")),
        ("contenu", _un(s.ByteArray, "Le fichier ZIP, en base64")),
    ],
)

Ecart = _type(
    "Ecart",
    "Une différence avec la version en vigueur.",
    [
        ("nom", _un(s.Unicode, "Nom stable de l'écart, à citer pour l'accepter")),
        ("code", _un(s.Unicode, "Code de l'écart")),
        ("gravite", _un(s.Unicode, "COMPATIBLE, RESTRICTIF ou RUPTURE")),
        ("offre", _option(s.Unicode, "Code de l'Offre")),
        ("champ", _option(s.Unicode, "Champ, avec son groupe")),
        ("message", _un(s.Unicode, "Explication")),
    ],
)

LigneSimulation = _type(
    "LigneSimulation",
    "Ce que la version refuserait à un opérateur.",
    [
        ("operateur", _un(s.Unicode, "Code de l'opérateur")),
        ("offre", _un(s.Unicode, "Code de l'Offre")),
        ("champ", _un(s.Unicode, "Champ, avec son groupe")),
        ("code", _un(s.Unicode, "Code de l'erreur")),
        ("rejouees", _un(s.Integer32, "Signalisations rejouées de cet opérateur et de cette Offre")),
        ("refusees", _un(s.Integer32, "Signalisations qui seraient refusées pour ce champ et cette raison")),
        ("message", _un(s.Unicode, "Explication, sur un exemple")),
        ("exemple", _option(s.Unicode, "Valeur refusée, pour exemple")),
    ],
)

RapportSimulation = _type(
    "RapportSimulation",
    "Essai d'une version : rien n'est enregistré.",
    [
        ("version", _un(s.Unicode, "Version essayée")),
        ("dateHeureDebut", _un(s.DateTime, "Instant depuis lequel les signalisations sont rejouées")),
        (
            "dateHeureOuvertureAuPlusTot",
            _un(s.DateTime, "Ouverture au plus tôt si la version était annoncée maintenant"),
        ),
        ("rejouees", _un(s.Integer32, "Signalisations rejouées")),
        ("refusees", _un(s.Integer32, "Signalisations qui seraient refusées")),
        ("ecart", _liste(Ecart, "Différences avec la version en vigueur")),
        ("ligne", _liste(LigneSimulation, "Refus, par opérateur, Offre, champ et raison")),
    ],
)

Annonce = _type(
    "Annonce",
    "Version annoncée.",
    [
        ("version", _un(Version, "La version annoncée")),
        ("ecart", _liste(Ecart, "Différences avec la version en vigueur")),
    ],
)

Erreur = _type(
    "Erreur",
    "Une chose à corriger dans le message.",
    [
        ("champ", _un(s.Unicode, "Code du champ, ou nom de l'élément")),
        ("libelle", _un(s.Unicode, "Libellé du champ")),
        ("chemin", _un(s.Unicode, "Où, dans le message")),
        ("code", _un(s.Unicode, "Code stable de l'erreur")),
        ("message", _un(s.Unicode, "Explication")),
        ("valeur", _option(s.Unicode, "Valeur reçue")),
        ("valeurAdmise", _liste(s.Unicode, "Ce qui est admis")),
    ],
)

VersionEnVigueur = _type(
    "VersionEnVigueur",
    "Une version utilisable du catalogue.",
    [
        ("version", _un(s.Unicode, "Version")),
        ("wsdl", _un(s.Unicode, "Adresse de son WSDL")),
        ("dateHeureRetrait", _option(s.DateTime, "Instant du retrait, s'il est connu")),
    ],
)

CertificatVu = _type(
    "CertificatVu",
    "Le certificat que la connexion présente.",
    [
        ("empreinte", _un(s.Unicode, "Empreinte SHA-256 du certificat, en hexadécimal")),
        ("sujet", _un(s.Unicode, "Sujet")),
        ("emetteur", _un(s.Unicode, "Émetteur")),
        ("numeroSerie", _un(s.Unicode, "Numéro de série, en hexadécimal")),
        ("dateHeureDebut", _un(s.DateTime, "Début de validité")),
        ("dateHeureFin", _un(s.DateTime, "Fin de validité")),
    ],
)

EtatHomologation = _type(
    "EtatHomologation",
    "Ce qui est fait, et ce qui manque, avant la production.",
    [
        ("domaine", _un(s.Unicode, "Domaine d'application")),
        ("homologue", _un(s.Boolean, "Vrai si la production est ouverte à l'opérateur dans ce domaine")),
        ("dateHeure", _option(s.DateTime, "Instant du premier appel réussi en intégration")),
        ("operation", _option(s.Unicode, "Opération de cet appel")),
        ("requete", _option(s.Unicode, "Identifiant de la requête de cet appel")),
    ],
)

DiagnosticConnexion = _type(
    "DiagnosticConnexion",
    "Ce que le service voit de la connexion de l'appelant.",
    [
        ("accepte", _un(s.Boolean, "Vrai si l'appelant est reconnu sur cette plate-forme")),
        ("motif", _option(s.Unicode, "Code du motif de refus du certificat")),
        ("message", _option(s.Unicode, "Ce qui manque à l'appelant, et que faire")),
        ("identification", _un(s.Unicode, "Ce qui identifie l'appelant : CERTIFICAT, MANDATAIRE, LOCALE ou EXTERNE")),
        ("certificat", _option(CertificatVu, "Certificat présenté")),
        ("operateur", _option(s.Unicode, "Code de l'appelant reconnu")),
        ("role", _option(s.Unicode, "OPERATEUR, PUBLIEUR ou FOURNISSEUR")),
        ("plateforme", _un(s.Unicode, "Plate-forme appelée : production ou integration")),
        ("dateHeureServeur", _un(s.DateTime, "Heure du service, à comparer à celle de l'appelant")),
        ("homologation", _liste(EtatHomologation, "Homologation d'un opérateur, par domaine")),
        ("version", _liste(VersionEnVigueur, "Versions utilisables du catalogue sur cette plate-forme")),
        ("avertissement", _liste(Avertissement, "Avertissements")),
    ],
)

#: The one fault of every operation.
ErreurEsav = _type(
    "ErreurEsav",
    "Refus d'une requête.",
    [
        ("code", _un(s.Unicode, "Code stable du refus")),
        ("message", _un(s.Unicode, "Explication, et que faire")),
        ("requete", _un(s.Unicode, "Identifiant de la requête, à citer au Fournisseur")),
        ("erreur", _liste(Erreur, "Tout ce qui est à corriger")),
        ("version", _liste(VersionEnVigueur, "Versions utilisables du catalogue")),
        ("reessayerApres", _option(s.DateTime, "Quand recommencer")),
    ],
    base=s.Fault,
)
