"""Codes of what the gate finds before an announcement, beside those of :mod:`esav_soap.reader.codes` (R2.1).

A problem of the gate is seldom the publisher's: the files were read without defect, yet what was generated from them does
not hold. It is never announced all the same.
"""

from __future__ import annotations

from enum import Enum


class CodeVerification(Enum):
    """What can be wrong with a candidate pack. Value: what it means and what to do, as the publisher's guide prints it."""

    # Pack
    PACK_ILLISIBLE = "Le pack candidat n'est pas une archive intacte : le refaire."
    SOURCES_DIFFERENTES = (
        "Le pack ne contient pas exactement les fichiers du publieur : le refaire depuis ces fichiers."
    )
    MANIFESTE_INEXACT = "pack.xml ne cite pas exactement les fichiers du pack et leurs empreintes : refaire le pack."
    VERSION_DISCORDANTE = (
        "Un fichier du pack porte un autre numéro de version que catalogue.xml, ou n'en porte pas : refaire le pack."
    )

    # Compilation
    REGLES_NON_COMPILEES = "Une règle du catalogue ne se compile pas dans le service : la récrire plus simplement."
    XSD_REFUSE_LIBXML2 = "libxml2 refuse les XSD engendrés : communiquer le pack au Fournisseur."
    XSD_REFUSE_XMLSCHEMA = "xmlschema refuse les XSD engendrés : communiquer le pack au Fournisseur."
    WSDL_REFUSE_ZEEP = "Un client SOAP (zeep) ne peut pas charger le WSDL : communiquer le pack au Fournisseur."
    WSDL_AUTRE_SCHEMA = "Le WSDL et les XSD du pack ne disent pas la même chose d'un type : refaire le pack."

    # Examples
    EXEMPLE_IMPOSSIBLE = "Aucun formulaire valide n'a pu être fait pour l'Offre : ses règles se contredisent, ou un motif n'a pas d'exemple."
    EXEMPLE_REFUSE = "Un exemple fait pour être valide est refusé : la règle ou le type cités sont à revoir."
    EXEMPLE_ACCEPTE = "Un exemple fait pour être refusé est accepté : le type cité est à revoir."
    VERDICTS_DIFFERENTS = (
        "Les processeurs ne s'accordent pas sur un exemple : le type ou le motif cités ne sont pas portables."
    )
    JEU_DE_TEST_INEXACT = (
        "Un message du jeu de test du pack ne peut pas être lu, ou n'obtient pas la réponse imprimée : refaire le pack."
    )
    MOTIF_SANS_EXEMPLE = "Aucun texte connu ne respecte le motif du champ : le corriger, ou donner un exemple."

    # Contract
    REPONSE_MODIFIEE = (
        "Un type de réponse n'est plus celui de la version en vigueur, et il ne change pas dans une version des services : "
        "le rétablir, ou annoncer une nouvelle version des services (préavis de six mois)."
    )
    OPERATION_RETIREE = (
        "Un service ou une opération de la version en vigueur n'existe plus : les rétablir, ou annoncer une nouvelle "
        "version des services (préavis de six mois)."
    )


def message(code: CodeVerification, precision: str) -> str:
    """What a problem says: what was seen, then what the code means and what to do."""
    return f"{precision} {code.value}"
