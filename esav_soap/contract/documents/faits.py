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
class CodePresente:
    """A code and what it means. ``de``: another code that goes with it, where the list has such."""

    code: str
    sens: str
    de: str = ""


@dataclass(frozen=True, slots=True)
class NomenclaturePresentee:
    """A list of codes that answers may carry in ``element``. ``avec``: the element of the codes ``de``."""

    element: str
    titre: str
    codes: tuple[CodePresente, ...]
    avec: str = ""


@dataclass(frozen=True, slots=True)
class ActionPresentee:
    """A row of the table of transitions. ``etat`` is empty for what makes a signalisation; ``vers``: code of the state after
    it, or empty, and then ``vers_dit`` says which."""

    etat: str
    action: str
    vers: str
    vers_dit: str
    qui: str
    exige: tuple[str, ...]
    remarque: str


@dataclass(frozen=True, slots=True)
class GarantiePresentee:
    """A due time. ``histoire``: codes of states, and when they began."""

    texte: str
    histoire: tuple[tuple[str, str], ...]
    echeance: str


@dataclass(frozen=True, slots=True)
class DelaiPresente:
    """Until when somebody may do something to an appointment."""

    quoi: str
    qui: str
    quand: str
    exemple: str


@dataclass(frozen=True, slots=True)
class FaitsSuivi:
    """The life of a signalisation and its appointments. ``contestation``: jours ouvrés; ``exemple_contestation``: a closure,
    and the end of that delay; ``historique``: calendar days; ``tenue``: minutes of a held place."""

    actions: tuple[ActionPresentee, ...]
    garanties: tuple[GarantiePresentee, ...]
    delais: tuple[DelaiPresente, ...]
    nomenclatures: tuple[NomenclaturePresentee, ...]
    contestation: int
    exemple_contestation: tuple[str, str]
    historique: int
    tenue: int


@dataclass(frozen=True, slots=True)
class EtatEssaye:
    """How a signalisation gets into a state on integration: the ``scenario`` of its prestation (empty: the ordinary one),
    ``minutes`` after the deposit; kinds of cases of the jeu de test that deposit it, and that read the state."""

    etat: str
    scenario: str
    minutes: int
    depot: str
    lecture: str


@dataclass(frozen=True, slots=True)
class RendezVousEssaye:
    """A kind of appointment on the test prestations: codes of the slots that can be booked, and of the one that is always
    full; ``offres``: codes of those that have it."""

    code: str
    sens: str
    libres: tuple[str, ...]
    complete: str
    offres: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class FaitsEssai:
    """States and appointments on the plate-forme d'intégration. ``suites``: operation of the opérateur, and what follows.
    ``minutes``: until every state is reached. ``motifs``: service, and what is compared instead of what changes there.
    ``retenus``: placeholders of messages."""

    etats: tuple[EtatEssaye, ...]
    rendez_vous: tuple[RendezVousEssaye, ...]
    suites: tuple[tuple[str, str], ...]
    suivis: tuple[str, ...]
    minutes: int
    jours: int
    motifs: tuple[tuple[str, str], ...]
    retenus: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Faits:
    """``base_url``: public address. ``etats``: code -> label of the states of a signalisation; ``etats_version``: those of
    a version. ``regles``: article and rule of the life of a version. ``exemples``: ``requete``, ``accuse``, ``refus``,
    ``evenements`` and ``rendez_vous`` as XML texts. ``precedente``: number of the version before. ``taille_max``: of a message, in bytes.
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
    suivi: FaitsSuivi
    essai: FaitsEssai
