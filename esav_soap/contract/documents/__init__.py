"""The documents of annexe 2 for a version of the catalogue, in French, as self-contained HTML (R8, R1.4).

What the catalogue, the contract or the error codes know is drawn from them; the templates hold only the prose between.
"""

from esav_soap.contract.documents.faits import (
    ActionPresentee,
    CasPresente,
    CodePresente,
    DelaiPresente,
    EtapePresentee,
    EtatEssaye,
    Faits,
    FaitsEssai,
    FaitsSuivi,
    GarantiePresentee,
    GenrePresente,
    NomenclaturePresentee,
    RendezVousEssaye,
    ScenarioPresente,
)
from esav_soap.contract.documents.rendu import documents

__all__ = [
    "ActionPresentee",
    "CasPresente",
    "CodePresente",
    "DelaiPresente",
    "EtapePresentee",
    "EtatEssaye",
    "Faits",
    "FaitsEssai",
    "FaitsSuivi",
    "GarantiePresentee",
    "GenrePresente",
    "NomenclaturePresentee",
    "RendezVousEssaye",
    "ScenarioPresente",
    "documents",
]
