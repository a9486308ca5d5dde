"""What several answers have in common, and the declared fault."""

from __future__ import annotations

from esav_soap.contract import spyne_compat as s
from esav_soap.contract.reponses.membres import liste, option, type_reponse, un

Avertissement = type_reponse(
    "Avertissement",
    "Ce que l'appelant devrait savoir, sans que la requête soit refusée.",
    [("code", un(s.Unicode, "Code stable")), ("message", un(s.Unicode, "Explication"))],
)

VersionEnVigueur = type_reponse(
    "VersionEnVigueur",
    "Une version utilisable du catalogue.",
    [
        ("version", un(s.Unicode, "Version")),
        ("wsdl", un(s.Unicode, "Adresse de son WSDL")),
        ("dateHeureRetrait", option(s.DateTime, "Instant du retrait, s'il est connu")),
    ],
)

Erreur = type_reponse(
    "Erreur",
    "Une chose à corriger dans le message.",
    [
        ("champ", un(s.Unicode, "Code du champ, ou nom de l'élément")),
        ("libelle", un(s.Unicode, "Libellé du champ")),
        ("chemin", un(s.Unicode, "Où, dans le message")),
        ("code", un(s.Unicode, "Code stable de l'erreur")),
        ("message", un(s.Unicode, "Explication")),
        ("valeur", option(s.Unicode, "Valeur reçue")),
        ("valeurAdmise", liste(s.Unicode, "Ce qui est admis")),
    ],
)

#: The one fault of every operation.
ErreurEsav = type_reponse(
    "ErreurEsav",
    "Refus d'une requête.",
    [
        ("code", un(s.Unicode, "Code stable du refus")),
        ("message", un(s.Unicode, "Explication, et que faire")),
        ("requete", un(s.Unicode, "Identifiant de la requête, à citer au Fournisseur")),
        ("erreur", liste(Erreur, "Tout ce qui est à corriger")),
        ("version", liste(VersionEnVigueur, "Versions utilisables du catalogue")),
        ("reessayerApres", option(s.DateTime, "Quand recommencer")),
    ],
    base=s.Fault,
)
