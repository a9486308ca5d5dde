"""Requests of the services, declared once: ``contract`` makes their Spyne types, ``intake`` checks and explains them.

They are described with the same words as the formulaires, so that a wrong ``entete`` is explained like a wrong field.
"""

from __future__ import annotations

from collections.abc import Mapping

from esav_soap.model.catalogue import Catalogue
from esav_soap.model.formulaire import Champ, Regle
from esav_soap.model.structure import Branche, Choix, Element, Feuille, Structure, structure_offre
from esav_soap.model.types import LONGUEUR_MAX, Courriel, DateHeure, Entier, Fichier, OuiNon, Telephone, Texte
from esav_soap.names import NS_WS, nom_type, ns_catalogue

#: Printable ASCII with something in it; ``intake`` drops blanks around it, so none may be all blank.
MOTIF_CLE = "[ -~]*[!-~][ -~]*"
#: What it asks for, in French.
FORME_CLE = "caractères ASCII imprimables, et pas seulement des blancs"

IDENTIFIANT_PRESTATION = Champ(
    "identifiantPrestation",
    "Identifiant de prestation",
    Texte(longueur_max=40, motif=MOTIF_CLE),
    aide="Identifiant communiqué par le Fournisseur à la livraison de la prestation.",
    exemples=("FTTH-00123456",),
)
REFERENCE_OPERATEUR = Champ(
    "referenceOperateur",
    "Référence opérateur",
    Texte(longueur_max=64, motif=MOTIF_CLE),
    aide="Votre propre référence du dépôt, unique chez vous : un renvoi sous la même référence ne crée rien de nouveau.",
    exemples=("TICKET-4711",),
)
CONTACT = Branche(
    "contact",
    "Contact chez l'opérateur",
    "Contact",
    (
        Feuille(Champ("nom", "Nom du contact", Texte(longueur_max=80)), 1, 1),
        Feuille(Champ("telephone", "Téléphone du contact", Telephone()), 1, 1),
        Feuille(Champ("courriel", "Courriel du contact", Courriel()), 0, 1),
    ),
    minimum=1,
    maximum=1,
    aide="La personne que le SAV du Fournisseur peut joindre au sujet de cette signalisation.",
)

ENTETE = Branche(
    "entete",
    "En-tête",
    "Entete",
    (Feuille(IDENTIFIANT_PRESTATION, 1, 1), Feuille(REFERENCE_OPERATEUR, 1, 1), CONTACT),
    minimum=1,
    maximum=1,
)

#: A code/value pair of the generic deposit. ``chemin`` is a field's code, or ``groupe[rang]/champ``; a multiple
#: nomenclature is given once for each code.
CHAMP_GENERIQUE = Branche(
    "champ",
    "Champ du formulaire",
    "ChampGenerique",
    (
        Feuille(Champ("chemin", "Code du champ, ou groupe[rang]/champ", Texte(longueur_max=90)), 1, 1),
        Feuille(Champ("valeur", "Valeur du champ", Texte(longueur_max=LONGUEUR_MAX)), 1, 1),
    ),
    minimum=0,
    maximum=2000,
)
OFFRE = Champ("offre", "Code de l'Offre", Texte(longueur_max=40))

VERSION = Champ("version", "Version du catalogue", Texte(longueur_max=20))


def requete(operation: str, libelle: str, *enfants: Element, regles: tuple[Regle, ...] = ()) -> Structure:
    """The request of an operation, in the namespace of the services."""
    return Structure(NS_WS, operation, nom_type(operation), libelle, enfants, regles)


def par_nom(*requetes: Structure) -> Mapping[str, Structure]:
    """Requests by operation."""
    return {une.nom: une for une in requetes}


def choix_formulaire(catalogue: Catalogue) -> Choix:
    """The ``formulaire`` element of a version: one branch for each of its Offres, in the catalogue's order (R1.2)."""
    return Choix(
        "formulaire",
        "Formulaire",
        "Formulaire",
        ns_catalogue(catalogue.version),
        tuple(structure_offre(catalogue, offre) for offre in catalogue.offres),
    )


def requetes_depot(catalogue: Catalogue) -> Mapping[str, Structure]:
    """Requests of ``depot/{version}``, by operation."""
    formulaire = choix_formulaire(catalogue)
    generique = (ENTETE, Feuille(OFFRE, 1, 1), CHAMP_GENERIQUE)
    return par_nom(
        requete("deposerSignalisation", "Dépôt d'une signalisation", ENTETE, formulaire),
        requete("validerSignalisation", "Validation d'une signalisation sans dépôt", ENTETE, formulaire),
        requete("deposerSignalisationGenerique", "Dépôt d'une signalisation par codes et valeurs", *generique),
        requete("validerSignalisationGenerique", "Validation par codes et valeurs sans dépôt", *generique),
    )


#: Requests of ``information``, by operation.
REQUETES_INFORMATION = par_nom(
    requete("diagnostiquerConnexion", "Ce que le service voit de la connexion de l'appelant"),
)

#: Requests of ``catalogue``, by operation.
REQUETES_CATALOGUE = par_nom(
    requete("listerVersions", "Versions du catalogue"),
    requete("telechargerPack", "Pack d'une version du catalogue", Feuille(VERSION, 1, 1)),
)

_PACK = Champ(
    "pack", "Pack de la version", Fichier(), aide="Fichier ZIP : les sources de la version, ou un pack complet."
)
_ECART_ACCEPTE = Champ(
    "ecartAccepte",
    "Écart accepté",
    Texte(longueur_max=200),
    aide="Nom d'un écart en rupture que le publieur accepte, tel que la simulation le donne.",
)

#: Requests of ``publication``, by operation; for publishers only.
REQUETES_PUBLICATION = par_nom(
    requete(
        "simulerPublication",
        "Essai d'une version sur les signalisations récentes",
        Feuille(_PACK, 1, 1),
        Feuille(Champ("jours", "Ancienneté des signalisations rejouées", Entier(1, 400, "jours")), 0, 1),
    ),
    requete(
        "annoncerVersion",
        "Annonce d'une version du catalogue",
        Feuille(_PACK, 1, 1),
        Feuille(Champ("dateHeureOuverture", "Ouverture en production", DateHeure()), 0, 1),
        Feuille(_ECART_ACCEPTE, 0, 1000),
        Feuille(Champ("aTous", "Aviser aussi les opérateurs sans prestation en production", OuiNon()), 0, 1),
    ),
    requete("retirerAnnonce", "Retrait de l'annonce d'une version", Feuille(VERSION, 1, 1)),
)
