"""What the documents are told of the plate-forme d'intégration: every state and every kind of appointment (R6.3, R8)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from esav_soap.contract.documents import EtatEssaye, FaitsEssai, RendezVousEssaye
from esav_soap.model import Offre, TypeRendezVous
from esav_soap.rendez_vous import LIBELLES
from esav_soap.rendez_vous.essai import COMPLETES, JOURS_OUVERTS, LIBRES
from esav_soap.signalisation import Action, Etat
from esav_soap.signalisation.scenarios import etapes
from esav_soap.usecases.jeu_de_test import Genre
from esav_soap.usecases.jeu_de_test.reponses import MOTIFS, RETENUS
from esav_soap.usecases.jeu_de_test.suites import ATTEINTS, MINUTES

#: Actions of ``signalisation.scenarios.SUITES``: the operation that does each, and what follows it.
SENS_SUITES: Mapping[Action, tuple[str, str]] = {
    Action.COMPLETER: (
        "completerSignalisation",
        "Le gel prend fin : la signalisation reprend l'état d'avant le gel, puis avance d'un pas par minute jusqu'à la clôture.",
    ),
    Action.DEMANDER_CLOTURE: (
        "demanderCloture",
        "L'état reste d'abord le même, puis la signalisation avance d'un pas par minute jusqu'à la clôture, dont la cause est "
        "DEMANDE_OPERATEUR.",
    ),
    Action.CONTESTER: (
        "contesterCloture",
        "La signalisation est rouverte : EN_COURS. Une minute après, elle est close de nouveau.",
    ),
}


def faits_essai(offres: Iterable[Offre]) -> FaitsEssai:
    """The facts for a version with these Offres."""
    connues = tuple(offres)
    return FaitsEssai(
        etats=tuple(_etat(etat) for etat in Etat),
        rendez_vous=tuple(_rendez_vous(genre, connues) for genre in TypeRendezVous),
        suites=tuple(SENS_SUITES.values()),
        suivis=tuple(scenario.name for scenario in ATTEINTS),
        minutes=MINUTES,
        jours=JOURS_OUVERTS,
        motifs=tuple((service, joker) for service, siens in MOTIFS.items() for _, joker in siens),
        retenus=RETENUS,
    )


def _etat(etat: Etat) -> EtatEssaye:
    lecture = Genre[f"ETAT_{etat.name}"].name
    for scenario, atteint in ATTEINTS.items():
        if atteint is etat:
            depot = Genre[f"VERS_{etat.name}"].name
            return EtatEssaye(etat.name, scenario.name, etapes(scenario)[-1].minutes, depot, lecture)
    return EtatEssaye(etat.name, "", 0, Genre.MINIMAL.name, lecture)


def _rendez_vous(genre: TypeRendezVous, offres: Iterable[Offre]) -> RendezVousEssaye:
    return RendezVousEssaye(
        code=genre.name,
        sens=LIBELLES[genre],
        libres=tuple(plage.name for plage in LIBRES[genre]),
        complete=COMPLETES[genre].name,
        offres=tuple(offre.code for offre in offres if genre in offre.rendez_vous),
    )
