"""What the documents say that neither the catalogue nor the contract knows: their writer is told it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class GenrePresente:
    """A kind of cases of the jeu de test, and how many there are."""

    code: str
    sens: str
    nombre: int


@dataclass(frozen=True, slots=True)
class CasPresente:
    """A case of the jeu de test. ``message``, ``reponse``: paths in its folder; ``dit``: codes of errors or warnings."""

    code: str
    offre: str
    genre: str
    message: str
    reponse: str
    statut: int
    verdict: str
    dit: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class EtapePresentee:
    """A change of state in a scenario, so many ``minutes`` after the deposit."""

    minutes: int
    etat: str
    commentaire: str


@dataclass(frozen=True, slots=True)
class ScenarioPresente:
    """What the test prestations of a scenario do. ``abreges``: Offre and identifiant where it is not
    ``<prefixe><code>-<Offre>``, which would be too long; ``code`` is empty for the ordinary test prestations."""

    code: str
    sens: str
    etapes: tuple[EtapePresentee, ...] = ()
    abreges: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Faits:
    """``base_url``: public address. ``etats``: code -> label of the states of a signalisation; ``etats_version``: those of
    a version. ``regles``: article and rule of the life of a version. ``exemples``: ``requete``, ``accuse`` and ``refus``
    as XML texts. ``precedente``: number of the version before. ``taille_max``: of a message, in bytes.
    ``prefixe_essai``: of the test prestations; the first of ``scenarios`` is the ordinary one."""

    base_url: str
    etats: Mapping[str, str]
    etats_version: Mapping[str, str]
    regles: tuple[tuple[str, str], ...]
    exemples: Mapping[str, str]
    precedente: str | None
    taille_max: int
    operateur_essai: str
    prefixe_essai: str
    scenarios: tuple[ScenarioPresente, ...]
    jokers: Mapping[str, str]
    avertissements_ignores: tuple[str, ...]
    genres: tuple[GenrePresente, ...]
    cas: tuple[CasPresente, ...]
