"""The contract's rules of publication, as one table that people read (docs/publication.md) and refusals cite."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class RegleEcrite:
    """A rule. ``code`` is what refusals name; ``exigence``: its R-number; ``article``: where the contract says it."""

    code: str
    exigence: str
    article: str
    enonce: str


REGLES: tuple[RegleEcrite, ...] = (
    RegleEcrite(
        "PREAVIS_CATALOGUE",
        "R2.2",
        "article 12.1",
        "Une version du catalogue s'ouvre en production au plus tôt deux mois après son annonce.",
    ),
    RegleEcrite(
        "PREAVIS_WS",
        "R2.2",
        "article 12.1",
        "Une version des services Web (changement de signature technique) s'ouvre au plus tôt six mois après son annonce.",
    ),
    RegleEcrite(
        "PREAVIS_CHANGEMENT",
        "R2.2",
        "article 12.1",
        "Un changement d'adresse URL ou IP, d'éléments d'identification ou d'authentification prend effet au plus tôt "
        "quinze jours calendaires après son annonce.",
    ),
    RegleEcrite(
        "PREAVIS_NOUVELLE_OFFRE",
        "R2.7",
        "annexe 1",
        "Les signalisations d'une nouvelle Offre s'ouvrent au plus tôt un mois après son annonce.",
    ),
    RegleEcrite(
        "COHABITATION_CATALOGUE",
        "R2.3",
        "article 12.1",
        "La version précédente du catalogue reste en vigueur exactement un mois après l'ouverture de la nouvelle.",
    ),
    RegleEcrite(
        "COHABITATION_WS",
        "R2.3",
        "article 12.1",
        "La version précédente des services Web reste en vigueur d'un à six mois après l'ouverture de la nouvelle.",
    ),
    RegleEcrite("DEUX_VERSIONS", "R2.3", "article 12.1", "Deux versions au plus sont en vigueur au même instant."),
    RegleEcrite(
        "ORDRE_DES_OUVERTURES",
        "R2.3",
        "article 12.1",
        "Une version s'ouvre après toutes celles qui sont ouvertes ou annoncées avant elle.",
    ),
    RegleEcrite(
        "OUVERTURE_TROP_LOINTAINE",
        "R2.2",
        "article 12.1",
        "Une version s'annonce au plus cinq ans avant son ouverture : au-delà, la date est tenue pour une faute de frappe.",
    ),
    RegleEcrite(
        "NUMERO_DEJA_UTILISE",
        "R1.4",
        "annexe 2",
        "Un numéro de version ne sert qu'une fois, même quand l'annonce a été retirée.",
    ),
    RegleEcrite(
        "NUMERO_NON_CROISSANT",
        "R1.4",
        "annexe 2",
        "Le numéro d'une version suit ceux des versions ouvertes ou annoncées : par année, puis par rang.",
    ),
    RegleEcrite("RETRAIT_INCONNUE", "R2.1", "article 12.1", "Seule une version annoncée a une annonce à retirer."),
    RegleEcrite("RETRAIT_DEJA_FAIT", "R2.1", "article 12.1", "Une annonce ne se retire qu'une fois."),
    RegleEcrite(
        "RETRAIT_TROP_TARD",
        "R2.1",
        "article 12.1",
        "Une annonce se retire jusqu'à l'ouverture de la version ; ensuite, elle ne finit que remplacée par une autre.",
    ),
    RegleEcrite(
        "RETRAIT_SUIVIE",
        "R2.1",
        "article 12.1",
        "Les annonces se retirent de la dernière à la première : une version qui en précède une autre ne se retire pas avant elle.",
    ),
)

PAR_CODE = {regle.code: regle for regle in REGLES}
