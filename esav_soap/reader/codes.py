"""Codes of the defects of a catalogue pack: the interface that publishers and tests rely on (R2.1)."""

from __future__ import annotations

from enum import Enum


class CodeProbleme(Enum):
    """What can be wrong with a pack. Value: what it means and what to do, as the publisher's guide prints it."""

    # Archive and files
    ARCHIVE_ILLISIBLE = "Le fichier reçu n'est pas une archive ZIP intacte : la refaire et la renvoyer."
    ARCHIVE_CHIFFREE = "Une entrée de l'archive est protégée par mot de passe : refaire l'archive sans chiffrement."
    ARCHIVE_CHEMIN = (
        "Le nom d'une entrée sort du pack ou n'est pas portable : n'employer que des chemins relatifs simples."
    )
    ARCHIVE_LIEN = "Une entrée de l'archive est un lien ou un fichier spécial : y mettre le fichier lui-même."
    ARCHIVE_DOUBLON = "Deux entrées de l'archive ont le même nom : n'en garder qu'une."
    ARCHIVE_COMPRESSION = "Une entrée emploie une compression non admise : employer « deflate » ou aucune compression."
    ARCHIVE_RATIO = "Une entrée se décompresse démesurément : une archive normale n'a pas ce taux de compression."
    TROP_DE_FICHIERS = "Le pack contient trop de fichiers : retirer ce qui n'en fait pas partie."
    FICHIER_TROP_GRAND = "Un fichier dépasse la taille admise : le réduire ou le couper."
    PACK_TROP_GRAND = "L'ensemble du pack dépasse la taille admise : le réduire."
    FICHIER_INCONNU = "Ce fichier ne fait pas partie d'un pack : le retirer ou corriger son nom."
    FICHIER_MANQUANT = "Un fichier indispensable manque : l'ajouter."
    FICHIER_VIDE = "Le fichier est vide : le remplir ou le retirer."
    TROP_DE_PROBLEMES = "Le pack a plus de problèmes qu'il n'est utile d'en citer : corriger ceux-ci d'abord."

    # XML
    XML_MAL_FORME = "Le fichier n'est pas du XML bien formé : corriger à la ligne indiquée."
    DTD_INTERDITE = "DTD et entités sont interdites dans un pack : les retirer."
    XINCLUDE_INTERDIT = "Les inclusions sont interdites : écrire le contenu dans le fichier même."
    INSTRUCTION_INTERDITE = "Les instructions de traitement sont interdites : les retirer."
    ENCODAGE = "Le fichier n'est pas en UTF-8 : l'enregistrer dans cet encodage."
    RACINE = "L'élément racine n'est pas celui de ce genre de fichier : corriger l'élément ou déplacer le fichier."
    ESPACE_DE_NOMS = "Un élément n'est pas dans l'espace de noms des packs : déclarer xmlns=\"urn:esav:pack:1\"."

    # Structure
    ELEMENT_INCONNU = "Cet élément n'existe pas à cet endroit : le retirer ou corriger son nom."
    ELEMENT_MANQUANT = "Un élément indispensable manque : l'ajouter."
    ELEMENT_MAL_PLACE = "L'élément est connu, mais l'ordre des éléments est fixe : le déplacer."
    ELEMENT_EN_DOUBLE = "Un élément qui n'est permis qu'une fois est répété : n'en garder qu'un."
    ELEMENT_EN_TROP = "Un élément est répété plus souvent que permis : en retirer."
    ATTRIBUT_INCONNU = "Cet attribut n'existe pas sur cet élément : le retirer ou corriger son nom."
    ATTRIBUT_MANQUANT = "Un attribut indispensable manque : l'ajouter."
    TEXTE_INATTENDU = "Du texte se trouve là où seuls des éléments sont attendus : le retirer."
    TEXTE_VIDE = "Un texte indispensable est vide : le remplir."
    TEXTE_TROP_LONG = "Un texte dépasse la longueur admise : l'abréger."
    CODE_INVALIDE = "Un code n'a pas la forme attendue : le corriger, sans accent ni espace."
    CODE_TROP_LONG = "Un code dépasse la longueur admise : l'abréger."
    VALEUR_INVALIDE = "Le mot n'est pas dans la liste admise : en choisir un autre."
    ENTIER_INVALIDE = "La valeur n'est pas un nombre entier : l'écrire en chiffres."
    DECIMAL_INVALIDE = "La valeur n'est pas un nombre décimal : l'écrire avec un point, sans unité ni espace."
    DATE_INVALIDE = "La valeur n'est pas une date : l'écrire AAAA-MM-JJ."
    NOMBRE_HORS_BORNES = "Le nombre est hors des bornes admises : le corriger."
    META_SCHEMA = (
        "Le fichier n'est pas conforme au méta-schéma publié : l'ouvrir dans un éditeur qui emploie ce schéma."
    )

    # Codes and names
    VERSION_DIFFERENTE = "La version du catalogue n'est pas celle qui est attendue : corriger l'attribut ou le dossier."
    NOM_DE_FICHIER = "Le nom du fichier n'est pas le code qu'il contient : renommer l'un ou l'autre."
    OFFRE_EN_DOUBLE = "Deux Offres ont le même code : en changer un."
    FORMULAIRE_EN_DOUBLE = "Deux formulaires ont le même code : en changer un."
    NOMENCLATURE_EN_DOUBLE = "Deux nomenclatures ont le même code : en changer un."
    VALEUR_EN_DOUBLE = "Un code est donné deux fois dans la nomenclature : n'en garder qu'un."
    SECTION_EN_DOUBLE = "Deux sections du formulaire ont le même code : en changer un."
    CHAMP_EN_DOUBLE = "Deux champs ou groupes de la même liste ont le même code : en changer un."
    REGLE_EN_DOUBLE = "Deux règles du formulaire ont le même code : en changer un."
    CANAL_EN_DOUBLE = "Le même canal est donné deux fois : n'en garder qu'un."
    RENDEZ_VOUS_EN_DOUBLE = "Le même genre de rendez-vous est donné deux fois : n'en garder qu'un."
    COLLISION_OFFRES = "Deux Offres donnent le même nom XML : changer le code de l'une."
    COLLISION_NOMENCLATURES = "Deux nomenclatures donnent le même nom XML : changer le code de l'une."
    COLLISION_GROUPES = (
        "Un groupe ou ses champs donnent un nom de type XML déjà pris : changer le code du groupe ou du champ."
    )
    NOM_RESERVE = "Le nom XML est celui d'un type commun du contrat : changer le code."

    # References
    FORMULAIRE_INCONNU = "L'Offre emploie un formulaire qui n'est pas dans le pack : l'ajouter ou corriger le code."
    FORMULAIRE_INUTILISE = "Aucune Offre n'emploie ce formulaire : le retirer ou l'employer."
    NOMENCLATURE_INCONNUE = "La nomenclature citée n'est pas dans le pack : l'ajouter ou corriger le code."
    NOMENCLATURE_INUTILISEE = "Aucun champ n'emploie cette nomenclature : la retirer ou l'employer."

    # Nomenclatures
    NOMENCLATURE_SANS_VALEUR = "Toutes les valeurs de la nomenclature sont retirées : en garder une au moins."
    PARENT_NOMENCLATURE_INCONNU = "La nomenclature parente n'est pas dans le pack : l'ajouter ou corriger le code."
    PARENT_CYCLE = "Des nomenclatures sont parentes les unes des autres en cercle : rompre le cercle."
    PARENT_VALEUR_INCONNU = "Un code parent n'est pas dans la nomenclature parente : le corriger."
    PARENT_VALEUR_RETIREE = (
        "Une valeur encore admise ne se rattache qu'à des codes parents retirés : la retirer ou la rattacher."
    )
    PARENT_EN_DOUBLE = "Le même code parent est donné deux fois : n'en garder qu'un."
    PARENTS_MANQUANTS = (
        "La nomenclature a une parente, mais la valeur ne dit pas à quels codes elle se rattache : l'écrire."
    )
    PARENTS_SANS_PARENTE = (
        "La valeur a des codes parents, mais la nomenclature n'a pas de parente : déclarer « parent »."
    )
    REMPLACEMENT_INCONNU = "Le code de remplacement n'est pas dans la nomenclature : le corriger."
    REMPLACEMENT_INACTIF = "Le code de remplacement n'est pas actif : en donner un qui le soit."
    REMPLACEMENT_INUTILE = "Une valeur active n'a pas de remplacement : retirer l'attribut ou changer le statut."
    REMPLACEMENT_DE_SOI = "La valeur se remplace elle-même : donner un autre code."

    # Fields
    LONGUEURS_INVERSEES = "La longueur minimale dépasse la longueur maximale : corriger l'une ou l'autre."
    BORNES_INVERSEES = "Le minimum dépasse le maximum : corriger l'un ou l'autre."
    BORNE_TROP_PRECISE = "Une borne a plus de décimales que le champ : l'arrondir ou augmenter « decimales »."
    MOTIF_INVALIDE = "L'expression régulière du motif n'est pas valable : la corriger."
    MOTIF_NON_PORTABLE = (
        "Le motif emploie une écriture que tous les outils ne lisent pas pareillement : l'écrire autrement."
    )
    MOTIF_DANGEREUX = "Le motif peut demander un temps démesuré : l'écrire sans répétitions imbriquées."
    MOTIF_INSATISFIABLE = (
        "Aucun texte des longueurs admises ne peut respecter le motif : corriger le motif ou les longueurs."
    )
    DEFAUT_INVALIDE = "La valeur par défaut n'est pas admise par le champ : la corriger."
    DEFAUT_RETIRE = "La valeur par défaut est un code retiré : en donner un qui soit admis."
    DEFAUT_SANS_PARENT = (
        "La valeur par défaut d'un champ dépendant n'est rattachée à aucun défaut du champ dont il dépend : la retirer."
    )
    EXEMPLE_INVALIDE = "L'exemple n'est pas admis par le champ : le corriger."
    EXEMPLE_EN_DOUBLE = "Le même exemple est donné deux fois : n'en garder qu'un."
    DEPEND_INCONNU = "Le champ dont dépend celui-ci n'existe pas dans la même liste de champs : corriger « dependDe »."
    DEPEND_DE_SOI = "Le champ dépend de lui-même : corriger « dependDe »."
    DEPEND_APRES = "Le champ dont dépend celui-ci est placé après lui : le déplacer avant."
    DEPEND_PAS_NOMENCLATURE = "Le champ dont dépend celui-ci n'est pas une nomenclature : corriger « dependDe »."
    DEPEND_MULTIPLE = "Le champ dont dépend celui-ci est à choix multiple : seul un choix unique convient."
    DEPEND_AUTRE_PARENTE = (
        "La nomenclature du champ n'a pas pour parente celle du champ dont il dépend : corriger l'un ou l'autre."
    )
    GROUPE_BORNES = "Le groupe demande plus d'occurrences qu'il n'en admet : corriger « min » ou « max »."

    # Offres
    USAGE_CHAMP_INCONNU = "L'Offre parle d'un champ qui n'est pas dans son formulaire : corriger le chemin."
    USAGE_EN_DOUBLE = "L'Offre dit deux fois l'usage du même champ : n'en garder qu'un."
    USAGE_DANS_GROUPE_ABSENT = "L'Offre dit l'usage d'un champ d'un groupe qu'elle déclare absent : retirer cet usage."
    GROUPE_SANS_CHAMP = "Tous les champs du groupe sont absents pour l'Offre : déclarer le groupe absent."
    OFFRE_SANS_CHAMP = "L'Offre n'emploie aucun champ de son formulaire : en garder un au moins."
    PARENT_ABSENT = "Un champ dépendant est employé par l'Offre sans celui dont il dépend : employer les deux ou aucun."
    PARENT_FACULTATIF = "Un champ dépendant est obligatoire alors que celui dont il dépend ne l'est pas : les accorder."
    DEFAUT_DECLARE_INCONNU = "Le champ du défaut déclaré n'est pas un champ du formulaire : corriger « defautDeclare »."
    DEFAUT_DECLARE_ABSENT = (
        "L'Offre déclare absent le champ qui dit le défaut : l'employer ou changer « defautDeclare »."
    )
    CHAMP_JAMAIS_EMPLOYE = "Toutes les Offres déclarent ce champ absent : le retirer du formulaire."
    TEST_SANS_ACTIVATION = (
        'Seule une Offre activée peut demander un test préalable : déclarer activee="oui" ou retirer le test.'
    )

    # Rules
    XPATH_INVALIDE = "La condition n'est pas une expression XPath 1.0 admise : la corriger."
    XPATH_CHAMP_INCONNU = (
        "La condition regarde un champ qui n'existe pas à cet endroit du formulaire : corriger le nom."
    )
    XPATH_HORS_FORMULAIRE = "La condition sort du formulaire : ne regarder que ses champs."
    XPATH_TYPE = "Une fonction ou un opérateur de la condition reçoit ce qu'il ne sait pas traiter : corriger."
    REGLE_CHAMP_INCONNU = "Le champ de la règle n'existe pas au niveau où la règle est écrite : corriger « champ »."
    REGLE_CODE_INCONNU = (
        "La condition compare un champ à un code qui n'est pas dans sa nomenclature : corriger le code."
    )
    REGLE_CODE_RETIRE = (
        "La condition compare un champ à un code retiré, qu'aucun formulaire ne porte : retirer la comparaison."
    )
    REGLE_BOOLEEN = "Un champ oui/non se compare à 'true' ou 'false', entre apostrophes : corriger."
    REGLE_COMPARAISON = "« < » et « > » ne comparent que des nombres : employer number() ou translate() pour ce champ."
    REGLE_CONSTANTE = "La condition ne regarde aucun champ : la retirer ou la corriger."
    REGLE_IMPOSSIBLE = "Aucun formulaire ne peut respecter la règle : la corriger."
    REGLE_SANS_EFFET = (
        "Aucun formulaire ne peut enfreindre la règle, ou sa condition n'est jamais vraie : la corriger ou la retirer."
    )
